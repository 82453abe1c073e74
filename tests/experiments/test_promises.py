"""Promises of all experiments on made machines: of their dimension, falling with no price, and never from nothing."""

from collections.abc import Mapping
from dataclasses import fields, replace
from math import isfinite
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.gradient.sample import sample as gradient_sample
from experiments.profiling.render.prediction import encoder_frames, frames_of
from experiments.profiling.sample import sample as profiling_sample
from talk.experiment import find_experiment
from talk.records.schema import AnyRecord
from talk.render.prediction import Prediction, Unmade, made
from talk.render.values import Values
from tests.experiments.records import made_record

NAMES = ("profiling", "gradient", "algorithms")
_LEVELS, _KINDS = ("l1", "l2", "l3", "memory"), ("", "store.", "update.")
RATES = tuple(f"matmul.bandwidth.{level}.{kind}" for level in _LEVELS for kind in _KINDS)
PRICES = tuple(
    f"matmul.price.{name}" for name in ("operator_call", "fresh_page", "threads_start", "addition", "row_update")
)
CARD = ("matmul.gpu.peak", "matmul.gpu.copy")
# What a product costs a number of its weights, and a multiply-add.
PRODUCT = ("weight", "multiply-add")


def record(name: str, **changes: Any) -> AnyRecord:
    """The made record of an experiment, on the GPU that the talk had."""
    return made_record(name, **{"slug": "box", "gpu": "NVIDIA GeForce RTX 3090 Ti"} | changes)


RECORDS = {name: record(name) for name in NAMES}
# As records of before: without pieces of network, prices are those of the matmul record alone.
RECORDS["profiling"] = replace(RECORDS["profiling"], data=replace(profiling_sample(), pieces=[]))


def threads_of(name: str) -> int:
    data = RECORDS[name].data
    if name == "profiling":
        return int(data.run_on("cpu").threads)
    return int(data.threads if name == "algorithms" else data.run_on("cpu").threads)


def numbers_of(prices: Mapping[str, float], name: str) -> dict[str, float]:
    """A machine's named values: `prices` are seconds for a byte, an operation or a call, by their names."""
    count = "one_thread" if threads_of(name) == 1 else "all_threads"
    numbers = {f"{each}{count}": 1 / prices[each] for each in RATES}
    numbers |= {each: prices[each] for each in PRICES} | {each: 1 / prices[each] for each in CARD}
    weight_s, fma_s = (prices[each] for each in PRODUCT)
    # Weights of one product live in L3: a dearer L3 makes it dearer too.
    fetched_s = 4 * prices["matmul.bandwidth.l3."] + weight_s
    products = {n: 512 * 2048 * (fetched_s + n * fma_s) for n in (24, 121)}
    numbers |= {f"matmul.torch_all_threads.s{n}_512_2048.time": time_s for n, time_s in products.items()}
    numbers["matmul.silu_separate.s121_512_2048.time"] = 2 * products[121]  # SiLU takes as long as all the rest
    # The encoder takes as long as a product for a second of sound.
    numbers |= {"profiling.cpu.wall_time": products[121], "profiling.workload.audio_time": 1.0}
    sizes = {"l1": 32e3, "l2": 1e6, "l3": 30e6}
    numbers |= {f"matmul.tiling.{level}": size for level, size in sizes.items()}
    return numbers | {"matmul.machine_threads": float(threads_of(name)), "matmul.gpu.multiprocessors": 84.0}


def dearer_parts(name: str, factor: float) -> AnyRecord:
    """The made record, where whatever the experiment priced itself costs `factor` times as much."""
    data = RECORDS[name].data
    stories = {field.name: getattr(data, field.name) for field in fields(data)}
    priced = {story: each for story, each in stories.items() if getattr(each, "prices", None) is not None}
    changed = {story: replace(each, prices=times(each.prices, factor)) for story, each in priced.items()}
    if name == "algorithms":
        timed = ("pass_times_s", "empty_times_s")
        runs = [
            replace(run, **{each: [factor * time_s for time_s in getattr(run, each)] for each in timed})
            for run in data.ring.runs
        ]
        changed["ring"] = replace(data.ring, runs=runs)
    return replace(RECORDS[name], data=replace(data, **changed))


def times(prices: Any, factor: float) -> Any:
    return replace(prices, **{field.name: factor * getattr(prices, field.name) for field in fields(prices)})


def promised(name: str, numbers: Mapping[str, float], parts: float = 1) -> dict[str, Prediction]:
    found = find_experiment(name).predictions(dearer_parts(name, parts), numbers)
    return {each.name: each for each in made(found)}


MACHINES = st.fixed_dictionaries({each: st.floats(1e-15, 1e-6) for each in (*RATES, *PRICES, *CARD, *PRODUCT)})


@pytest.mark.parametrize("name", NAMES)
def test_without_a_model_nothing_is_promised_by_it(name: str) -> None:
    """What is promised all the same follows from what its own experiment measured alone, or from a data sheet."""
    found = find_experiment(name).predictions(RECORDS[name], {})
    unmade = [each for each in found if isinstance(each, Unmade)]
    assert unmade
    assert all(each.missing for each in unmade)
    nobodys = find_experiment(name).predictions(record(name, gpu="Nobody's card"), {})
    assert not [each.name for each in made(nobodys) if each.name.startswith("cuda.addmm")]


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=15, deadline=None)
@given(prices=MACHINES)
def test_any_machine_gets_promises_of_its_own_dimension(name: str, prices: dict[str, float]) -> None:
    """A machine where everything takes seven times as long is promised seven times as long: nothing else counts."""
    found = promised(name, numbers_of(prices, name))
    slower = promised(name, numbers_of({each: 7 * price for each, price in prices.items()}, name), parts=7)
    without = promised(name, {})
    assert found.keys() == slower.keys() > without.keys()
    for step, each in found.items():
        assert isfinite(each.promised)
        assert each.promised > 0
        if step not in without and "equal" not in step and each.dimension == "time":
            assert slower[step].promised == pytest.approx(7 * each.promised)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=15, deadline=None)
@given(prices=MACHINES, raised=st.sampled_from((*RATES, *PRICES, *CARD, *PRODUCT)))
def test_a_dearer_machine_is_never_promised_less(name: str, prices: dict[str, float], raised: str) -> None:
    found = promised(name, numbers_of(prices, name))
    dearer = promised(name, numbers_of(prices | {raised: 10 * prices[raised]}, name))
    for step, each in found.items():
        if "equal" not in step:  # which divides one price by another
            assert dearer[step].promised >= each.promised * (1 - 1e-6)


def test_weights_of_the_network_come_from_memory() -> None:
    """A byte from memory that is a nanosecond dearer: four for each weight of every linear layer of an utterance."""
    data = profiling_sample()
    prices = dict.fromkeys((*RATES, *PRICES, *CARD, *PRODUCT), 1e-9)
    dearer = prices | {"matmul.bandwidth.memory.": 2e-9}
    before, after = (promised("profiling", numbers_of(each, "profiling"))["cpu.addmm"] for each in (prices, dearer))
    in_layers = 18 * (4 * 512 * 2048 + 4 * 512 * 512)
    weights = in_layers + 512 * 20 * 512
    assert (data.model.encoder["n_layers"], data.model.encoder["d_model"]) == (18, 512)
    assert after.promised - before.promised == pytest.approx(sum(data.workload.repeats) * weights * 4e-9)


def test_an_exponent_costs_what_silu_does() -> None:
    """Nothing else has a price: a hundred picoseconds for each number of SiLU, GLU and softmax."""
    data = profiling_sample()
    prices = dict.fromkeys((*RATES, *PRICES, *CARD, *PRODUCT), 1e-15)
    numbers = numbers_of(prices, "profiling")
    alone_s = numbers["matmul.torch_all_threads.s121_512_2048.time"]
    numbers["matmul.silu_separate.s121_512_2048.time"] = alone_s + 121 * 2048 * 1e-10
    exponents = 0
    for length, repeats in zip(data.workload.file_lengths_samples, data.workload.repeats, strict=True):
        steps = encoder_frames(data.model.encoder, frames_of(length, data.workload.hop_samples))
        exponents += repeats * 18 * (steps * (2 * 2048 + 512 + 512) + 8 * steps * steps)
    assert promised("profiling", numbers)["cpu.elementwise"].promised == pytest.approx(exponents * 1e-10, rel=1e-3)


def test_promises_do_not_look_at_what_is_measured() -> None:
    data = RECORDS["profiling"].data
    slower = replace(
        data,
        runs=[
            replace(
                run, operators=[replace(each, self_cpu_time_us=9 * each.self_cpu_time_us) for each in run.operators]
            )
            for run in data.runs
        ],
    )
    numbers = numbers_of(dict.fromkeys((*RATES, *PRICES, *CARD, *PRODUCT), 1e-9), "profiling")
    before, after = (
        promised("profiling", numbers),
        made(find_experiment("profiling").predictions(replace(RECORDS["profiling"], data=slower), numbers)),
    )
    assert before
    assert {each.name: each.promised for each in after} == {name: each.promised for name, each in before.items()}


def test_backward_is_promised_by_its_operations_and_recomputing_by_one_more_pass() -> None:
    conformer = gradient_sample().run_on("cpu")
    assert conformer is not None
    there, back = conformer.passes
    kept = next(each for each in conformer.remembering if not each.checkpointing)
    found = promised("gradient", {})
    assert found["cpu.backward"].promised == pytest.approx(there.time_s * back.flops / there.flops)
    assert found["cpu.recomputed"].promised == pytest.approx(2 * kept.forward_time_s + kept.backward_time_s)


def test_a_gradient_is_promised_by_evaluations_of_its_function() -> None:
    data, found = gradient_sample(), promised("gradient", {})
    evaluations = {"differences": lambda n: n + 1, "forward": lambda n: n, "reverse": lambda _: 3}
    for way in data.ways:
        if way.way in evaluations:
            cost = max((each for each in way.costs if each.inputs <= 1000), key=lambda each: each.inputs)
            expected = evaluations[way.way](cost.inputs) * cost.function_time_s
            assert found[f"ways.{way.way}"].promised == pytest.approx(expected)


def test_forward_is_promised_by_how_fast_the_encoder_hears() -> None:
    """Half a second for two seconds of sound."""
    conformer = gradient_sample().run_on("cpu")
    assert conformer is not None
    found = promised("gradient", {"profiling.cpu.wall_time": 0.5, "profiling.workload.audio_time": 2.0})
    assert found["cpu.forward"].promised == pytest.approx(conformer.speech_time_s / 4)
    assert "cpu.forward" not in promised("gradient", {})


def test_jvp_reads_weights_twice_and_writes_and_reads_zeros() -> None:
    [jvp] = [each for each in gradient_sample().products if each.name == "jvp"]
    assert promised("gradient", {})["products.jvp"].promised == pytest.approx(5 * jvp.function_time_s)


def test_a_perceptron_goes_back_through_twice_its_products_but_the_first() -> None:
    """256 × 512 and 512 × 10: the gradient by the input is asked of the second layer alone."""
    [ours] = [each for each in gradient_sample().prices if each.engine == "ours"]
    assert ours.widths == [256, 512, 10]
    more = (256 * 512 + 2 * 512 * 10) / (256 * 512 + 512 * 10)
    assert promised("gradient", {})["price.ours.backward"].promised == pytest.approx(ours.forward_time_s * more)


def test_columns_are_summed_in_four_parts_by_threads_that_are_woken_for_each_channel() -> None:
    """Two channels of ten results, each a sum of 31 numbers; an addition takes 1 ns, two threads wake in 3 us."""
    data = RECORDS["algorithms"].data
    assert (data.convolution.channels, data.convolution.steps, data.threads) == (2, 10, 2)
    prices = dict.fromkeys((*RATES, *PRICES, *CARD, *PRODUCT), 1e-15)
    prices |= {"matmul.price.addition": 1e-9, "matmul.price.threads_start": 3e-6}
    im2col = promised("algorithms", numbers_of(prices, "algorithms"))["convolution.depthwise.im2col"]
    assert im2col.promised == pytest.approx(20 * 1e-8 + 20 * 31 / 4 / 2 * 1e-9 + 2 * 3e-6, rel=1e-6)


def test_values_of_promises_have_names_and_say_how() -> None:
    values = Values(RECORDS.values())
    assert values.find("gradient.cpu.backward.predicted.ratio").value.how
    assert values.find("algorithms.ring.sent.predicted.bytes").value.dimension == "bytes"
