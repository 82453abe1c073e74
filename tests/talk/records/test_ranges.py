"""The range of a field stands in its type, and holds wherever the type does."""

from dataclasses import dataclass, field
from typing import Annotated, Any

import pytest

from talk.records.ranges import AtLeast, Range, wrong_in
from talk.records.schema import Name, NonEmpty, PositiveInt, Seconds, Share, Signed, Unlimited


@dataclass
class Inner:
    inner_s: Seconds
    children: list["Inner"] = field(default_factory=list)


@dataclass
class Outer:
    plain: float
    slope: Signed | None
    part: Share
    loss: Unlimited
    count: PositiveInt
    times_s: NonEmpty[Seconds]
    rows: list[list[Share]]
    pair: tuple[PositiveInt, PositiveInt]
    named: dict[str, Signed]
    free: dict[str, Any]
    inner: Inner
    name: Name
    two: Annotated[list[int], AtLeast(2)]
    rate: Annotated[float, Range(-1, 1)]


GOOD: dict[str, Any] = {
    "plain": 0.0,
    "slope": None,
    "part": 1,
    "loss": 1e300,
    "count": 1,
    "times_s": [1e-9, 2],
    "rows": [[0.0, 1.0], []],
    "pair": [1, 2],
    "named": {"north": -3.0},
    "free": {"a": [-1, {"b": 1e300}]},
    "inner": {"inner_s": 1.0, "children": [{"inner_s": 2.0}]},
    "name": "имя",
    "two": [0, 0],
    "rate": -1,
}


def test_what_is_in_range_is_right() -> None:
    assert wrong_in(GOOD, Outer) is None


@pytest.mark.parametrize(
    ("field", "value", "place"),
    [
        ("plain", -1.0, "plain"),
        ("plain", 1e19, "plain"),
        ("plain", 10**400, "plain"),
        ("slope", float("nan"), "slope"),
        ("part", 1.5, "part"),
        ("loss", float("inf"), "loss"),
        ("count", 0, "count"),
        ("times_s", [], "times_s"),
        ("times_s", [1.0, 0.0], "times_s.1"),
        ("times_s", [5e-324], "times_s.0"),
        ("rows", [[0.5], [0.5, -0.1]], "rows.1.1"),
        ("pair", [1, 0], "pair.1"),
        ("named", {"north": float("nan")}, "named.north"),
        ("free", {"a": [1, float("inf")]}, "free.a.1"),
        ("inner", {"inner_s": 0}, "inner.inner_s"),
        ("inner", {"inner_s": 1.0, "children": [{"inner_s": -1}]}, "inner.children.0.inner_s"),
        ("name", "", "name"),
        ("name", "\ud800", "name"),
        ("two", [1], "two"),
        ("rate", 1.01, "rate"),
    ],
)
def test_what_is_out_of_range_is_told_by_its_place(field: str, value: object, place: str) -> None:
    found = wrong_in(GOOD | {field: value}, Outer)
    assert found is not None
    assert found[0] == place


@pytest.mark.parametrize("field", GOOD)
@pytest.mark.parametrize("value", ["text", True, None, [], {}, 3])
def test_a_value_of_another_type_is_left_to_the_schema(field: str, value: object) -> None:
    assert wrong_in(GOOD | {field: value}, Outer) in (None, (field, "it is empty")) or value == 3
