"""Which language code is in: of a talk in another language, a screen reader reads it in English."""

import re
from html import unescape

from markdown import Extension, Markdown
from markdown.postprocessors import Postprocessor

from talk.words import language

_CODE = re.compile(r"<code(?P<attributes>(?:\s[^>]*)?)>(?P<inside>.*?)</code>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_WORD = re.compile(r"[A-Za-z]{2}")
# After blocks of code and of HTML (30) are put back.
_PRIORITY = 5


class _English(Postprocessor):
    """Says that code is English, unless it has a letter of the talk's own alphabet."""

    def run(self, text: str) -> str:
        own = frozenset(language().latin)

        def said(found: re.Match[str]) -> str:
            letters = unescape(_TAG.sub("", found["inside"]))
            told = set((letters + unescape(found["attributes"])).lower())  # a title is in the talk's language
            if "lang=" in found["attributes"] or not _WORD.search(letters) or own & told:
                return found[0]
            return f'<code lang="en"{found["attributes"]}>{found["inside"]}</code>'

        return text if language().code == "en" else _CODE.sub(said, text)


class CodeLanguageExtension(Extension):
    """The language of code."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Register the postprocessor."""
        md.postprocessors.register(_English(md), "code-language", _PRIORITY)


def makeExtension(**kwargs: object) -> CodeLanguageExtension:
    """Python-Markdown's entry point."""
    return CodeLanguageExtension(**kwargs)
