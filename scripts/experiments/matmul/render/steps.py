"""Who multiplies: one row for every step of the descent and every library, which all values, charts and tests read.

A contender that measuring makes is added to the pages with its row here, and with nothing else.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from talk.errors import TalkError
from talk.records.schema import Device

from ..record import Contender, Dtype, Matmul, Traffic

# Charts and tables by the names of their fragments; "descent" is both pictures of the descent.
Chart = Literal["descent", "all-steps", "one-thread", "sizes", "threads", "roofline", "gpu", "shapes", "bits", "errors"]


@dataclass(frozen=True)
class Step:
    """One contender: what pages call it, and what they show of it. Charts show contenders in the order of the rows.

    `above` is the step that its speed-up is held against, `against` are the libraries that it is compared with.
    `highlighted`: it is the best step of its circle, and charts show it in a colour of its own.
    `traffic` is what its innermost loop does with the memory.
    What the record says of each contender comes last, for the made record: `squares` and `tall` tell whether it
    multiplies square matrices and the Conformer's low and wide ones.
    """

    name: str
    title: str
    circle: int
    above: str | None = None
    against: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    highlighted: bool = False
    traffic: Traffic = "load"
    device: Device = "cpu"
    all_threads: bool = False
    dtype: Dtype = "float32"
    library: bool = False
    squares: bool = True
    tall: bool = False


STEPS = (
    Step("python", "Python", 1, charts=("descent", "all-steps")),
    Step("compiled", "компилятор", 2, above="python", charts=("descent", "all-steps", "roofline", "errors")),
    Step("strassen", "Штрассен", 3, above="compiled", charts=("descent", "all-steps", "roofline", "errors")),
    Step(
        "order", "порядок циклов", 4, above="compiled", charts=("all-steps", "one-thread", "roofline", "errors"),
        traffic="update",
    ),
    Step("blocking", "блоки", 4, above="order", charts=("all-steps", "one-thread", "roofline"), traffic="update"),
    Step("registers", "плитка в регистрах", 4, above="blocking", charts=("all-steps", "one-thread", "roofline")),
    Step("packing", "упаковка", 4, above="registers", charts=("all-steps", "one-thread", "roofline")),
    Step(
        "overlap", "перекрытие", 4, above="packing", against=("torch_one_thread", "numpy_one_thread"), highlighted=True,
        charts=("descent", "all-steps", "one-thread", "sizes", "threads", "roofline", "errors"),
    ),
    Step("strassen_over_tiles", "Штрассен над плитками", 3, above="overlap", charts=("errors",)),
    Step(
        "threads", "все потоки", 5, above="overlap", against=("torch_all_threads", "numpy_all_threads"),
        charts=("descent", "all-steps", "sizes", "threads", "shapes", "bits"), highlighted=True, all_threads=True,
        tall=True,
    ),
    Step("gpu_naive", "поток на число", 6, above="threads", charts=("gpu",), device="cuda"),
    Step("gpu_coalesced", "слитное чтение", 6, above="gpu_naive", charts=("gpu",), device="cuda"),
    Step("gpu_shared", "общая память", 6, above="gpu_coalesced", charts=("gpu",), device="cuda"),
    Step("gpu_thread_tile", "плитка на поток", 6, above="gpu_shared", charts=("gpu",), device="cuda"),
    Step("gpu_vectorised", "по четыре числа", 6, above="gpu_thread_tile", charts=("gpu",), device="cuda"),
    Step("gpu_pipelined", "запрос заранее", 6, above="gpu_vectorised", charts=("gpu",), device="cuda"),
    Step("gpu_warp_tiles", "плитка на варп", 6, above="gpu_pipelined", charts=("gpu",), device="cuda"),
    Step(
        "gpu_triton", "Triton", 6, above="gpu_warp_tiles", against=("cublas",), charts=("descent", "gpu"),
        highlighted=True, device="cuda", tall=True,
    ),
    Step("gpu_triton_tf32x3", "Triton, 3 × TF32", 8, above="gpu_triton", against=("cublas",), device="cuda"),
    Step("gpu_triton_bf16x3", "Triton, 3 × bf16", 8, above="gpu_triton", against=("cublas",), device="cuda"),
    Step("gpu_triton_bf16x6", "Triton, 6 × bf16", 8, above="gpu_triton", against=("cublas",), device="cuda"),
    Step(
        "gpu_triton_tf32", "Triton, TF32", 8, above="gpu_triton", against=("cublas_tf32",), device="cuda", dtype="tf32"
    ),
    Step(
        "gpu_triton_tf32_transposed", "Triton, TF32, Bᵀ", 8, above="gpu_triton_tf32",
        against=("cublas_tf32_transposed",), device="cuda", dtype="tf32",
    ),
    Step(
        "gpu_triton_bfloat16", "Triton, bf16", 8, above="gpu_triton", against=("cublas_bfloat16",), charts=("descent",),
        device="cuda", dtype="bfloat16", tall=True,
    ),
    Step("gpu_silu", "Triton, SiLU внутри", 8, above="cublas_silu", device="cuda", squares=False, tall=True),
    Step("gpu_sparse", "2:4", 8, above="cublas_bfloat16", device="cuda", dtype="bfloat16"),
    Step("searched", "подбор", 8, above="threads", charts=("shapes",), all_threads=True, squares=False, tall=True),
    Step("silu_fused", "SiLU внутри", 8, above="silu_separate", all_threads=True, squares=False, tall=True),
    Step("silu_unfused", "SiLU снаружи", 8, all_threads=True, squares=False, tall=True),
    Step("silu_separate", "addmm и SiLU", 8, all_threads=True, library=True, squares=False, tall=True),
    Step("torch_one_thread", "torch.mm", 9, charts=("all-steps", "one-thread", "errors"), library=True),
    Step("numpy_one_thread", "NumPy", 9, charts=("all-steps", "one-thread"), library=True),
    Step(
        "torch_all_threads", "torch.mm", 9, charts=("all-steps", "threads", "shapes", "bits"),
        all_threads=True, library=True, tall=True,
    ),
    Step(
        "numpy_all_threads", "NumPy", 9, charts=("all-steps", "threads", "shapes", "bits"),
        all_threads=True, library=True, tall=True,
    ),
    Step("bfloat16", "torch.mm, bf16", 8, above="threads", charts=("bits",), all_threads=True, dtype="bfloat16"),
    Step("int8", "torch, int8", 8, above="threads", charts=("descent", "bits"), all_threads=True, dtype="int8"),
    Step("cublas", "cuBLAS", 9, charts=("gpu",), device="cuda", library=True, tall=True),
    Step("cublas_tf32", "cuBLAS, TF32", 9, device="cuda", dtype="tf32", library=True),
    Step("cublas_tf32_transposed", "cuBLAS, TF32, Bᵀ", 9, device="cuda", dtype="tf32", library=True),
    Step("cublas_bfloat16", "cuBLAS, bf16", 9, device="cuda", dtype="bfloat16", library=True, tall=True),
    Step("cublas_silu", "cuBLAS и SiLU", 9, device="cuda", library=True, squares=False, tall=True),
)  # fmt: skip

_BY_NAME = {step.name: step for step in STEPS}


def step_of(contender: Contender) -> Step:
    """The contender's row. Raises TalkError where it has none."""
    if contender.name not in _BY_NAME:
        what = f"STEPS has no row for {contender.name}, which a record has measured"
        raise TalkError(Path(__file__), what, "add its row, with a title and the charts that it stands on")
    return _BY_NAME[contender.name]


def on_chart(chart: Chart, data: Matmul) -> list[Contender]:
    """The contenders of the chart that were measured, in the order of their rows."""
    measured = {each.name: each for each in data.contenders if each.points and chart in step_of(each).charts}
    return [measured[step.name] for step in STEPS if step.name in measured]


# Why a contender has no points, by the kind of the reason that its record gives.
_REASONS = {
    "no_gpu": "на этой машине нет GPU с CUDA",
    "too_old": "эта GPU старше таких чисел",
    "no_package": "пакет {detail} не установлен",
    "out_of_memory": "не хватило памяти",
    "failed": "не запустился: {detail}",
    "broke": "сломался: {detail}",
}


def why_skipped(contender: Contender) -> str:
    """Why the contender was not measured, in words; empty where it was."""
    kind, _, detail = (contender.skipped or "").partition(":")
    return _REASONS[kind].format(detail=detail) if kind else ""
