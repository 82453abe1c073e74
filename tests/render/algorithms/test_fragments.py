"""Fragments of the algorithms experiment: whole figures, the same every time, that say in words what they draw."""

import re
from dataclasses import replace
from html import unescape

import pytest

from scripts.records.algorithms import Algorithms
from scripts.records.schema import Record
from scripts.render.algorithms import fragments


@pytest.fixture
def made(record: Record[Algorithms]) -> dict[str, str]:
    return fragments([record])


def measured(made: dict[str, str]) -> dict[str, str]:
    """Without the pictures that are drawn, and need no record."""
    drawn = {name for name, html in fragments([]).items() if "ни одна машина" not in html}
    return {name: html for name, html in made.items() if name not in drawn}


def told(html: str) -> str:
    label = re.search('aria-label="([^"]*)"', html)
    assert label is not None
    return unescape(label[1]).replace("\N{NO-BREAK SPACE}", " ")


def test_every_fragment_is_a_whole_figure_of_its_record(made: dict[str, str], record: Record[Algorithms]) -> None:
    for name, html in measured(made).items():
        assert html.startswith('<figure class="measured'), name
        assert html.rstrip().endswith("</figure>"), name
        assert 'data-record="test-box/algorithms"' in html, name
    assert made == fragments([record])


def test_growth_says_the_fitted_and_the_expected_exponent(made: dict[str, str]) -> None:
    assert "решётка: от 100 мкс до 400 мкс, показатель 2,00, по теории 2" in told(made["algorithms/ctc-growth.html"])
    assert "Майерс: от 1 мс до 2 мс, показатель 1,00, по теории 2" in told(made["algorithms/edit-growth.html"]).replace(
        "1,00 мс", "1 мс"
    ).replace("2,00 мс", "2 мс")


def test_padding_says_share_and_time_of_each_order(made: dict[str, str]) -> None:
    words = told(made["algorithms/padding.html"])
    assert "как пришли: дополнения 50 %" in words
    assert "по длине: дополнения 0 %" in words


def test_memory_is_compared_where_everybody_was(made: dict[str, str]) -> None:
    words = told(made["algorithms/attention-memory.html"])
    assert re.search(r"вся таблица: 80(,0)? Б; плитками: 4", words)


def test_the_ring_is_a_table(made: dict[str, str]) -> None:
    html = made["algorithms/ring.html"].replace("\N{NO-BREAK SPACE}", " ")
    assert re.search(r"<td>4</td><th>звезда</th><td>3(,00)? КБ</td><td>300 мс</td>", html)


def test_decoders_are_a_table(made: dict[str, str]) -> None:
    html = made["algorithms/decoding.html"].replace("\N{NO-BREAK SPACE}", " ")
    assert "<th>луч</th><td>16</td><td>30,0 %</td><td>25×</td>" in html


def test_without_decoding_its_table_says_so(record: Record[Algorithms]) -> None:
    without = replace(record, data=replace(record.data, decoding=None))
    assert "ни одна машина" in fragments([without])["algorithms/decoding.html"]


def test_without_a_record_every_fragment_says_so(made: dict[str, str], record: Record[Algorithms]) -> None:
    nothing = fragments([replace(record, experiment="profiling")])
    assert nothing.keys() == made.keys()
    assert all("ни одна машина" in nothing[name] for name in measured(made))
