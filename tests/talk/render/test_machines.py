"""Figures of several machines: whose is shown, who else is offered, and the pages that the others lie on."""

import re
from dataclasses import replace
from typing import Any

import pytest

from talk.experiment import find_experiment
from talk.records.schema import AnyRecord
from talk.render import machines
from talk.render.charts import undrawn
from talk.render.drawing import drawing_of
from talk.words import NBSP
from tests.talk import samples

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
        "cpu-box": f"Xeon @ 2.80GHz, 2{NBSP}cores",
        "gpu-box": "H200",
        "talk-2024": "talk of 2024",
    }
    assert [name.partition("(")[2] for name in machines.labels([xeon, twin]).values()] == ["cpu-box)", "twin)"]


def offered(name: str, *records: AnyRecord) -> str:
    """The figure of these records, the most trusted first, with its choice."""
    figures = {
        record.machine.slug: machines.figures_of(record, samples.fragments(record, published=TALK, alone=True)).keys()
        for record in records
    }
    html = samples.fragments(*records)[name]
    return machines.with_choice("relay", name, html, figures, machines.labels(records))


@pytest.mark.parametrize("record", [GPU, samples.record(experiment="sorting")], ids=lambda record: record.name)
def test_which_figures_there_are_is_known_before_they_are_drawn(record: AnyRecord) -> None:
    experiment = find_experiment(record.experiment)
    drawing = drawing_of(experiment, [record])
    with undrawn():
        told = experiment.fragments(drawing)
    drawn = experiment.fragments(drawing)
    assert machines.figures_of(record, told).keys() == machines.figures_of(record, drawn).keys() != set()
    assert sum("<svg" in html for html in told.values()) == 0 < sum("<svg" in html for html in drawn.values())


def test_one_machine_has_no_choice() -> None:
    assert "<details" not in offered("legs-cpu", CPU)


def test_the_most_trusted_is_shown_and_the_others_are_linked() -> None:
    choice, _, figure = offered("legs-cpu", CPU, GPU, TALK).partition("\n\n")
    assert figure.startswith('<figure class="measured numbers" data-figure="relay/legs-cpu" data-record="cpu-box/')
    assert re.findall(r'<li data-machine="([^"]*)">', choice) == ["cpu-box", "gpu-box", "talk-2024"]
    links = re.findall(r'<a href="([^"]*)">([^<]*)</a>', choice)
    assert links == [
        ("site:machines/gpu-box-relay.html#legs-cpu", "Test GPU"),
        ("site:machines/talk-2024-relay.html#legs-cpu", "talk of 2024"),
    ]


def test_who_has_no_such_figure_is_not_offered() -> None:
    assert "<details" not in offered("legs-cuda", CPU, GPU)


def test_a_page_holds_the_machines_own_figures_alone() -> None:
    page = machines.page(CPU, samples.fragments(CPU, published=TALK), "0f")
    assert set(re.findall(r'<figure class="measured[^>]* data-record="([^"]*)"', page)) == {"cpu-box/relay"}
    sections = re.findall(r'<section id="([^"]*)"( hidden)?>', page)
    assert ("legs-cpu", "") in sections
    assert ("legs-cpu-slide", " hidden") in sections
    assert "published: talk-2024" in page  # what the talk had may stand beside this machine's
    assert machines.made_of(page) == "0f"


def test_links_of_a_figure_into_its_chapter_still_lead_there() -> None:
    figure = '<figure class="measured" data-record="cpu-box/relay"><a class="x" href="#krug-1">1</a><use href="#m"/>'
    page = machines.page(CPU, {"a": figure}, "0")
    assert 'href="../relay/#krug-1"' in page
    assert '<use href="#m"/>' in page


def test_names_of_machines_are_escaped() -> None:
    evil = renamed(CPU, cpu="<script>alert(1)</script>")
    html = offered("legs-cpu", evil, GPU)
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "<script>" not in machines.page(evil, samples.fragments(evil), "0")


def test_a_scene_of_a_record_follows_what_is_chosen_elsewhere() -> None:
    names = machines.labels([CPU, GPU])
    scene = '<div class="tube scene" data-record="cpu-box/relay"><svg></svg></div>\n'
    figures = {"cpu-box": ["tube"], "gpu-box": ["tube"]}
    html = machines.with_choice("relay", "tube", scene, figures, names)
    assert html == scene.replace(" data-record", ' data-figure="relay/tube" data-record')
    assert machines.with_choice("relay", "tube", scene, {"cpu-box": ["tube"]}, names) == scene
    record = samples.record(slug="cpu-box")
    assert machines.figures_of(record, {"tube": scene, "drawn": "<svg></svg>"}) == {"tube": scene}
    assert '<section id="tube" hidden><div class="tube scene"' in machines.page(record, {"tube": scene}, "0")
