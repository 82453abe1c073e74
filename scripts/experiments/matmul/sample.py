"""A made record with every part that a matmul record may have, in numbers that can be checked in one's head."""

from .record import (
    Bandwidth,
    Compiled,
    Contender,
    Distributed,
    Gpu,
    GpuState,
    Level,
    Matmul,
    Peak,
    Point,
    Prices,
    Tiling,
    Traffic,
    Walk,
)
from .render.steps import STEPS, Step

# GFLOP/s, sides of squares, and bytes asked for each operation, where a step has others than most.
_GIGA_FLOPS = {
    "python": 0.01,
    "compiled": 1.0,
    "strassen": 2.0,
    "order": 10.0,
    "blocking": 20.0,
    "registers": 60.0,
    "packing": 80.0,
    "overlap": 90.0,
    "strassen_over_tiles": 81.0,
    "threads": 180.0,
    "torch_one_thread": 50.0,
    "numpy_one_thread": 75.0,
    "torch_all_threads": 150.0,
    "numpy_all_threads": 120.0,
    "int8": 360.0,
    "bfloat16": 90.0,
    "gpu_triton": 900.0,
    "gpu_triton_bfloat16": 5200.0,
    "cublas": 1000.0,
    "cublas_bfloat16": 5000.0,
}
_SIDES = {"python": (128,), "compiled": (128, 512), "int8": (1024,), "bfloat16": (1024,)}
_ASKED = {"python": 4.0, "compiled": 4.0, "strassen": 4.0, "order": 6.0, "blocking": 6.0}
_ERRORS = {"strassen": 1e-5, "int8": 1e-2, "bfloat16": 4e-3}
# GFLOP/s at the Conformer's products, where a step is not so fast at each: 24 × 512 × 2048, 121 × 512 × 2048.
_TALL = ((24, 512, 2048), (121, 512, 2048))
_TALL_GIGA_FLOPS = {
    "threads": (20.0, 40.0),
    "searched": (25.0, 40.0),
    "silu_separate": (10.0, 20.0),
    "silu_unfused": (20.0, 32.0),
}


def sample() -> Matmul:
    """The data of a machine with two cores and two GPUs, where everything was measured."""
    return Matmul(
        tiling=Tiling(
            rows=6,
            columns=64,
            lanes=16,
            block_depth=512,
            block_columns=256,
            l1_bytes=48 << 10,
            l2_bytes=1280 << 10,
            l3_bytes=48 << 20,
        ),
        contenders=[_contender(step) for step in STEPS],
        peaks=[
            Peak(
                device="cpu",
                threads=1,
                flops_per_s=102e9,
                after_products_flops_per_s=95e9,
                median_flops_per_s=100e9,
                tile_flops_per_s=94e9,
            ),
            Peak(device="cpu", threads=2, flops_per_s=204e9, median_flops_per_s=200e9, tile_flops_per_s=188e9),
        ],
        bandwidths=[each for threads in (1, 2) for each in _bandwidths(threads)],
        distributed=[
            distributed(sent_bytes=1010),
            distributed(killed=3, restarts=1, resumed_at=2),
            distributed(device="cuda"),
        ],
        prices=Prices(
            operator_call_s=1e-6,
            fresh_page_s=5e-7,
            page_bytes=4096,
            threads_start_s=2e-6,
            addition_s=1e-9,
            row_update_s=1e-10,
            short_sum_s=8e-10,
        ),
        walks=[Walk(n=512, width=1, line_s=7e-10), Walk(n=1024, width=64, line_s=4e-9)],
        gpu=Gpu(
            capability="9.0",
            multiprocessors=10,
            clock_hz=1e9,
            l2_bytes=6 << 20,
            memory_bytes=16 << 30,
            fma_flops_per_s=2e12,
            copy_bytes_per_s=4e11,
            l2_bytes_per_s=8e11,
            launch_s=1e-5,
            kernel_s=2e-6,
            before=GpuState(clock_hz=3e8, memory_clock_hz=1e9, power_w=70.0, temperature_c=30, throttled=["gpu_idle"]),
            after=GpuState(clock_hz=1e9, memory_clock_hz=1e9, power_w=300.0, temperature_c=50, throttled=[]),
            latency_s=5e-7,
        ),
        compiled=[
            compiled("gpu_naive"),
            compiled("gpu_triton", tile="128x128x32", stages=3),
            compiled("gpu_triton_bfloat16", tile="128x256x64", stages=3, tensor="HGMMA", load="UTMALDG"),
        ],
    )


def point(
    n: int,
    giga_flops: float,
    m: int | None = None,
    p: int | None = None,
    error: float = 1e-6,
    host_s: float | None = None,
) -> Point:
    """A product of this shape, a square where only n is given. Its time is the median of three, the others 10 % off.

    The host waits for it `host_s` longer, where that is given.
    """
    m, p = m or n, p or n
    time_s = 2 * n * m * p / (giga_flops * 1e9)
    times_s = [0.9 * time_s, 1.1 * time_s, time_s]
    return Point(n=n, m=m, p=p, times_s=times_s, error=error, host_time_s=host_s + time_s if host_s else None)


def compiled(name: str, **changed: object) -> Compiled:
    """A compiled kernel, half of whose loop multiplies, with some fields `changed`."""
    fields = {
        "name": name,
        "arch": "sm_90",
        "tile": "",
        "threads": 256,
        "stages": None,
        "registers": 128,
        "stack_bytes": 0,
        "shared_bytes": 16 << 10,
        "instructions": 100,
        "multiplications": 50,
        "fetches": 8,
        "tensor": None,
        "load": "LDG.128",
    }
    return Compiled(**fields | changed)  # type: ignore[arg-type]


def distributed(**changed: object) -> Distributed:
    """A product over four processes, with some fields `changed`."""
    fields = {
        "grid_rows": 2,
        "grid_columns": 2,
        "n": 1024,
        "steps": 4,
        "time_s": 0.5,
        "sent_bytes": None,
        "predicted_bytes": 1000,
        "killed": None,
        "restarts": 0,
        "resumed_at": 0,
        "error": 1e-6,
    }
    return Distributed(**fields | changed)  # type: ignore[arg-type]


def _contender(step: Step) -> Contender:
    points = []
    host_s = 1e-5 if step.device == "cuda" else None
    if step.squares:
        sides = _SIDES.get(step.name, (512, 1024) if step.device == "cpu" else (1024, 4096, 8192))
        error = _ERRORS.get(step.name, 1e-6)
        points += [point(side, _GIGA_FLOPS.get(step.name, 50.0), error=error, host_s=host_s) for side in sides]
    if step.tall:
        rates = _TALL_GIGA_FLOPS.get(step.name, (40.0, 40.0))
        points += [point(n, rate, m, p, host_s=host_s) for (n, m, p), rate in zip(_TALL, rates, strict=True)]
    return Contender(
        name=step.name,
        circle=step.circle,
        device=step.device,
        threads=2 if step.all_threads else 1,
        dtype=step.dtype,
        library=step.library,
        bytes_asked_per_flop=_ASKED.get(step.name, 0.4) if step.device == "cpu" and not step.library else None,
        points=points,
        skipped=None,
    )


def _bandwidths(threads: int) -> list[Bandwidth]:
    levels: list[tuple[Level, int, float]] = [
        ("l1", 24 << 10, 300e9),
        ("l2", 600 << 10, 100e9),
        ("l3", 6 << 20, 20e9),
        ("memory", 200 << 20, 10e9),
    ]
    # A core stores half as much as it loads, and both at once are the most.
    shares: dict[Traffic, float] = {"load": 1.0, "store": 0.5, "update": 1.5}
    return [
        Bandwidth(
            level=level,
            threads=threads,
            size_bytes=size_bytes,
            bytes_per_s=1.1 * share * loads,
            median_bytes_per_s=share * loads,
            traffic=traffic,
        )
        for level, size_bytes, loads in levels
        for traffic, share in shares.items()
    ]
