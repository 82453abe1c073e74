"""Who answers a reference, and how it is written."""

from pathlib import Path

import pytest

from talk.errors import TalkError
from talk.experiment import Found, Task, find_experiment
from talk.measure.progress import make_progress
from talk.paths import DOCS
from talk.records.schema import AnyRecord
from talk.records.store import write_record
from talk.render.value import Value
from talk.render.values import (
    FormatError,
    UnknownValueError,
    UnmeasuredValueError,
    Values,
    current_values,
    format_value,
)
from talk.words import NBSP
from tests.talk import samples

CPU_BOX = samples.record(slug="cpu-box", measured_at="2026-11-02T00:00:00Z")
GPU_BOX = samples.record(samples.cpu_run(), samples.cuda_run(), slug="gpu-box", measured_at="2026-11-01T00:00:00Z")
TALK = samples.record(
    samples.cpu_run(), samples.cuda_run(), slug="talk-2024", measured_at="2024-10", origin="published"
)


def test_the_freshest_machine_that_can_answer_does() -> None:
    values = Values([TALK, GPU_BOX, CPU_BOX])
    assert values.find("relay.cpu.climb.share").record is CPU_BOX
    assert values.find("relay.cuda.climb.share").record is GPU_BOX
    assert values.find("talk-2024/relay.cpu.climb.share").record is TALK


def test_the_talk_answers_when_nobody_else_can() -> None:
    values = Values([TALK, CPU_BOX])
    assert values.find("relay.speedup").record is TALK
    assert values.find("relay.cpu.climb.share").record is CPU_BOX


def test_a_quick_run_does_not_outrank_a_full_one() -> None:
    quick = samples.record(slug="quick-box", measured_at="2026-11-20T00:00:00Z", quick=True)
    assert Values([quick, CPU_BOX]).find("relay.cpu.time").record is CPU_BOX


def test_numbers_that_are_compared_come_from_one_machine() -> None:
    values = Values([GPU_BOX, CPU_BOX])
    cpu, cuda = values.find_together(["relay.cpu.time", "relay.cuda.time"])
    assert cpu.record is cuda.record is GPU_BOX


def test_an_unknown_name_comes_with_its_nearest() -> None:
    with pytest.raises(UnknownValueError) as caught:
        Values([CPU_BOX]).find("relay.cpu.clymb.share")
    assert "relay.cpu.climb.share" in caught.value.nearest


def test_a_name_that_another_machine_has_says_which() -> None:
    with pytest.raises(UnknownValueError) as caught:
        Values([CPU_BOX, GPU_BOX]).find("cpu-box/relay.speedup")
    assert caught.value.nearest == ["gpu-box/relay.speedup"]


@pytest.mark.parametrize(
    ("language", "shown", "unit"),
    [
        ("english", {"": "2.10 s", "ms": "2,100 ms", "s .1": "2.1 s", ".3": "2.100 s"}, "GB"),
        ("russian", {"": "2,10 с", "мс": "2100 мс", "с .1": "2,1 с", ".3": "2,100 с"}, "ГБ"),
    ],
)
def test_formats(request: pytest.FixtureRequest, language: str, shown: dict[str, str], unit: str) -> None:
    request.getfixturevalue(language)
    value = Values([CPU_BOX]).find("relay.cpu.time").value
    assert {spec: format_value(value, spec).replace(NBSP, " ") for spec in shown} == shown
    with pytest.raises(FormatError, match=f"format «{unit}» is unknown.*{list(shown)[1]}"):
        format_value(value, unit)


@pytest.mark.parametrize(
    ("language", "noun", "shown"),
    [("english", "leg/legs", "100 legs"), ("russian", "этап/этапа/этапов", "100 этапов")],
)
def test_a_noun_agrees_with_its_number(request: pytest.FixtureRequest, language: str, noun: str, shown: str) -> None:
    request.getfixturevalue(language)
    value = Values([CPU_BOX]).find("relay.cpu.climb.calls").value
    assert format_value(value, noun).replace(NBSP, " ") == shown
    with pytest.raises(FormatError, match="forms of a noun"):
        format_value(value, "one/two/three/four")


# Each word of these stands somewhere in the experiment, so that a search of words would let them pass.
MISSPELT = ["relay.climb.share", "relay.cpu.share.climb", "relay.cpu.calls", "relay.cpu.clymb.share", "relay.lanes.cpu"]


@pytest.mark.parametrize("name", MISSPELT)
@pytest.mark.parametrize("records", [[], [CPU_BOX]], ids=["nobody measured", "somebody measured"])
def test_a_misspelt_name_is_refused_with_its_nearest(name: str, records: list[AnyRecord]) -> None:
    with pytest.raises(UnknownValueError) as caught:
        Values(records).find(name)
    assert not isinstance(caught.value, UnmeasuredValueError)
    assert caught.value.nearest
    assert caught.value.mend == "the nearest names are " + ", ".join(caught.value.nearest)
    assert all(Values(records).is_known(each) for each in caught.value.nearest)


@pytest.mark.parametrize(
    "name", ["relay.cuda.time", "relay.cuda.idle_share", "relay.speedup", "relay.cuda.climb.share"]
)
def test_what_nobody_has_measured_is_told_from_it_by_the_made_record(name: str) -> None:
    for records in ([], [CPU_BOX]):
        with pytest.raises(UnmeasuredValueError):
            Values(records).find(name)


@pytest.mark.parametrize("name", ["<script>x</script>", "a|b", "{{ a }}", "a\nb"])
def test_a_record_calls_nothing_what_no_reference_could(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    named = {f"{name}.total": Value(1.0, "count", "made")}
    monkeypatch.setattr(Found, "named_values", lambda *_: named)
    with pytest.raises(TalkError, match=r"relay\.json: value .* in its name"):
        Values([CPU_BOX])


def test_where_there_is_no_made_record_records_tell() -> None:
    measured = samples.record(experiment="bare", data=find_experiment("bare").run(Task(progress=make_progress())))
    with pytest.raises(UnmeasuredValueError):
        Values([CPU_BOX]).find("bare.sizes.n7.total")  # nobody can know yet
    values = Values([measured])
    assert values.find("bare.sizes.n7.total").value.number == 7
    with pytest.raises(UnmeasuredValueError):
        values.find("bare.sizes.n8.total")  # another size of what is there
    with pytest.raises(UnknownValueError) as caught:
        values.find("bare.sizes.n7.totel")
    assert not isinstance(caught.value, UnmeasuredValueError)
    assert "bare.sizes.n7.total" in caught.value.nearest


def test_an_experiment_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(UnknownValueError) as caught:
        Values([CPU_BOX]).find("realy.cpu.time")
    assert caught.value.mend == "there is no experiment realy: use one of bare, relay, sorting, labs"


def test_a_changed_record_is_read_again(tmp_path: Path) -> None:
    write_record(samples.record(), tmp_path)
    assert current_values(tmp_path).find("relay.lanes").value.number == 2
    changed = samples.record(measured_at="2026-11-23T07:00:00Z")
    changed.data.lanes[:] = [3, 4]
    write_record(changed, tmp_path)
    assert current_values(tmp_path).find("relay.lanes").value.number == 7


def test_a_changed_file_that_an_experiment_reads_is_read_again(tmp_path: Path) -> None:
    """In one process, which `mkdocs serve` is."""
    write_record(samples.record(), tmp_path)
    assert not current_values(tmp_path).get("relay.price")
    prices = DOCS / "prices.toml"
    try:
        for price in (10, 25):
            prices.write_text(f"second = {price}\n")
            assert current_values(tmp_path).find("relay.price").value.number == pytest.approx(price * 2.1)
    finally:
        prices.unlink()
