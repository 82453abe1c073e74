"""A worker for the launcher's tests: it tells where it is."""

import os
import signal
from collections.abc import Sequence

IMPORTED_BY = os.getpid()


def main(words: Sequence[str]) -> dict[str, object]:
    if "loud" in words:
        raise ValueError("too loud")
    life = int(os.environ["TORCHELASTIC_RESTART_COUNT"])
    if "dies once" in words and os.environ["RANK"] == "1" and life == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return {
        "words": list(words),
        "rank": int(os.environ["RANK"]),
        "workers": int(os.environ["WORLD_SIZE"]),
        "life": life,
        "process": os.getpid(),
        "imported_by": IMPORTED_BY,
    }
