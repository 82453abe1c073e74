import json
from dataclasses import replace
from pathlib import Path

import pytest

from experiments.matmul.record import Contender, Point
from experiments.matmul.render.values import at_one_size, common_size, named_values
from experiments.matmul.sample import distributed, point, sample
from talk.errors import TalkError
from talk.experiment import find_experiment
from talk.records.conditions import Library
from talk.records.store import read_record, write_record
from talk.render.claims import judge, read_claims
from talk.render.value import Value
from talk.render.values import Values
from tests.experiments.matmul.samples import contender, matmul_record, without_gpu


@pytest.fixture
def values() -> dict[str, Value]:
    return named_values(matmul_record())


def test_rates_are_by_the_median(values: dict[str, Value]) -> None:
    assert values["overlap.n1024.flop_rate"].number == pytest.approx(90e9)
    assert values["overlap.flop_rate"] == values["overlap.n1024.flop_rate"]
    assert values["overlap.n1024.time"].number == pytest.approx(2 * 1024**3 / 90e9)
    assert values["overlap.n"].number == 1024


def test_share_of_the_peak_of_as_many_threads(values: dict[str, Value]) -> None:
    assert values["overlap.n512.share_of_peak"].number == pytest.approx(0.9)
    assert values["threads.n512.share_of_peak"].number == pytest.approx(0.9)
    assert values["overlap.n512.share_of_peak_at_its_clock"].number == pytest.approx(90 / 95)
    assert "threads.n512.share_of_peak_at_its_clock" not in values
    assert values["peak.after_products.one_thread"].number == 95e9
    assert "int8.share_of_peak" not in values  # the measured peak is float32's


def test_the_faster_library_is_compared_with(values: dict[str, Value]) -> None:
    assert values["overlap.n1024.library_rate"].number == pytest.approx(75e9)
    assert values["overlap.n1024.to_library"].number == pytest.approx(1.2)
    assert values["threads.to_library"].number == pytest.approx(1.2)
    assert values["threads.to_library_spread"].number == pytest.approx(0.2 + 0.2)


def test_steps_are_compared_at_the_largest_common_size(values: dict[str, Value]) -> None:
    assert values["compiled.speedup_n"].number == 128
    assert values["compiled.speedup"].number == pytest.approx(100)
    assert values["order.speedup_n"].number == 512
    assert values["order.speedup"].number == pytest.approx(10)
    assert values["strassen_over_tiles.speedup"].number == pytest.approx(0.9)
    assert values["strassen_over_tiles.slowdown"].number == pytest.approx(1 / 0.9)
    assert values["silu_fused.s121_512_2048.speedup"].number == pytest.approx(2)
    assert values["searched.s24_512_2048.speedup"].number == pytest.approx(1.25)
    assert values["order.speedup_spread"].number == pytest.approx(0.2 + 0.2)  # three calls each, 0.9 to 1.1


@pytest.mark.parametrize(("calls", "holds"), [((18, 1), True), ((10, 9), False)])
def test_one_interrupted_call_turns_no_claim_and_a_wide_middle_does(calls: tuple[int, int], holds: bool) -> None:
    data = without_gpu()
    quiet, interrupted = calls

    def on_two_threads(point: Point) -> Point:
        """Twice as fast as one thread, where nobody else wants a core; near its own time, where somebody does."""
        time_s = 2 * point.n**3 / 180e9
        return replace(
            point, times_s=[time_s * (1 + call % 5 / 100) for call in range(quiet)] + [3 * time_s] * interrupted
        )

    contenders = [
        replace(each, points=list(map(on_two_threads, each.squares))) if each.name == "threads" else each
        for each in data.contenders
    ]
    values = Values([matmul_record(replace(data, contenders=contenders))])
    verdict = judge(read_claims()["matmul-threads-pay"], values)
    assert verdict is not None
    assert verdict.holds is holds


def test_ceilings_and_the_whole_descent(values: dict[str, Value]) -> None:
    assert values["peak.all_threads"].number == 200e9
    assert values["bandwidth.l1_to_memory"].number == pytest.approx(30)
    assert values["whole_descent"].number == pytest.approx(180e9 / 10e6)
    assert values["tiling.accumulators"].number == 24
    assert values["tiling.block_size"].number == 512 * 256 * 4


def test_the_tile_stands_under_the_roof_of_each_level(values: dict[str, Value]) -> None:
    """Each number of B serves as many multiply-adds as the tile has rows, two operations each, for four bytes."""
    rows = values["tiling.rows"].number
    assert values["tiling.reads"].number == rows + values["tiling.columns"].number / values["tiling.lanes"].number
    assert values["tiling.asked_rate"].number == pytest.approx(values["peak.one_thread"].number * 4 / (2 * rows))
    roof = values["bandwidth.l2.one_thread"].number / 4 * 2 * rows
    assert values["tiling.l2_roof"].number == pytest.approx(roof)


def test_what_one_multiply_add_takes(values: dict[str, Value]) -> None:
    assert values["python.per_multiply_add"].number == pytest.approx(2 / values["python.flop_rate"].number)


def test_communication(values: dict[str, Value]) -> None:
    assert values["distributed.deviation"].number == pytest.approx(0.01)
    assert values["death.restarts"].number == 1
    assert values["death.resumed_at"].number == 2
    assert "death.sent" not in values


def test_what_was_skipped_has_no_values(values: dict[str, Value]) -> None:
    assert not [name for name in values if name.startswith("gpu_")]


def test_every_value_says_how_it_was_computed(values: dict[str, Value]) -> None:
    assert all(value.how for value in values.values())


def test_squares_that_are_compared_are_those_of_all_and_else_of_the_most() -> None:
    small, large = contender("python", 1, [point(8, 1)]), contender("order", 4, [point(9, 1), point(16, 1)])
    larger = contender("overlap", 4, [point(16, 1), point(32, 1)])
    assert common_size(small, large) is None
    assert common_size(large, larger) == 16
    assert at_one_size([large, larger])[0] == 16
    size, points = at_one_size([small, large, larger])
    assert (size, [each.name for each, _ in points]) == (16, ["order", "overlap"])


def test_headlines_are_the_values_of_their_names() -> None:
    record, matmul = matmul_record(sample()), find_experiment("matmul")
    values = named_values(record)
    found = dict(matmul.headlines(record.data))
    assert found.keys() == {headline.name for headline in matmul.about.headlines}
    for name, (number, _) in found.items():
        assert number == pytest.approx(values[name].number)


def test_a_record_survives_writing_and_reading(tmp_path: Path) -> None:
    written = matmul_record()
    read = read_record(write_record(written, tmp_path))
    assert replace(read, doubtful=[]) == written  # made times contradict each other, and reading says so


def test_a_record_with_a_negative_time_is_refused(tmp_path: Path) -> None:
    data = replace(without_gpu(), distributed=[distributed(time_s=-1.0)])
    with pytest.raises(TalkError, match="time_s"):
        write_record(replace(matmul_record(), data=data), tmp_path)


def test_points_or_a_reason(tmp_path: Path) -> None:
    path = write_record(matmul_record(), tmp_path)
    content = json.loads(path.read_text())
    del content["digest"]
    content["data"]["contenders"][0] |= {"points": [], "skipped": None}
    path.write_text(json.dumps(content))
    with pytest.raises(TalkError, match="points or a reason"):
        read_record(path)


def test_a_reason_is_one_of_those_that_pages_have_words_for(tmp_path: Path) -> None:
    path = write_record(matmul_record(), tmp_path)
    content = json.loads(path.read_text())
    del content["digest"]
    skipped = next(each for each in content["data"]["contenders"] if each["skipped"])
    skipped["skipped"] = "на этой машине нет GPU с CUDA"
    path.write_text(json.dumps(content))
    with pytest.raises(TalkError, match="which is no reason known"):
        read_record(path)


def test_rivals_are_known_where_the_record_names_their_kernels() -> None:
    record = matmul_record()
    library = Library(name="OpenBLAS", serves="numpy", version="0.3", kernel="SkylakeX", threads=1)
    assert named_values(replace(record, libraries=[]))["rivals.known"].number == 0
    assert named_values(replace(record, libraries=[library]))["rivals.known"].number == 1


def test_a_library_at_half_width_is_told_unless_it_says_that_it_is_wide() -> None:
    record = matmul_record()
    assert record.data.tiling is not None
    [peak] = (each.flops_per_s for each in record.data.peaks if each.threads == 1)

    def slowed(each: Contender) -> Contender:
        if each.name != "torch_one_thread":
            return each
        return replace(
            each, points=[replace(point, times_s=[2 * point.n**3 / (0.48 * peak)]) for point in each.squares]
        )

    data = replace(
        record.data,
        tiling=replace(record.data.tiling, lanes=16),
        contenders=[slowed(each) for each in record.data.contenders],
    )

    def told(kernel: str | None) -> bool:
        library = Library(name="MKL", serves="torch", version=None, kernel=kernel, threads=1, said=kernel)
        return "torch_one_thread.half_width" in named_values(replace(record, data=data, libraries=[library]))

    assert told("AVX2")
    assert told(None)
    assert not told("AVX-512")
