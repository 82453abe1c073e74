"""What in the sources is not true any more, and what does not fit.

A build goes on with these, unlike with mistakes (`talk.site.mistakes`): a claim that this machine refutes, a record
whose code has changed, a number typed by hand. `talk check` fails on both, and on a deck that does not fit its slot or
its slides.
"""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from talk.errors import TalkError
from talk.experiment import find_experiment
from talk.markdown.conditions import CONDITION, FORKS, without_hidden
from talk.markdown.locate import (
    code_sources,
    html_sources,
    read_source,
    script_sources,
    source_files,
)
from talk.markdown.prose import numbered, without_code
from talk.markdown.values import REFERENCE
from talk.paths import CLAIMS, CONFIG, DOCS, RESULTS
from talk.records.notebooks import find_notebooks
from talk.records.schema import AnyRecord
from talk.records.sources import changed_sources, old_versions
from talk.records.store import find_orphans, record_path
from talk.render.claims import Verdict, judge, machines_named, read_claims
from talk.render.render import render
from talk.render.values import (
    UnmeasuredValueError,
    Values,
    current_values,
)
from talk.settings import settings
from talk.site.address import write_address
from talk.site.contrast import find_low_contrast
from talk.site.fit import find_misfits, made_deck
from talk.site.labs import find_lab
from talk.site.mistakes import CLAIM_LINK, find_mistakes
from talk.site.pages import find_page_problems
from talk.site.take_away import write_place
from talk.site.typed_numbers import (
    TypedNumber,
    find_in_config,
    find_in_html,
    find_lost_references,
    find_typed_numbers,
)
from talk.site.typed_strings import find_in_python, find_in_script
from talk.words import language

MEASURE = "talk measure {}"
# A claim with the words around it, up to the next sign: "[addmm](claim:…) costs most of all".
_CLAIM_SENTENCE = (
    r"(?P<before>[^.,;:!?…()\[\]|\n—]*)\[(?P<inside>(?:[^\[\]]|\[[^\[\]]*\])*)\]\(claim:(?P<id>[^)\s]*)\)"
    r"(?=(?P<after>[^.,;:!?…()\[\]|\n—]*))"
)
_UNSHOWN = r"(?i)<(?P<tag>video|audio|iframe|fencedframe|object|embed|applet)\b"


def check() -> tuple[list[TalkError], list[TalkError]]:
    """Everything `talk check` fails on, and what it only notes: stale records of other machines, long notes.

    With mistakes in the sources, it fails on those alone: the rest could not be judged.
    """
    write_address()
    write_place()
    render()
    stale, stale_elsewhere = find_stale_records()
    if mistakes := find_mistakes():
        return mistakes, stale_elsewhere
    with TemporaryDirectory() as folder:
        page_problems = find_page_problems(Path(folder))
        misfits, tight = find_misfits(made_deck(Path(folder)))
    problems = [
        *page_problems,
        *find_unmeasured(),
        *find_refuted_claims(),
        *find_doubtful_claims(),
        *stale,
        *find_doubtful_records(),
        *find_orphans(),
        *find_unexecuted_labs(),
        *find_hand_typed_numbers(),
        *find_lost(),
        *find_unshown(),
        *misfits,
        *find_low_contrast(settings()),
    ]
    return problems, [*stale_elsewhere, *tight]


def find_unmeasured() -> list[TalkError]:
    """Pages that show numbers, or assert relations, that nobody has measured yet: a line a page and experiment."""
    values, claims = current_values(), read_claims()
    found: dict[tuple[Path, str], list[tuple[int, str]]] = {}
    for path in source_files():
        text = without_hidden(without_code(read_source(path)), values)
        for line, match in numbered(REFERENCE, text):
            if _raised_as(UnmeasuredValueError, values.find, match["reference"]):
                experiment = match["reference"].rpartition("/")[2].partition(".")[0]
                found.setdefault((path, experiment), []).append((line, match["reference"]))
        for line, match in numbered(CLAIM_LINK, text):
            if judge(claims[match["id"]], values) is None:
                experiment = claims[match["id"]].names[0].rpartition("/")[2].partition(".")[0]
                found.setdefault((path, experiment), []).append((line, f"claim {match['id']}"))
    return [
        TalkError(
            path,
            f"{len(places)} not measured by anybody yet: {', '.join(name for _, name in places[:3])}"
            + (" …" if len(places) > 3 else ""),
            f"measure with `{MEASURE.format(experiment)}`",
            line=places[0][0],
        )
        for (path, experiment), places in found.items()
    ]


def _raised_as(error: type[Exception], asked: Callable[..., object], *about: object) -> bool:
    try:
        asked(*about)
    except error:
        return True
    return False


def find_refuted_claims() -> list[TalkError]:
    """Claims that a page asserts and that do not hold on the machine they speak of: file, line and both numbers."""
    values = current_values()
    refuted = {name: verdict for name, verdict in _verdicts(values).items() if verdict and not verdict.holds}
    return [
        TalkError(
            path,
            f"claim {match['id']} does not hold on {verdict.machines}: "
            f"not {verdict.left} {verdict.sign} {verdict.right}",
            "measure again, rewrite the sentence, or write both outcomes: /// holds and /// fails",
            line=line,
        )
        for path in source_files()
        for line, match in numbered(CLAIM_LINK, without_hidden(without_code(read_source(path)), values))
        if (verdict := refuted.get(match["id"]))
    ]


def _verdicts(values: Values) -> dict[str, Verdict | None]:
    return {name: judge(claim, values) for name, claim in read_claims().items()}


def find_doubtful_claims() -> list[TalkError]:
    """Claims that say less than their sentences, that no sentence makes, or that ask a machine there is not."""
    values, claims, spoken = current_values(), read_claims(), language()
    machines = {record.machine.slug for record in values.records}
    used: set[str] = set()
    problems = []
    for path in source_files():
        text = without_code(read_source(path))
        used |= {match["name"] for _, match in numbered(CONDITION, text) if match["kind"] in FORKS}
        for line, match in numbered(_CLAIM_SENTENCE, text):
            claim = claims[match["id"]]
            used.add(claim.id)
            sentence = "".join(match.group("before", "inside", "after"))
            if claim.names_one_rival and (said := spoken.superlatives.search(sentence)):
                what = f"claim {claim.id} names one rival, and its sentence says «{said[0]}»"
                problems.append(TalkError(path, what, "compare with max(…) of all, or reword the sentence", line=line))
            if claim.holds_at_any_distance and (said := spoken.emphases.search(sentence)):
                what = f"claim {claim.id} holds by the least difference, and its sentence says «{said[0].strip()}»"
                problems.append(TalkError(path, what, "give it a margin, or reword the sentence", line=line))
    for claim in claims.values():
        if claim.id not in used:
            problems.append(TalkError(CLAIMS, f"no sentence makes the claim {claim.id}", "remove it", line=claim.line))
        for machine in sorted({*machines_named(claim)} - machines):
            mend = f"use one of {', '.join(sorted(machines)) or 'those that will be measured'}"
            problems.append(TalkError(CLAIMS, f"claim {claim.id}: there is no machine {machine}", mend, claim.line))
    return problems


def find_stale_records() -> tuple[list[TalkError], list[TalkError]]:
    """Records whose measuring code has changed since: those that pages ask first, and all others.

    Pages ask the most trusted record of each experiment first; whoever changes its code can measure that anew, on any
    machine. The others may be of machines that nobody reaches any more, and pages mark their numbers. An experiment
    that `make site` leaves out is measured when somebody asks for it: its stale record is told, and no problem.
    """
    problems, notes = [], []
    asked: set[str] = set()
    for record in current_values().records:
        notes += [
            TalkError(
                record_path(RESULTS, record.machine.slug, record.experiment),
                f"measured with {old}",
                f"measure again with `{MEASURE.format(record.experiment)}`",
            )
            for old in old_versions(record)
        ]
        is_first = record.experiment not in asked and find_experiment(record.experiment).about.in_all
        asked.add(record.experiment)
        if changed := changed_sources(record):
            path = record_path(RESULTS, record.machine.slug, record.experiment)
            more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
            what = f"stale: {', '.join(changed[:3])}{more} changed since it was measured"
            mend = f"measure again with `{MEASURE.format(record.experiment)}`"
            if is_first:
                problems.append(TalkError(path, what, mend))
            else:
                notes.append(TalkError(path, what, f"{mend}, on {record.machine.slug}"))
    return problems, notes


def find_doubtful_records() -> list[TalkError]:
    """Of each experiment the record that pages ask first, where it contradicts itself."""
    first: dict[str, AnyRecord] = {}
    for record in current_values().records:
        first.setdefault(record.experiment, record)
    return [
        TalkError(
            record_path(RESULTS, record.machine.slug, record.experiment),
            f"contradicts itself: {record.doubtful[0]}" + (" …" if len(record.doubtful) > 1 else ""),
            f"measure again with `{MEASURE.format(record.experiment)}`, with nothing else running",
        )
        for record in first.values()
        if record.doubtful
    ]


def find_unexecuted_labs() -> list[TalkError]:
    """Labs that no machine has executed."""
    return [
        TalkError(path, "no machine has executed it", f"run `{MEASURE.format('labs')}`")
        for path in find_notebooks(DOCS)
        if find_lab(path.stem) is None
    ]


def find_unshown() -> list[TalkError]:
    """Media and frames, which the pages' policy lets no browser load."""
    mend = "use a picture, or link to it"
    return [
        TalkError(path, f"no browser shows <{match['tag']}>: pages load no media and no frames", mend, line=line)
        for path in source_files()
        for line, match in numbered(_UNSHOWN, without_code(read_source(path)))
    ]


def find_lost() -> list[TalkError]:
    """References that stand where nothing of them reaches a page."""
    mend = "write it in the text, or remove it"
    return [
        TalkError(path, f"«{lost.text}» reaches no page", mend, line=lost.line, column=lost.column)
        for path in source_files()
        for lost in find_lost_references(read_source(path))
    ]


def find_hand_typed_numbers() -> list[TalkError]:
    """Numbers that a hand typed into what readers see."""
    found = [(path, find_typed_numbers(read_source(path))) for path in source_files()]
    found += [(path, find_in_html(path.read_text(encoding="utf-8"))) for path in html_sources()]
    found.append((CONFIG, find_in_config(CONFIG.read_text(encoding="utf-8"))))
    mend = 'refer to a value, {{ name }}, or say why it is so: [number]{.given reason="…"}'
    in_code = [(path, find_in_python(path.read_text(encoding="utf-8"))) for path in code_sources()]
    in_code += [(path, find_in_script(path.read_text(encoding="utf-8"))) for path in script_sources()]
    return [*_typed(found, mend), *_typed(in_code, 'compute it, or say why it is so: given("number", reason="…")')]


def _typed(found: list[tuple[Path, list[TypedNumber]]], mend: str) -> list[TalkError]:
    return [
        TalkError(path, f"the number «{number.text}» is typed by hand", mend, line=number.line, column=number.column)
        for path, numbers in found
        for number in numbers
    ]
