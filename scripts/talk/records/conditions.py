"""Under which conditions something was measured: which libraries computed, and what else ran on the machine."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Library:
    """A library that computed, as it was found after it had: what was asked of it may have been refused.

    `serves` is the package that brings it along. `kernel` is the kind of kernels that it chose for this processor,
    OpenBLAS's name of a core or the widest vectors that it uses; None where it does not tell. `said` is that in its own
    words.
    """

    name: str
    serves: str | None
    version: str | None
    kernel: str | None
    threads: int
    said: str | None = None


@dataclass(frozen=True, kw_only=True)
class Load:
    """What else the machine did while an experiment ran. What the system does not tell is None.

    `others_cores` is how many cores other programs kept busy on average, and `stolen_share` is the share of the cores'
    time that the hypervisor gave to other machines. `waited_s` is how long measuring waited for a quiet machine.
    """

    average_before: float | None
    average_after: float | None
    others_cores: float | None
    stolen_share: float | None
    waited_s: float
    governor: str | None
    clock_hz: float | None
