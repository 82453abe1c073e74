"""What pages show once a reader has chosen a machine: a file for each, docs/assets/generated/machines/SLUG.json.

A file holds what its machine itself has measured, nothing of others: each number that pages refer to without naming a
machine, by name and format, and each claim as that machine's numbers judge it. Where it goes, and what happens to the
rest, is for the script that reads the file to decide: assets/scripts/chosen.js. `_claims.json`, where no machine's name
can lie, holds the relations of the claims that a page judges by numbers of its own: assets/scripts/judge.js.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from talk.markdown.locate import read_source, source_files
from talk.markdown.prose import numbered, without_code
from talk.markdown.values import REFERENCE
from talk.paths import CLAIMS, GENERATED_ASSETS
from talk.records.sources import changed_sources
from talk.render.claims import judge, judge_on, read_claims
from talk.render.machines import has_pages, labels
from talk.render.measured import attributes, of_claim
from talk.render.values import FormatError, Values, current_values, format_value
from talk.site.generated import write_folder
from talk.words import bind

FOLDER = GENERATED_ASSETS / "machines"


def write_choices() -> None:
    """Bring the files up to date with records, claims and pages; a talk of one machine has none."""
    values = current_values()
    machines = labels(values.records)
    if len(machines) < 2:
        write_folder(FOLDER, {})
        return
    asked = sorted(set(_asked()))
    found = {slug: {"label": label, **choice(values, slug, asked)} for slug, label in machines.items()}
    if relations := judged_in_page():
        found["_claims"] = relations
    write_folder(
        FOLDER,
        {
            Path(f"{name}.json"): json.dumps(content, ensure_ascii=False, separators=(",", ":"))
            for name, content in found.items()
        },
    )


def choice(values: Values, machine: str, asked: Iterable[tuple[str, str]], claims: Path = CLAIMS) -> dict[str, Any]:
    """What `machine` has of the numbers that pages ask for, by name and format, and of the claims.

    `values`: name → format → attributes of its `<data>`, and its text; `claims`: id → attributes of its sentence;
    `figures`: experiments of whose figures it has a page; `quick`: whether it has measured some of it in short.
    """
    several = Counter(record.experiment for record in values.records)
    own = [record for record in values.records if record.machine.slug == machine]
    stale = {record.name: bool(changed_sources(record)) for record in own}
    numbers: dict[str, dict[str, dict[str, str]]] = {}
    for name, format_spec in asked:
        found = values.get(f"{machine}/{name}")
        if found is None:
            continue
        try:
            text = format_value(found.value, format_spec)
        except FormatError:  # the page that asks so is refused, naming its line
            continue
        shown = attributes(found, stale=stale[found.record.name]) | {"text": bind(text)}
        numbers.setdefault(name, {})[format_spec] = shown
    sentences = {}
    for name, claim in read_claims(claims).items():
        verdict = judge_on(claim, values, machine, claims)
        if verdict is not None:  # what is said of every machine is said, whichever is chosen
            sentences[name] = of_claim(judge(claim, values, claims) or verdict if claim.on_every_machine else verdict)
    figures = [each.experiment for each in own if several[each.experiment] > 1 and has_pages(each.experiment)]
    return {
        "figures": figures,
        "quick": any(record.quick for record in own),
        "values": numbers,
        "claims": sentences,
    }


def judged_in_page(claims: Path = CLAIMS) -> dict[str, Any]:
    """The relations of the claims that pages judge, by the claim's id: what render/claims.py has read, as data."""
    return {
        name: {"margins": claim.margins, "relations": [asdict(relation) for relation in claim.relations]}
        for name, claim in read_claims(claims).items()
        if claim.in_page
    }


def _asked() -> Iterator[tuple[str, str]]:
    """Name and format of each reference that names no machine."""
    for path in source_files():
        text = read_source(path)
        for _, match in numbered(REFERENCE, without_code(text)) if "{{" in text else ():
            if "/" not in match["reference"]:
                yield match["reference"], match["format"] or ""
