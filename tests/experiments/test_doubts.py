"""A record that contradicts itself is doubted: old records hold cases that readers found, made ones are spoilt here."""

import json
import lzma
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from experiments.algorithms.sample import sample as algorithms
from experiments.gradient.sample import sample as gradient
from experiments.matmul.record import Contender, Matmul
from experiments.matmul.sample import sample as matmul
from experiments.profiling.sample import sample as profiling
from shared.profile import Run
from talk.errors import TalkError
from talk.experiment import find_experiment
from talk.records.schema import Record
from talk.records.store import read_record, write_record
from tests.experiments.test_hostile_records import content

OLD = Path(__file__).with_name("old_records")


def old(machine: str, experiment: str, folder: Path) -> Any:
    record = folder / machine / f"{experiment}.json"
    record.parent.mkdir()
    record.write_bytes(lzma.decompress((OLD / machine / f"{experiment}.json.xz").read_bytes()))
    return read_record(record).data


# Found by readers, not by this code: points above their roof, a peak that doubles and more on two cores, and profiled
# parts of a backward pass that take 1.7 times as long as the whole.
@pytest.mark.parametrize(
    ("machine", "experiment", "begins"),
    [
        ("amd-epyc-2c", "matmul", "above_ceiling: order"),
        ("amd-epyc-2c", "matmul", "above_ceiling: blocking n=1024"),
        ("amd-epyc-2c", "gradient", "parts_unlike_whole: backward"),
        ("intel-xeon-2c", "matmul", "more_than_cores: FMA peak"),
        ("intel-xeon-2c", "gradient", "parts_unlike_whole: backward"),
    ],
)
def test_what_readers_found_in_old_records_is_doubted(
    machine: str, experiment: str, begins: str, tmp_path: Path
) -> None:
    doubts = find_experiment(experiment).doubts(old(machine, experiment, tmp_path))
    assert any(each.startswith(begins) for each in doubts)


def _faster(data: Matmul, name: str, times: float) -> Matmul:
    def changed(each: Contender) -> Contender:
        points = [replace(point, times_s=[time_s / times for time_s in point.times_s]) for point in each.points]
        return replace(each, points=points) if each.name == name else each

    return replace(data, contenders=[changed(each) for each in data.contenders])


@pytest.mark.parametrize(
    ("name", "times", "kinds"),
    [
        ("overlap", 1.3, {"above_ceiling"}),  # 117 of 102
        ("numpy_one_thread", 1.5, {"above_ceiling"}),
        ("numpy_all_threads", 1.4, {"more_than_cores"}),  # 168 of 2 × 75, under the peak
        ("overlap", 1.0, set()),
        ("strassen_over_tiles", 1.3, set()),  # it does fewer operations than are counted
    ],
)
def test_matmul_is_doubted_above_its_ceilings(name: str, times: float, kinds: set[str]) -> None:
    data = _faster(matmul(), name, times)
    more = set(find_experiment("matmul").doubts(data)) - set(find_experiment("matmul").doubts(matmul()))
    assert {each.partition(":")[0] for each in more} == kinds


# The sample's "overlap" is at 0.88 of its peak, 102 GFLOP/s; a library at 0.74.
@pytest.mark.parametrize(
    ("name", "times", "answer"),
    [
        ("overlap", 1.3, "doubted"),
        ("overlap", 1.5, "refused"),
        ("overlap", 1.0, "believed"),
        ("cublas", 9.0, "refused"),
    ],
)
@pytest.mark.parametrize("has_digest", [True, False])
def test_a_rate_is_doubted_above_its_peak_and_refused_above_a_fifth_more(
    name: str, times: float, answer: str, has_digest: bool, tmp_path: Path
) -> None:
    made = content("matmul") | {"doubtful": find_experiment("matmul").doubts(matmul())}
    record = TypeAdapter(Record[Matmul]).validate_python(made)
    spoilt = replace(record, data=_faster(matmul(), name, times))
    path = write_record(spoilt, tmp_path)
    if not has_digest:
        written = json.loads(path.read_text())
        del written["digest"]
        path.write_text(json.dumps(written))
    if answer == "refused":
        with pytest.raises(TalkError, match=rf"field data: above_ceiling: {name} .*: faster than possible"):
            read_record(path)
        said = replace(spoilt, doubtful=find_experiment("matmul").doubts(spoilt.data))
        assert read_record(write_record(said, tmp_path)).doubtful == said.doubtful  # as measuring leaves it
    else:
        more = set(read_record(path).doubtful) - set(record.doubtful)
        assert bool(more) == (answer == "doubted")


# Seen on the Xeon: right after products FMAs ran at 91 GFLOP/s, and the products themselves at 178.
def test_products_are_doubted_above_the_clock_that_is_said_to_be_theirs() -> None:
    data = matmul()
    late = [
        replace(each, after_products_flops_per_s=40e9) if each.after_products_flops_per_s else each
        for each in data.peaks
    ]
    more = set(find_experiment("matmul").doubts(replace(data, peaks=late))) - set(
        find_experiment("matmul").doubts(data)
    )
    assert any(each.startswith("above_ceiling: overlap") and "right after products" in each for each in more)


# The made GPU: 2 TFLOP/s by FMA, 41 by its data sheet in bfloat16, 800 GB/s from its L2.
@pytest.mark.parametrize(
    ("name", "times", "about"),
    [
        ("cublas", 1.9, None),
        ("cublas", 2.2, "cublas 1024×1024×1024, 2.2e+12 against 2e+12"),
        ("gpu_triton_tf32x3", 300.0, None),  # float32 out of tensor cores
        ("cublas_bfloat16", 8.0, None),
        ("cublas_bfloat16", 9.0, "cublas_bfloat16 1024×1024×1024, 4.5e+13 against 4.096e+13"),
        ("gpu_sparse", 1600.0, None),  # 80 TFLOP/s: it skips half of what is counted
        ("gpu_sparse", 1800.0, "gpu_sparse 1024×1024×1024, 9e+13 against 8.192e+13"),
    ],
)
def test_a_gpu_is_doubted_above_its_ceilings(name: str, times: float, about: str | None) -> None:
    before = set(find_experiment("matmul").doubts(matmul()))
    found = set(find_experiment("matmul").doubts(_faster(matmul(), name, times))) - before
    assert [each for each in found if "L2" not in each and "1024×1024×1024" in each] == (
        [f"above_ceiling: {about}"] if about else []
    )


def test_a_gpu_is_doubted_where_operands_cannot_come_so_fast() -> None:
    data = _faster(matmul(), "gpu_triton_bfloat16", 500.0)
    (about,) = (each for each in find_experiment("matmul").doubts(data) if "gpu_triton_bfloat16 24×" in each)
    assert about.startswith("above_ceiling: gpu_triton_bfloat16 24×512×2048, bytes of L2, ")


def test_matmul_is_doubted_where_half_of_the_times_are_far_apart() -> None:
    data = matmul()
    noisy = [
        replace(each, points=[replace(point, times_s=[point.times_s[-1] * k for k in (1, 1, 1.8, 1, 1.9, 1.7)])
                              for point in each.points]) if each.name == "threads" else each
        for each in data.contenders
    ]  # fmt: skip
    doubts = find_experiment("matmul").doubts(replace(data, contenders=noisy))
    assert any(each.startswith("wide_spread: threads n=1024") for each in doubts)


def test_backward_is_doubted_where_its_parts_are_not_the_whole() -> None:
    data = gradient()
    before = find_experiment("gradient").doubts(data)
    [conformer, *others] = data.conformers
    there, back = conformer.passes
    parts_s = sum(operator.self_cpu_time_us for operator in back.operators) / 1e6
    whole = replace(conformer, passes=[there, replace(back, time_s=parts_s)])
    half = replace(conformer, passes=[there, replace(back, time_s=parts_s / 2)])
    doubted = {
        name: [
            d
            for d in find_experiment("gradient").doubts(replace(data, conformers=[each, *others]))
            if "back" in d and "operators" in d
        ]
        for name, each in {"whole": whole, "half": half}.items()
    }
    assert doubted["whole"] == []
    assert len(doubted["half"]) == 1
    assert isinstance(before, list)


@pytest.mark.parametrize(("rate", "doubted"), [(0.02, False), (1.0, False), (1.25, True)])
def test_more_mistakes_than_was_said_are_doubted_after_learning_alone(rate: float, doubted: bool) -> None:
    """Insertions are mistakes too, so that a rate above one can be: of a network that hears what nobody said."""
    data = gradient()
    assert data.learning is not None
    first, *others, last = data.learning.readings
    untaught = replace(first, character_error_rate=1.5)
    taught = replace(last, character_error_rate=rate)
    learning = replace(data.learning, diverged=False, readings=[untaught, *others, taught])
    found = list(find_experiment("gradient").doubts(replace(data, learning=learning)))
    assert any("mistakes" in each for each in found) == doubted


@pytest.mark.parametrize("rate", [0.4, 1.25])
def test_more_mistakes_than_words_are_doubted(rate: float) -> None:
    data = algorithms()
    beams = [replace(data.decoding.beams[0], word_error_rate=rate), *data.decoding.beams[1:]]
    spoilt = replace(data, decoding=replace(data.decoding, beams=beams))
    found = [each for each in find_experiment("algorithms").doubts(spoilt) if "mistakes" in each]
    assert found == (["above_ceiling: mistakes for each word, greedy of 1, 1.25 against 1"] if rate > 1 else [])


def _told(experiment: str, data: Any, before: Any) -> list[str]:
    """What is doubted of spoilt data that was not before, without numbers."""
    doubts = find_experiment(experiment).doubts
    return [each.rpartition(", ")[0] for each in doubts(data) if each not in doubts(before)]


def test_a_run_is_doubted_whose_parts_are_not_the_whole() -> None:
    data = profiling()
    cpu, cuda = (data.run_on(device) for device in ("cpu", "cuda"))
    assert cpu is not None
    assert cuda is not None

    def told(run: Run) -> list[str]:
        return _told("profiling", replace(data, runs=[run, *(r for r in data.runs if r.device != run.device)]), data)

    short = replace(cpu, utterance_times_s=[[0.5 * each for each in times] for times in cpu.utterance_times_s])
    assert told(short) == ["parts_unlike_whole: utterances and a pass on cpu, s"] * len(cpu.pass_times_s)
    first, *others = cpu.operators
    less = replace(cpu, complete=True, operators=[replace(first, self_cpu_time_us=0.0), *others])
    assert "parts_unlike_whole: operators of cpu and all of them, s" in told(less)
    assert cuda.device_busy_time_us is not None
    busy = replace(cuda, pass_times_s=[cuda.device_busy_time_us / 2e6], utterance_times_s=[])
    assert "above_ceiling: a pass on cuda, busy s" in told(busy)
    twice = replace(
        cuda, complete=True, kernels=[replace(k, device_time_us=2 * k.device_time_us) for k in cuda.kernels]
    )
    assert "parts_unlike_whole: kernels and all of them, s" in told(twice)


def test_a_way_is_doubted_that_is_busy_longer_than_it_takes() -> None:
    data = profiling()
    at = next(index for index, each in enumerate(data.variants) if each.device_busy_time_us)
    way = data.variants[at]
    assert way.device_busy_time_us is not None
    spoilt = replace(way, pass_times_s=[way.device_busy_time_us / 2e6])
    variants = [*data.variants[:at], spoilt, *data.variants[at + 1 :]]
    assert _told("profiling", replace(data, variants=variants), data) == [f"above_ceiling: a pass, {way.name}, busy s"]


def test_a_step_is_doubted_that_is_told_of_in_two_ways() -> None:
    data = gradient()
    [conformer, *others] = data.conformers
    kept, forgotten = conformer.remembering
    spoilt = replace(conformer, remembering=[replace(kept, backward_time_s=kept.backward_time_s / 2), forgotten])
    assert _told("gradient", replace(data, conformers=[spoilt, *others]), data) == [
        f"parts_unlike_whole: backward of {conformer.device} and of the step, s"
    ]


def test_processes_are_doubted_that_outrun_their_number_and_chains_that_outrun_their_layers() -> None:
    data = algorithms()
    [hours, *more] = data.many_hours
    shares = [hours.one_thread_time_s / hours.workers / 1.2] * hours.workers
    spoilt = replace(data, many_hours=[replace(hours, share_times_s=shares), *more])
    assert _told("algorithms", spoilt, data) == ["more_than_cores: processes to one, many hours"]
    [chain, *others] = data.checkpointing.chains
    [sweep, *rest] = chain.sweeps
    faster = replace(chain, sweeps=[replace(sweep, times_s=[sweep.predicted_time_s / 3]), *rest])
    checkpointing = replace(data.checkpointing, chains=[faster, *others])
    [told] = _told("algorithms", replace(data, checkpointing=checkpointing), data)
    assert told.startswith(f"above_ceiling: {chain.name} backward by {sweep.way}")
