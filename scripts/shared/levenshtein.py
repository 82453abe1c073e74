"""Edit distance: the least number of insertions, deletions and substitutions that turn one sequence into another.

Levenshtein, 1965. Words or letters are numbered first, so that integers are compared.
"""

from collections.abc import Hashable, Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray

Codes = NDArray[np.int64]


# --8<-- [start:heart]
@njit(cache=True)
def last_row(a: Codes, b: Codes) -> Codes:
    """Distances from the whole of a to every beginning of b."""
    row = np.arange(len(b) + 1)
    for i in range(1, len(a) + 1):
        diagonal, row[0] = row[0], i
        for j in range(1, len(b) + 1):
            replaced = diagonal + (a[i - 1] != b[j - 1])
            diagonal = row[j]
            row[j] = min(replaced, row[j] + 1, row[j - 1] + 1)
    return row


# --8<-- [end:heart]


def edit_distance(a: Sequence[Hashable], b: Sequence[Hashable]) -> int:
    """Edit distance in O(|a|·|b|) time and O(|b|) memory."""
    codes_a, codes_b = encode(a, b)
    return int(last_row(codes_a, codes_b)[-1])


def encode(*sequences: Sequence[Hashable]) -> tuple[Codes, ...]:
    """The sequences as numbers: each distinct symbol has one, from 0 in the order of appearance."""
    codes: dict[Hashable, int] = {}
    return tuple(
        np.fromiter((codes.setdefault(symbol, len(codes)) for symbol in sequence), np.int64, len(sequence))
        for sequence in sequences
    )
