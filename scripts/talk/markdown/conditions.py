"""Text that depends on what has been measured, and on what came out.

`/// measured | sorting.largest.ratio` … `///` is shown when the machine that speaks of that part, other than the talk's
own, has that value, `/// unmeasured | …` when it has not: the page says plainly what is not there yet. `/// holds |
sorted-wins` … `///` is shown when the claim of that name holds, `/// fails | …` when it does not: both outcomes are
written, one is shown.

A reader may choose another machine. Where that would show another side, the page has both, one of them `hidden`:
`data-machines` names the machines that show it, `data-fork` the value or claim that it depends on. Of a claim that
pages judge by numbers of their own (`in_page`) both sides are always there, and `data-when` says which is which.
"""

import re
from collections import defaultdict
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor
from pymdownx.blocks import BlocksExtension
from pymdownx.blocks.block import Block

from talk.markdown.prose import spaces
from talk.paths import CLAIMS, RESULTS

if TYPE_CHECKING:
    from talk.render.values import Values

_HIDDEN = "data-hidden-by-condition"
_MACHINES = "data-machines"
_WHEN = "data-when"
_NAME = "data-condition"
# Before inline patterns (20): a value inside hidden text need not exist.
_PRIORITY = 30
# A block as it is written, in a note indented, with the `name` of the value or claim that it depends on.
CONDITION = re.compile(
    r"^ *(?P<slashes>/{3,}) *(?P<kind>measured|unmeasured|holds|fails) *\| *(?P<name>\S+) *\n.*?"
    r"^ *(?P=slashes) *$",
    re.DOTALL | re.MULTILINE,
)
# Those whose name is a claim's.
FORKS = frozenset({"holds", "fails"})


def is_shown(kind: str, name: str, values: "Values", claims: Path = CLAIMS, machine: str | None = None) -> bool:
    """Whether a block of that kind and name is on the page, once a reader has chosen `machine`.

    A claim that there is not, or that nobody can judge, neither holds nor fails.
    """
    if kind not in FORKS:
        return _is_measured(name, values, machine) == (kind == "measured")
    from talk.render.claims import judge, judge_on, read_claims  # see talk.markdown.values

    claim = read_claims(claims).get(name)
    if claim is None:
        return False
    chosen = judge_on(claim, values, machine, claims) if machine and not claim.on_every_machine else None
    verdict = chosen or judge(claim, values, claims)
    return verdict is not None and verdict.holds == (kind == "holds")


def _is_measured(name: str, values: "Values", machine: str | None) -> bool:
    """Whether the machine that speaks of it has the value, and is no talk's own.

    The chosen machine speaks of a part that it has measured, and else the most trusted that has: one that has
    `relay.cuda.time`, say, but no `relay.cuda.idle_share` has no such value to tell of, whoever else has.
    """
    part = name.rpartition(".")[0]
    siblings = _parts(values)[part] if "." in part else [name]
    speaking = [found for each in siblings for found in values.all_of(each)]
    speaking = [found for found in speaking if found.record.machine.slug == machine] or speaking
    if not speaking:
        return False
    order = {record.name: place for place, record in enumerate(values.records)}
    speaker = min(speaking, key=lambda found: order[found.record.name]).record
    return speaker.origin == "measured" and any(found.record is speaker for found in values.all_of(name))


@lru_cache(maxsize=2)
def _parts(values: "Values") -> dict[str, list[str]]:
    """The names of each part."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in values.names:
        found[name.rpartition(".")[0]].append(name)
    return found


def is_judged_in_page(name: str, claims: Path = CLAIMS) -> bool:
    """Whether pages judge the claim of that name by numbers of their own."""
    from talk.render.claims import read_claims  # see talk.markdown.values

    claim = read_claims(claims).get(name)
    return claim is not None and claim.in_page


def machines_shown(kind: str, name: str, values: "Values", claims: Path = CLAIMS) -> list[str]:
    """The machines which show a block of that kind and name when a reader chooses them."""
    machines = dict.fromkeys(record.machine.slug for record in values.records)
    return [machine for machine in machines if is_shown(kind, name, values, claims, machine)]


def without_hidden(text: str, values: "Values") -> str:
    """A Markdown source with the blocks that `values` hide blanked out, lines kept: nothing in them need be known."""

    def keep(match: re.Match[str]) -> str:
        return match[0] if is_shown(match["kind"], match["name"], values) else spaces(match[0])

    return CONDITION.sub(keep, text)


class _Condition(Block):
    ARGUMENT = True

    def on_create(self, parent: Element) -> Element:
        from talk.render.values import current_values  # see talk.markdown.values

        values = current_values(Path(self.config["results"]))
        name, claims = self.argument.strip(), Path(self.config["claims"])
        element = SubElement(parent, "div", {_NAME: name})
        shown = is_shown(self.NAME, name, values, claims)
        machines = machines_shown(self.NAME, name, values, claims)
        if self.NAME in FORKS:
            element.set("data-fork", name)
        if self.NAME in FORKS and is_judged_in_page(name, claims):
            element.attrib |= {_MACHINES: " ".join(machines), _WHEN: self.NAME}
        elif len(machines) not in {0, len({record.machine.slug for record in values.records})}:
            element.set(_MACHINES, " ".join(machines))
        if not shown:
            element.set(_HIDDEN, "true")
        return element


class Measured(_Condition):
    """`/// measured | name`."""

    NAME = "measured"


class Unmeasured(_Condition):
    """`/// unmeasured | name`."""

    NAME = "unmeasured"


class Holds(_Condition):
    """`/// holds | claim`."""

    NAME = "holds"


class Fails(_Condition):
    """`/// fails | claim`."""

    NAME = "fails"


class _HideOthers(Treeprocessor):
    """Takes out what no machine shows, and hides what only machines that somebody has to choose show.

    A side with a heading or a slide has an address, which links lead to: such a fork stays as it is.
    """

    def run(self, root: Element) -> None:
        blocks = [element for element in root.iter("div") if element.get(_NAME)]
        kept = {block.get(_NAME) for block in blocks if block.get(_HIDDEN) and _has_address(block)}
        for block in blocks:
            if block.attrib.pop(_NAME) in kept:
                block.attrib.pop(_MACHINES, None)
                block.attrib.pop(_WHEN, None)
        for parent in list(root.iter()):
            for child in list(parent):
                if child.get(_HIDDEN) and child.get(_MACHINES) is None:
                    parent.remove(child)
        for block in blocks:
            if block.attrib.pop(_HIDDEN, None):
                block.attrib |= {"hidden": "hidden", "data-search-exclude": ""}


def _has_address(element: Element) -> bool:
    return any(part.get("id") or re.fullmatch("h[1-6]|section", str(part.tag)) for part in element.iter())


class ConditionsExtension(BlocksExtension):
    """The blocks. Options: `results`, the folder of records, and `claims`, the file of claims."""

    def __init__(self, **kwargs: Any) -> None:
        self.config = {"results": [str(RESULTS), "folder of records"], "claims": [str(CLAIMS), "file of claims"]}
        super().__init__(**kwargs)

    def extendMarkdownBlocks(self, md: Markdown, block_mgr: Any) -> None:
        """Register the blocks and the processor that takes hidden text out."""
        for block in (Measured, Unmeasured, Holds, Fails):
            block_mgr.register(block, self.getConfigs())
        md.treeprocessors.register(_HideOthers(md), "hidden-by-condition", _PRIORITY)


class _Shown(Block):
    NAME = "shown"

    def on_create(self, parent: Element) -> Element:
        return SubElement(parent, "div")


class ShownExtension(BlocksExtension):
    """`/// shown`, which is always there: for whoever judges what conditions hide too."""

    def extendMarkdownBlocks(self, md: Markdown, block_mgr: Any) -> None:
        """Register the block, and leave no sentence out (talk.markdown.sentences)."""
        block_mgr.register(_Shown, {})
        md.treeprocessors.deregister("lacking-sentences", strict=False)


def makeExtension(**kwargs: Any) -> ConditionsExtension:
    """Python-Markdown's entry point."""
    return ConditionsExtension(**kwargs)
