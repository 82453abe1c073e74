"""Finds two numbers that are known beforehand: of parameters of a Conformer, and a small one."""

from talk.experiment import Task

from .record import Data


def run(_: Task) -> Data:
    return Data(sizes=[7, 121_435_136])
