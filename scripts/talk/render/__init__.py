"""Rendering: records → fragments under `snippets/generated/`, and the pages of machines that chapters do not show.

Needs no torch; the same records give the same bytes. It begins in `talk.render.render`.
"""
