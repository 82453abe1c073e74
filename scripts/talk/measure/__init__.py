"""Measuring: runs experiments on the machine at hand and writes their records, nothing else.

It begins in `talk.measure.run`. The other modules are what experiments measure with; an experiment imports those that
it needs, and they are part of the code that its record names. Importing any needs the standard library alone, unless
its first line says otherwise.
"""
