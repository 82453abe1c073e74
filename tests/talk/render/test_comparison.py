"""All machines together: tables of who measured what, of headline numbers, and of how those changed."""

import re
from dataclasses import replace

import pytest

from talk.records.schema import AnyRecord
from talk.records.summary import Summary, summarise
from talk.render.comparison import fragments
from talk.render.headlines import headlines, latest_moves
from talk.render.values import Values
from talk.words import NBSP
from tests.talk import samples

CPU = samples.record(slug="cpu-box", measured_at="2026-11-02T00:00:00Z")
GPU = samples.record(samples.cpu_run(), samples.cuda_run(), slug="gpu-box", measured_at="2026-11-01T00:00:00Z")
SORTS = samples.record(slug="cpu-box", experiment="sorting")


def cells(html: str, row: str) -> list[str]:
    found = re.search(rf"<th scope=row>{row}</th>(.*?)</tr>", html)
    assert found is not None, row
    return [re.sub("<[^>]*>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", found[1])]


def moments(*records: AnyRecord) -> list[Summary]:
    return [summarise(record) for record in records]


def slower(record: AnyRecord, times: float, moment: str) -> AnyRecord:
    run = record.data.runs[0]
    slow = replace(run, times_s=[times * time_s for time_s in run.times_s])
    return replace(record, measured_at=moment, data=replace(record.data, runs=[slow]))


def test_every_machine_says_which_experiments_it_ran() -> None:
    html = fragments([CPU, SORTS, GPU], [])["machines/table.html"]
    assert re.findall(r"<th scope=rowgroup [^>]*>([^<]*)", html) == [
        f"Test CPU, 2{NBSP}cores",
        f"Test GPU + Test CPU, 2{NBSP}cores",
    ]
    assert re.findall(r"<th scope=row>([^<]*)", html) == ["Relay", "Sorting", "Relay"]
    assert html.count("<tbody>") == 2
    assert 'href="site:results/cpu-box/sorting.json"' in html
    assert 'href="site:machines/gpu-box-relay.html"' in html
    assert "cpu-box-sorting.html" not in html  # who is alone has no page: the chapter shows all of it
    short = fragments([CPU, SORTS, GPU], [])["machines/short.html"]
    assert "Relay, Sorting" in short


def test_what_was_set_aside_is_told_once() -> None:
    records = [replace(each, set_aside=["OMP_NUM_THREADS", "MKL_<b>"]) for each in (CPU, SORTS)]
    html = fragments(records, [])["machines/table.html"]
    assert html.count("were set aside: MKL_&lt;b&gt;, OMP_NUM_THREADS") == 1
    assert "set aside" not in fragments([CPU], [])["machines/table.html"]


def test_headlines_of_all_machines_stand_side_by_side() -> None:
    html = fragments([CPU, SORTS, GPU], [])["machines/headlines.html"]
    # 3 s of race in 2.1 s, and in 0.2 s with the GPU
    assert cells(html, "Pace on the CPU") == ["1.43×", "1.43×"]
    assert cells(html, "Pace on the GPU") == ["—", "15.0×"]
    assert 'value="15" data-record="gpu-box/relay"' in html
    assert '<tr data-better="less"><th scope=row>Idle share of the GPU' in html
    assert '<form class="machine-pair" hidden>' in html


def test_a_headline_number_brings_its_spread() -> None:
    html = fragments([CPU], [])["machines/headlines.html"]
    assert re.findall(r'<td data-spread="([^"]*)">', html) == ["0.0952"]  # 2.0 to 2.2 s


def test_a_stale_number_is_marked_among_the_headlines_too() -> None:
    html = fragments([samples.stale(CPU), GPU], [])["machines/headlines.html"]
    marked = re.findall(r'<data class="measured stale" [^>]*data-record="([^"]*)" title="([^"]*)"', html)
    assert [name for name, _ in marked] == ["cpu-box/relay"]
    assert "outdated: the measuring code has changed since" in marked[0][1]
    assert f"cpu-box, 2{NBSP}November 2026" in marked[0][1]
    assert html.count('<data class="measured" ') == 3


def test_nothing_measured_is_said() -> None:
    made = fragments([], [])
    assert all('class="nothing-measured"' in html for html in made.values())
    assert "there is no history yet" in fragments([CPU], moments(CPU))["machines/history.html"]


def test_history_shows_each_moment_and_marks_what_moved() -> None:
    before, again = slower(CPU, 1.0, "2026-10-01T00:00:00Z"), slower(CPU, 1.05, "2026-10-20T00:00:00Z")
    now = slower(CPU, 2.0, "2026-11-02T00:00:00Z")
    html = fragments([now], moments(before, again, now))["machines/history.html"]
    row = cells(html, "Pace on the CPU")
    assert row == ["0.714×", "−48% !", "", "1.36×", "1.43×"]  # the newest first
    days = [html.index(f"{day} 2026") for day in (f"2{NBSP}November", f"20{NBSP}October", f"1{NBSP}October")]
    assert days == sorted(days)


def test_pytorchs_version_heads_the_moments_that_came_with_another() -> None:
    versions = ("2.12.0", "2.13.0", "2.13.0")
    dates = ("2026-10-01T00:00:00Z", "2026-10-20T00:00:00Z", "2026-11-02T00:00:00Z")
    runs = [
        replace(slower(CPU, 1.0, date), versions={"torch": torch}) for date, torch in zip(dates, versions, strict=True)
    ]
    html = fragments([runs[-1]], moments(*runs))["machines/history.html"]
    heads = re.findall(r'<span title="torch[^"]*">(.*?)</span>', html)
    assert ["torch" in head for head in heads] == [False, True, True]  # the newest first


def test_a_course_runs_from_the_least_number_up_over_the_spreads() -> None:
    before, again = slower(CPU, 1.0, "2026-10-01T00:00:00Z"), slower(CPU, 1.05, "2026-10-20T00:00:00Z")
    now = slower(CPU, 2.0, "2026-11-02T00:00:00Z")
    html = fragments([now], moments(before, again, now))["machines/history.html"]
    drawn = re.findall(r'<rect(?: class="(\w+)")? x="([\d.]+)" y="([\d.]+)" width="[\d.]+" height="([\d.]+)"', html)
    bands, steps = [each for each in drawn if each[0] == "spread"], [each for each in drawn if each[0] != "spread"]
    assert len(bands) == len(steps) == 3
    assert [kind for kind, *_ in steps] == ["", "", "last"]
    heights = [float(y) for _, _, y, _ in steps]
    assert heights == sorted(heights)  # slower each time, and down is less
    assert min(float(y) for _, _, y, _ in bands) == 0
    assert max(float(y) + float(high) for _, _, y, high in bands) == pytest.approx(24, abs=0.11)
    for (_, x, y, _), (_, at, top, high) in zip(steps, bands, strict=True):
        assert x == at
        assert float(top) < float(y) < float(top) + float(high)


@pytest.mark.usefixtures("russian")
def test_history_speaks_the_talks_language() -> None:
    before, now = slower(CPU, 1.0, "2026-10-20T00:00:00Z"), slower(CPU, 2.0, "2026-11-02T00:00:00Z")
    html = fragments([now], moments(before, now))["machines/history.html"]
    row = cells(html, "Pace on the CPU")
    assert [each.replace(NBSP, " ") for each in row] == ["0,714×", "−50 % !", "", "1,43×"]
    assert f"20{NBSP}октября 2026" in html


def test_what_moves_by_more_than_it_varies_is_told() -> None:
    # Times of 2.0 to 2.2 s vary by a tenth of their median, each time.
    before = slower(CPU, 1.0, "2026-10-01T00:00:00Z")
    (move,) = latest_moves(moments(before, slower(CPU, 1.25, "2026-11-02T00:00:00Z")))
    assert move.change == pytest.approx(-0.2)
    assert str(move) == (
        "cpu-box/relay.cpu.pace went from 1.43× to 1.14×, -20%, since 2026-10-01: more than both spreads, 19%"
    )
    updated = replace(slower(CPU, 1.25, "2026-11-02T00:00:00Z"), versions=CPU.versions | {"pyyaml": "6.0.3"})
    (move,) = latest_moves(moments(before, updated))
    assert "since 2026-10-01 (pyyaml 6.0.2 → 6.0.3)" in str(move)
    assert latest_moves(moments(before, slower(CPU, 1.15, "2026-11-02T00:00:00Z"))) == []
    quick = replace(slower(CPU, 9.0, "2026-11-02T00:00:00Z"), quick=True)
    assert latest_moves(moments(before, quick)) == []


def test_strings_of_records_are_escaped() -> None:
    evil = "<script>alert(1)</script>"
    machine = replace(CPU.machine, cpu=evil, gpu=evil)
    record = replace(CPU, machine=machine, versions={evil: evil}, uncontrolled=[evil])
    later = replace(record, measured_at="2026-11-03T00:00:00Z", code=replace(record.code, commit=evil))
    for name, html in fragments([later, GPU], moments(record, later)).items():
        assert "<script" not in html, name


@pytest.mark.parametrize("name", headlines())
def test_a_headline_is_a_name_that_records_answer(name: str) -> None:
    assert Values([GPU, SORTS]).find(name)
