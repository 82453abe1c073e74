"""Nothing is true because it is true here: chapters read well on machines that nobody has, whatever these lack.

Made records stand for one core, for caches that nobody tells of, for ARM, for older code, for a GPU alone.
"""

import re
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.chapters import CHAPTERS, made_chapters
from bench.made_machines import LEVELS, Kind, made_machine
from talk.experiment import find_experiment
from talk.markdown.conditions import CONDITION
from talk.paths import DOCS
from talk.records.schema import AnyRecord
from talk.records.store import read_records
from talk.render.claims import judge, read_claims
from talk.render.values import Values

KINDS = st.builds(
    Kind,
    slower=st.floats(0.1, 10),
    uneven=st.sampled_from((0.0, 0.3, 0.8)),
    threads=st.sampled_from((1, 2, 64)),
    vectors=st.sampled_from(("avx512", "avx2", "neon")),
    caches=st.sets(st.sampled_from(sorted(LEVELS))).map(frozenset),
    old=st.booleans(),
    seed=st.integers(0, 1000),
)
MACHINES = {
    "one core": Kind(threads=1, slower=3, uneven=0.5, vectors="avx2", seed=2),
    "caches untold": Kind(caches=frozenset(), uneven=0.4, seed=5),
    "ARM without L3": Kind(threads=64, vectors="neon", caches=frozenset(("l1", "l2")), slower=1.4, uneven=0.6, seed=3),
    "older code": Kind(old=True, slower=8, uneven=0.8, seed=4),
    "fast": Kind(threads=64, slower=0.1, uneven=0.3, seed=1),
    "a GPU alone": Kind(gpu_alone=True),
}
CLAIM = re.compile(r"\]\(claim:([^)\s]*)\)")
# Where one sentence of a paragraph ends and another begins, and words that begin one which stands on that before it.
REFERENCED = re.compile(r"\{\{ *([^{}| ]+)")
BETWEEN = re.compile(r"(?<=[.!?…]) +(?=[«\[*(]*[А-ЯЁ])")
STANDS_ON = re.compile(r"(?:Это|Там|Тут|Туда|Из них|Из-за них|Остальн\w+|Ради|По одному|Значит|Поэтому)\b")
NOT_PROSE = re.compile(r"^```.*?^```$|^/// slide.*?^///$", re.DOTALL | re.MULTILINE)


@cache
def committed(gpu: bool = False) -> tuple[AnyRecord, ...]:
    """The records of this repository's machine with a GPU, or of the one without that measured everything."""
    measured = [each for each in read_records() if each.origin == "measured" and bool(each.machine.gpu) == gpu]
    assert {each.experiment for each in measured} >= {"matmul", "profiling"}
    return tuple(measured)


@cache
def asserted() -> frozenset[str]:
    """Claims that a chapter's text makes outside a fork of theirs. What a speaker says stands in a slide's options."""
    found: set[str] = set()
    for name in CHAPTERS:
        text = re.sub(r"^    +.*$", "", (DOCS / f"{name}.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
        forks = [(each.span(), each["name"]) for each in CONDITION.finditer(text)]
        for claim in CLAIM.finditer(text):
            inside = (fork for (start, end), fork in forks if start <= claim.start() < end)
            if claim[1] not in inside:
                found.add(claim[1])
    return frozenset(found)


@settings(max_examples=8)
@given(kind=KINDS)
def test_what_a_machine_may_refute_stands_in_a_fork(kind: Kind) -> None:
    published = [each for each in read_records() if each.origin == "published"]
    values = Values([*made_machine(kind, committed()), *published])
    verdicts = {name: judge(claim, values) for name, claim in read_claims().items() if name in asserted()}
    assert len([verdict for verdict in verdicts.values() if verdict]) > 20
    assert [name for name, verdict in verdicts.items() if verdict and not verdict.holds] == []


def test_no_sentence_stands_on_one_that_a_machine_may_lack() -> None:
    """A sentence without its number is left out; a fork goes as a whole."""
    always = Values([each for each in read_records() if each.origin == "published"])
    left_alone = [
        f"{name}: {second}"
        for name in CHAPTERS
        for paragraph in CONDITION.sub("", NOT_PROSE.sub("", (DOCS / f"{name}.md").read_text("utf-8"))).split("\n\n")
        for first, second in pairwise(BETWEEN.split(paragraph))
        if STANDS_ON.match(second)
        and not REFERENCED.search(second)
        and any(always.get(reference[1]) is None for reference in REFERENCED.finditer(first))
    ]
    assert left_alone == []


@settings(max_examples=8)
@given(kind=KINDS)
def test_no_made_machine_is_faster_than_its_ceilings(kind: Kind) -> None:
    [matmul] = (each for each in made_machine(kind, committed()) if each.experiment == "matmul")
    doubts = find_experiment("matmul").doubts(matmul.data)
    assert [each for each in doubts if each.startswith("above_ceiling")] == []


@pytest.mark.parametrize("name", MACHINES)
def test_chapters_read_well(name: str) -> None:
    kind = MACHINES[name]
    made = made_machine(kind, committed(kind.gpu_alone))
    [chapters] = made_chapters({name: made}).values()
    assert set(chapters) == set(CHAPTERS)
    assert sum(len(each.sentences) for each in chapters.values()) > 150
    bare = not any(library.kernel for record in made for library in record.libraries)
    wrong = {chapter: list(each.wrong(bare=bare)) for chapter, each in chapters.items()}
    assert {chapter: each for chapter, each in wrong.items() if each} == {}
