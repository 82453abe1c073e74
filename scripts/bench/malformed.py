"""Spoil a record as a hand, a disk or an enemy would, and see what reading and rendering make of it.

Two answers are right: the record is refused in one line, or it is shown with everything in it escaped.
"""

import json
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bench.in_time import TooLongError, in_time
from talk.errors import TalkError
from talk.experiment import find_experiment
from talk.paths import DOCS
from talk.records.notebooks import find_notebooks
from talk.records.schema import AnyRecord
from talk.records.store import read_record, read_records, record_path
from talk.records.summary import summarise
from talk.render import comparison
from talk.render.captions import Provenance
from talk.render.charts import undrawn
from talk.render.drawing import fragments_of
from talk.render.measured import element
from talk.render.values import Values
from talk.site.labs import as_markdown, write_executed
from talk.site.policy import with_policy

SCRIPT = "<script>alert(1)</script>"
IMAGE = "\"'><img src=x onerror=alert(1)>"
_JUNK: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    0.5,
    1e308,
    10**400,
    "",
    "0",
    "NaN",
    SCRIPT,
    IMAGE,
    "\u202eabc\x00",
    "а" * 5000,
    [],
    {},
    [[]],
)
TAG = "+<evil>"
# A tag that a record brought: a picture that is data, or that lost its address, does nothing.
_ACTS = re.compile(r'<(?:script|evil)|<img\b[^>]*\s(?:on\w+|src(?!="data:image/))')
HOSTILE: tuple[Any, ...] = (
    0,
    -1,
    1e300,
    1e-300,
    5e-324,
    10**12,
    10**18,
    [],
    {},
    "",
    TAG,
    None,
    True,
    "\ud800",
    "2026",
    1.5,
)
_ANSWERS_WITHIN_S = 20
_NOISE = (
    b"",
    b"0",
    b"-",
    b"}",
    b"[",
    b'"',
    b"NaN",
    b"Infinity",
    b"1e999",
    b"9" * 5000,
    b"\xff\xfe",
    b"\x00",
    b"[" * 9999,
    b"null",
    b"{}",
)


def leaves(content: Any, place: tuple[str | int, ...] = ()) -> dict[str, tuple[str | int, ...]]:
    """Each leaf of a record's schema by its path without indices, and a place in `content` where there is one.

    Of a list the last item that has the leaf stands for all.
    """
    if not isinstance(content, dict | list) or not content:
        return {".".join("#" if isinstance(part, int) else part for part in place): place}
    found: dict[str, tuple[str | int, ...]] = {}
    for key, value in content.items() if isinstance(content, dict) else enumerate(content):
        found |= leaves(value, (*place, key))
    return found


def with_leaf(content: dict[str, Any], place: tuple[str | int, ...], value: Any) -> bytes:
    """The bytes of the record `content` with `value` at `place`."""
    spoilt = json.loads(json.dumps(content))
    holder: Any = spoilt
    for part in place[:-1]:
        holder = holder[part]
    holder[place[-1]] = value
    return json.dumps(spoilt).encode()


def sweep(content: dict[str, Any], values: Iterable[Any] = HOSTILE) -> tuple[Counter[str], list[str]]:
    """Set each leaf of the record `content` to each of `values`; the answers counted, and what was wrong with some."""
    outcomes: Counter[str] = Counter()
    problems: list[str] = []
    machine, experiment = content["machine"]["slug"], content["experiment"]
    with tempfile.TemporaryDirectory() as folder:
        for path, place in leaves(content).items():
            for value in values:
                outcome, problem = wrong(with_leaf(content, place, value), machine, experiment, Path(folder))
                outcomes[outcome] += 1
                if problem:
                    problems.append(f"{experiment}, {path} = {value!r:.40}: {problem}")
    return outcomes, problems


def with_tags(content: dict[str, Any]) -> bytes:
    """The bytes of the record `content` with TAG in every text that a record may choose freely."""
    spoilt = json.loads(json.dumps(content))
    with tempfile.TemporaryDirectory() as folder, undrawn():
        for place in leaves(spoilt).values():
            tagged = with_leaf(spoilt, place, TAG)
            if wrong(tagged, spoilt["machine"]["slug"], spoilt["experiment"], Path(folder))[0] == "shown":
                spoilt = json.loads(tagged)
    return json.dumps(spoilt).encode()


@st.composite
def _spoilt(draw: st.DrawFn, content: dict[str, Any]) -> bytes:
    """The bytes of the record `content` with one thing wrong."""
    text = json.dumps(content, ensure_ascii=False).encode()
    way = draw(st.sampled_from(["overwrite", "inject", "replace", "replace", "remove", "repeat"]))
    if way == "overwrite":
        at, length = draw(st.integers(0, len(text))), draw(st.integers(0, 40))
        rest = text[at + length :] if draw(st.booleans()) else b""
        return text[:at] + draw(st.sampled_from(_NOISE)) + rest
    spoilt = json.loads(text)
    holder, key = draw(st.sampled_from(_strings(spoilt))) if way == "inject" else _place(draw, spoilt)
    if way == "inject":
        holder[key] = draw(st.sampled_from([SCRIPT, IMAGE]))
    elif way == "replace":
        holder[key] = draw(st.sampled_from(_JUNK))
    elif way == "remove":
        del holder[key]
    elif isinstance(holder, list):
        holder.append(holder[key])
    else:
        holder[f"{key}_"] = holder[key]
    return json.dumps(spoilt, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _strings(content: Any) -> list[tuple[Any, Any]]:
    """Where text stands in the record: the objects and lists, and the keys and indices in them."""
    found = []
    for key in list(content) if isinstance(content, dict) else range(len(content)):
        if isinstance(content[key], str):
            found.append((content, key))
        elif isinstance(content[key], dict | list):
            found += _strings(content[key])
    return found


def _place(draw: st.DrawFn, content: Any) -> tuple[Any, Any]:
    """Somewhere in the record: the object or list, and the key or index in it."""
    while True:
        keys = list(content) if isinstance(content, dict) else range(len(content))
        key = draw(st.sampled_from(keys))
        deeper = content[key]
        if not isinstance(deeper, dict | list) or not deeper or draw(st.integers(0, 4)) == 0:
            return content, key
        content = deeper


def wrong(spoilt: bytes, machine: str, experiment: str, folder: Path) -> tuple[str, str | None]:
    """What became of the record, `refused` or `shown`, and what is wrong with that; None where nothing is."""
    path = record_path(folder, machine, experiment)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(spoilt)
    try:
        with in_time(_ANSWERS_WITHIN_S):
            outcome, shown = _answer(path, experiment, folder)
    except TalkError as error:
        is_one_line = "\n" not in str(error) and experiment in error.where
        return "refused", None if is_one_line and "MemoryError" not in str(error) else f"it is refused by {error!r}"
    except TooLongError:
        return "refused", f"it takes over {_ANSWERS_WITHIN_S} s"
    except Exception as error:
        return "refused", f"it raises {error!r}"
    unescaped = [name for name, html in shown.items() if _ACTS.search(html)]
    return outcome, f"{', '.join(unescaped)} lets it through" if unescaped else None


def _answer(path: Path, experiment: str, folder: Path) -> tuple[str, dict[str, str]]:
    """`shown`, and what pages would show of the record. Raises TalkError where it is refused."""
    record = read_record(path)
    values = Values([record])
    is_lab = experiment == "labs"
    shown = _labs(record, folder) if is_lab else fragments_of(find_experiment(experiment), [record], values=values)
    shown |= comparison.fragments([record], [summarise(record)])
    shown |= {name: element(values.find(name), "", stale=False) for name in values.names}
    return "shown", {name: html.encode().decode() for name, html in shown.items()}  # as it will be written


def _labs(record: AnyRecord, folder: Path) -> dict[str, str]:
    """Each lab of this talk as its page would show it with these outputs; the page's policy refuses scripts."""
    shown = {}
    for path in find_notebooks(DOCS):
        lab = record.data.find(path.stem)
        found = (Provenance(record), lab) if lab else None
        page = as_markdown(path, write_executed(path, found, folder), found)
        shown[path.name] = with_policy(f'<html><meta charset="utf-8">{page}', path.name)
    return shown


def spoil(content: dict[str, Any], count: int) -> tuple[Counter[str], list[str]]:
    """Spoil the record `content` in `count` ways, the same every time.

    Returns how many were refused and how many shown, and what was wrong with that.
    """
    outcomes: Counter[str] = Counter()
    problems: list[str] = []
    machine, experiment = content["machine"]["slug"], content["experiment"]

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(spoilt=_spoilt(content))
    def look(spoilt: bytes) -> None:
        with tempfile.TemporaryDirectory() as folder:
            outcome, problem = wrong(spoilt, machine, experiment, Path(folder))
        outcomes[outcome] += 1
        if problem:
            problems.append(f"{experiment}: {problem}")

    run: Callable[[], None] = look
    run()
    return outcomes, problems


def spoil_records(count: int) -> tuple[int, list[str]]:
    """Spoil one record of each experiment, `count` times in all: how many answers were right, and what was wrong."""
    records = {record.experiment: record for record in read_records() if record.origin == "measured"}
    share, rest = divmod(count, len(records))
    total, problems = 0, []
    for number, record in enumerate(records.values()):
        outcomes, wrongs = spoil(asdict(record), share + (number < rest))
        total += outcomes.total()
        problems += wrongs
    return total - len(problems), problems


def sweep_records() -> tuple[int, int, list[str]]:
    """Set each leaf of one record of each experiment to each hostile value, without drawing charts of what comes out.

    Returns how many answers were right, of how many, and what was wrong.
    """
    total, problems = 0, []
    for record in {record.experiment: record for record in read_records() if record.origin == "measured"}.values():
        with undrawn():
            outcomes, wrongs = sweep(asdict(record))
        total += outcomes.total()
        problems += wrongs
    return total - len(problems), total, problems
