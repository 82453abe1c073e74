"""Two kinds of link that are not links.

`[sorted() wins](claim:sorted-wins)` is a sentence tied to a check over the records;
`[7.56](talk:8)` quotes slide 8 of the original talk: the only way to type a measured number.
"""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor

from talk.errors import TalkError
from talk.markdown.locate import place
from talk.markdown.values import LACKING
from talk.paths import CLAIMS, RESULTS
from talk.records.order import original_of
from talk.settings import settings
from talk.words import say

if TYPE_CHECKING:
    from talk.render.values import Values

# After inline patterns have made the links (20), before MkDocs resolves what they point to (0).
_PRIORITY = 15


class _LinkProcessor(Treeprocessor):
    def __init__(self, md: Markdown, results: Path, claims: Path) -> None:
        super().__init__(md)
        self._results = results
        self._claims = claims

    @cached_property
    def _values(self) -> "Values":
        from talk.render.values import current_values  # see talk.markdown.values

        return current_values(self._results)

    @cached_property
    def _year_of_original(self) -> str:
        """The year of the talk that is quoted: its published record tells."""
        original = original_of(self._values.records, settings().original)
        return original.measured_at[:4] if original else ""

    def run(self, root: Element) -> None:
        for link in root.iter("a"):
            scheme, _, target = link.get("href", "").partition(":")
            if scheme == "claim":
                self._make_claim(link, target)
            elif scheme == "talk":
                self._make_quotation(link, target)

    def _make_claim(self, link: Element, name: str) -> None:
        from talk.render.claims import judge, read_claims  # see talk.markdown.values
        from talk.render.measured import of_claim

        claims = read_claims(self._claims)
        if name not in claims:
            where, line = place(f"(claim:{name})")
            raise TalkError(where, f"no claim {name}", f"add it to {self._claims.name}", line=line)
        verdict = judge(claims[name], self._values, self._claims)
        link.tag = "span"
        link.attrib.clear()
        link.set("class", "claim")
        link.set("data-claim", name)
        if verdict is None:
            link.set("title", say("claim.unmeasured"))
            link.set(LACKING, "true")
            return
        for attribute, text in of_claim(verdict).items():
            link.set(attribute, text)
        if not verdict.holds:
            mark = Element("strong", {"class": "claim-mark"})
            mark.text = f" {say('claim.refuted_mark')}"
            link.append(mark)

    def _make_quotation(self, link: Element, slide: str) -> None:
        link.tag = "q"
        link.attrib.clear()
        link.set("class", "original")
        link.set("title", say("original.quotation", year=self._year_of_original, slide=slide))


class LinksExtension(Extension):
    """Claims and quotations. Options: `results`, the folder of records, and `claims`, the file of claims."""

    def __init__(self, **kwargs: Any) -> None:
        self.config = {"results": [str(RESULTS), "folder of records"], "claims": [str(CLAIMS), "file of claims"]}
        super().__init__(**kwargs)

    def extendMarkdown(self, md: Markdown) -> None:
        """Register the tree processor."""
        processor = _LinkProcessor(md, Path(self.getConfig("results")), Path(self.getConfig("claims")))
        md.treeprocessors.register(processor, "claims-and-quotations", _PRIORITY)


def makeExtension(**kwargs: Any) -> LinksExtension:
    """Python-Markdown's entry point."""
    return LinksExtension(**kwargs)
