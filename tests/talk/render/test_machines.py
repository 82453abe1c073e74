"""Figures of several machines: whose is shown, who else is offered, and the pages that the others lie on."""

import re
from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest

from talk.records.schema import AnyRecord
from talk.records.store import read_records
from talk.render import gradient, machines, profiling
from talk.render.charts import undrawn
from tests import samples

CPU = samples.record(slug="cpu-box", measured_at="2026-11-02T00:00:00Z")
GPU = samples.record(samples.cpu_run(), samples.cuda_run(), slug="gpu-box", measured_at="2026-11-01T00:00:00Z")
TALK = samples.record(slug="talk-2024", origin="published", measured_at="2024-10")


def renamed(record: AnyRecord, **changes: Any) -> AnyRecord:
    return replace(record, machine=replace(record.machine, **changes))


def test_a_label_is_short_and_no_two_are_alike() -> None:
    xeon = renamed(CPU, cpu="Intel(R) Xeon(R) Processor @ 2.80GHz")
    twin = renamed(xeon, slug="twin")
    big = renamed(GPU, gpu="NVIDIA H200")
    assert machines.labels([xeon, big, TALK]) == {
        "cpu-box": "Xeon @ 2.80GHz, 2\N{NO-BREAK SPACE}ядра",
        "gpu-box": "H200",
        "talk-2024": "доклад 2024",
    }
    assert [name.partition("(")[2] for name in machines.labels([xeon, twin]).values()] == ["cpu-box)", "twin)"]


def offered(path: str, *records: AnyRecord) -> str:
    """The fragment of these records, the most trusted first, with its choice."""
    figures = {
        record.machine.slug: machines.figures_of(record, profiling.fragments([record], original=TALK)).keys()
        for record in records
    }
    html = profiling.fragments(records)[path]
    return machines.with_choice(path, html, figures, machines.labels(records))


RECORDS = [record for record in read_records() if record.experiment in machines.CHAPTERS]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.name)
def test_which_figures_there_are_is_known_before_they_are_drawn(record: AnyRecord) -> None:
    draw = import_module(f"talk.render.{record.experiment}").fragments
    with undrawn():
        told = draw([record])
    drawn = draw([record])
    assert machines.figures_of(record, told).keys() == machines.figures_of(record, drawn).keys() != set()
    assert not any('class="chart"' in html for html in told.values())


def test_what_looks_the_same_on_every_machine_is_no_choice_and_not_drawn_again() -> None:
    record = next(record for record in RECORDS if record.experiment == "gradient")
    whole, without = gradient.fragments([record]), gradient.fragments([record], arithmetic=False)
    assert whole.keys() - without.keys() == {f"gradient/{name}.html" for name in gradient.ARITHMETIC}
    mine = machines.figures_of(record, whole)
    assert mine == machines.figures_of(record, without)
    assert "paths-line" not in mine
    assert "ways-time" in mine


def test_one_machine_has_no_choice() -> None:
    assert "<details" not in offered("profiling/cpu-share.html", CPU)


def test_the_most_trusted_is_shown_and_the_others_are_linked() -> None:
    choice, _, figure = offered("profiling/cpu-share.html", CPU, GPU, TALK).partition("\n\n")
    assert figure.startswith('<figure class="measured plot" data-figure="profiling/cpu-share" data-record="cpu-box/')
    assert re.findall(r'<li data-machine="([^"]*)">', choice) == ["cpu-box", "gpu-box", "talk-2024"]
    links = re.findall(r'<a href="([^"]*)">([^<]*)</a>', choice)
    assert links == [
        ("../machines/gpu-box-profiling.html#cpu-share", "Test GPU"),
        ("../machines/talk-2024-profiling.html#cpu-share", "доклад 2024"),
    ]


def test_who_has_no_such_figure_is_not_offered() -> None:
    assert "<details" not in offered("profiling/operators-cuda.html", CPU, GPU)


def test_a_page_holds_the_machines_own_figures_alone() -> None:
    page = machines.page(CPU, profiling.fragments([CPU], original=TALK), "0f")
    assert set(re.findall(r'<figure class="measured[^>]* data-record="([^"]*)"', page)) == {"cpu-box/profiling"}
    sections = re.findall(r'<section id="([^"]*)"( hidden)?>', page)
    assert ("cpu-share", "") in sections
    assert ("operators-cpu-slide", " hidden") in sections
    assert "доклад 2024" in page  # the talk's calls stand beside this machine's
    assert machines.made_of(page) == "0f"


def test_links_of_a_figure_into_its_chapter_still_lead_there() -> None:
    figure = (
        '<figure class="measured" data-record="cpu-box/profiling"><a class="x" href="#krug-1">1</a><use href="#m"/>'
    )
    page = machines.page(CPU, {"profiling/a.html": figure}, "0")
    assert 'href="../gpu/#krug-1"' in page
    assert '<use href="#m"/>' in page


def test_names_of_machines_are_escaped() -> None:
    evil = renamed(CPU, cpu="<script>alert(1)</script>")
    html = offered("profiling/cpu-share.html", evil, GPU)
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "<script" not in machines.page(evil, profiling.fragments([evil]), "0")
