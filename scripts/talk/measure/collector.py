"""The cycle collector, kept out of what is timed."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused_collector() -> Iterator[None]:
    """Within it no cycles are looked for, as in `timeit`: with NeMo imported, one look takes a quarter of a second."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
