"""What is promised of Numba's kernels, read off their machine code: no GPU is needed for it."""

import pytest

pytest.importorskip("triton")
pytest.importorskip("numba.cuda")

from experiments.matmul.measure import circle8_gpu, sass
from experiments.matmul.measure.circle6_gpu import GpuStep
from experiments.matmul.measure.compiled_numba import ARCHITECTURES, compiled, described, steps
from experiments.matmul.render.gpu_prediction import _LINES

_REGISTERS = 65536  # of a multiprocessor, on all of these architectures
_BY_FOURS = ("vectorised", "pipelined", "warp_tiles")
_ON_ALL = [(name, arch) for arch in ARCHITECTURES for name in _BY_FOURS]
# Multiply-adds among all instructions of one turn over a tile, and among those of its inner loop.
_SHARES = {
    "naive": (0.12, 0.12),
    "coalesced": (0.12, 0.12),
    "shared": (0.23, 0.23),
    "thread_tile": (0.58, 0.73),
    "vectorised": (0.8, 0.9),
    "pipelined": (0.79, 0.88),
    "warp_tiles": (0.86, 0.93),
}


def test_every_step_is_one_that_is_measured() -> None:
    measured = [entry.name for entry in circle8_gpu.entries() if entry.package == "numba-cuda"]
    assert [f"gpu_{name}" for name in steps()] == measured
    assert list(_SHARES) == list(steps())


@pytest.mark.parametrize("name", _SHARES)
def test_instructions_beside_the_multiply_adds_stay_few(name: str) -> None:
    whole, inner = _SHARES[name]
    assert described(name, 90).fma_share >= whole
    assert compiled(name, 90).share("FFMA") >= inner


@pytest.mark.parametrize(("name", "arch"), [*_ON_ALL, ("thread_tile", 90), ("shared", 90), ("coalesced", 90)])
def test_nothing_is_spilled(name: str, arch: int) -> None:
    code = compiled(name, arch)
    assert code.stack_bytes == 0
    assert not any(each.is_("LDL") or each.is_("STL") for each in code.body)


@pytest.mark.parametrize(("name", "arch"), [*_ON_ALL, ("thread_tile", 90)])
def test_two_blocks_fit_in_a_multiprocessor(name: str, arch: int) -> None:
    step: GpuStep = steps()[name]
    assert 2 * step.threads * compiled(name, arch).registers <= _REGISTERS


@pytest.mark.parametrize(("name", "arch"), _ON_ALL)
def test_memory_is_read_and_written_by_fours(name: str, arch: int) -> None:
    code = compiled(name, arch)
    for instruction in ("LDG", "LDS", "STG"):
        assert sass.count(code.body, instruction) == sass.count(code.body, f"{instruction}.128") > 0
    # For every step of the sum a thread reads its rows and columns by fours: 8 and 8 of them, or 16 and 8.
    loads, multiplications = (6, 128) if name == "warp_tiles" else (4, 64)
    assert sass.count(code.loop, "LDS") * multiplications == sass.count(code.loop, "FFMA") * loads


@pytest.mark.parametrize(("name", "arch"), _ON_ALL)
def test_lines_are_promised_by_what_the_machine_code_asks_for(name: str, arch: int) -> None:
    """Sixteen bytes for each thread of a warp are two lines, for half of its threads ask for the same."""
    loop = compiled(name, arch).loop
    assert 2 * sass.count(loop, "LDS.128") / sass.count(loop, "FFMA") == _LINES[f"gpu_{name}"]


@pytest.mark.parametrize(("name", "barriers"), [("shared", 2), ("vectorised", 2), ("pipelined", 1), ("warp_tiles", 1)])
def test_a_turn_over_a_tile_waits_for_so_many_barriers(name: str, barriers: int) -> None:
    assert sass.count(compiled(name, 90).around, "BAR") == barriers


@pytest.mark.parametrize("name", ["pipelined", "warp_tiles"])
def test_the_next_tile_is_asked_for_before_this_one_is_multiplied(name: str) -> None:
    turn = [each.opcode.split(".")[0] for each in compiled(name, 90).around]
    assert turn.index("BAR") < turn.index("LDG") < turn.index("FFMA")
