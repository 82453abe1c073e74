"""A made record: by it a misspelt name is told from a number that nobody has measured yet."""

from .record import Data, Run


def sample() -> Data:
    """Times as theory has them: the square of the size, and about the size."""
    sizes = (16, 64, 256)
    return Data(runs=[Run(size=n, insertion_times_s=[n * n * 1e-8], builtin_times_s=[n * 1e-8]) for n in sizes])
