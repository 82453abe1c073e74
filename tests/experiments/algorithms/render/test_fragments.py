"""Fragments of the algorithms experiment: whole figures, the same every time, that say in words what they draw."""

import re
from dataclasses import replace
from html import unescape

import pytest

from experiments.algorithms.record import Algorithms, Curve, Point
from experiments.algorithms.render import growths
from experiments.algorithms.render.alignment import states_of_path
from talk.records.schema import Record
from talk.render.captions import Provenance
from tests.experiments.algorithms.samples import fragments


@pytest.fixture
def made(record: Record[Algorithms]) -> dict[str, str]:
    return fragments(record)


def measured(made: dict[str, str]) -> dict[str, str]:
    """Without the pictures that are drawn, and need no record."""
    drawn = {name for name, html in fragments().items() if "ни одна машина" not in html}
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
    assert made == fragments(record)


def test_growth_says_the_fitted_and_the_expected_exponent(made: dict[str, str]) -> None:
    assert "решётка: от 100 мкс до 400 мкс, показатель 2,00, по теории 2" in told(made["ctc-growth"])
    assert "Майерс: от 1 мс до 2 мс, показатель 1,00, по теории 2" in told(made["edit-growth"]).replace(
        "1,00 мс", "1 мс"
    ).replace("2,00 мс", "2 мс")


@pytest.mark.parametrize(("slower_s", "met"), [((1.0, 9.0, 1.0), 31), ((1.0, 1.0, 1.0), None), ((9.0, 9.0, 9.0), None)])
def test_the_kernel_from_which_fft_wins_is_ringed(
    record: Record[Algorithms], slower_s: tuple[float, ...], met: int | None
) -> None:
    """Where FFT always wins, or never, there is no place where they meet; a win below a loss is noise."""
    convolution = record.data.convolution
    sizes = (3.0, 15.0, 31.0)
    times = (
        {"direct": (2.0, 2.0, 2.0), "fft": slower_s} if met is None else {"direct": (2.0, 3.0, 4.0), "fft": slower_s}
    )
    ways = [
        replace(
            way,
            curve=Curve(
                points=[
                    Point(size=size, times_s=[time])
                    for size, time in zip(sizes, times.get(way.name, (5.0, 6.0, 7.0)), strict=True)
                ]
            ),
        )
        for way in convolution.depthwise
    ]
    source = Provenance(record)
    growth = growths._convolution(source, replace(convolution, depthwise=ways))
    assert (growth.marked and growth.marked.size) == met
    drawn = growths.draw(source, growth)
    assert (">с 31<" in drawn) == (met is not None)
    assert ("В кружке" in drawn) == (met is not None)


def test_padding_says_share_and_time_of_each_order(made: dict[str, str]) -> None:
    words = told(made["padding"])
    assert "как пришли: дополнения 50 %" in words
    assert "по длине: дополнения 0 %" in words


def test_memory_is_compared_where_everybody_was(made: dict[str, str]) -> None:
    words = told(made["attention-memory"])
    assert re.search(r"вся таблица: 80(,0)? Б; плитками: 4", words)


def test_the_ring_has_a_row_for_each_number_of_workers(record: Record[Algorithms]) -> None:
    measured = record.data.ring
    run = replace(measured.runs[0], workers=8, star_times_s=[0.5], star_sent_bytes=7000)
    more = replace(record, data=replace(record.data, ring=replace(measured, runs=[*measured.runs, run])))
    html = fragments(more)["ring"].replace("\N{NO-BREAK SPACE}", " ")
    assert re.findall(r'<th scope="col">(.*?)</th>', html) == ["участников", "кольцо", "звезда", "PyTorch"]
    assert re.findall(r'<th scope="row">(.*?)</th>', html) == [str(each.workers) for each in [*measured.runs, run]]
    assert re.search(r'row">4</th><td>\d+ мс<br><small>.{1,9}</small></td><td>300 мс<br><small>3(,00)? КБ<', html)
    assert re.search(r'row">8</th>.*<td>500 мс<br><small>7(,00)? КБ<', html)


def test_decoders_are_a_table(made: dict[str, str]) -> None:
    html = made["decoding"].replace("\N{NO-BREAK SPACE}", " ")
    assert '<th scope="row">луч</th><td>16</td><td>30,0 %</td><td>25×</td>' in html


def test_made_up_outputs_are_named_so(record: Record[Algorithms]) -> None:
    nobodys = replace(record.data.decoding, outputs_of="made_up", noise_db=None)
    html = fragments(replace(record, data=replace(record.data, decoding=nobodys)))
    for name in ("decoding", "decoding-tradeoff"):
        assert "Выходы сети придуманы" in html[name]


def test_the_network_that_listened_is_named(made: dict[str, str], record: Record[Algorithms]) -> None:
    for name in ("decoding", "decoding-tradeoff"):
        assert re.search(r"обучила машина test-box, <code title=[^>]*>5a5a5a5</code>", made[name])
    nobody = replace(record, data=replace(record.data, decoding=replace(record.data.decoding, listener=None)))
    assert "(какая, не записано)" in fragments(nobody)["decoding"]


def test_what_grows_exponentially_says_its_factor(made: dict[str, str]) -> None:
    assert "перебор: от 1,00 мс до 9,00 мс, ×3,00 за кадр, по теории 3" in told(made["decoding-growth"])
    words = told(made["packing-growth"])
    assert "×2,00 за фразу, по теории 2" in words
    assert "первая подходящая: от 10,0 мкс до 40,0 мкс, показатель 2,00, по теории 2" in words


def test_words_are_laid_along_the_sound(made: dict[str, str]) -> None:
    assert "«да» с 0,00 по 0,12 с; «ну» с 0,20 по 0,32 с" in told(made["alignment"])


def test_a_letter_that_comes_twice_is_two_states() -> None:
    assert states_of_path([0, 5, 5, 0, 5, 1, 0], "дда") == [0, 1, 1, 2, 3, 5, 6]


def test_memory_is_told_beside_its_prediction(made: dict[str, str]) -> None:
    words = told(made["checkpointing-recurrent"])
    assert "расписание, входов в памяти 6: 1,00 КБ, 750 мс, предсказано 1,05 КБ и 650 мс" in words
    table = made["checkpointing"].replace("\N{NO-BREAK SPACE}", " ")
    assert (
        '<th scope="row">рекуррентная: расписание</th><td>6</td><td>250</td><td>1,05 КБ</td><td>1,00 КБ</td>' in table
    )


def test_what_is_answered_in_time_is_told_for_each_batch(made: dict[str, str]) -> None:
    assert "пачки до 2: 1,2 фразы в секунду, в срок 0,8" in told(made["serving"])


def test_the_star_sends_ever_more_and_the_ring_does_not(made: dict[str, str]) -> None:
    words = told(made["ring-sent"])
    assert "звезда, середина, участников 4: 3,00 вектора" in words
    assert "кольцо, каждый, участников 4: 1,50 вектора" in words


def test_machines_and_frameworks_are_tables(made: dict[str, str]) -> None:
    hours = made["many-hours"].replace("\N{NO-BREAK SPACE}", " ")
    assert '<th scope="row">2 процесса по одному потоку</th><td>200 с</td><td>2,00×</td><td>432 ч</td>' in hours
    hidden = made["framework"].replace("\N{NO-BREAK SPACE}", " ")
    assert "<td>2000 шагов вместо числа из 31 цифры</td><td>1,00</td>" in hidden
    assert "<td>200 проходов вместо 400</td>" in hidden


def test_a_machine_of_one_core_shares_no_hours_out(record: Record[Algorithms]) -> None:
    alone = replace(record, data=replace(record.data, many_hours=[]))
    assert "ни одна машина" in fragments(alone)["many-hours"]


def test_without_a_record_every_fragment_says_so(made: dict[str, str], record: Record[Algorithms]) -> None:
    nothing = fragments(replace(record, experiment="profiling"))
    assert nothing.keys() == made.keys()
    assert all("ни одна машина" in nothing[name] for name in measured(made))
