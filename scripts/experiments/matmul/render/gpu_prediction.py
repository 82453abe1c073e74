"""What each step on a GPU should reach, from what came out of its compiler and from the chip's numbers.

A kernel's main loop has so many instructions, of which so many multiply: a multiprocessor issues four a clock, so the
rest of them is what arithmetic loses. It asks for so many lines of its nearest memory, of which one a clock is served.
Its blocks lie on so many multiprocessors, and the card ends with its last one. Nothing is fitted; nothing is run.
"""

from dataclasses import dataclass
from statistics import median
from typing import Literal

from shared.data_sheets import CARDS
from talk.records.schema import AnyRecord
from talk.render.prediction import Prediction
from talk.words import NBSP

from ..record import FLOPS_PER_CLOCK, Compiled, Contender, Dtype, Gpu, Matmul, Point
from .prediction import NEAR
from .steps import STEPS

Bound = Literal["arithmetic", "issue", "lines", "l2", "memory", "blocks"]
BOUNDS: dict[Bound, str] = {
    "arithmetic": "арифметика",
    "issue": "выдача инструкций",
    "lines": "общая память и L1",
    "l2": "L2",
    "memory": "память карты",
    "blocks": "карте не хватает блоков",
}

_WARP = 32
_SCHEDULERS = 4  # of a multiprocessor, each of which issues an instruction a clock
_REGISTERS, _ROUNDED_TO = 65_536, 8  # of a multiprocessor, and a thread takes whole eights of them

# What is suspected where a step is slower than promised, and where it is faster.
_SPLITS = "числа раскладывают на части обычные инструкции, и в счёт умножений они не входят"
_SLOWER = {
    "gpu_coalesced": "варпы стоят в очереди к L1, а считать им пока нечего",
    "gpu_shared": "весь блок ждёт у барьера, пока приедет плитка",
    "gpu_thread_tile": "весь блок ждёт у барьера, пока приедет плитка",
    "gpu_vectorised": "следующая плитка не едет, пока считается эта",
    "gpu_triton_tf32x3": _SPLITS,
    "gpu_triton_bf16x3": _SPLITS,
    "gpu_triton_bf16x6": _SPLITS,
    "gpu_triton_tf32": "B лежит строками, а тензорному ядру нужны столбцы, и везут её по одному числу",
}
_WAITS = "варпы ждут памяти дольше, чем считают соседние"
_FASTER = "повторные чтения попадают в кэш поближе, чем обещано"


def _called(capability: str) -> str:
    """An architecture as compilers call it."""
    return f"sm_{capability.replace('.', '')}"


# FMA units of a multiprocessor, the most of its threads and of its shared memory, by architecture.
_UNITS = {_called(capability): rates["float32"] // 2 for capability, rates in FLOPS_PER_CLOCK.items()} | {"sm_120": 128}
_THREADS = {"sm_75": 1024, "sm_80": 2048, "sm_86": 1536, "sm_89": 1536, "sm_90": 2048, "sm_100": 2048, "sm_120": 1536}
_SHARED_KB = {"sm_75": 64, "sm_80": 164, "sm_86": 100, "sm_89": 100, "sm_90": 228, "sm_100": 228, "sm_120": 100}

_TITLES = {step.name: step.title for step in STEPS}

# The side of the square of C that a block of threads computes, where the kernel is not cut up by a tuner.
_TILES = {"gpu_naive": 32, "gpu_coalesced": 32, "gpu_shared": 32}
_TILE = 128
# Lines of L1 or shared memory that a warp asks for with each of its multiply-adds. A column of A is a line for every
# thread; a row of B is one, and a number for all of them is one. A tile of 8 × 8 numbers of a thread asks for 16 with
# 64 multiply-adds, one by one; by fours for 4 of two lines each, and one of 16 × 8 for 6 with 128.
_LINES = {
    "gpu_naive": 33.0,
    "gpu_coalesced": 2.0,
    "gpu_shared": 1.25,
    "gpu_thread_tile": 16 / 64,
    "gpu_vectorised": 8 / 64,
    "gpu_pipelined": 8 / 64,
    "gpu_warp_tiles": 12 / 128,
}
# Passes of the tensor core over shorter numbers that make one product, and the numbers, by the end of a step's name.
_PASSES: dict[str, tuple[int, Dtype]] = {"tf32x3": (3, "tf32"), "bf16x3": (3, "bfloat16"), "bf16x6": (6, "bfloat16")}


@dataclass(frozen=True)
class Chip:
    """A GPU by its numbers. `measured`: they are its own, else the data sheet's."""

    title: str
    arch: str
    multiprocessors: int
    fma_flops_per_s: float
    bytes_per_s: float
    l2_bytes_per_s: float | None
    tensor_flops_per_s: dict[Dtype, float]
    measured: bool = False

    @property
    def lanes(self) -> int:
        """FMA units of a multiprocessor."""
        return _UNITS[self.arch]

    @property
    def lines_per_s(self) -> float:
        """Lines of L1 or shared memory: one a clock of each multiprocessor, the clock by what its FMA units reach."""
        return self.fma_flops_per_s / (2 * self.lanes)

    @property
    def issued_flops_per_s(self) -> float:
        """FLOP/s, were each instruction that a warp issues a multiply-add."""
        return self.lines_per_s * _SCHEDULERS * 2 * _WARP


def _promised(name: str, title: str, arch: str, tensor_flops_per_s: dict[Dtype, float]) -> Chip:
    """A chip by its data sheet; tensor cores without sparsity."""
    sheet = CARDS[name]
    return Chip(title, arch, sheet.multiprocessors, sheet.flops_per_s, sheet.bytes_per_s, None, tensor_flops_per_s)


TALKS_CARD = _promised("NVIDIA GeForce RTX 3090 Ti", "RTX 3090 Ti", "sm_86", {"tf32": 40e12, "bfloat16": 80e12})
CHIPS = (
    TALKS_CARD,
    _promised("NVIDIA A100-SXM4-80GB", "A100", "sm_80", {"tf32": 156e12, "bfloat16": 312e12}),
    _promised("NVIDIA H200", "H200", "sm_90", {"tf32": 495e12, "bfloat16": 989e12}),
)


def chip_of(record: AnyRecord) -> Chip | None:
    """The record's GPU by its own ceilings; None where it has none, or of an architecture that nobody described."""
    gpu: Gpu | None = record.data.gpu
    if gpu is None or gpu.fma_flops_per_s is None or gpu.copy_bytes_per_s is None or arch_of(gpu) not in _UNITS:
        return None
    shorter: tuple[Dtype, ...] = ("tf32", "bfloat16")
    # Under tensor cores a card reaches its power limit, and lowers its clock.
    loaded = gpu.after.clock_hz if gpu.after is not None else None
    slower = min(1.0, loaded / gpu.clock_hz) if loaded and gpu.clock_hz else 1.0
    tensor = {dtype: slower * rate for dtype in shorter if (rate := gpu.passport(dtype)) is not None}
    return Chip(
        record.machine.gpu or "GPU",
        arch_of(gpu),
        gpu.multiprocessors,
        gpu.fma_flops_per_s,
        gpu.copy_bytes_per_s,
        gpu.l2_bytes_per_s,
        tensor,
        measured=True,
    )


def arch_of(gpu: Gpu) -> str:
    """The architecture as compilers call it: sm_90 of 9.0."""
    return _called(gpu.capability)


@dataclass(frozen=True)
class Promise:
    """What a square product of side `n` should reach on a chip, and what holds it there."""

    flops_per_s: float
    binds: Bound


@dataclass(frozen=True)
class Kept:
    """A promise for the measured card, and what was measured at the same side."""

    name: str
    point: Point
    promise: Promise

    @property
    def ratio(self) -> float:
        """Measured to promised speed."""
        return self.point.flops_per_s / self.promise.flops_per_s

    @property
    def holds(self) -> bool:
        """Whether the promise came true, up to a quarter."""
        return abs(self.ratio - 1) <= NEAR

    @property
    def suspected(self) -> str | None:
        """Why the promise failed, in words; None where it did not."""
        if self.holds:
            return None
        return _SLOWER.get(self.name, _WAITS) if self.ratio < 1 else _FASTER


def best_compiled(data: Matmul, name: str, arch: str) -> Compiled | None:
    """What came out of the compiler for a contender; of several cuts the largest that spills nothing."""
    found = [each for each in data.compiled if (each.name, each.arch) == (name, arch)]
    return max(found, key=lambda each: (-each.stack_bytes, _area(each), each.fma_share), default=None)


def resident_warps(kernel: Compiled) -> int | None:
    """Warps of the kernel that a multiprocessor holds at once; None for an architecture that nobody described."""
    if kernel.arch not in _UNITS:
        return None
    a_thread = -(-kernel.registers // _ROUNDED_TO) * _ROUNDED_TO
    blocks = min(_REGISTERS // (a_thread * kernel.threads), _THREADS[kernel.arch] // kernel.threads)
    if kernel.shared_bytes:
        blocks = min(blocks, (_SHARED_KB[kernel.arch] << 10) // kernel.shared_bytes)
    return blocks * kernel.threads // _WARP


def promise(data: Matmul, contender: Contender, chip: Chip, n: int) -> Promise | None:
    """What the step should reach on the chip; None where nothing was compiled for it, or its numbers are not known."""
    kernel = best_compiled(data, contender.name, chip.arch)
    if kernel is None or contender.library:
        return None
    flops = 2.0 * n**3
    tall, wide = _sides(kernel)
    needs: dict[Bound, float] = {}
    if kernel.tensor is None:
        needs["arithmetic"] = flops / chip.fma_flops_per_s
        if kernel.fma_share:
            needs["issue"] = flops / (chip.issued_flops_per_s * kernel.fma_share)
    else:
        times, dtype = _PASSES.get(contender.name.rpartition("_")[2], (1, contender.dtype))
        peak = chip.tensor_flops_per_s.get(dtype)
        if peak is None:
            return None
        needs["arithmetic"] = times * flops / peak
    if contender.name in _LINES:
        needs["lines"] = n**3 / _WARP * _LINES[contender.name] / chip.lines_per_s
    size = 2 if contender.dtype == "bfloat16" else 4
    needs["memory"] = size * 3 * n * n / chip.bytes_per_s
    if chip.l2_bytes_per_s is not None:
        needs["l2"] = size * n**3 * (1 / tall + 1 / wide) / chip.l2_bytes_per_s
    binds = max(needs, key=lambda each: needs[each])
    blocks = -(-n // tall) * -(-n // wide)
    full = blocks / (chip.multiprocessors * -(-blocks // chip.multiprocessors))
    return Promise(flops / needs[binds] * full, "blocks" if full < 1 - NEAR else binds)


def kept(record: AnyRecord) -> list[Kept]:
    """The promise for each step that the card has measured and a compiler made for it, at its largest square."""
    chip = chip_of(record)
    found = []
    for contender in record.data.contenders if chip is not None else ():
        if contender.device == "cuda" and contender.squares:
            point = contender.squares[-1]
            promised = promise(record.data, contender, chip, point.n)  # type: ignore[arg-type]  # there are none without
            if promised is not None:
                found.append(Kept(contender.name, point, promised))
    return found


def step_prediction(each: Kept) -> Prediction:
    """The promise as predictions of every kind are told."""
    flops = 2 * each.point.n * each.point.m * each.point.p
    return Prediction(
        name=each.name,
        title=f"{_TITLES[each.name]}, n{NBSP}={NBSP}{each.point.n}",
        measured=flops / each.point.flops_per_s,
        phases=[{each.promise.binds: flops / each.promise.flops_per_s}],
        slower=_SLOWER.get(each.name, _WAITS),
        faster=_FASTER,
        device="cuda",
    )


def middle_deviation(found: list[Kept]) -> float | None:
    """The median of how far measured speeds are from the promised ones; None where there are none."""
    return median(abs(each.ratio - 1) for each in found) if found else None


def _sides(kernel: Compiled) -> tuple[int, int]:
    sides = [int(side) for side in kernel.tile.split("x") if side.isdecimal()]
    if len(sides) >= 2:
        return sides[0], sides[1]
    side = _TILES.get(kernel.name, _TILE)
    return side, side


def _area(kernel: Compiled) -> int:
    tall, wide = _sides(kernel)
    return tall * wide
