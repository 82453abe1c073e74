"""The three answers to «how many times faster», drawn: columns as high as the answers, and what each loses."""

import re
from dataclasses import replace

import pytest

from experiments.profiling.record import Profiling
from experiments.profiling.render import pictures
from talk.records.schema import Record
from talk.render.captions import Provenance
from tests.experiments.profiling.render.conftest import drawn


def columns(picture: str, kind: str) -> list[float]:
    return [float(high) for high in re.findall(rf'class="slab tone-\d {kind}"[^>]* height="([\d.]+)"', picture)]


def times_faster(record: Record[Profiling]) -> list[float]:
    """From the sample's own milliseconds: the kernels of addmm, with their launches, the whole run."""
    on_cpu, on_cuda = record.data.runs
    (slow,) = (each for each in on_cpu.operators if each.name == "aten::addmm")
    (fast,) = (each for each in on_cuda.operators if each.name == "aten::addmm")
    assert fast.self_device_time_us
    launched_us = fast.self_cpu_time_us + fast.self_device_time_us
    whole = sum(each.self_cpu_time_us for each in on_cpu.operators)
    return [slow.self_cpu_time_us / fast.self_device_time_us, slow.self_cpu_time_us / launched_us, whole]


def test_columns_are_as_high_as_the_answers(gpu_record: Record[Profiling]) -> None:
    picture = drawn(gpu_record)["answers"]
    one, kernels, launched, run = columns(picture, "solid")
    assert (kernels / one, launched / one) == pytest.approx(times_faster(gpu_record)[:2], rel=0.02)
    shown = [float(each.replace(",", ".")) for each in re.findall(r">([\d,]+)×</text>", picture)]
    assert shown == pytest.approx([kernels / one, launched / one, run / one], rel=0.05)
    lost = columns(picture, "waiting")
    assert lost == pytest.approx([kernels - launched, launched - run], abs=0.2)


def test_an_answer_above_the_one_before_it_has_lost_nothing(talk_record: Record[Profiling]) -> None:
    on_cpu, on_cuda = talk_record.data.runs
    assert len(columns(pictures.answers(Provenance(talk_record)), "waiting")) == 2
    launched_for_nothing = [
        replace(each, self_cpu_time_us=0.0) if each.name == "aten::addmm" else each for each in on_cuda.operators
    ]
    made = replace(
        talk_record, data=replace(talk_record.data, runs=[on_cpu, replace(on_cuda, operators=launched_for_nothing)])
    )
    assert len(columns(pictures.answers(Provenance(made)), "waiting")) == 1


def test_without_a_gpu_the_talks_answers_stand_in(
    cpu_record: Record[Profiling], talk_record: Record[Profiling]
) -> None:
    assert 'data-record="talk-2024/profiling"' in drawn(cpu_record, talk_record)["answers"]
    assert "nothing-measured" in drawn(cpu_record)["answers"]
