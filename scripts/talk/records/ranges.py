"""The ranges of a schema's fields. They stand in the fields' types, so that a reader of the schema sees them:

    times_s: NonEmpty[Seconds]

Who writes a record and who reads one ask them alike, of the record as JSON: no package is needed for that.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, is_dataclass
from functools import cache
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

LARGEST = sys.float_info.max


@dataclass(frozen=True)
class Range:
    """The numbers that a field may hold."""

    least: float
    most: float

    def refusal(self, value: Any) -> str | None:
        """What is wrong with `value`; None where it is in range, or no number, which the schema's type will say."""
        if isinstance(value, bool) or not isinstance(value, int | float) or self.least <= value <= self.most:
            return None
        return f"{str(value)[:40]} is not a possible quantity: it is {self}"

    def __str__(self) -> str:
        if self == FINITE:
            return "finite"
        return (
            f"from {self.least:g} to {self.most:g}"
            if abs(self.most) < LARGEST
            else f"finite and at least {self.least:g}"
        )


@dataclass(frozen=True)
class AtLeast:
    """The fewest items of a list or letters of a text."""

    items: int

    def refusal(self, value: Any) -> str | None:
        """What is wrong with `value`; None where nothing is, or where it is of another type."""
        if isinstance(value, str):
            value = value.strip()
        if not isinstance(value, list | tuple | dict | str) or len(value) >= self.items:
            return None
        return "it is empty" if not value else f"it has {len(value)} items, at least {self.items} are expected"


FINITE = Range(-LARGEST, LARGEST)
PLAIN = Range(0, 1e18)  # of a field whose type says nothing

# What is wrong in the value of a field: places in it, and words.
Wrong = Iterator[tuple[str, str]]
Look = Callable[[Any], Wrong]


def wrong_in(content: Any, hint: Any) -> tuple[str, str] | None:
    """The first field of the JSON `content` that the type `hint` does not allow, and why; None where there is none.

    Types themselves are not judged: what is of another type than `hint` says is passed over.
    """
    return next(_look_of(hint, PLAIN)(content), None)


@cache
def _look_of(hint: Any, numbers: Range) -> Look:
    """What looks into a value of type `hint`, where numbers are within `numbers`."""
    origin, inside = get_origin(hint), get_args(hint)
    if origin is Annotated:
        marks = hint.__metadata__
        numbers = _range_of(hint, numbers)
        least = next((mark for mark in marks if isinstance(mark, AtLeast)), None)
        look = _look_of(inside[0], numbers)
        return look if least is None else lambda value: _both(least, look, value)
    if origin in (Union, UnionType):
        looks = [_look_of(each, numbers) for each in inside if each is not type(None)]
        return lambda value: () if value is None else (found for look in looks for found in look(value))  # type: ignore[return-value]
    if hint is Any or hint is dict or hint is list:
        return _look_freely
    if origin in (list, tuple):
        return _in_list(_look_of(inside[0], numbers), _range_of(inside[0], numbers))
    if origin is dict:
        return _in_dict(_look_of(inside[1], numbers))
    fields_of = origin if origin is not None and is_dataclass(origin) else hint
    if isinstance(fields_of, type) and is_dataclass(fields_of):
        return _in_object(fields_of, inside)
    if hint is str:
        return _look_at_text
    return lambda value: _told(numbers.refusal(value))


def _range_of(hint: Any, otherwise: Range) -> Range:
    return next((mark for mark in getattr(hint, "__metadata__", ()) if isinstance(mark, Range)), otherwise)


def _told(refusal: str | None) -> Wrong:
    if refusal is not None:
        yield "", refusal


def _both(least: AtLeast, look: Look, value: Any) -> Wrong:
    yield from _told(least.refusal(value))
    yield from look(value)


def _look_at_text(value: Any) -> Wrong:
    if isinstance(value, str) and not value.isascii() and any("\ud800" <= sign <= "\udfff" for sign in value):
        yield "", "it has half of a character, which no file in UTF-8 can hold"
    yield from _told(PLAIN.refusal(value))


def _look_freely(value: Any) -> Wrong:
    if isinstance(value, dict):
        yield from _in_dict(_look_freely)(value)
    elif isinstance(value, list):
        yield from _in_list(_look_freely, FINITE)(value)
    else:
        yield from _told(FINITE.refusal(value))


def _in_list(look: Look, numbers: Range) -> Look:
    least, most = numbers.least, numbers.most

    def look_at(value: Any) -> Wrong:
        for index, item in enumerate(value if isinstance(value, list | tuple) else ()):
            if isinstance(item, float) and least <= item <= most:  # nearly all are: no time is lost on them
                continue
            for place, what in look(item):
                yield _joined(str(index), place), what

    return look_at


def _in_dict(look: Look) -> Look:
    def look_at(value: Any) -> Wrong:
        for key, item in value.items() if isinstance(value, dict) else ():
            for place, what in look(item):
                yield _joined(str(key), place), what

    return look_at


def _in_object(kind: type, arguments: tuple[Any, ...]) -> Look:
    looks: dict[str, Look] = {}  # filled when it is first asked: a type may hold itself

    def look_at(value: Any) -> Wrong:
        if not looks:
            of_parameters = dict(zip(getattr(kind, "__parameters__", ()), arguments, strict=False))
            for name, hint in get_type_hints(kind, include_extras=True).items():
                looks[name] = _look_of(of_parameters.get(hint, hint) if isinstance(hint, TypeVar) else hint, PLAIN)
        for name, item in value.items() if isinstance(value, dict) else ():
            for place, what in looks[name](item) if name in looks else ():
                yield _joined(str(name), place), what

    return look_at


def _joined(outer: str, inner: str) -> str:
    return f"{outer}.{inner}" if inner else outer
