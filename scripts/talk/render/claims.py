"""Claims: sentences that assert a measured relation, each tied to a check over the records.

`docs/claims.toml` gives each claim an id and a relation between two named values, or a value and a number:

    [sorted-wins]
    relation = "sorting.largest.builtin < sorting.largest.insertion"

Relations are `>`, `<`, `>=`, `<=`, `==`, and `≈` with a tolerance: `a ≈ b ± 5 %`.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from talk.errors import TalkError
from talk.paths import CLAIMS
from talk.records.schema import AnyRecord
from talk.render.values import UnknownValueError, UnmeasuredValueError, Values, format_value

_RELATION = re.compile(
    r"\s*(?P<left>\S+)\s*(?P<relation>>=|<=|==|>|<|≈)\s*(?P<right>\S+?)\s*(?:±\s*(?P<percent>[\d.]+)\s*%)?\s*"
)
_MEND = "write «name > name» (also <, >=, <=, ==) or «name ≈ name ± 5 %»"


@dataclass(frozen=True)
class Claim:
    """A relation between two values; `tolerance` is a share of the right one, for ≈. `line` is where it is written."""

    id: str
    left: str
    relation: str
    right: str
    tolerance: float
    line: int | None


@dataclass(frozen=True)
class Verdict:
    """Whether a claim holds, and the two numbers that say so, formatted, with the record they are from."""

    holds: bool
    left: str
    right: str
    record: AnyRecord


def read_claims(path: Path = CLAIMS) -> dict[str, Claim]:
    """Every claim by its id. Raises TalkError naming the file and the claim."""
    return _read_claims(path, path.stat().st_mtime_ns) if path.is_file() else {}


def judge(claim: Claim, values: Values, path: Path = CLAIMS) -> Verdict | None:
    """Check the claim on the freshest machine that has both numbers; None where nobody has measured them yet.

    Raises TalkError for a name that nobody could have.
    """
    references = [side for side in (claim.left, claim.right) if not _is_number(side)]
    try:
        found = dict(zip(references, values.find_together(references), strict=True))
    except UnmeasuredValueError:
        return None
    except UnknownValueError as error:
        what = f"claim {claim.id}: no record has the value {error.reference}"
        raise TalkError(path, what, error.mend, line=claim.line) from None
    sides = [found[side].value.number if side in found else float(side) for side in (claim.left, claim.right)]
    shown = [format_value(found[side].value) if side in found else side for side in (claim.left, claim.right)]
    return Verdict(_holds(claim, *sides), shown[0], shown[1], found[references[0]].record)


def _holds(claim: Claim, left: float, right: float) -> bool:
    match claim.relation:
        case ">":
            return left > right
        case "<":
            return left < right
        case ">=":
            return left >= right
        case "<=":
            return left <= right
        case "==":
            return left == right
        case _:
            return abs(left - right) <= claim.tolerance * abs(right)


def _is_number(side: str) -> bool:
    return re.fullmatch(r"[\d.]+", side) is not None


@lru_cache(maxsize=2)
def _read_claims(path: Path, _changed: int) -> dict[str, Claim]:
    try:
        text = path.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TalkError(path, f"is not TOML ({error})", "mend that line") from None
    headers = {written.strip().strip("[]\"' "): at for at, written in enumerate(text.splitlines(), start=1)}
    claims = {}
    for name, table in content.items():
        relation = table.get("relation") if isinstance(table, dict) else None
        match = _RELATION.fullmatch(relation) if isinstance(relation, str) else None
        if match is None or all(_is_number(match[side]) for side in ("left", "right")):
            raise TalkError(path, f"claim {name}: no relation that can be checked", _MEND, line=headers.get(name))
        if (match["relation"] == "≈") != (match["percent"] is not None):
            raise TalkError(path, f"claim {name}: ± goes with ≈, and only with it", _MEND, line=headers.get(name))
        tolerance = float(match["percent"] or 0) / 100
        claims[name] = Claim(name, match["left"], match["relation"], match["right"], tolerance, headers.get(name))
    return claims
