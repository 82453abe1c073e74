"""Kernels that do one thing only: multiply-adds on registers, reads of what lies in the L2, and waits for memory."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import triton
import triton.language as tl

_PROGRAMS = 16  # on each multiprocessor, one after another: the last ones waste little
_NUMBERS = 1024  # of a program, eight for each of its threads: so many chains that wait for nobody
_UNROLLED = 16
_TURNS = 4096
# Requests for one line that meet on their way to the L2 are joined: so few readers, so far apart, seldom meet.
_READERS, _READ, _READ_TURNS = 2, 4096, 4096
_LINE = 32  # numbers, of 128 bytes
_CHASED, _CHASE_TURNS = 16, 4096  # sizes of L2: hardly any of so much lies in it


@dataclass(frozen=True)
class Work:
    """A launch, and how many operations, bytes or visits it is."""

    call: Callable[[], object]
    work: float


@triton.jit  # type: ignore[untyped-decorator,unused-ignore]
def fma_kernel(out, factor, turns, numbers: tl.constexpr, unrolled: tl.constexpr):  # type: ignore[no-untyped-def]
    """`turns` × `unrolled` multiply-adds of each number."""
    at = tl.program_id(0) * numbers + tl.arange(0, numbers)
    x = at.to(tl.float32)
    f = x * 0.0 + factor
    for _ in range(turns):
        for _ in tl.static_range(unrolled):
            x = tl.fma(x, f, f)
    tl.store(out + at, x)


@triton.jit  # type: ignore[untyped-decorator,unused-ignore]
def read_kernel(numbers, out, blocks, turns, width: tl.constexpr):  # type: ignore[no-untyped-def]
    """Each program reads `turns` blocks one after another, past the L1, from a place of its own on."""
    at = tl.arange(0, width)
    total = tl.zeros((width,), tl.float32)
    block = tl.program_id(0) * blocks // tl.num_programs(0)
    for _ in range(turns):
        total += tl.load(numbers + block * width + at, cache_modifier=".cg")
        block = (block + 1) % blocks
    tl.store(out + tl.program_id(0) * width + at, total)


@triton.jit  # type: ignore[untyped-decorator,unused-ignore]
def chase_kernel(numbers, place, turns):  # type: ignore[no-untyped-def]
    """Each number is the place of the next: the last one's is where the next launch goes on."""
    at = tl.load(place)
    for _ in range(turns):
        at = tl.load(numbers + at, cache_modifier=".cg")
    tl.store(place, at)


def ring(lines: int, device: str) -> torch.Tensor:
    """Numbers that lead once through all lines, in no order that anybody could guess, and back to the first."""
    order = torch.randperm(lines, device=device, dtype=torch.int32) * _LINE
    numbers = torch.zeros(lines * _LINE, device=device, dtype=torch.int32)
    numbers[order.long()] = order.roll(-1)
    return numbers


def multiply_adds(multiprocessors: int) -> Work:
    """Independent float32 FMAs on all multiprocessors: how many operations."""
    programs = multiprocessors * _PROGRAMS
    out = torch.empty(programs * _NUMBERS, device="cuda")

    def call() -> None:
        fma_kernel[(programs,)](out, 0.5, _TURNS, numbers=_NUMBERS, unrolled=_UNROLLED, num_warps=4)

    return Work(call, 2.0 * programs * _NUMBERS * _UNROLLED * _TURNS)


def reads(multiprocessors: int, l2_bytes: int) -> Work:
    """Reads of a quarter of the L2, over and over: how many bytes."""
    programs = multiprocessors * _READERS
    blocks = max(1, l2_bytes // 4 // (4 * _READ))
    numbers = torch.zeros(blocks * _READ, device="cuda")
    out = torch.empty(programs * _READ, device="cuda")

    def call() -> None:
        read_kernel[(programs,)](numbers, out, blocks, _READ_TURNS, width=_READ, num_warps=8)

    return Work(call, 4.0 * programs * _READ * _READ_TURNS)


def visits(l2_bytes: int, memory_bytes: int) -> Work:
    """Reads from memory, each of which waits for the one before it: how many."""
    lines = min(_CHASED * l2_bytes, memory_bytes // 8) // (4 * _LINE)
    numbers, place = ring(lines, "cuda"), torch.zeros(1, device="cuda", dtype=torch.int32)

    def call() -> None:
        chase_kernel[(1,)](numbers, place, _CHASE_TURNS, num_warps=1)

    return Work(call, float(_CHASE_TURNS))
