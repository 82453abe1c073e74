"""Predictions: of any resources the slowest holds a phase up; what lacks a number is not promised."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talk.experiment import Found
from talk.render import forecasts
from talk.render.captions import Provenance
from talk.render.prediction import (
    NEAR,
    REGIMES,
    NotMeasuredError,
    Phase,
    Prediction,
    Promise,
    Resource,
    Unmade,
    attempt,
    made,
    predicted,
    prediction_values,
)
from talk.render.values import Values
from talk.words import say
from tests.talk.samples import record

RESOURCES: tuple[Resource, ...] = get_args(Resource)
PHASES = st.lists(st.dictionaries(st.sampled_from(RESOURCES), st.floats(1e-9, 1e3), min_size=1), min_size=1, max_size=5)


def step(phases: list[Phase], measured: float = 1.0, name: str = "climb") -> Prediction:
    return Prediction(
        name=name, title=f"{name} & on", measured=measured, phases=phases, slower="the wind", faster="luck"
    )


def lacking() -> Prediction:
    raise NotMeasuredError("the height of the hill")


def test_every_resource_is_of_one_regime_and_has_its_word() -> None:
    assert sorted(each for resources in REGIMES.values() for each in resources) == sorted(RESOURCES)
    assert all(say(f"resource.{each}") for each in RESOURCES)


def test_phases_follow_one_another_and_each_waits_for_its_slowest() -> None:
    prediction = step([{"arithmetic": 3.0, "l2": 2.0}, {"memory": 4.0, "overhead": 1.0}, {"overhead": 1.0}], 9.0)
    assert prediction.promised == 8.0
    assert prediction.binds == "memory"
    assert [prediction.share_of(regime) for regime in REGIMES] == [3 / 8, 4 / 8, 1 / 8]
    assert prediction.ratio == 9 / 8
    assert prediction.holds
    assert prediction.suspected is None


@pytest.mark.parametrize(("measured", "guess"), [(1.26, "the wind"), (0.74, "luck"), (1.24, None), (0.76, None)])
def test_who_is_suspected_depends_on_the_side(measured: float, guess: str | None) -> None:
    assert step([{"arithmetic": 1.0}], measured).suspected == guess
    assert step([{"arithmetic": 1.0}], measured).holds == (abs(measured - 1) <= NEAR)


@given(phases=PHASES, factor=st.floats(1.01, 1e3))
def test_a_promise_is_no_shorter_than_any_resource_allows_and_falls_with_none_rising(
    phases: list[Phase], factor: float
) -> None:
    before = step(phases)
    for resource in RESOURCES:
        assert before.promised >= sum(phase.get(resource, 0.0) for phase in phases) * (1 - 1e-9)
        slower: list[Phase] = [
            {each: time * (factor if each == resource else 1) for each, time in phase.items()} for phase in phases
        ]
        assert step(slower).promised >= before.promised
        if resource == before.binds:
            assert step(slower).promised > before.promised
    assert sum(before.share_of(regime) for regime in REGIMES) == pytest.approx(1)


def test_what_lacks_a_number_is_not_promised_and_says_so() -> None:
    promise = attempt("dive", "dive", lacking)
    assert promise == Unmade(name="dive", title="dive", missing="the height of the hill")
    assert made([promise]) == []
    assert dict(prediction_values([promise])) == {}
    html = predicted(Provenance(record()), [promise, step([{"memory": 1.0}], 2.0)], "Steps")
    assert "the height of the hill" in html
    assert "climb &amp; on" in html
    assert "2.00 ≠" in html
    assert '<span class="guess">climb &amp; on — the wind</span>' in html


@pytest.fixture
def promising(monkeypatch: pytest.MonkeyPatch) -> None:
    """Relay promises two steps by the numbers of its machine; one of them only where another experiment ran too."""

    def predictions(_: Found, of: object, numbers: dict[str, float]) -> list[Promise]:
        pace = numbers.get("relay.cpu.time")
        if pace is None or getattr(of, "experiment", "") != "relay":
            return []
        return [step([{"arithmetic": pace}], 2 * pace), attempt("dive", "dive", lacking)]

    monkeypatch.setattr(Found, "predictions", predictions)


@pytest.mark.usefixtures("promising")
def test_values_tables_and_the_picture_come_of_the_machines_own_numbers() -> None:
    mine = record()
    values = Values([mine])
    assert len(values.promises(mine)) == 2
    assert values.find("relay.climb.predicted.ratio").value.number == 2
    assert values.find("relay.predicted.held").value.number == 0
    answers = {"box": values}
    table = forecasts.table_of_all(answers, {"box": "The <box>"})
    assert "The &lt;box&gt;" in table
    assert "2.00 ≠" in table
    assert "the height of the hill" in table
    assert "100%" in table
    picture = forecasts.picture(answers)
    assert picture.count("<svg") == 1
    assert "25%" in picture


def test_where_nothing_was_promised_the_table_and_the_picture_say_so() -> None:
    answers = {"box": Values([record()])}
    for html in (forecasts.table_of_all(answers, {"box": "Box"}), forecasts.picture(answers)):
        assert 'class="nothing-measured"' in html
