"""What a step should reach on a GPU: checked against numbers reckoned by hand."""

from dataclasses import replace

import pytest

from experiments.matmul.record import Contender, Matmul
from experiments.matmul.render.gpu_prediction import (
    CHIPS,
    Chip,
    best_compiled,
    chip_of,
    kept,
    promise,
    resident_warps,
)
from experiments.matmul.sample import compiled, sample
from tests.experiments import made_gpu
from tests.experiments.matmul.samples import matmul_record

# 100 multiprocessors of 128 units at a gigahertz.
CHIP = Chip("made", "sm_90", 100, 2 * 128 * 100 * 1e9, 1e12, None, {"bfloat16": 400e12})
DATA = sample()


def contender(name: str) -> Contender:
    return next(each for each in DATA.contenders if each.name == name)


def with_kernel(**changed: object) -> Matmul:
    return replace(DATA, compiled=[compiled(**changed)])


def test_what_does_not_multiply_takes_the_slots_of_what_does() -> None:
    data = with_kernel(name="gpu_triton", tile="128x128x32", instructions=400, multiplications=100)
    found = promise(data, contender("gpu_triton"), CHIP, 12_800)
    # Four instructions a clock, a quarter of which multiply 32 pairs: 64 operations a clock of each multiprocessor.
    assert found.flops_per_s == pytest.approx(100 * 1e9 * 4 * 0.25 * 64)
    assert found.binds == "issue"


def test_a_thread_a_number_waits_for_lines() -> None:
    data = with_kernel(name="gpu_naive", instructions=12, multiplications=4)
    found = promise(data, contender("gpu_naive"), CHIP, 32_000)
    # 33 lines for the 32 multiply-adds of a warp, a line a clock of each multiprocessor.
    assert found.flops_per_s == pytest.approx(100 * 1e9 * 64 / 33)
    assert found.binds == "lines"


def test_a_small_product_leaves_multiprocessors_without_a_block() -> None:
    data = with_kernel(name="gpu_triton", tile="128x128x32", instructions=100, multiplications=100, fetches=0)
    whole, part = (promise(data, contender("gpu_triton"), CHIP, side) for side in (1280, 640))
    assert whole.flops_per_s == pytest.approx(CHIP.fma_flops_per_s)
    assert part.flops_per_s == pytest.approx(CHIP.fma_flops_per_s / 4)
    assert part.binds == "blocks"


def test_three_passes_of_the_tensor_core_take_three_times_as_long() -> None:
    once = with_kernel(name="gpu_triton_bfloat16", tile="128x128x64", tensor="HGMMA")
    thrice = with_kernel(name="gpu_triton_bf16x3", tile="128x128x64", tensor="HGMMA")
    first = promise(once, contender("gpu_triton_bfloat16"), CHIP, 12_800)
    second = promise(thrice, contender("gpu_triton_bf16x3"), CHIP, 12_800)
    assert first.flops_per_s == pytest.approx(3 * second.flops_per_s) == pytest.approx(400e12)


@pytest.mark.parametrize("chip", CHIPS, ids=lambda chip: chip.title)
def test_no_step_on_fma_units_is_promised_more_than_they_do(chip: Chip) -> None:
    data = made_gpu.matmul(made_gpu.H200, with_cpu=False)
    promised = [
        found.flops_per_s
        for each in data.contenders
        if (kernel := best_compiled(data, each.name, chip.arch)) is not None and kernel.tensor is None
        and (found := promise(data, each, chip, 8192)) is not None
    ]  # fmt: skip
    assert promised
    assert max(promised) <= chip.fma_flops_per_s


def test_registers_threads_and_shared_memory_bound_what_stands_on_a_multiprocessor() -> None:
    assert resident_warps(compiled("gpu_naive", threads=1024, registers=31, shared_bytes=0)) == 64
    assert resident_warps(compiled("gpu_naive", threads=256, registers=153, shared_bytes=8192)) == 8
    assert resident_warps(compiled("gpu_naive", threads=256, registers=32, shared_bytes=100 << 10)) == 16


def test_a_record_without_a_gpu_has_no_chip_and_keeps_no_promise() -> None:
    record = matmul_record(replace(DATA, gpu=None))
    assert chip_of(record) is None
    assert kept(record) == []


def test_of_several_cuts_the_one_that_spills_nothing_is_shown() -> None:
    spills = compiled("gpu_triton", tile="256x256x32", stack_bytes=8)
    fits = compiled("gpu_triton", tile="128x64x32")
    assert best_compiled(replace(DATA, compiled=[spills, fits]), "gpu_triton", "sm_90") == fits


def test_tensor_cores_are_promised_the_clock_that_the_card_keeps_under_load() -> None:
    assert DATA.gpu is not None
    assert DATA.gpu.after is not None
    held_down = replace(DATA.gpu.after, clock_hz=DATA.gpu.clock_hz / 2)  # type: ignore[operator]  # the made card tells it
    chips = [chip_of(matmul_record(replace(DATA, gpu=replace(DATA.gpu, after=each)))) for each in (held_down, None)]
    slow, fast = (chip.tensor_flops_per_s["bfloat16"] for chip in chips if chip is not None)
    assert fast == DATA.gpu.passport("bfloat16") == pytest.approx(2 * slow)


def test_what_fails_its_promise_is_suspected_of_something() -> None:
    record = matmul_record(made_gpu.matmul(made_gpu.WEAK, with_cpu=False))
    found = kept(record)
    assert found
    assert all((each.suspected is None) == each.holds for each in found)
    assert any(not each.holds for each in found)
