"""What is wrong with the sources, and what in them is not true any more.

Mistakes stop a build: a name nobody has, a fragment that is not there, a slide never closed. Untruths do not: a claim
that this machine refutes, a record whose code has changed, a number typed by hand. `talk check` fails
on both, and on a deck that does not fit its slot or its slides.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from talk.errors import TalkError
from talk.experiment import find_experiment
from talk.markdown.chapters import DIRECTIVE
from talk.markdown.conditions import CONDITION, FORKS, without_hidden
from talk.markdown.locate import (
    code_sources,
    html_sources,
    read_source,
    script_sources,
    source_files,
    written_addresses,
)
from talk.markdown.math import typesetter
from talk.markdown.prose import comments, formulas, front_matter, numbered, without_code, without_math
from talk.markdown.quotations import QUOTATION, is_said, said_on_slides
from talk.markdown.slides import find_slide_problems, read_slides
from talk.markdown.values import REFERENCE
from talk.paths import CLAIMS, CONFIG, DOCS, QUOTATIONS, RESULTS, ROOT, SCRIPTS, SNIPPETS, shown
from talk.records.notebooks import find_notebooks
from talk.records.results import find_strays
from talk.records.schema import AnyRecord
from talk.records.sources import changed_sources, old_versions
from talk.records.store import find_orphans, record_path
from talk.render.claims import Verdict, judge, machines_named, read_claims
from talk.render.render import render
from talk.render.values import (
    FormatError,
    UnknownValueError,
    UnmeasuredValueError,
    Values,
    current_values,
    format_value,
)
from talk.settings import settings
from talk.site.address import write_address
from talk.site.contrast import find_low_contrast
from talk.site.fit import find_misfits, made_deck, slot_min
from talk.site.labs import find_lab
from talk.site.on_stage import on_stage
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
_CLAIM_SENTENCE = r"\[(?P<sentence>(?:[^\[\]]|\[[^\[\]]*\])*)\]\(claim:(?P<id>[^)\s]*)\)"
_CLAIM_LINK = r"\]\(claim:(?P<id>[^)\s]*)\)"
_DECK = "deck.html"  # the template of pages that gather slides
_FENCE = r"(?m)^[ ]*(?P<fence>`{3,}|~{3,})"
# Elements that nothing but their end closes.
_CONTAINER = (
    r"<(?P<end>/?)(?P<tag>a|abbr|address|article|aside|b|bdi|bdo|blockquote|button|canvas|caption|cite|code|datalist|del|"
    r"details|dfn|dialog|div|dl|em|fieldset|figcaption|figure|footer|form|h[1-6]|header|i|ins|kbd|label|legend|main|map|"
    r"mark|math|menu|meter|nav|noscript|ol|output|picture|pre|progress|q|ruby|s|samp|script|section|select|small|span|"
    r"strong|style|sub|summary|sup|svg|table|template|textarea|time|title|u|ul|var)"
    r"(?=[\s/>])(?:[^<>\"']|\"[^\"]*\"|'[^']*')*?(?P<whole>/?)>"
)
# Elements of a whole page, and those that take whatever follows for text.
_OUT_OF_PLACE = r"(?i)</?(?P<tag>html|head|body|frameset|noframes|noembed|plaintext|xmp|listing)(?=[\s/>])"
_UNSHOWN = r"(?i)<(?P<tag>video|audio|iframe|fencedframe|object|embed|applet)\b"
_CONDITION_HEADER = r"(?m)^ {0,3}/{3,} *(?P<kind>measured|unmeasured|holds|fails)\b(?P<rest>.*)$"
_ENDS_EARLIER = re.compile(r"\A<!---?>|--!>")
_SNIPPET = (
    r"^[ \t]*-{1,}8<-{1,}[ \t]+(?P<quote>[\"'])(?P<path>[^\"':\n]*)"
    r"(?::(?P<section>[A-Za-z][\w-]*)|(?P<lines>:[\d:,]*\d))?[^\"'\n]*(?P=quote)"
)
_SNIPPETS = r"^[ \t]*-{1,}8<-{1,}[ \t]*$"  # a block of them


def find_mistakes() -> list[TalkError]:
    """Everything in the hand-written sources that a build cannot go on with, in the order of files and lines."""
    values, claims = current_values(), read_claims()
    problems: list[TalkError] = []
    for path in source_files():
        text = read_source(path)
        found = [
            *_reference_mistakes(path, text, values),
            *_condition_mistakes(path, text, values),
            *_claim_mistakes(path, text, set(claims)),
            *_quotation_mistakes(path, text),
            *_snippet_mistakes(path, text),
            *_formula_mistakes(path, text),
            *_raised(front_matter, path, text),
            *_control_characters(path, text),
            *_unclosed(path, text),
            *_declarations(path, text),
            *_address_mistakes(path, text),
            *_chapter_mistakes(path, text),
            *_measurement_mistakes(path, text),
            *(TalkError(path, what, mend, line=line) for line, what, mend in find_slide_problems(text)),
        ]
        problems += sorted(found, key=lambda problem: problem.line or 0)
    for claim in claims.values():
        problems += _raised(judge, claim, values)
    return [*problems, *_raised(said_on_slides), *_raised(slot_min), *find_strays()]


def _measurement_mistakes(path: Path, text: str) -> Iterator[TalkError]:
    for slide in read_slides(text)[0]:
        asked = slide.options.get("measure", "")
        if asked and asked not in on_stage():
            what = f"slide “{slide.title}”: nothing is measured on stage by the name {asked}"
            mend = f"use one of {', '.join(on_stage()) or 'those of an on_stage.py, of which there is none'}"
            yield TalkError(path, what, mend, line=slide.line)


def _raised(asked: Callable[..., object], *about: object) -> list[TalkError]:
    """What is wrong with something that raises when asked about."""
    try:
        asked(*about)
    except TalkError as error:
        return [error]
    return []


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
        for line, match in numbered(_CLAIM_LINK, text):
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
        for line, match in numbered(_CLAIM_LINK, without_hidden(without_code(read_source(path)), values))
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
            if claim.names_one_rival and (said := spoken.superlatives.search(match["sentence"])):
                what = f"claim {claim.id} names one rival, and its sentence says «{said[0]}»"
                problems.append(TalkError(path, what, "compare with max(…) of all, or reword the sentence", line=line))
            if claim.holds_at_any_distance and (said := spoken.emphases.search(match["sentence"])):
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


def references_in(markdown: str) -> list[str]:
    """Every value that a Markdown source refers to, outside code."""
    return [match["reference"] for _, match in numbered(REFERENCE, without_code(markdown))]


def _reference_mistakes(path: Path, text: str, values: Values) -> Iterator[TalkError]:
    for line, match in numbered(REFERENCE, without_hidden(without_code(text), values)):
        try:
            format_value(values.find(match["reference"]).value, match["format"] or "")
        except UnmeasuredValueError:
            continue  # the page says so, `find_unmeasured` too
        except UnknownValueError as error:
            yield TalkError(path, f"no record has the value {error.reference}", error.mend, line=line)
        except FormatError as error:
            what, _, mend = str(error).partition("; ")
            yield TalkError(path, what, mend, line=line)


def _condition_mistakes(path: Path, text: str, values: Values) -> Iterator[TalkError]:
    for line, match in numbered(CONDITION, without_code(text)):
        if match["kind"] in FORKS:
            if match["name"] not in read_claims():
                yield TalkError(path, f"no claim {match['name']}", f"add it to {CLAIMS.name}", line=line)
        elif not values.is_known(match["name"]):
            what = f"no record could have the value {match['name']} that a block depends on"
            yield TalkError(path, what, "mend its name", line=line)

    for line, match in numbered(_CONDITION_HEADER, without_code(text)):
        if re.fullmatch(r" *\| *\S+ *", match["rest"]) is None:
            what = f"a block {match['kind']} is of one name, and not of «{match['rest'].strip(' |')}»"
            yield TalkError(path, what, f"write `/// {match['kind']} | name`", line=line)


def _claim_mistakes(path: Path, text: str, known: set[str]) -> Iterator[TalkError]:
    for line, match in numbered(_CLAIM_LINK, without_code(text)):
        if match["id"] not in known:
            yield TalkError(path, f"no claim {match['id']}", f"add it to {CLAIMS.name}", line=line)


def _quotation_mistakes(path: Path, text: str) -> Iterator[TalkError]:
    for line, match in numbered(QUOTATION, without_code(text)):
        if not is_said(match["quoted"], said_on_slides().get(match["slide"], [])):
            what = f"slide {match['slide']} of the original talk does not say «{match['quoted']}»"
            yield TalkError(path, what, f"quote it as it is, or add it to {shown(QUOTATIONS)}", line=line)


def _formula_mistakes(path: Path, text: str) -> Iterator[TalkError]:
    for line, tex, is_displayed in formulas(without_code(text)):
        if "{{" not in tex:  # a reference in a formula: talk.site.leftovers
            for error in _raised(partial(typesetter().set, display=is_displayed), tex):
                yield TalkError(path, error.what, error.mend, line=line)


def _control_characters(path: Path, text: str) -> Iterator[TalkError]:
    for line, match in numbered(r"[\x00-\x08\x0e-\x1f\x7f]", text):
        what = f"there is a control character, U+{ord(match[0]):04X}, which no page may hold"
        yield TalkError(path, what, "remove it", line=line)


def _unclosed(path: Path, text: str) -> Iterator[TalkError]:
    plain = without_math(without_code(text))
    for line, match in numbered(_OUT_OF_PLACE, plain):
        yield TalkError(path, f"<{match['tag']}> has no place in a text", "remove it", line=line)
    for line, _ in numbered(r"(?m)^ *\$\$", plain):
        yield TalkError(
            path, "a formula is never closed, and stays text", "put $$ after it, without a blank line", line
        )
    for line, _ in numbered("<!--", plain):
        yield TalkError(path, "a comment is never closed, and hides all that follows", "put --> after it", line=line)
    for line, match in numbered(_FENCE, plain):
        what = "code is never closed, and takes all that follows"
        yield TalkError(path, what, f"put {match['fence']} under it", line=line)
    open_tags: list[tuple[int, str]] = []
    for line, match in numbered(_CONTAINER, plain):
        tag = match["tag"].lower()
        if not match["end"]:
            open_tags += [(line, tag)] * (not match["whole"])
        elif tag in (each for _, each in open_tags):
            while open_tags.pop()[1] != tag:
                pass
        else:
            yield TalkError(path, f"</{tag}> closes nothing", "remove it, or open it", line=line)
    for line, tag in open_tags:
        yield TalkError(
            path, f"<{tag}> is never closed, and takes all that follows", f"put </{tag}> after it", line=line
        )


def _declarations(path: Path, text: str) -> Iterator[TalkError]:
    for line, _ in numbered(r"<!\[", without_code(text)):
        yield TalkError(path, "<![ is no HTML, and browsers hide what follows", "write &lt;![", line=line)
    for line, comment in comments(text):
        if _ENDS_EARLIER.search(comment):
            what = "browsers end a comment at <!-->, <!---> and --!>, and show what follows"
            yield TalkError(path, what, "write <!-- … --> alone", line=line)


def _address_mistakes(path: Path, text: str) -> Iterator[TalkError]:
    for line, address in written_addresses(without_code(text)):
        try:
            urlsplit(address) if "//" in address else None
        except ValueError as error:
            yield TalkError(path, f"{address} is no address ({error})", "mend the link", line=line)


def _chapter_mistakes(path: Path, text: str) -> Iterator[TalkError]:
    """Blocks that gather slides, outside of a deck."""
    if _raised(front_matter, path, text) or front_matter(path, text).get("template") == _DECK:
        return
    for line, match in numbered(DIRECTIVE, without_code(text)):
        what = f"the block chapter gathers the slides of {match['chapter']} into no deck"
        yield TalkError(path, what, f"move it to the page whose template is {_DECK}", line=line)


def _snippet_mistakes(path: Path, text: str) -> Iterator[TalkError]:
    for line, _ in numbered(re.compile(_SNIPPETS, re.MULTILINE), text):
        yield TalkError(path, "a fragment has no name", 'write `--8<-- "file"` for each', line=line)
    for line, match in numbered(re.compile(_SNIPPET, re.MULTILINE), text):
        files = [base / match["path"] for base in (ROOT, SNIPPETS) if (base / match["path"]).is_file()]
        if files and not _may_be_shown(files[0]):
            what = f"{match['path']} is no file that pages may show"
            yield TalkError(path, what, "show one of docs/, snippets/ or scripts/, in UTF-8", line=line)
        elif not files:
            yield TalkError(
                path, f"no fragment {match['path']}", "mend its name, or make it under snippets/", line=line
            )
        elif match["section"] and f"[start:{match['section']}]" not in files[0].read_text(encoding="utf-8"):
            what = f"{match['path']} has no region {match['section']}"
            yield TalkError(path, what, f"mark it there with --8<-- [start:{match['section']}]", line=line)
        elif match["lines"]:
            there = len(files[0].read_text(encoding="utf-8").splitlines())
            if not all(_has_lines(span, there) for span in match["lines"][1:].split(",")):
                what = f"{match['path']} has {there} lines, and none are {match['lines'][1:]}"
                yield TalkError(path, what, "write the first and the last as `file:3:7`", line=line)


def _has_lines(span: str, there: int) -> bool:
    """Whether `3:7`, `3` or `:7` are lines of a file that has so many."""
    first, _, last = span.partition(":")
    return 0 < int(first or 1) <= min(int(last or there), there)


def _may_be_shown(path: Path) -> bool:
    """Whether a fragment is text of the talk: no file beside it, no hidden one, and none that a link leads out to."""
    inside = path.resolve()
    if not any(inside.is_relative_to(folder.resolve()) for folder in (DOCS, SNIPPETS, SCRIPTS)):
        return False
    if any(part.startswith(".") for part in inside.relative_to(ROOT.resolve()).parts):
        return False
    try:
        inside.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    return True
