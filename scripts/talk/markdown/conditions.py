"""Text that depends on what has been measured.

`/// measured | sorting.largest.ratio` … `///` is shown when a machine other than the talk's own has that value,
`/// unmeasured | …` when none has: the page says plainly what is not there yet.
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
from talk.paths import RESULTS

if TYPE_CHECKING:
    from talk.render.values import Values

_HIDDEN = "data-hidden-by-condition"
# Before inline patterns (20): a value inside hidden text need not exist.
_PRIORITY = 30
# A block as it is written, with the `name` of the value that it depends on.
CONDITION = re.compile(
    r"^(?P<slashes>/{3,}) *(?P<kind>measured|unmeasured) *\| *(?P<name>\S+) *\n.*?^(?P=slashes) *$",
    re.DOTALL | re.MULTILINE,
)


def without_hidden(text: str, values: "Values") -> str:
    """A Markdown source with the blocks that `values` hide blanked out, lines kept: nothing in them need be known."""

    def keep(match: re.Match[str]) -> str:
        shown = values.is_measured(match["name"]) == (match["kind"] == "measured")
        return match[0] if shown else spaces(match[0])

    return CONDITION.sub(keep, text)


class _Condition(Block):
    ARGUMENT = True

    shown_when_measured: bool

    def on_create(self, parent: Element) -> Element:
        from talk.render.values import current_values  # see talk.markdown.values

        measured = current_values(Path(self.config["results"])).is_measured(self.argument.strip())
        element = SubElement(parent, "div")
        if measured != self.shown_when_measured:
            element.set(_HIDDEN, "true")
        return element


class Measured(_Condition):
    """`/// measured | name`."""

    NAME = "measured"
    shown_when_measured = True


class Unmeasured(_Condition):
    """`/// unmeasured | name`."""

    NAME = "unmeasured"
    shown_when_measured = False


class _RemoveHidden(Treeprocessor):
    def run(self, root: Element) -> None:
        for parent in list(root.iter()):
            for child in list(parent):
                if child.get(_HIDDEN):
                    parent.remove(child)


class ConditionsExtension(BlocksExtension):
    """Both blocks. Option `results`: the folder of records."""

    def __init__(self, **kwargs: Any) -> None:
        self.config = {"results": [str(RESULTS), "folder of records"]}
        super().__init__(**kwargs)

    def extendMarkdownBlocks(self, md: Markdown, block_mgr: Any) -> None:
        """Register the blocks and the processor that takes hidden text out."""
        block_mgr.register(Measured, self.getConfigs())
        block_mgr.register(Unmeasured, self.getConfigs())
        md.treeprocessors.register(_RemoveHidden(md), "hidden-by-condition", _PRIORITY)


def makeExtension(**kwargs: Any) -> ConditionsExtension:
    """Python-Markdown's entry point."""
    return ConditionsExtension(**kwargs)
