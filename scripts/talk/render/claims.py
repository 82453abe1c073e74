"""Claims: sentences that assert a measured relation, each tied to a check over the records.

`docs/claims.toml` gives each claim an id and a relation between named values, or values and a number:

    [sorted-wins]
    relation = "sorting.largest.builtin < sorting.largest.insertion"

Relations are `>`, `<`, `>=`, `<=`, `==`, and `≈` with a tolerance: `a ≈ b ± 5 %`. A side is a name, a number, or
`2 × name`; `max(a, b)` and `min(a, b)` are the largest and the least of several. A `*` stands for any part of a name:
the relation has to hold for each name that there is, and within `max` and `min` all of them are meant. Besides:

- `relation` may be a list: all of it has to hold;
- `margin`, a percentage or the name of a spread: by how much more the larger side has to be larger; of a list, the
  largest;
- `machines = "all"`: the relation has to hold on every machine that measured it, not just on the one asked first;
- `in_page = true`: a page that measures its reader's machine judges it too (assets/scripts/judge.js), so both sides of
  its forks are published.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from talk.errors import TalkError
from talk.paths import CLAIMS
from talk.records.schema import AnyRecord
from talk.render.value import Value
from talk.render.values import Found, UnknownValueError, UnmeasuredValueError, Values, format_value

_RELATION = re.compile(r"(?P<left>[^<>=≈±]+)(?P<relation>>=|<=|==|>|<|≈)(?P<right>[^<>=≈±]+)(?:±(?P<percent>[^±]+)%)?")
_SIDE = re.compile(r"(?P<function>max|min)\((?P<arguments>[^()]+)\)")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?")
_NAME = re.compile(r"(?:[a-z0-9][a-z0-9.-]*/)?[a-z][a-z0-9_]*(?:\.[A-Za-z0-9_*]+)+")
_MEND = "write «name > name» (also <, >=, <=, ==) or «name ≈ name ± 5 %»"
_KEYS = frozenset({"relation", "margin", "machines", "in_page"})
_LARGEST_TOLERANCE = 0.5
# A value that is the extreme of several, by its name: `sorting.slowest.time`.
_EXTREME = re.compile(r"(?:^|[._])(?:best|worst|least|most|largest|smallest|fastest|slowest|costliest|cheapest|total)")
# Dimensions whose numbers may be compared.
_PLAIN = frozenset({"ratio", "count", "share"})


@dataclass(frozen=True)
class Term:
    """`factor` times the value `name`; the factor alone without one."""

    factor: float
    name: str | None


@dataclass(frozen=True)
class Side:
    """The largest or the least of several terms, or just the one."""

    terms: tuple[Term, ...]
    function: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The values that it is made of."""
        return tuple(term.name for term in self.terms if term.name is not None)


@dataclass(frozen=True)
class Relation:
    """Two sides and what is between them; `tolerance` is a share of the right one, for ≈."""

    left: Side
    sign: str
    right: Side
    tolerance: float

    @property
    def names(self) -> tuple[str, ...]:
        """The values of both sides."""
        return (*self.left.names, *self.right.names)


@dataclass(frozen=True)
class Claim:
    """What has to hold; each of `margins` is a share, or the name of one. `line` is where it is written."""

    id: str
    relations: tuple[Relation, ...]
    margins: tuple[float | str, ...]
    on_every_machine: bool
    in_page: bool
    line: int | None

    @property
    def names(self) -> tuple[str, ...]:
        """Every value that it asks for."""
        spreads = (margin for margin in self.margins if isinstance(margin, str))
        return (*(name for relation in self.relations for name in relation.names), *spreads)

    @property
    def names_one_rival(self) -> bool:
        """Whether it compares a value with one other: no superlative can rest on it.

        An extreme of several is many rivals, unless the other side is the same extreme of another: `a.best < b.best`.
        """
        if len(self.relations) != 1:
            return False
        left, right = self.relations[0].left, self.relations[0].right
        if any(len(side.names) != 1 or side.function is not None for side in (left, right)):
            return False
        names = (*left.names, *right.names)
        if len({name.rpartition(".")[2] for name in names}) == 1:
            names = tuple(name.rpartition(".")[0] for name in names)
        return not any("*" in name or _EXTREME.search(name) for name in names)

    @property
    def holds_at_any_distance(self) -> bool:
        """Whether the least difference is enough for it: no «noticeably» can rest on it."""
        terms = [term for each in self.relations for side in (each.left, each.right) for term in side.terms]
        asks_for_more = any(term.factor != 1 if term.name else term.factor not in (0, 1) for term in terms)
        return not (self.margins or asks_for_more or any(each.sign == "≈" for each in self.relations))


@dataclass(frozen=True)
class Verdict:
    """Whether a claim holds, and the numbers that say so, formatted, with the records they are from."""

    holds: bool
    left: str
    sign: str
    right: str
    records: tuple[AnyRecord, ...]

    @property
    def record(self) -> AnyRecord:
        """The record of the first number."""
        return self.records[0]

    @property
    def machines(self) -> str:
        """The machines that it speaks of."""
        return ", ".join(dict.fromkeys(record.machine.slug for record in self.records))


def read_claims(path: Path = CLAIMS) -> dict[str, Claim]:
    """Every claim by its id. Raises TalkError naming the file and the claim."""
    return _read_claims(path, path.stat().st_mtime_ns) if path.is_file() else {}


def judge(claim: Claim, values: Values, path: Path = CLAIMS) -> Verdict | None:
    """Check the claim on the machine trusted most that has all its numbers; None where nobody has measured them yet.

    Where no machine has all, several answer, and the verdict names them. Raises TalkError for a name that nobody could
    have, and for sides of unlike dimensions.
    """
    machines = list(dict.fromkeys(record.machine.slug for record in values.records))
    verdicts = (judge_on(claim, values, machine, path) for machine in machines)
    measured = [verdict for verdict in verdicts if verdict is not None] if claim.on_every_machine else None
    first = next(iter(measured if measured is not None else (each for each in verdicts if each is not None)), None)
    if first is None:
        first = judge_on(claim, values, None, path)
    return next((verdict for verdict in measured or [] if not verdict.holds), first)


@lru_cache(maxsize=1024)  # sentences, forks and checks ask for the same claim; values are never changed
def judge_on(claim: Claim, values: Values, machine: str | None, path: Path = CLAIMS) -> Verdict | None:
    """The verdict by the numbers of one machine; of any where `machine` is None. None where it has not all of them."""
    asked = _On(values, machine)
    try:
        margins = (asked.find(each).value.number if isinstance(each, str) else each for each in claim.margins)
        margin = max(margins, default=0.0)
        compared = [each for relation in claim.relations for each in _compare(relation, asked, margin)]
    except UnmeasuredValueError:
        return None
    except UnknownValueError as error:
        if machine is not None:
            return None
        what = f"claim {claim.id}: no record has the value {error.reference}"
        raise TalkError(path, what, error.mend, line=claim.line) from None
    except _UnlikeError as error:
        mend = "compare values of one dimension"
        raise TalkError(path, f"claim {claim.id}: {error}", mend, line=claim.line) from None
    return next((verdict for verdict in compared if not verdict.holds), compared[0])


class _UnlikeError(ValueError):
    """Sides that cannot be compared."""


class _On:
    """The values that one machine answers, or any of them."""

    def __init__(self, values: Values, machine: str | None) -> None:
        self._values = values
        self._machine = machine

    def find(self, name: str) -> Found:
        return self._values.find(name if self._machine is None or "/" in name else f"{self._machine}/{name}")

    def matching(self, pattern: str) -> list[re.Match[str]]:
        """The names that this machine has of those that `pattern` stands for. Raises where there is none."""
        written = re.compile(re.escape(pattern.rpartition("/")[2]).replace(r"\*", "([A-Za-z0-9_]+)"))
        prefix = pattern[: pattern.rfind("/") + 1]
        matches = [match for name in self._values.names if (match := written.fullmatch(name))]
        there = [match for match in matches if self._has(prefix + match[0])]
        if not there:
            raise UnmeasuredValueError(pattern, lambda _: [])
        return there

    def _has(self, name: str) -> bool:
        return self._values.get(name if self._machine is None or "/" in name else f"{self._machine}/{name}") is not None


def _compare(relation: Relation, asked: _On, margin: float) -> list[Verdict]:
    """A verdict for every way in which the stars of the relation can be read, alike on both sides."""
    starred = [
        name for side in (relation.left, relation.right) if side.function is None for name in side.names if "*" in name
    ]
    ways: list[tuple[str, ...]] = [()]
    if starred:
        common = [{match.groups() for match in asked.matching(name)} for name in starred]
        ways = sorted(set.intersection(*common)) if len({name.count("*") for name in starred}) == 1 else []
        if not ways:
            raise UnmeasuredValueError(starred[0], lambda _: [])
    return [_verdict(relation, asked, margin, way) for way in ways]


def _verdict(relation: Relation, asked: _On, margin: float, way: Sequence[str]) -> Verdict:
    left, right = _terms(relation.left, asked, way), _terms(relation.right, asked, way)
    found = [each for _, each in (*left, *right) if each is not None]
    dimensions = {"number" if each.value.dimension in _PLAIN else each.value.dimension for each in found}
    if len(dimensions) > 1:
        raise _UnlikeError(f"compares {' with '.join(sorted(dimensions))}")
    sides = [_extreme(relation.left, left), _extreme(relation.right, right)]
    holds = _holds(relation, sides[0][0], sides[1][0], margin)
    records = tuple({each.record.name: each.record for each in found}.values())
    shown = [_shown(*side) for side in sides]
    if margin:  # the side that has to be smaller, by so much
        shown[relation.sign.startswith(">")] += f" + {format_value(Value(margin, 'share', ''))}"
    return Verdict(holds, shown[0], relation.sign, shown[1], records)


def _terms(side: Side, asked: _On, way: Sequence[str]) -> list[tuple[float, Found | None]]:
    """Number and value of each term of a side."""
    found: list[tuple[float, Found | None]] = []
    for term in side.terms:
        if term.name is None:
            found.append((term.factor, None))
            continue
        prefix = term.name[: term.name.rfind("/") + 1]
        names = [term.name]
        if "*" in term.name:
            several = side.function is not None
            names = [prefix + match[0] for match in asked.matching(term.name)] if several else [_read(term.name, way)]
        for value in map(asked.find, names):
            found.append((term.factor * value.value.number, value))
    return found


def _read(name: str, way: Sequence[str]) -> str:
    """The name with its stars read in this way."""
    parts = iter(way)
    return re.sub(r"\*", lambda _: next(parts), name)


def _extreme(side: Side, terms: list[tuple[float, Found | None]]) -> tuple[float, Found | None]:
    choose = min if side.function == "min" else max
    return choose(terms, key=lambda term: term[0])


def _shown(number: float, found: Found | None) -> str:
    if found is None:
        return f"{number:g}"
    return format_value(Value(number, found.value.dimension, found.value.how))


def _holds(relation: Relation, left: float, right: float, margin: float) -> bool:
    match relation.sign:
        case ">":
            return left > right * (1 + margin)
        case "<":
            return left * (1 + margin) < right
        case ">=":
            return left >= right * (1 + margin)
        case "<=":
            return left * (1 + margin) <= right
        case "==":
            return left == right
        case _:
            return abs(left - right) <= relation.tolerance * abs(right)


@lru_cache(maxsize=2)
def _read_claims(path: Path, _changed: int) -> dict[str, Claim]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TalkError(path, f"is not TOML ({error})", "mend that line") from None
    headers = {written.strip().strip("[]\"' "): at for at, written in enumerate(text.splitlines(), start=1)}
    claims = {}
    for name, table in content.items():
        try:
            claims[name] = _claim(name, table, headers.get(name))
        except ValueError as error:
            what, _, mend = str(error).partition("; ")
            raise TalkError(path, f"claim {name}: {what}", mend or _MEND, line=headers.get(name)) from None
    return claims


def _claim(name: str, table: Any, line: int | None) -> Claim:
    """Raises ValueError for what is no claim: what is wrong, and the mend after a semicolon."""
    if not isinstance(table, dict):
        raise ValueError("no relation that can be checked")
    if unknown := sorted(set(table) - _KEYS):
        raise ValueError(f"unknown key {unknown[0]}; use {', '.join(sorted(_KEYS))}")
    written = table.get("relation")
    parts = written if isinstance(written, list) else [written]
    if not parts or not all(isinstance(part, str) for part in parts):
        raise ValueError("no relation that can be checked")
    relations = tuple(map(_relation, parts))
    margins = _margins(table["margin"]) if "margin" in table else ()
    if margins and any(relation.sign in {"==", "≈"} for relation in relations):
        raise ValueError("a margin goes with > and <; leave it out")
    if table.get("machines", "all") != "all":
        raise ValueError(f'machines {table["machines"]!r} is not known; write machines = "all"')
    in_page = table.get("in_page", False)
    if not isinstance(in_page, bool):
        raise ValueError(f"in_page {in_page!r} is not known; write in_page = true")
    claim = Claim(name, relations, margins, "machines" in table, in_page, line)
    if in_page and (claim.on_every_machine or any("/" in each or "*" in each for each in claim.names)):
        raise ValueError("in_page: a page knows the values of one machine; name each, without a machine and without *")
    return claim


def _relation(written: str) -> Relation:
    match = _RELATION.fullmatch(written)
    if match is None:
        raise ValueError("no relation that can be checked")
    left, right = (_side(match[side].strip()) for side in ("left", "right"))
    if not (left.names or right.names):
        raise ValueError("compares numbers alone")
    if left == right:
        raise ValueError("both its sides are the same")
    if (match["relation"] == "≈") != (match["percent"] is not None):
        raise ValueError("± goes with ≈, and only with it")
    tolerance = _percent(match["percent"]) if match["percent"] else 0.0
    return Relation(left, match["relation"], right, tolerance)


def _side(written: str) -> Side:
    if several := _SIDE.fullmatch(written):
        terms = tuple(_term(each.strip()) for each in several["arguments"].split(","))
        if len(terms) < 2 and "*" not in written:
            raise ValueError(f"«{written}» has one value to choose from")
        return Side(terms, several["function"])
    return Side((_term(written),))


def _term(written: str) -> Term:
    factor, times, name = written.rpartition("×")
    if _NUMBER.fullmatch(written):
        return Term(float(written), None)
    if _NAME.fullmatch(name.strip()) and (not times or _NUMBER.fullmatch(factor.strip())):
        return Term(float(factor) if times else 1.0, name.strip())
    raise ValueError(f"«{written}» is neither a number nor a name; {_MEND}")


def _percent(written: str) -> float:
    if not _NUMBER.fullmatch(written.strip()) or not 0 < float(written) <= _LARGEST_TOLERANCE * 100:
        raise ValueError(f"«{written.strip()} %» is no tolerance; write a percentage up to 50")
    return float(written) / 100


def _margins(written: object) -> tuple[float | str, ...]:
    return tuple(map(_margin, written if isinstance(written, list) and written else [written]))


def _margin(written: object) -> float | str:
    if isinstance(written, str) and written.endswith("%"):
        return _percent(written[:-1])
    if isinstance(written, str) and _NAME.fullmatch(written) and "*" not in written:
        return written
    raise ValueError(f"margin {written!r} is not known; write a percentage, or the name of a spread")


def machines_named(claim: Claim) -> Iterator[str]:
    """The machines that it asks by name."""
    yield from (name.rpartition("/")[0] for name in claim.names if "/" in name)
