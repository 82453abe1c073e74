"""Scenes of the descent hold what their record says."""

import math
import re
from dataclasses import replace

import pytest

from experiments.matmul.record import Matmul, Tiling
from experiments.matmul.render import card_pictures, pictures
from experiments.matmul.render.prediction import step_predictions
from experiments.matmul.render.thermometer import RUNGS, measured, thermometer
from experiments.matmul.sample import sample
from talk.experiment import find_experiment
from talk.render.captions import Provenance
from talk.render.drawing import drawing_of
from tests.experiments.matmul.samples import matmul_record, without_gpu


def scenes(data: Matmul) -> dict[str, str]:
    return pictures.scenes(drawing_of(find_experiment("matmul"), [matmul_record(data)]))


def figures_of(html: str) -> list[str]:
    return re.findall(r"<b>(.*?)</b>", html)


@pytest.mark.parametrize(
    ("rows", "columns", "lanes", "reads", "registers"),
    [(6, 64, 16, 10, 24), (4, 8, 4, 6, 8), (14, 32, 16, 16, 28), (6, 16, 8, 8, 12), (1, 4, 4, 2, 1)],
)
def test_a_tile_is_read_by_rows_and_vectors_and_computed_by_both(
    rows: int, columns: int, lanes: int, reads: int, registers: int
) -> None:
    tiling = sample().tiling
    assert isinstance(tiling, Tiling)
    tile = scenes(replace(sample(), tiling=replace(tiling, rows=rows, columns=columns, lanes=lanes)))["tile"]
    assert figures_of(tile)[:2] == [str(reads), str(registers)]


def test_cache_lines_show_both_speeds_at_one_size() -> None:
    assert figures_of(scenes(sample())["cache-lines"]) == ["1,00", "10,0"]


def test_a_quarter_of_l1_holds_the_rows_of_a() -> None:
    ladder = scenes(sample())["memory-ladder"]
    box, there = re.findall(r'<rect class="slab tone-[21](?: lit)?" x="232.0" y="108.0" width="([\d.]+)"', ladder)
    assert float(there) / float(box) == pytest.approx(4 * 6 * 512 / (48 << 10), abs=0.01)


def test_each_thread_has_a_stripe() -> None:
    data = sample()
    many = [replace(each, threads=64) if each.name == "threads" else each for each in data.contenders]
    assert figures_of(scenes(data)["stripes"])[0] == "2"
    assert figures_of(scenes(replace(data, contenders=many))["stripes"])[0] == "64"


def test_at_most_three_figures_stand_beside_a_scene() -> None:
    for name, html in scenes(sample()).items():
        assert 1 <= len(figures_of(html)) <= 3, name


def test_mercury_rises_from_circle_to_circle() -> None:
    source = Provenance(matmul_record(sample()))
    levels = []
    for rung in RUNGS[: RUNGS.index("gpu_triton") + 1]:
        mercury = re.search(r'class="slab tone-1 lit" x="4.0" y="([\d.]+)"', thermometer(source, sample(), rung))
        assert mercury is not None, rung
        levels.append(float(mercury[1]))
    assert levels == sorted(set(levels), reverse=True)


def test_a_circle_that_waits_for_a_gpu_is_hatched() -> None:
    data = without_gpu()
    assert measured(data) is data
    html = thermometer(Provenance(matmul_record(data)), data, "gpu_triton")
    assert "slab tone-1 waiting" in html
    assert "<span>ждёт GPU</span>" in html
    assert "<data" not in html


def test_the_promised_rung_stands_where_the_model_promised() -> None:
    data = sample()
    source = Provenance(matmul_record(data))
    promised = {each.name: 2 * each.point.n**3 / each.promised for each in step_predictions(data)}
    assert "registers" in promised
    rates = {rung: data.find(rung).squares[-1].flops_per_s for rung in ("python", "gpu_triton")}  # type: ignore[union-attr]
    mark = re.search(r'class="stroke tone-4" d="M0.0 ([\d.]+)', thermometer(source, data, "registers"))
    assert mark is not None
    # The scale is logarithmic, from half of the least rate to the most of them.
    assert data.gpu is not None
    assert data.gpu.fma_flops_per_s is not None
    least, most = rates["python"] / 2, max(rates["gpu_triton"], data.gpu.fma_flops_per_s)
    share = math.log(promised["registers"] / least) / math.log(most / least)
    assert float(mark[1]) == pytest.approx(596 - share * 592, abs=0.1)
    assert 'class="stroke tone-4"' not in thermometer(source, data, "python")


@pytest.mark.parametrize("count", [10, 84, 132, 192])
def test_multiprocessors_end_above_the_words_below_them(count: int) -> None:
    gpu = sample().gpu
    assert gpu is not None
    data = replace(sample(), gpu=replace(gpu, multiprocessors=count))
    html = card_pictures.gpu_parts(Provenance(matmul_record(data)), data)
    slabs = re.findall(r'<rect class="slab tone-2" x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="([\d.]+)"', html)
    assert len(slabs) == count
    word = re.search(r'y="([\d.]+)" text-anchor="start">варп<', html)
    assert word is not None
    assert max(float(y) + float(height) for y, height in slabs) < float(word[1]) - 25


def test_a_gpu_alone_has_no_thermometer_and_tells_its_speed_on_that_of_a_cpu() -> None:
    alone = replace(sample(), tiling=None, contenders=[each for each in sample().contenders if each.device == "cuda"])
    assert measured(alone) is None
    card = Provenance(matmul_record(alone))
    data = without_gpu()
    html = thermometer(Provenance(matmul_record(data)), data, "gpu_triton", [card])
    assert "<span>900\N{NO-BREAK SPACE}ГФЛОП/с, GPU</span>" in html


def test_what_stands_for_a_missing_rung_of_whole_numbers_keeps_its_unit() -> None:
    data = replace(sample(), contenders=[each for each in sample().contenders if each.name != "int8"])
    html = thermometer(Provenance(matmul_record(data)), data, "int8")
    assert "ФЛОП/с" in html
