"""Who answers a reference, and how it is written."""

from pathlib import Path

import pytest

from talk.records.store import write_record
from talk.render.values import FormatError, UnknownValueError, Values, current_values, format_value
from tests import samples

CPU_BOX = samples.record(slug="cpu-box", measured_at="2026-11-02T00:00:00Z")
GPU_BOX = samples.record(samples.cpu_run(), samples.cuda_run(), slug="gpu-box", measured_at="2026-11-01T00:00:00Z")
TALK = samples.record(
    samples.cpu_run(), samples.cuda_run(), slug="talk-2024", measured_at="2024-10", origin="published"
)


def test_the_freshest_machine_that_can_answer_does() -> None:
    values = Values([TALK, GPU_BOX, CPU_BOX])
    assert values.find("profiling.cpu.addmm.share").record is CPU_BOX
    assert values.find("profiling.cuda.addmm.device_time").record is GPU_BOX
    assert values.find("talk-2024/profiling.cpu.addmm.share").record is TALK


def test_the_talk_answers_when_nobody_else_can() -> None:
    values = Values([TALK, CPU_BOX])
    assert values.find("profiling.addmm.speedup").record is TALK
    assert not values.is_measured("profiling.addmm.speedup")
    assert values.is_measured("profiling.cpu.addmm.share")


def test_a_quick_run_does_not_outrank_a_full_one() -> None:
    quick = samples.record(slug="quick-box", measured_at="2026-11-20T00:00:00Z", quick=True)
    assert Values([quick, CPU_BOX]).find("profiling.cpu.wall_time").record is CPU_BOX


def test_numbers_that_are_compared_come_from_one_machine() -> None:
    values = Values([GPU_BOX, CPU_BOX])
    cpu, cuda = values.find_together(["profiling.cpu.addmm.self_time", "profiling.cuda.addmm.cost"])
    assert cpu.record is cuda.record is GPU_BOX


def test_the_speedup_of_slide_8_counts_launching_with_working() -> None:
    # 1.2 s on the CPU against 0.1 s of launching and 0.02 s of kernels
    assert Values([GPU_BOX]).find("profiling.addmm.speedup").value.number == pytest.approx(1.2 / (0.1 + 0.02))


def test_an_unknown_name_comes_with_its_nearest() -> None:
    with pytest.raises(UnknownValueError) as caught:
        Values([CPU_BOX]).find("profiling.cpu.adddmm.share")
    assert "profiling.cpu.addmm.share" in caught.value.nearest


def test_a_name_that_another_machine_has_says_which() -> None:
    with pytest.raises(UnknownValueError) as caught:
        Values([CPU_BOX, GPU_BOX]).find("cpu-box/profiling.addmm.speedup")
    assert caught.value.nearest == ["gpu-box/profiling.addmm.speedup"]


def test_formats() -> None:
    value = Values([CPU_BOX]).find("profiling.cpu.addmm.self_time").value
    assert [format_value(value, spec).replace("\N{NO-BREAK SPACE}", " ") for spec in ("", "мс", "с .1", ".3")] == [
        "1,20 с",
        "1200 мс",
        "1,2 с",
        "1,200 с",
    ]
    with pytest.raises(FormatError, match="мс"):
        format_value(value, "ГБ")


def test_a_changed_record_is_read_again(tmp_path: Path) -> None:
    write_record(samples.record(), tmp_path)
    assert current_values(tmp_path).find("profiling.workload.utterances").value.number == 2
    changed = samples.record(measured_at="2026-11-23T07:00:00Z")
    changed.data.workload.repeats[:] = [3, 4]
    write_record(changed, tmp_path)
    assert current_values(tmp_path).find("profiling.workload.utterances").value.number == 7
