"""Circles that are gone through in front of the hall: the best of them against the libraries, the others alone."""

from functools import partial
from statistics import median

from talk.experiment import OnStage

from .experiment import EXPERIMENT, ON_CPU, ON_GPU
from .render.steps import STEPS

# What is measured at once, by the name of its slide's step, and the side of the matrices.
_MEASURED = {
    "python": (("python",), 128),
    "compiled": (("compiled",), 512),
    "strassen": (("strassen",), 1024),
    "order": (("compiled", "order"), 512),
    "blocking": (("order", "blocking"), 1024),
    "registers": (("blocking", "registers"), 1024),
    "packing": (("registers", "packing"), 1024),
    "overlap": (("overlap", "torch_one_thread", "numpy_one_thread"), 1024),
    "threads": (("threads", "torch_all_threads", "numpy_all_threads"), 1024),
}
# Of circle 6 the two steps that compile at once, and the last one against the library.
_ON_GPU, _GPU_SIDE = ("gpu_naive", "gpu_coalesced", "gpu_triton", "cublas"), 2048


def _measure(names: tuple[str, ...], side: int) -> dict[str, float]:
    """Operations a second, of products that were checked first."""
    from talk.measure.machine import current_machine

    from .measure.contenders import all_threads, one_thread
    from .measure.experiment import Plan, measure_shape, thread_limit

    threads = current_machine().cpu_cores if names[0] == "threads" else 1
    entries = [each for each in (*one_thread(), *all_threads()) if each.name in names]
    with thread_limit(threads):
        points = measure_shape(entries, (side, side, side), Plan((side,), 3, {}, 0.6), lambda: None)
    return {_value(name, side): 2 * side**3 / median(point.times_s) for name, point in points.items()}


def _measure_on_gpu(names: tuple[str, ...], side: int) -> dict[str, float]:
    """Operations a second, of products that were checked first and once more in the end. Raises TalkError."""
    import torch

    from talk.errors import TalkError

    from .measure.circle8_gpu import entries
    from .measure.gpu_worker import Left, Measured, _measure_shape

    told: list[object] = []
    present = [each for each in entries() if each.name in names]
    l2_bytes = torch.cuda.get_device_properties(torch.cuda.current_device()).L2_cache_size
    list(_measure_shape(told.append, present, (side, side, side), 3, l2_bytes))
    for each in told:
        if isinstance(each, Left):
            raise TalkError(each.name, each.reason, "run `talk measure matmul`, which measures the others")
    points = next(each.points for each in told if isinstance(each, Measured))
    return {_value(name, side): points[name].flops_per_s for name in names}


def _value(name: str, side: int) -> str:
    return f"{name}.n{side}.flop_rate"


_TITLES = {step.name: step.title for step in STEPS}

ON_STAGE = {
    step: OnStage(
        title=f"матрицы {side} × {side}",
        rows={_value(name, side): _TITLES[name] for name in names},
        measure=partial(_measure, names, side),
        packages={**EXPERIMENT.packages, **ON_CPU},
    )
    for step, (names, side) in _MEASURED.items()
} | {
    "gpu": OnStage(
        title=f"матрицы {_GPU_SIDE} × {_GPU_SIDE}",
        rows={_value(name, _GPU_SIDE): _TITLES[name] for name in _ON_GPU},
        measure=partial(_measure_on_gpu, _ON_GPU, _GPU_SIDE),
        packages={**EXPERIMENT.packages, **ON_GPU},
        device="cuda",
    )
}
