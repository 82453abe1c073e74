"""Chapters of a machine, read as its readers see them: no sentence has a hole, or asserts what its record refutes."""

import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import html

from bench.made_machines import LEVELS, Kind, made_machine
from bench.project import copy_project, environment, last_line
from talk.errors import TalkError
from talk.records.schema import AnyRecord
from talk.records.store import read_records, write_record
from talk.words import say

CHAPTERS = ("index", "gpu", "matmul", "derivative", "algorithms", "reproduce")
_BLOCKS = ("p", "li", "h1", "h2", "h3", "h4", "td", "th", "figcaption", "summary", "dt", "dd", "text")
_SENTENCES = ("p", "li", "dd")
_UNREAD = ("//*[@hidden]", "//script", "//style", "//pre", "//aside", "//template", "//title",
           "//a[@class='headerlink']", "//details[@class='machines']")  # fmt: skip
# Code and formulas are no sentences; in one, something stands there.
_SIGNS = "//code | //input | //*[contains(concat(' ', @class, ' '), ' math ') or contains(@class, 'arithmatex')]"
_HOLES = {
    r"«\s*»": "nothing is quoted",
    r"(?<!\w)\(\s*[,;]?\s*\)(?!²)": "nothing is in brackets",
    r"(?<=\S)  +(?=\S)": "two spaces",
    r"\w\s+[,.;:!?](?=\s|$)": "a space before a sign",
    r",\s*[,.;:]|:\s*[.,;]|(?<!\.)\.\.(?!\.)|;\s*[;,.]": "two signs together",
    r"\S\s—\s*(?:[.,;:—]|$)": "nothing after a dash",
    r"\b(?:nan|inf|None|null|Infinity)\b": "no number",
}
# A speed-up that is none: «быстрее в 0,9 раза».
_SLOWER = re.compile(r"\b(?:быстрее|ускор\w+|упало|выросла)\b[^.;:,()]{0,40}?\bв\s0,\d+\sраз")
# One that is too small to be printed: «быстрее в 1,0 раза», «обогнали, 1,00×».
_AS_FAST = re.compile(r"(?<!не )\b(?:быстрее|обогнали|обгоняет|ускор\w+|упало)\b[^.;:()]{0,40}?\b1,0+(?:×|\s?раз)")
# «На 1 потоках», «1 вызовов».
_MANY_OF_ONE = re.compile(r"(?<![\d,.])(?<!\d\s)\b1\s[а-яё]+(?:ов|ах|ями|ей)\b")
# What a record of which no library told its kernel cannot name.
_SETS = re.compile(r"\b(?:AVX[-\w]*|AMX|VNNI|NEON|SkylakeX|Zen)\b")


@dataclass(frozen=True)
class Chapter:
    """A chapter as a reader sees it: its blocks of text, those that are sentences, and refuted claims outside forks."""

    blocks: list[str]
    sentences: list[str]
    refuted: list[str]

    def wrong(self, *, bare: bool) -> Iterator[str]:
        """Where a sentence lacks what it is about, or cannot be true; `bare`: no library told its kernel."""
        yield from (f"refuted: {each}" for each in self.refuted)
        for pattern, what in _HOLES.items():
            yield from _found(re.compile(pattern), what, self.blocks)
        yield from _found(re.compile(say("value.unmeasured")), "a number that nobody has", self.sentences)
        yield from _found(_SLOWER, "faster by less than once", self.sentences)
        yield from _found(_AS_FAST, "faster by nothing", self.sentences)
        yield from _found(_MANY_OF_ONE, "many of one", self.blocks)
        if bare:
            yield from _found(_SETS, "a name that no record has", self.sentences)


def _found(pattern: re.Pattern[str], what: str, blocks: Iterable[str]) -> Iterator[str]:
    for block in blocks:
        if found := pattern.search(block):
            yield f"{what}: {block[max(0, found.start() - 60) : found.end() + 60]}"


def read(page: str) -> Chapter:
    """What readers see of a chapter's HTML."""
    root = html.fromstring(f"<main>{page}</main>")
    for path in _UNREAD:
        for element in root.xpath(path):
            element.drop_tree()
    for element in root.xpath(_SIGNS):
        if element.getparent() is not None:
            element.tail = f"□{element.tail or ''}"
            element.drop_tree()
    refuted = [
        f"{claim.get('data-claim')}: {claim.text_content()}"
        for claim in root.xpath("//*[@data-holds='false']")
        if not any(above.get("data-fork") == claim.get("data-claim") for above in claim.iterancestors())
    ]
    inner = " or ".join(f"self::{name}" for name in _BLOCKS)
    blocks = [each for each in root.xpath(f"//*[{inner}][not(descendant::*[{inner}])]") if _said(each)]
    # A slide keeps the places of its numbers.
    sentences = [each for each in blocks if each.tag in _SENTENCES and not each.xpath("ancestor::section")]
    return Chapter([*map(_said, blocks)], [*map(_said, sentences)], refuted)


def _said(element: Any) -> str:
    said = re.sub(r"[ \t]*\n\s*", " ", element.text_content()).strip()
    # A cell may hold what a record says, such as what a network heard before it could spell.
    return re.sub(r" +", " ", said) if element.tag == "td" else said


def made_chapters(machines: Mapping[str, Iterable[AnyRecord]]) -> dict[str, dict[str, Chapter]]:
    """Machine → chapter → what is read there, made in a copy of the talk that has no other records but the original's.

    Raises TalkError where a page cannot be made.
    """
    with tempfile.TemporaryDirectory() as folder:
        project, places = Path(folder) / "talk", Path(folder) / "results"
        copy_project(project)
        for name, records in machines.items():
            for record in records:
                write_record(record, places / name)
        done = subprocess.run(
            [sys.executable, "-m", __name__, str(places), str(Path(folder) / "pages")],
            cwd=project, env=environment(project), capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode:
            raise TalkError("bench.chapters", last_line(done), "mend that first")
        pages = json.loads((Path(folder) / "pages").read_text(encoding="utf-8"))
    return {machine: {name: read(page) for name, page in made.items()} for machine, made in pages.items()}


def goal(count: int = 20, seed: int = 0) -> tuple[str, str, str]:
    """What reads wrong in the chapters of `count` made machines; each place is named on standard error."""
    dice = random.Random(seed)
    records = [each for each in read_records() if each.origin == "measured" and not each.machine.gpu]
    machines = {f"{number:03}": made_machine(_kind(dice), records) for number in range(count)}
    wrong = [
        f"{machine}/{name}: {each}"
        for machine, chapters in made_chapters(machines).items()
        for name, chapter in chapters.items()
        for each in chapter.wrong(
            bare=not any(library.kernel for one in machines[machine] for library in one.libraries)
        )
    ]
    print(*wrong, sep="\n", end="\n" if wrong else "", file=sys.stderr)
    return f"wrong in chapters of {count} made machines", str(len(wrong)), "0"


def _kind(dice: random.Random) -> Kind:
    return Kind(
        slower=10 ** dice.uniform(-1, 1),
        uneven=dice.choice((0.0, 0.3, 0.8)),
        threads=dice.choice((1, 2, 64)),
        vectors=dice.choice(("avx512", "avx2", "neon")),
        caches=frozenset(level for level in sorted(LEVELS) if dice.random() < 0.8),
        old=dice.random() < 0.2,
        seed=dice.randrange(10**6),
    )


def _make(places: Path, out: Path) -> None:
    """Chapters of each machine of `places`, in the talk of the working directory: `made_chapters` runs it there."""
    from talk.paths import DOCS, RESULTS
    from talk.render.render import render_fragments
    from talk.settings import settings
    from talk.site.address import write_address
    from talk.site.labs import write_labs
    from talk.site.take_away import write_place

    original = settings().original
    for machine in RESULTS.iterdir():
        if machine.name != original:
            shutil.rmtree(machine)
    pages: dict[str, dict[str, str]] = {}
    for place in sorted(places.iterdir()):
        for machine in place.iterdir():
            shutil.copytree(machine, RESULTS / machine.name)
        if not pages:
            write_address()
            write_place()
            write_labs()
        render_fragments()
        pages[place.name] = {name: _converted(DOCS / f"{name}.md") for name in CHAPTERS}
        for machine in place.iterdir():
            shutil.rmtree(RESULTS / machine.name)
    out.write_text(json.dumps(pages), encoding="utf-8")


def _converted(path: Path) -> str:
    from talk.markdown.deck import FRONT_MATTER
    from talk.markdown.page import PageMarkdown
    from talk.site.pages import mkdocs_config

    config = mkdocs_config()
    markdown = PageMarkdown(
        path.name, extensions=config["markdown_extensions"], extension_configs=config["mdx_configs"]
    )
    return markdown.convert(FRONT_MATTER.sub("", path.read_text(encoding="utf-8")))


if __name__ == "__main__":
    _make(*map(Path, sys.argv[1:]))
