"""The talk's Markdown: slides and their deck, values, claims, conditions, formulas, typography, the language of code.

One entry of mkdocs.yml, `talk.markdown`, is all of it. Each module is an extension of its own as well.
"""

from typing import Any

from markdown import Extension, Markdown


class TalkExtension(Extension):
    """Every extension of the talk. Options: `docs`, `results` and `claims`, where pages, records and claims are."""

    def __init__(self, **kwargs: Any) -> None:
        from talk.paths import CLAIMS, DOCS, RESULTS

        self.config = {
            "docs": [str(DOCS), "folder of pages"],
            "results": [str(RESULTS), "folder of records"],
            "claims": [str(CLAIMS), "file of claims"],
        }
        super().__init__(**kwargs)

    def extendMarkdown(self, md: Markdown) -> None:
        """Let each extension register what it does."""
        # Whoever wants one of them (`talk.words`, say, addresses) need not import all.
        from talk.markdown import (
            chooser,
            code_language,
            conditions,
            deck,
            given,
            links,
            math,
            relative,
            sentences,
            slides,
            typography,
            unsaid,
            values,
        )

        docs, results, claims = (self.getConfig(name) for name in ("docs", "results", "claims"))
        extensions: list[Extension] = [
            deck.DeckExtension(docs=docs),
            slides.SlidesExtension(docs=docs),
            math.MathExtension(),
            values.ValuesExtension(results=results),
            chooser.ChooserExtension(results=results),
            given.GivenExtension(),
            unsaid.UnsaidExtension(),
            links.LinksExtension(results=results, claims=claims),
            sentences.SentencesExtension(results=results),
            conditions.ConditionsExtension(results=results, claims=claims),
            relative.RelativeExtension(),
            typography.TypographyExtension(),
            code_language.CodeLanguageExtension(),
        ]
        for extension in extensions:
            extension.extendMarkdown(md)


def makeExtension(**kwargs: Any) -> TalkExtension:
    """Python-Markdown's entry point."""
    return TalkExtension(**kwargs)
