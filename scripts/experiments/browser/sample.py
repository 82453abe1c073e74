"""A made record with every part that a browser's record may have, in numbers that can be checked in one's head."""

from .record import (
    Adapter,
    Agent,
    Bandwidth,
    Batch,
    Browser,
    Device,
    Dtype,
    Gradient,
    Launch,
    Missing,
    Peak,
    Point,
    Step,
    Tried,
)

_SIDES = (128, 256, 512, 1024)


def sample() -> Browser:
    """The data of a browser with four threads and a graphics card, where all but one step was measured."""
    return Browser(
        agent=Agent(browser="Chromium", version="150", platform="Linux", mobile=False),
        threads=4,
        isolated=False,
        sharing="copies",
        simd=True,
        relaxed=True,
        clock_grain_s=1e-4,
        adapter=Adapter(
            vendor="example",
            architecture="made-up",
            fallback=False,
            features=["shader-f16", "timestamp-query"],
            timing="timestamps",
        ),
        no_adapter=None,
        steps=[
            _step("javascript", 1, 1.0, dtype="float64", asked=8.0, most=256),
            _step("compiled", 2, 2.0, asked=4.0, most=512),
            _step("strassen", 3, 2.5, asked=4.0, most=512),
            _step("order", 4, 10.0, asked=6.0),
            _step("registers", 4, 40.0, asked=0.75, tile="4x8"),
            _step("packing", 4, 50.0, asked=0.75, tile="4x8"),
            _step("threads", 5, 160.0, threads=4, asked=0.75, tile="4x8"),
            _step("gpu_naive", 6, 100.0, device="gpu", asked=4.0),
            _step("gpu_coalesced", 6, 400.0, device="gpu", asked=4.0),
            _step("gpu_workgroup", 6, 800.0, device="gpu", asked=0.25),
            _step("gpu_thread", 6, 2000.0, device="gpu", asked=0.125, tile="4x4"),
            _step("gpu_vec4", 6, 3000.0, device="gpu", asked=0.125, tile="4x8"),
            _step("gpu_half", 8, 5000.0, device="gpu", dtype="float16", asked=0.0625, tile="4x8"),
            Step(
                name="gpu_subgroups",
                circle=8,
                device="gpu",
                threads=1,
                dtype="float32",
                tile="4x8",
                bytes_asked_per_flop=0.125,
                points=[],
                skipped="no_feature:subgroups",
            ),
        ],
        tried=[
            Tried(tile="4x8", fused=True, flops_per_s=50e9),
            Tried(tile="4x8", fused=False, flops_per_s=30e9),
            Tried(tile="6x8", fused=True, flops_per_s=40e9),
        ],
        peaks=[
            _peak("cpu", 1, 60e9, fused=True),
            _peak("cpu", 1, 32e9, fused=False),
            _peak("cpu", 4, 220e9, fused=True),
            _peak("gpu", 1, 8e12, fused=True),
            _peak("gpu", 1, 16e12, fused=True, dtype="float16"),
        ],
        bandwidths=[
            Bandwidth(device="cpu", threads=1, size_bytes=16 << 10, bytes_per_s=100e9),
            Bandwidth(device="cpu", threads=1, size_bytes=32 << 20, bytes_per_s=12e9),
            Bandwidth(device="cpu", threads=4, size_bytes=32 << 20, bytes_per_s=20e9),
            Bandwidth(device="gpu", threads=1, size_bytes=64 << 20, bytes_per_s=400e9),
        ],
        launch=Launch(dispatch_s=2e-5, wait_s=1e-3),
        addmm=[
            Batch(
                device="gpu",
                batch=batch,
                rows=100 * batch,
                inner=512,
                columns=512,
                times_s=[2e-5 + 2 * 100 * batch * 512 * 512 / 3e12] * 3,
            )
            for batch in (1, 2, 4, 8, 16, 32, 64)
        ],
        gradients=[
            Gradient(device="cpu", n=512, forward_times_s=[0.005] * 3, backward_times_s=[0.01] * 3),
            Gradient(device="gpu", n=1024, forward_times_s=[0.001] * 3, backward_times_s=[0.002] * 3),
        ],
        missing=[Missing(part="addmm", device="cpu", reason="no_time")],
        rounds=[60e9, 60e9, 57e9],
        took_s=10.0,
    )


def _step(
    name: str,
    circle: int,
    giga: float,
    *,
    device: Device = "cpu",
    threads: int = 1,
    dtype: Dtype = "float32",
    asked: float,
    tile: str | None = None,
    most: int = 1024,
) -> Step:
    points = [
        Point(n=n, m=n, p=n, times_s=[2 * n**3 / (giga * 1e9)] * 3, error=1e-3 if dtype == "float16" else 1e-6)
        for n in _SIDES
        if n <= most
    ]
    return Step(
        name=name,
        circle=circle,
        device=device,
        threads=threads,
        dtype=dtype,
        tile=tile,
        bytes_asked_per_flop=asked,
        points=points,
        skipped=None,
    )


def _peak(device: Device, threads: int, flops_per_s: float, *, fused: bool, dtype: Dtype = "float32") -> Peak:
    return Peak(
        device=device,
        threads=threads,
        dtype=dtype,
        fused=fused,
        flops_per_s=flops_per_s,
        median_flops_per_s=flops_per_s * 0.98,
    )
