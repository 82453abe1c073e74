"""Triton's kernels compiled for GPUs that are not there: what is promised of them can be checked anywhere."""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import torch
import triton
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource
from triton.tools.tensor_descriptor import TensorDescriptor

from talk.paths import CACHE

from ..record import Compiled
from . import sass
from .circle6_triton import Precision, Product, Tiles, candidates, launch_of
from .operands import Shape
from .tuning import Card, Launch

# An A100, an A10, an L4, an H200 and a B200.
CARDS = {
    card.arch: card
    for card in (
        Card(80, 166_912, 108),
        Card(86, 101_376, 72),
        Card(89, 101_376, 58),
        Card(90, 232_448, 132),
        Card(100, 232_448, 148),
    )
}
_RECORDED = {80: 1, 86: 1, 90: 3}  # architecture → how many candidates of a contender a record tells of
_SQUARE, _LOW = (4096, 4096, 4096), (121, 2048, 512)
_TENSOR = ("HGMMA", "UTCHMMA", "HMMA")
_LOADS = ("UTMALDG", "LDGSTS.128", "LDGSTS", "LDG.128", "LDG")
_WORDS = {torch.float32: "fp32", torch.bfloat16: "bf16", torch.float16: "fp16", torch.int32: "i32"}

triton.knobs.cache.dir = str(CACHE / "triton")  # what was compiled once is kept where all is that can be made again


def contenders() -> dict[str, Product]:
    """What each contender asks Triton for, of tensors that have a shape and no numbers."""
    several: tuple[Precision, ...] = ("tf32x3", "bf16x3", "bf16x6")
    return {
        "gpu_triton": _product(_SQUARE),
        **{f"gpu_triton_{precision}": _product(_SQUARE, precision=precision) for precision in several},
        "gpu_triton_tf32": _product(_SQUARE, precision="tf32"),
        "gpu_triton_tf32_transposed": _product(_SQUARE, precision="tf32", transposed=True),
        "gpu_triton_bfloat16": _product(_SQUARE, torch.bfloat16),
        "gpu_silu": _product(_LOW, silu=True),
    }


def _product(
    shape: Shape,
    dtype: torch.dtype = torch.float32,
    *,
    precision: Precision = "ieee",
    transposed: bool = False,
    silu: bool = False,
) -> Product:
    n, m, p = shape
    a, b, out = (torch.empty(size, dtype=dtype, device="meta") for size in ((n, m), (m, p), (n, p)))
    bias = torch.empty(p, device="meta") if silu else None
    return Product(a, b.T.contiguous().T if transposed else b, out, bias, precision)


def all_compiled() -> list[Compiled]:
    """The first candidates of every contender for some architectures, as a record tells of it."""
    asked = [
        (name, product, tiles, arch)
        for arch, most in _RECORDED.items()
        for name, product in contenders().items()
        for tiles in recorded(product, arch)[:most]
    ]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(lambda each: described(*each), asked))


def recorded(product: Product, arch: int) -> list[Tiles]:
    """Candidates, of those that a record cannot tell apart the first one."""
    told: dict[tuple[int, ...], Tiles] = {}
    for tiles in candidates(product, CARDS[arch]):
        told.setdefault((tiles.tall, tiles.wide, tiles.deep, tiles.num_warps, tiles.num_stages), tiles)
    return list(told.values())


def described(name: str, product: Product, tiles: Tiles, arch: int) -> Compiled:
    """What came out of the compiler. Where a program goes from tile to tile, its loop has the end of a tile in it."""
    kernel = compiled(launch_of(product, tiles), arch)
    code = sass.read(kernel.asm["cubin"])
    tensor = next((each for each in _TENSOR if sass.count(code.loop, each)), None)
    load = next((each for each in _LOADS if sass.count(code.loop, each)), None)
    return Compiled(
        name=name,
        arch=f"sm_{arch}",
        tile=f"{tiles.tall}x{tiles.wide}x{tiles.deep}",
        threads=32 * tiles.num_warps,
        stages=tiles.num_stages,
        registers=code.registers,
        stack_bytes=code.stack_bytes,
        shared_bytes=kernel.metadata.shared,
        instructions=len(code.loop),
        multiplications=sum(sass.count(code.loop, each) for each in ([tensor] if tensor else ["FFMA", "FFMA2"])),
        fetches=sass.count(code.loop, load) if load else 0,
        tensor=tensor,
        load=load,
    )


def compiled(launch: Launch, arch: int) -> Any:
    """The kernel as Triton compiles it for this architecture, 90 for sm_90."""
    signature: dict[str, str] = {}
    constants: dict[tuple[int], Any] = {}
    attributes: dict[tuple[int], list[list[Any]]] = {}
    for index, parameter in enumerate(launch.kernel.params):
        argument = launch.arguments[parameter.name]
        signature[parameter.name] = "constexpr" if parameter.is_constexpr else _word(argument)
        if signature[parameter.name] == "constexpr":
            constants[index,] = argument
        elif isinstance(argument, torch.Tensor) or (isinstance(argument, int) and argument % 16 == 0):
            attributes[index,] = [["tt.divisibility", 16]]
    options = {"num_warps": launch.num_warps, "num_stages": launch.num_stages}
    source = ASTSource(fn=launch.kernel, signature=signature, constexprs=constants, attrs=attributes)
    return triton.compile(source, target=GPUTarget("cuda", arch, 32), options=options)


def _word(argument: Any) -> str:
    """The type of an argument in Triton's words. One is a constant: it is the stride of what lies side by side."""
    if isinstance(argument, TensorDescriptor):
        return f"tensordesc<{_WORDS[argument.base.dtype]}{argument.block_shape}>"
    if isinstance(argument, torch.Tensor):
        return f"*{_WORDS[argument.dtype]}"
    return "constexpr" if argument == 1 else "i32"
