"""Text that depends on what has been measured, and on what came out.

`/// measured | sorting.largest.ratio` … `///` is shown when a machine other than the talk's own has that value,
`/// unmeasured | …` when none has: the page says plainly what is not there yet. `/// holds | sorted-wins` … `///` is
shown when the claim of that name holds, `/// fails | …` when it does not: both outcomes are written, one is shown.
"""

import re
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
# Before inline patterns (20): a value inside hidden text need not exist.
_PRIORITY = 30
# A block as it is written, with the `name` of the value or claim that it depends on.
CONDITION = re.compile(
    r"^(?P<slashes>/{3,}) *(?P<kind>measured|unmeasured|holds|fails) *\| *(?P<name>\S+) *\n.*?^(?P=slashes) *$",
    re.DOTALL | re.MULTILINE,
)
# Those whose name is a claim's.
FORKS = frozenset({"holds", "fails"})


def is_shown(kind: str, name: str, values: "Values", claims: Path = CLAIMS) -> bool:
    """Whether a block of that kind and name is on the page. A claim that there is not neither holds nor fails."""
    if kind not in FORKS:
        return values.is_measured(name) == (kind == "measured")
    from talk.render.claims import judge, read_claims  # see talk.markdown.values

    claim = read_claims(claims).get(name)
    verdict = judge(claim, values, claims) if claim is not None else None
    return verdict is not None and verdict.holds == (kind == "holds")


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
        element = SubElement(parent, "div")
        if not is_shown(self.NAME, self.argument.strip(), values, Path(self.config["claims"])):
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


class _RemoveHidden(Treeprocessor):
    def run(self, root: Element) -> None:
        for parent in list(root.iter()):
            for child in list(parent):
                if child.get(_HIDDEN):
                    parent.remove(child)


class ConditionsExtension(BlocksExtension):
    """The blocks. Options: `results`, the folder of records, and `claims`, the file of claims."""

    def __init__(self, **kwargs: Any) -> None:
        self.config = {"results": [str(RESULTS), "folder of records"], "claims": [str(CLAIMS), "file of claims"]}
        super().__init__(**kwargs)

    def extendMarkdownBlocks(self, md: Markdown, block_mgr: Any) -> None:
        """Register the blocks and the processor that takes hidden text out."""
        for block in (Measured, Unmeasured, Holds, Fails):
            block_mgr.register(block, self.getConfigs())
        md.treeprocessors.register(_RemoveHidden(md), "hidden-by-condition", _PRIORITY)


class _Shown(Block):
    NAME = "shown"

    def on_create(self, parent: Element) -> Element:
        return SubElement(parent, "div")


class ShownExtension(BlocksExtension):
    """`/// shown`, which is always there: for whoever judges what conditions hide too."""

    def extendMarkdownBlocks(self, md: Markdown, block_mgr: Any) -> None:
        """Register the block."""
        block_mgr.register(_Shown, {})


def makeExtension(**kwargs: Any) -> ConditionsExtension:
    """Python-Markdown's entry point."""
    return ConditionsExtension(**kwargs)
