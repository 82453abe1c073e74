"""Promises of kernels and of launches, against arithmetic by hand: cards and calls are in round numbers."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.profiling.record import Profiling
from experiments.profiling.render.counted import Counted
from experiments.profiling.render.gpu_promises import Block, Card, blocks_of, is_of_a_pass, product_phases
from experiments.profiling.render.prediction import Call
from experiments.profiling.sample import sample
from shared.data_sheets import CARDS
from shared.profile import Kernel, Operator, Run
from talk.experiment import find_experiment
from talk.records.schema import Record
from talk.render.prediction import Phase, Prediction, Promise, Unmade
from tests.experiments.profiling import samples

# 40 TFLOP/s over 80 multiprocessors, so half a TFLOP/s each; 1 TB/s; a number from memory takes 300 ns.
CARD = Card(40e12, 1e12, 80, 300e-9)
# What a machine must have measured before it can promise anything of its card.
NUMBERS = {
    "matmul.gpu.peak": 40e12,
    "matmul.gpu.copy": 1e12,
    "matmul.gpu.multiprocessors": 80.0,
    "matmul.gpu.latency": 300e-9,
    "matmul.gpu.launch": 5e-6,
    "matmul.price.operator_call": 1e-6,
}


def addmm(rows: int, depth: int, columns: int) -> Call:
    return Call("aten::addmm", "", flops=2 * rows * depth * columns, bytes=4, shape=(rows, depth, columns))


def time_s(phases: list[Phase]) -> float:
    return sum(max(phase.values()) for phase in phases)


def alone(call: Call, block: Block, *, splits: bool = False, card: Card = CARD) -> float:
    return time_s(product_phases(card, [(1, call)], {block: 1.0}, splits))


def record(gpu: str = "Nobody's card", **changes: Any) -> Record[Profiling]:
    made = samples.record(slug="box", data=replace(sample(), **changes))
    return replace(made, machine=replace(made.machine, gpu=gpu))


def promised(of: Record[Profiling], numbers: Mapping[str, float] = NUMBERS) -> dict[str, Promise]:
    return {each.name: each for each in find_experiment("profiling").predictions(of, numbers) if each.device == "cuda"}


def made(of: Record[Profiling], numbers: Mapping[str, float] = NUMBERS) -> dict[str, Prediction]:
    return {name: each for name, each in promised(of, numbers).items() if isinstance(each, Prediction)}


def cuda_run(data: Profiling) -> Run:
    run = data.run_on("cuda")
    assert run is not None
    return run


@pytest.mark.parametrize(
    ("rows", "depth", "columns", "steps", "blocks"),
    [
        (32, 512, 64, 64, 1),  # a tile, sixty-four times eight numbers of the sum
        (100, 512, 640, 64, 1),  # four by ten tiles have a multiprocessor each
        (33, 20, 64, 3, 1),  # a sum that is not made of whole steps
        (256, 512, 2048, 64, 4),  # eight by thirty-two of them are four for some: more than 365 / 65 would hide
        (2048, 512, 2048, 64, 26),  # 64 × 32 are 25.6 for each
    ],
)
def test_a_block_waits_and_multiplies_by_turns_and_others_fill_its_waits(
    rows: int, depth: int, columns: int, steps: int, blocks: int
) -> None:
    """32 × 64 × 8 multiply-adds are 32 768 operations, 65.536 ns of a multiprocessor; one waits 300 ns before them."""
    step_s = 65.536e-9
    expected = steps * max(300e-9 + step_s, blocks * step_s)
    assert alone(addmm(rows, depth, columns), Block(64, 32)) == pytest.approx(expected)


def test_a_block_of_two_warps_multiplies_half_as_fast_and_waits_as_long() -> None:
    four, two = (alone(addmm(32, 512, 64), Block(64, 32, warps=warps)) for warps in (4, 2))
    assert two - four == pytest.approx(64 * 65.536e-9)


def test_slices_take_four_steps_at_once() -> None:
    """Sixteen trips to memory in the place of sixty-four; there is as much to multiply."""
    whole, sliced = (alone(addmm(32, 512, 64), Block(64, 32, slices=slices)) for slices in (1, 4))
    assert whole - sliced == pytest.approx(48 * 300e-9)


def test_a_sum_is_split_into_as_many_parts_as_the_card_has_room_for() -> None:
    """Twenty blocks of eighty multiprocessors: in four parts each goes a quarter of the way."""
    call, block = addmm(64, 512, 640), Block(32, 64)
    assert alone(call, block) == pytest.approx(4 * alone(call, block, splits=True))
    full = addmm(320, 512, 640)  # a hundred blocks
    assert alone(full, block) == pytest.approx(alone(full, block, splits=True))
    short = addmm(32, 16, 64)  # no more parts than steps
    assert alone(short, block, splits=True) == pytest.approx(300e-9 + 65.536e-9)


def test_nothing_is_faster_than_the_cards_operations_and_bytes() -> None:
    call = replace(addmm(32, 512, 64), bytes=10**9)
    assert alone(call, Block(64, 32)) == pytest.approx(1e-3)
    [phase] = product_phases(CARD, [(3, replace(addmm(1000, 1000, 1000), bytes=0))], {}, False)
    assert phase == {"arithmetic": pytest.approx(3 * 2e9 / 40e12)}


def test_a_convolution_is_a_product_of_its_inputs_by_its_weights() -> None:
    """Nine numbers of each of 512 channels for 512 results, at 40 places."""
    convolution = Call("aten::cudnn_convolution", "", flops=2 * 512 * 9 * 512 * 40, weights=512 * 9 * 512, channels=512)
    assert alone(convolution, Block(64, 32)) == pytest.approx(alone(addmm(40, 9 * 512, 512), Block(64, 32)))


def test_heads_of_a_batched_product_have_blocks_of_their_own() -> None:
    heads = Call("aten::bmm", "", flops=2 * 200 * 32 * 64 * 64, shape=(32, 64, 64))
    assert alone(heads, Block(64, 32)) == pytest.approx(8 * max(3 * 65.536e-9, 365.536e-9))


@settings(deadline=None)
@given(
    rows=st.integers(1, 500), depth=st.integers(1, 3000), columns=st.integers(1, 3000), splits=st.booleans(),
    dearer=st.sampled_from(("flops_per_s", "bytes_per_s", "latency_s")),
)  # fmt: skip
def test_a_slower_card_is_never_promised_less_and_a_card_slower_at_all_exactly_more(
    rows: int, depth: int, columns: int, splits: bool, dearer: str
) -> None:
    call, block = replace(addmm(rows, depth, columns), bytes=4 * rows * depth), Block(64, 32)
    slower = {"flops_per_s": 4e12, "bytes_per_s": 1e11, "latency_s": 3e-6}
    before = alone(call, block, splits=splits)
    assert alone(call, block, splits=splits, card=replace(CARD, **{dearer: slower[dearer]})) >= before * (1 - 1e-9)
    assert alone(call, block, splits=splits, card=replace(CARD, **slower)) == pytest.approx(10 * before)


@pytest.mark.parametrize(
    ("name", "block"),
    [
        ("ampere_sgemm_64x32_sliced1x4_tn", Block(64, 32, 8, 4, 4)),
        ("ampere_sgemm_128x128_tn", Block(128, 128)),
        ("sm80_xmma_gemm_f32f32_f32f32_f32_tn_n_tilesize32x32x8_stage3_warpsize1x2x1_ffma", Block(32, 32, 8, 2)),
        ("void cutlass::Kernel2<cutlass_80_simt_sgemm_64x64_16x5_tn_align1>(Params)", Block(64, 64, 16)),
        ("void at::native::elementwise_kernel<128, 2>(int)", None),
    ],
)
def test_a_name_tells_a_tile(name: str, block: Block | None) -> None:
    assert Block.of(Kernel(name=name, calls=1, device_time_us=1.0, operator=None)) == block


def kernel(name: str, time_us: float, operator: str | None, calls: int = 1) -> Kernel:
    return Kernel(name=name, calls=calls, device_time_us=time_us, operator=operator)


def found(kernels: list[Kernel], name: str, calls: int = 10) -> tuple[dict[Block, float], bool]:
    operator = Operator(name=name, calls=calls, self_cpu_time_us=1.0, cpu_time_total_us=None)
    return blocks_of(kernels, operator, CARD, [(1, addmm(100, 64, 512)), (1, addmm(100, 512, 512))])


def test_an_operators_kernels_share_its_calls_by_their_launches() -> None:
    kernels = [
        kernel("sgemm_64x64_8x5", 1.0, "aten::mm", calls=1),
        kernel("gemm_tilesize32x32x8", 9.0, "aten::mm", calls=3),
        kernel("gemm_tilesize128x32x8", 99.0, "aten::bmm"),
        kernel("reduce_splitK", 1.0, "aten::mm"),
    ]
    assert found(kernels, "aten::mm") == ({Block(64, 64): 0.25, Block(32, 32): 0.75}, True)
    assert found(kernels, "aten::bmm") == ({Block(128, 32): 1.0}, False)
    # Whose tile nobody tells is taken to have that of the costliest.
    assert found(kernels, "aten::addmm") == ({Block(128, 32): 1.0}, False)
    assert found(kernels[3:], "aten::mm") == ({}, True)


def test_where_a_table_does_not_tell_whose_a_kernel_is_it_is_the_costliest_that_may_be() -> None:
    """128 × 128 through 64 numbers take 4.2 us of a multiprocessor; and nothing is launched oftener than called."""
    too_fast, too_often = kernel("sgemm_128x128", 4.1, None), kernel("sgemm_64x32", 99.0, None, calls=11)
    assert found([too_fast, kernel("sgemm_32x32", 1.0, None), too_often], "aten::addmm")[0] == {Block(32, 32): 1.0}
    enough = replace(too_fast, device_time_us=4.3)
    assert found([enough, too_often], "aten::addmm")[0] == {Block(128, 128): 1.0}


def test_a_card_is_what_was_measured_else_its_data_sheet_and_its_clock_is_as_high_as_its_peak_says() -> None:
    run, name = cuda_run(sample()), "NVIDIA H200"
    sheet = CARDS[name]
    by_sheet = Card.of(record(name), run, {})
    assert (by_sheet.flops_per_s, by_sheet.bytes_per_s, by_sheet.multiprocessors) == (67e12, 4800e9, 132)
    assert by_sheet.latency_s == pytest.approx(700 / 1.98e9)
    measured = {each: NUMBERS[each] for each in NUMBERS if "latency" not in each}
    half = Card.of(record(name), run, measured | {"matmul.gpu.peak": sheet.flops_per_s / 2})
    assert half.latency_s == pytest.approx(2 * 700 / 1.98e9)
    assert Card.of(record(name), run, NUMBERS).latency_s == 300e-9
    # The cheapest kernel of the made run is 15 ms / 3456 … 10 ms / 5760; a published table has no cheap ones.
    cheapest = min(each.device_time_us / each.calls for each in run.kernels)
    assert by_sheet.kernel_s == pytest.approx(cheapest / 1e6)
    assert Card.of(record(name), replace(run, complete=False), {}).kernel_s == 0


def test_what_a_card_lacks_is_said() -> None:
    nothing = promised(record(), {})
    assert {each.missing for each in nothing.values() if isinstance(each, Unmade)} >= {"потолки этой карты"}
    no_latency = promised(record(), {name: number for name, number in NUMBERS.items() if "latency" not in name})
    addmm_ = no_latency["cuda.addmm"]
    assert isinstance(addmm_, Unmade)
    assert "ждёт числа" in addmm_.missing
    no_launch = promised(record(), {name: number for name, number in NUMBERS.items() if "launch" not in name})
    assert isinstance(no_launch["cuda.pass"], Unmade)


def test_kernels_that_pass_over_numbers_wait_for_them_and_a_norm_waits_twice() -> None:
    data = sample()
    run = cuda_run(data)
    run = replace(run, kernels=[replace(each, device_time_us=each.calls * 2.0) for each in run.kernels])
    calls = list(Counted.of(data, run).of_operator("aten::silu", "aten::native_layer_norm", "aten::glu"))
    calls += list(Counted.of(data, run).of_operator("aten::_softmax", "aten::batch_norm"))
    utterances, layers = sum(data.workload.repeats), 18
    assert sum(times for times, _ in calls) == utterances * layers * (3 + 5 + 1 + 1 + 1)
    waits = utterances * layers * (3 + 2 * 5 + 1 + 1 + 1)
    moved = sum(times * call.bytes for times, call in calls)
    expected = 11 * utterances * layers * 2e-6 + waits * 300e-9 + moved / 1e12
    of_them = made(record(runs=[run]))["cuda.elementwise"]
    assert of_them.promised == pytest.approx(expected)


def test_all_kernels_are_those_of_each_operator_and_the_rest_by_what_any_kernel_costs() -> None:
    """Of the made run 8000 of `add`, 10 000 of `copy_` and 1152 depthwise ones are nobody's."""
    found_ = made(record())
    cheapest_s = min(each.device_time_us / each.calls for each in cuda_run(sample()).kernels) / 1e6
    parts = sum(found_[f"cuda.{name}"].promised for name in ("addmm", "mm", "bmm", "convolution", "elementwise"))
    assert found_["cuda.kernels"].promised == pytest.approx(parts + 19_152 * (cheapest_s + 300e-9))
    assert found_["cuda.kernels"].measured == pytest.approx(0.35)


@pytest.mark.parametrize(("launch_s", "binds"), [(5e-5, "overhead"), (1e-9, "kernels")])
def test_a_pass_takes_as_long_as_its_launches_or_its_kernels(launch_s: float, binds: str) -> None:
    """Of the made run 40 000 launches; operators that PyTorch calls, and no others, cost a call each."""
    numbers = NUMBERS | {"matmul.gpu.launch": launch_s, "matmul.price.operator_call": launch_s}
    run = cuda_run(sample())
    strange = replace(run.operators[0], name="cuLaunchKernel", calls=10**6)
    found_ = made(record(runs=[replace(run, operators=[*run.operators, strange])]), numbers)
    calls = 9280 + 2432 + 3456 + 8000 + 10_000 + 1152 + 3456 + 1152 + 5760 + 1152 + 10_432
    launched_s = launch_s * (40_000 + calls)
    whole = found_["cuda.pass"]
    assert whole.promised == pytest.approx(max(launched_s, found_["cuda.kernels"].promised))
    assert (whole.measured, whole.binds) == (1.4, binds)


def test_ways_of_running_cost_their_launches_or_the_cards_work() -> None:
    """The plain pass takes 1.2 s for 40 000 launches, 30 us each, with all that goes on around them."""
    found_ = made(record(), {})
    assert found_["cuda.cure.tf32"].promised == pytest.approx(40_000 * 30e-6)
    assert found_["cuda.cure.batched"].promised == pytest.approx(0.3)  # 2500 launches take 75 ms, the card's work 300
    assert found_["cuda.cure.graphs"].promised == pytest.approx(0.3)
    assert found_["cuda.cure.compiled"].promised == pytest.approx(20_000 * 30e-6)
    assert found_["cuda.cure.batched_graphs_bf16"].binds == "kernels"
    assert "cuda.cure.plain" not in found_
    assert not any(name.startswith("cuda.cure") for name in promised(record(variants=sample().variants[1:])))


def test_a_table_shows_kernels_or_passes() -> None:
    of_passes = {name for name, each in promised(record()).items() if is_of_a_pass(each)}
    assert of_passes == {"cuda.pass", *(name for name in promised(record()) if "cure" in name)}


def test_promises_of_products_do_not_look_at_what_they_took() -> None:
    data = sample()
    run = cuda_run(data)
    slower = [replace(each, self_device_time_us=9 * (each.self_device_time_us or 0)) for each in run.operators]
    before, after = made(record()), made(record(runs=[replace(run, operators=slower)]))
    assert {name: each.promised for name, each in before.items()} == {
        name: each.promised for name, each in after.items()
    }
