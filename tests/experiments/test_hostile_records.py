"""Whatever stands in a field of a record, it is refused in one line, or shown right and escaped.

Every leaf of every schema is set to every hostile value: none may end in a traceback, a raw tag, a hang, or in more
than two gigabytes.
"""

import resource
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from bench.malformed import TAG, leaves, sweep, with_leaf, with_tags, wrong
from talk.experiment import find_experiments
from talk.records.schema import Code
from talk.records.store import read_records
from talk.render.charts import undrawn
from tests.experiments.records import made_record

MEASURED = [name for name, experiment in find_experiments().items() if experiment.sample() is not None]


@pytest.fixture(autouse=True)
def _little_memory() -> Iterator[None]:
    """2 GB above what the tests' own process holds."""
    with open("/proc/self/statm") as told:  # noqa: PTH123
        held = int(told.read().split()[0]) * resource.getpagesize()
    former = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (held + 2 * 10**9, former[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, former)


def content(experiment: str) -> dict[str, Any]:
    """A made record in which every field is there."""
    record = made_record(
        experiment,
        slug="box",
        gpu="GPU",
        gpu_memory_bytes=10**9,
        versions={"python": "3.11", "torch": "2.13.0", "chromium": "140"},
        code=Code(commit="0" * 40, dirty=True, sources={"scripts/a.py": "0" * 64}),
        quick=True,
        uncontrolled=["clock_not_pinned"],
    )
    return asdict(record)


@pytest.mark.parametrize("experiment", MEASURED)
def test_no_hostile_value_is_believed_raw(experiment: str) -> None:
    with undrawn():
        outcomes, problems = sweep(content(experiment))
    assert problems == []
    assert min(outcomes["refused"], outcomes["shown"]) > 20


@pytest.mark.parametrize("experiment", MEASURED)
def test_charts_and_captions_escape_what_they_are_told(experiment: str, tmp_path: Path) -> None:
    tagged = with_tags(content(experiment))
    assert tagged.count(TAG.encode()) > 5
    assert wrong(tagged, "box", experiment, tmp_path) == ("shown", None)


def _lists(content: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], list[Any]]]:
    """Every list of objects in a record, of alike ones the last."""
    inside = content.items() if isinstance(content, dict) else [*enumerate(content)][-1:]
    for key, value in inside:
        if isinstance(value, dict | list) and value:
            if isinstance(value, list) and isinstance(value[0], dict):
                yield (*place, key), value
            yield from _lists(value, (*place, key))


@pytest.mark.parametrize("experiment", MEASURED)
def test_no_list_has_the_same_thing_twice(experiment: str, tmp_path: Path) -> None:
    whole = content(experiment)
    lists = [*_lists(whole)]
    assert lists
    twice = {place: with_leaf(whole, place, [*items, items[-1]]) for place, items in lists}
    answers = {place: wrong(spoilt, "box", experiment, tmp_path) for place, spoilt in twice.items()}
    assert {place: answer for place, answer in answers.items() if answer != ("refused", None)} == {}


@pytest.mark.parametrize("experiment", MEASURED)
def test_no_machine_has_more_threads_than_one_may_have(experiment: str, tmp_path: Path) -> None:
    whole = content(experiment)
    places = [place for path, place in leaves(whole).items() if path.split(".")[-1] == "threads"]
    assert places or experiment == "decks"
    for place in places:
        assert wrong(with_leaf(whole, place, 100_001), "box", experiment, tmp_path) == ("refused", None)


def test_no_hostile_value_in_a_lab_is_believed_raw() -> None:
    record = next(each for each in read_records() if each.experiment == "labs")
    hostile = {"output_type": "display_data", "metadata": {}, "data": {"text/html": "<script>1</script><img src=//e>"}}
    lab = record.data.labs[0]
    lab.cells[0].outputs.append(hostile)
    outcomes, problems = sweep(asdict(replace(record, data=replace(record.data, labs=[lab]))), [TAG, None, [], 0])
    assert problems == []
    assert min(outcomes["refused"], outcomes["shown"]) > 5
