"""Circle 9 on a GPU: its ceilings, each measured alone, and what the driver says of its clock and its power."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import torch

from talk.measure.machine import ask_gpu

from ..record import Gpu, GpuState
from .gpu_timing import Call, Steady

_VISITS = 5
_COPY_BYTES = 4 << 30
_LOAD_S = 2.0  # of products that are under way while the driver is asked

# Why a clock is held down, by the bits in which the driver tells it.
_REASONS = (
    "gpu_idle", "applications_clocks_setting", "sw_power_cap", "hw_slowdown", "sync_boost", "sw_thermal_slowdown",
    "hw_thermal_slowdown", "hw_power_brake_slowdown", "display_clock_setting",
)  # fmt: skip
_IDLE = "gpu_idle"


def measure_ceilings() -> Gpu:
    """The GPU as a model. What fails here is None: the ceilings are not what is measured for its own sake."""
    about: Any = torch.cuda.get_device_properties(torch.cuda.current_device())
    before = gpu_state()
    clock = _number(ask_gpu("clocks.max.sm").get("clocks.max.sm"))
    return Gpu(
        capability=f"{about.major}.{about.minor}",
        multiprocessors=about.multi_processor_count,
        clock_hz=clock * 1e6 if clock else None,
        l2_bytes=about.L2_cache_size,
        memory_bytes=about.total_memory,
        fma_flops_per_s=_or_none(lambda: _fma_flops_per_s(about.multi_processor_count)),
        copy_bytes_per_s=_or_none(lambda: _copy_bytes_per_s(about.total_memory)),
        l2_bytes_per_s=_or_none(lambda: _l2_bytes_per_s(about.multi_processor_count, about.L2_cache_size)),
        launch_s=_or_none(lambda: _launch_s(_empty)),
        kernel_s=_or_none(lambda: _best_s([_empty])),
        before=before,
        after=None,
        latency_s=_or_none(lambda: _latency_s(about.L2_cache_size, about.total_memory)),
    )


def _empty() -> None:
    """Launch a kernel that waits for nothing and computes nothing."""
    torch.cuda._sleep(0)  # type: ignore[no-untyped-call]


def after_products(gpu: Gpu) -> Gpu:
    """The same GPU with its state while the last products are under way."""
    side = 8192  # so long that all fit into the queue of launches
    a = torch.randn(side, side, device="cuda").bfloat16()
    product = torch.empty_like(a)
    once_s = _best_s([lambda: torch.mm(a, a, out=product)])
    for _ in range(int(_LOAD_S / once_s)):
        torch.mm(a, a, out=product)
    state = gpu_state()
    torch.cuda.synchronize()
    return replace(gpu, after=state)


def gpu_state() -> GpuState | None:
    """What the driver tells at this moment; None where it tells nothing."""
    fields = ("clocks.sm", "clocks.mem", "power.draw", "temperature.gpu")
    # Drivers before 535 know the reasons by their former name alone, and answer nothing to a name unknown to them.
    for active in ("clocks_event_reasons.active", "clocks_throttle_reasons.active"):
        told = ask_gpu(*fields, active)
        if told:
            break
    else:
        return None
    clock, memory_clock, power, temperature = (_number(told.get(name)) for name in fields)
    return GpuState(
        clock_hz=clock * 1e6 if clock else None,
        memory_clock_hz=memory_clock * 1e6 if memory_clock else None,
        power_w=power or None,
        temperature_c=int(temperature) if temperature is not None else None,
        throttled=reasons(told[active]),
    )


def reasons(active: str) -> list[str]:
    """The reasons whose bits stand in `active`, a hexadecimal number; none where it is none."""
    try:
        bits = int(active, 16)
    except ValueError:
        return []
    return [name for bit, name in enumerate(_REASONS) if bits >> bit & 1]


def _number(told: str | None) -> float | None:
    with suppress(ValueError, TypeError):
        return float(told)  # type: ignore[arg-type]
    return None


def _or_none(measure: Callable[[], float]) -> float | None:
    """What it finds; None where it needs what is not here: a compiler, more memory. A GPU that failed raises."""
    try:
        return measure()
    except Exception:
        torch.cuda.synchronize()
        return None


def _best_s(calls: list[Call]) -> float:
    steady = Steady(calls)
    for _ in range(_VISITS):
        steady.visit()
    return min(steady.times_s)


def _launch_s(empty: Call) -> float:
    """The host's time for one of many launches that it does not wait for; fewer than the queue holds."""
    count, found = 500, []
    for _ in range(_VISITS):
        torch.cuda.synchronize()
        start = time.perf_counter()
        for _ in range(count):
            empty()
        found.append((time.perf_counter() - start) / count)
    torch.cuda.synchronize()
    return min(found)


def _copy_bytes_per_s(memory_bytes: int) -> float:
    size = min(_COPY_BYTES, memory_bytes // 8)
    here = torch.empty(size, dtype=torch.uint8, device="cuda")
    there = torch.empty_like(here)
    return 2 * size / _best_s([lambda: there.copy_(here)])


def _fma_flops_per_s(multiprocessors: int) -> float:
    from . import ceilings_triton

    launch = ceilings_triton.multiply_adds(multiprocessors)
    return launch.work / _best_s([launch.call])


def _l2_bytes_per_s(multiprocessors: int, l2_bytes: int) -> float:
    from . import ceilings_triton

    launch = ceilings_triton.reads(multiprocessors, l2_bytes)
    return launch.work / _best_s([launch.call])


def _latency_s(l2_bytes: int, memory_bytes: int) -> float:
    from . import ceilings_triton

    launch = ceilings_triton.visits(l2_bytes, memory_bytes)
    return _best_s([launch.call]) / launch.work
