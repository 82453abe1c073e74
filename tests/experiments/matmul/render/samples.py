"""A matmul record of small, round numbers whose every derived value can be checked in one's head."""

from dataclasses import replace

from experiments.matmul.record import Bandwidth, Contender, Distributed, Dtype, Matmul, Peak, Point, Tiling
from talk.records.schema import Record
from talk.records.sources import hash_sources
from tests import samples


def point(n: int, giga_flops: float, m: int | None = None, p: int | None = None, error: float = 1e-6) -> Point:
    """A product of this shape at so many GFLOP/s: the median of three times, the others 10 % off."""
    m, p = m or n, p or n
    time_s = 2 * n * m * p / (giga_flops * 1e9)
    return Point(n=n, m=m, p=p, times_s=[0.9 * time_s, 1.1 * time_s, time_s], error=error)


def contender(
    name: str,
    circle: int,
    points: list[Point],
    threads: int = 1,
    dtype: Dtype = "float32",
    library: bool = False,
    asked: float | None = 4.0,
) -> Contender:
    return Contender(
        name=name,
        circle=circle,
        device="cpu",
        threads=threads,
        dtype=dtype,
        library=library,
        bytes_asked_per_flop=None if library else asked,
        points=points,
        skipped=None,
    )


def matmul() -> Matmul:
    sides = (512, 1024)
    one = [
        contender("python", 1, [point(128, 0.01)]),
        contender("compiled", 2, [point(128, 1.0), point(512, 1.0)]),
        contender("strassen", 3, [point(n, 2.0, error=1e-5) for n in sides]),
        contender("order", 4, [point(n, 10.0) for n in sides], asked=6.0),
        contender("blocking", 4, [point(n, 20.0) for n in sides], asked=6.0),
        contender("registers", 4, [point(n, 60.0) for n in sides], asked=0.4),
        contender("packing", 4, [point(n, 80.0) for n in sides], asked=0.4),
        contender("overlap", 4, [point(n, 90.0) for n in sides], asked=0.4),
        contender("strassen_over_tiles", 3, [point(n, 81.0) for n in sides], asked=0.4),
        contender("torch_one_thread", 9, [point(n, 75.0) for n in sides], library=True),
        contender("numpy_one_thread", 9, [point(n, 60.0) for n in sides], library=True),
    ]
    tall, low = point(121, 40.0, 512, 2048), point(24, 20.0, 512, 2048)
    every = [
        contender("threads", 5, [*(point(n, 180.0) for n in sides), tall, low], 2, asked=0.4),
        contender("searched", 8, [tall, point(24, 25.0, 512, 2048)], 2, asked=0.4),
        contender("torch_all_threads", 9, [*(point(n, 150.0) for n in sides), tall], 2, library=True),
        contender("numpy_all_threads", 9, [*(point(n, 120.0) for n in sides), tall], 2, library=True),
        contender("int8", 8, [point(1024, 360.0, error=1e-2)], 2, "int8", asked=None),
        contender("bfloat16", 8, [point(1024, 90.0, error=4e-3)], 2, "bfloat16", asked=None),
        contender("silu_fused", 8, [point(121, 40.0, 512, 2048)], 2),
        contender("silu_separate", 8, [point(121, 20.0, 512, 2048)], 2, library=True),
    ]
    waiting = Contender(
        name="gpu_triton",
        circle=6,
        device="cuda",
        threads=1,
        dtype="float32",
        library=False,
        bytes_asked_per_flop=None,
        points=[],
        skipped="на этой машине нет GPU с CUDA",
    )
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
        contenders=[*one, *every, waiting],
        peaks=[
            Peak(device="cpu", threads=1, flops_per_s=100e9, after_products_flops_per_s=95e9),
            Peak(device="cpu", threads=2, flops_per_s=200e9),
        ],
        bandwidths=[
            Bandwidth(level="l1", threads=1, size_bytes=24 << 10, bytes_per_s=300e9),
            Bandwidth(level="l2", threads=1, size_bytes=600 << 10, bytes_per_s=100e9),
            Bandwidth(level="l3", threads=1, size_bytes=6 << 20, bytes_per_s=20e9),
            Bandwidth(level="memory", threads=1, size_bytes=200 << 20, bytes_per_s=10e9),
        ],
        distributed=[distributed(None, sent_bytes=1010, resumed_at=0), distributed(3, sent_bytes=None, resumed_at=2)],
    )


def distributed(killed: int | None, sent_bytes: int | None, resumed_at: int) -> Distributed:
    return Distributed(
        grid_rows=2,
        grid_columns=2,
        n=1024,
        steps=4,
        time_s=0.5,
        sent_bytes=sent_bytes,
        predicted_bytes=1000,
        killed=killed,
        restarts=0 if killed is None else 1,
        resumed_at=resumed_at,
        error=1e-6,
    )


def matmul_record() -> Record[Matmul]:
    fresh = samples.record()
    return replace(fresh, experiment="matmul", data=matmul(), code=replace(fresh.code, sources=hash_sources("matmul")))  # type: ignore[arg-type,return-value]
