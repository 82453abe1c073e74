"""A worker for the launcher's tests: it tells where it is."""

import os
from collections.abc import Sequence

IMPORTED_BY = os.getpid()


def main(words: Sequence[str]) -> dict[str, object]:
    if "loud" in words:
        raise ValueError("too loud")
    return {
        "words": list(words),
        "rank": int(os.environ["RANK"]),
        "workers": int(os.environ["WORLD_SIZE"]),
        "process": os.getpid(),
        "imported_by": IMPORTED_BY,
    }
