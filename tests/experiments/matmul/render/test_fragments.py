from dataclasses import replace
from xml.etree import ElementTree

import pytest

from experiments.matmul.record import Matmul
from experiments.matmul.render import fragments
from experiments.matmul.render.descent import CIRCLES
from talk.records.schema import Record
from tests.experiments.matmul.render.samples import matmul_record


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return fragments([matmul_record()])


def svg(fragment: str) -> ElementTree.Element:
    return ElementTree.fromstring(fragment[fragment.index("<svg") : fragment.index("</svg>") + len("</svg>")])


def test_every_fragment_is_one_figure_of_the_record_on_one_line(made: dict[str, str]) -> None:
    for name, fragment in made.items():
        assert fragment.count("\n") == 1
        if name != "matmul/gpu.html":
            assert fragment.count("<figure") == 1
            assert 'data-record="test-box/matmul"' in fragment
            ElementTree.fromstring(fragment)


def test_nothing_measured_is_said(made: dict[str, str]) -> None:
    assert "nothing-measured" in made["matmul/gpu.html"]
    assert all("nothing-measured" in fragment for fragment in fragments([]).values())
    assert fragments([]).keys() == made.keys()


@pytest.mark.parametrize("name", ["descent", "descent-slide"])
def test_the_descent_links_every_circle_and_shows_its_speed(made: dict[str, str], name: str) -> None:
    links = [each for each in svg(made[f"matmul/{name}.html"]).iter() if each.tag.endswith("}a")]
    assert [each.get("href") for each in links] == [f"#{anchor}" for anchor, _, _ in CIRCLES]
    words = [" ".join(text.text or "" for text in each if text.tag.endswith("text")) for each in links]
    assert "90,0\xa0ГФЛОП/с" in words[3]
    assert "180\xa0ГФЛОП/с" in words[4]
    assert "ждёт GPU" in words[5]
    assert "4 процесса" in words[6]
    assert "360\xa0ГОП/с" in words[7]
    assert "200\xa0ГФЛОП/с" in words[8]


def test_nine_loops(made: dict[str, str]) -> None:
    loops = made["matmul/loops.html"]
    assert loops.count('class="loop"') == 9
    assert "k₀, шаг 512" in loops
    assert "524\xa0КБ" in loops


def test_bars_tell_their_numbers(made: dict[str, str]) -> None:
    described = svg(made["matmul/one-thread.html"]).get("aria-label")
    assert described is not None
    assert "перекрытие — 90,0\xa0ГФЛОП/с" in described
    assert "измеренный пик — 100\xa0ГФЛОП/с" in described


def test_a_panel_a_size_and_the_fullest_is_shown(made: dict[str, str]) -> None:
    figure = ElementTree.fromstring(made["matmul/all-steps.html"])
    choice = {each.get("value"): each.get("checked") for each in figure.iter("input")}
    assert choice == {"128": None, "512": None, "1024": "checked"}
    panels = [each for each in figure.iter("div") if each.get("class") == "size"]
    told = [panel[0].get("aria-label") or "" for panel in panels]
    assert ["Python" in each for each in told] == [True, False, False]
    assert ["все потоки — 180" in each for each in told] == [False, True, True]
    assert "torch.mm, 1\xa0поток — 75,0" in told[2]
    assert "torch.mm, 2\xa0потока — 150" in told[2]


def test_roofline_holds_every_step(made: dict[str, str]) -> None:
    described = svg(made["matmul/roofline.html"]).get("aria-label")
    assert described is not None
    assert "упаковка: 2,50 операции на байт" in described
    assert "компилятор: 0,25" in described


def test_a_roof_is_named_below_the_peak_however_soon_it_meets_it() -> None:
    record: Record[Matmul] = matmul_record()
    fast = [replace(each, bytes_per_s=5e11) for each in record.data.bandwidths]
    drawn = svg(fragments([replace(record, data=replace(record.data, bandwidths=fast))])["matmul/roofline.html"])
    texts = {each.text or "": each for each in drawn.iter() if each.tag.endswith("}text")}
    peak = next(float(each.get("y", "nan")) for text, each in texts.items() if text.startswith("пик FMA"))
    left = float(texts["0,1"].get("x", "nan"))
    for name in ("L1", "память"):
        assert float(texts[name].get("y", "nan")) > peak + 12  # SVG counts downwards, a line is 12 high
        assert float(texts[name].get("x", "nan")) > left


def test_tables(made: dict[str, str]) -> None:
    assert "<td>40,0</td><td>40,0</td><td>40,0</td><td>40,0</td>" in made["matmul/shapes.html"]
    assert "<td>20,0</td><td>25,0</td><td>—</td><td>—</td>" in made["matmul/shapes.html"]
    assert "1,0·10⁻²" in made["matmul/bits.html"]
    assert "1,0·10⁻⁵" in made["matmul/errors.html"]


def test_a_hostile_machine_is_escaped() -> None:
    record: Record[Matmul] = matmul_record()
    record = replace(record, machine=replace(record.machine, cpu="<script>alert(1)</script>"))
    assert not any("<script" in fragment for fragment in fragments([record]).values())


def test_same_record_same_bytes(made: dict[str, str]) -> None:
    assert fragments([matmul_record()]) == made
