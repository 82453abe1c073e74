import math
import re
from dataclasses import replace
from itertools import combinations
from xml.etree import ElementTree

import pytest

from experiments.matmul.record import Matmul
from experiments.matmul.render.descent import CIRCLES
from experiments.matmul.render.steps import STEPS
from experiments.matmul.sample import sample
from talk.errors import TalkError
from talk.experiment import find_experiment
from talk.records.schema import Record
from talk.render.drawing import drawing_of
from tests.experiments.matmul.samples import matmul_record, without_gpu

# Of a machine without a GPU for which nothing was compiled there is none of these.
OF_A_GPU = {"gpu", "compiled", "promised", "short-numbers"}


def fragments(records: list[Record[Matmul]]) -> dict[str, str]:
    experiment = find_experiment("matmul")
    return experiment.fragments(drawing_of(experiment, records))


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return fragments([matmul_record()])


@pytest.fixture(scope="module")
def whole() -> dict[str, str]:
    """Of a machine where everything was measured."""
    return fragments([matmul_record(sample())])


def svg(fragment: str) -> ElementTree.Element:
    return ElementTree.fromstring(fragment[fragment.index("<svg") : fragment.index("</svg>") + len("</svg>")])


def test_every_fragment_is_one_figure_of_the_record_on_one_line(made: dict[str, str]) -> None:
    for name, fragment in made.items():
        assert fragment.count("\n") == 1
        ElementTree.fromstring(fragment)
        if name not in OF_A_GPU and not name.startswith("thermometer-"):
            assert fragment.count("<figure") == 1
            assert 'data-record="test-box/matmul"' in fragment


def test_nothing_measured_is_said(made: dict[str, str]) -> None:
    assert "nothing-measured" in made["gpu"]
    assert all("nothing-measured" in fragment for fragment in fragments([]).values())
    assert fragments([]).keys() == made.keys()


@pytest.mark.parametrize("name", ["descent", "descent-slide"])
def test_the_descent_links_every_circle_and_shows_its_speed(made: dict[str, str], name: str) -> None:
    links = [each for each in svg(made[name]).iter() if each.tag.endswith("}a")]
    assert [each.get("href") for each in links] == [f"#{anchor}" for anchor, _ in CIRCLES]
    words = [" ".join(text.text or "" for text in each if text.tag.endswith("text")) for each in links]
    assert "90,0\xa0ГФЛОП/с" in words[3]
    assert "180\xa0ГФЛОП/с" in words[4]
    assert "ждёт GPU" in words[5]
    assert "4 процесса" in words[6]
    assert "360\xa0ГОП/с" in words[7]
    assert "200\xa0ГФЛОП/с" in words[8]


def test_nine_loops(made: dict[str, str]) -> None:
    loops = made["loops"]
    assert loops.count('class="loop"') == 9
    assert "k₀, шаг 512" in loops
    assert "524\xa0КБ" in loops


def test_bars_tell_their_numbers(made: dict[str, str]) -> None:
    described = svg(made["one-thread"]).get("aria-label")
    assert described is not None
    assert "перекрытие — 90,0\xa0ГФЛОП/с" in described
    assert "измеренный пик — 100\xa0ГФЛОП/с" in described


def test_a_panel_a_size_and_the_fullest_is_shown(made: dict[str, str]) -> None:
    figure = ElementTree.fromstring(made["all-steps"])
    choice = {each.get("value"): each.get("checked") for each in figure.iter("input")}
    assert choice == {"128": None, "512": None, "1024": "checked"}
    panels = [each for each in figure.iter("div") if each.get("class") == "size"]
    told = [panel[0].get("aria-label") or "" for panel in panels]
    assert ["Python" in each for each in told] == [True, False, False]
    assert ["все потоки — 180" in each for each in told] == [False, True, True]
    assert "torch.mm, 1\xa0поток — 50,0" in told[2]
    assert "torch.mm, 2\xa0потока — 150" in told[2]


def test_roofline_holds_every_step(made: dict[str, str]) -> None:
    described = svg(made["roofline"]).get("aria-label")
    assert described is not None
    assert "упаковка: 2,50 операции на байт" in described
    assert "компилятор: 0,25" in described


def test_each_step_has_a_disc_of_its_own_and_its_name_in_the_list() -> None:
    record: Record[Matmul] = matmul_record()
    # As fast as each other, and as many operations a byte: one point.
    alike = [
        replace(
            each,
            points=[replace(point, times_s=[2 * point.n * point.m * point.p / 9e10]) for point in each.points],
            bytes_asked_per_flop=2.5 if each.bytes_asked_per_flop else each.bytes_asked_per_flop,
        )
        for each in record.data.contenders
    ]
    for contenders in (record.data.contenders, alike):  # all in one place too
        drawn = svg(fragments([replace(record, data=replace(record.data, contenders=contenders))])["roofline"])
        steps = re.findall(r"(?:^|; )([^;:]+): [^;]+ операции на байт", drawn.get("aria-label") or "")
        texts = [each for each in drawn.iter() if each.tag.endswith("}text")]
        assert len(steps) > 1
        assert {*steps} <= {each.text for each in texts}
        on_discs = [each for each in texts if "weight: 700" in (style := each.get("style") or "") and "middle" in style]
        assert sorted(each.text or "" for each in on_discs) == sorted(str(at // 2 + 1) for at in range(2 * len(steps)))
        places = [(float(each.get("x", "nan")), float(each.get("y", "nan"))) for each in on_discs]
        assert all(math.dist(one, other) >= 24 for one, other in combinations(places, 2))


def test_a_roof_is_named_inside_the_chart_however_soon_it_meets_the_peak() -> None:
    record: Record[Matmul] = matmul_record()
    fast = [replace(each, bytes_per_s=5e11) for each in record.data.bandwidths]
    drawn = svg(fragments([replace(record, data=replace(record.data, bandwidths=fast))])["roofline"])
    texts = {each.text or "": each for each in drawn.iter() if each.tag.endswith("}text")}
    listed = float(texts["пик FMA"].get("x", "nan"))
    left = float(texts["0,1"].get("x", "nan"))
    for name in ("L1", "память"):
        assert left < float(texts[name].get("x", "nan")) < listed


def test_tables(made: dict[str, str]) -> None:
    assert "<td>40,0</td><td>40,0</td><td>40,0</td><td>40,0</td>" in made["shapes"]
    assert "<td>20,0</td><td>25,0</td><td>40,0</td><td>40,0</td>" in made["shapes"]
    assert ">круг 5</th>" in made["shapes"]
    assert "1,0·10⁻²" in made["bits"]
    assert "1,0·10⁻⁵" in made["errors"]


def test_a_shape_that_a_library_was_not_measured_at_is_a_dash() -> None:
    data = without_gpu()
    contenders = [
        replace(each, points=each.squares or each.points) if each.library else each for each in data.contenders
    ]
    drawn = fragments([matmul_record(replace(data, contenders=contenders))])["shapes"]
    assert "<td>20,0</td><td>25,0</td><td>—</td><td>—</td>" in drawn


def test_tables_scroll_by_keyboard(made: dict[str, str]) -> None:
    for name in ("shapes", "bits", "errors"):
        assert 'class="table-scroll" role="group"' in made[name]
        assert 'tabindex="0"' in made[name]


def test_every_contender_of_a_chart_is_told_there(whole: dict[str, str]) -> None:
    charts = {chart for step in STEPS for chart in step.charts}
    assert charts <= whole.keys()
    for step in STEPS:
        for chart in set(step.charts) - {"descent", "sizes", "shapes", "bits"}:  # which call it by something else
            assert step.title in whole[chart], (step.name, chart)
    assert "nothing-measured" not in "".join(whole.values())


def test_the_descent_of_a_machine_with_gpus(whole: dict[str, str]) -> None:
    words = whole["descent"]
    assert "ждёт GPU" not in words
    assert "900\xa0ГФЛОП/с" in words
    assert "5,20\xa0ТФЛОП/с" in words  # what was measured on a GPU speaks before the CPU's eight bits


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("no_package:triton", "пакет triton не установлен"),
        ("out_of_memory", "не хватило памяти"),
        ("failed:RuntimeError: <no> compiler", "не запустился: RuntimeError: &lt;no&gt; compiler"),
    ],
)
def test_a_step_that_was_skipped_on_a_gpu_is_named_with_its_reason(reason: str, words: str) -> None:
    data = sample()
    contenders = [
        replace(each, points=[], skipped=reason) if each.name == "gpu_triton" else each for each in data.contenders
    ]
    drawn = fragments([matmul_record(replace(data, contenders=contenders))])["gpu"]
    assert f"Не измерены: Triton — {words}" in drawn


def test_a_contender_without_a_row_is_one_clear_line() -> None:
    data = sample()
    stranger = replace(data.find("order"), name="rowless")  # type: ignore[type-var]
    record = matmul_record(replace(data, contenders=[*data.contenders, stranger]))
    expected = r"^scripts/experiments/matmul/render/steps\.py: STEPS has no row for rowless.*; add its row"
    with pytest.raises(TalkError, match=expected):
        find_experiment("matmul").named_values(record)
    with pytest.raises(TalkError, match=expected):
        fragments([record])


# No vector register holds five numbers, nor twenty-one: sixteen takes the words of the former.
@pytest.mark.parametrize(("count", "lanes"), [(1, 1), (2, 2), (4, 4), (5, 16), (21, 1)])
def test_counted_nouns_agree(count: int, lanes: int) -> None:
    record = matmul_record()
    data, tiling = record.data, record.data.tiling
    assert tiling is not None
    tiling = replace(tiling, rows=count, lanes=lanes, columns=count * lanes)
    grid = replace(data.distributed[0], grid_rows=1, grid_columns=count)
    drawn = fragments([replace(record, data=replace(data, tiling=tiling, distributed=[grid]))])
    few = {1: 0, 2: 1, 4: 1, 5: 2, 21: 0}[count]
    assert f"{count} {['строка', 'строки', 'строк'][few]} плитки" in drawn["loops"]
    assert f"{count} {['вектор', 'вектора', 'векторов'][few]} строки" in drawn["loops"]
    assert f"{lanes} {['дорожка', 'дорожки', 'дорожек'][few]}<" in drawn["loops"]
    assert f"{count} {['процесс', 'процесса', 'процессов'][few]}<" in drawn["descent"]


def test_a_hostile_machine_is_escaped() -> None:
    record: Record[Matmul] = matmul_record()
    record = replace(record, machine=replace(record.machine, cpu="<script>alert(1)</script>"))
    assert not any("<script" in fragment for fragment in fragments([record]).values())


def test_same_record_same_bytes(made: dict[str, str]) -> None:
    assert fragments([matmul_record()]) == made
