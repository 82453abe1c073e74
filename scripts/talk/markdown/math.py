"""Math set at build time: TeX that pymdownx.arithmatex found becomes KaTeX's HTML with MathML; no script on the page.

Node starts only for a formula that was never set before: the rest comes from `.cache/katex.json`.
"""

import html
import json
import subprocess
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor

from talk.errors import TalkError
from talk.markdown.locate import place
from talk.paths import CACHE, NPM, PACKAGE
from talk.records.files import write_whole

_CACHE_FILE = CACHE / "katex.json"
_TYPESETTER = NPM / "katex.mjs"  # beside the packages that it imports
# After inline patterns (20) have found the formulas.
_PRIORITY = 12
_DELIMITERS = {"\\(": "\\)", "\\[": "\\]"}


class _Typesetter:
    """KaTeX behind a cache. One node process serves a whole build, or a whole `mkdocs serve`."""

    def __init__(self, cache_file: Path) -> None:
        self._cache_file = cache_file
        self._version = json.loads((PACKAGE / "npm" / "package.json").read_text(encoding="utf-8"))["dependencies"][
            "katex"
        ]
        self._known = self._read_cache()
        self._lock = Lock()  # Zensical renders pages in threads
        self._process: subprocess.Popen[str] | None = None

    def _read_cache(self) -> dict[str, str]:
        try:
            content = json.loads(self._cache_file.read_text(encoding="utf-8"))
            return dict(content["formulas"]) if content["version"] == self._version else {}
        except (OSError, ValueError, KeyError, TypeError):
            return {}  # a cache that cannot be read is made anew

    def set(self, tex: str, *, display: bool) -> str:
        """HTML of the formula. Raises TalkError naming the place of bad TeX."""
        key = f"{'display' if display else 'inline'} {tex}"
        with self._lock:
            if key not in self._known:
                self._known[key] = self._ask(tex, display=display)
                content = {"version": self._version, "formulas": self._known}
                write_whole(self._cache_file, json.dumps(content, ensure_ascii=False, indent=1))
            return self._known[key]

    def _ask(self, tex: str, *, display: bool) -> str:
        if self._process is None or self._process.poll() is not None:
            from talk.node import node_command  # most builds ask nothing

            # Its standard input closes with this process, and it ends by itself.
            self._process = subprocess.Popen(
                [*node_command(), str(_TYPESETTER)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                cwd=NPM,
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"tex": tex, "display": display}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise TalkError(_TYPESETTER, "node ended without an answer", "run `make setup`")
        answer = json.loads(line)
        if "error" in answer:
            where, at = place(tex.strip().splitlines()[0] if tex.strip() else tex)
            raise TalkError(
                where, f"bad TeX: {answer['error'].removeprefix('KaTeX parse error: ')}", "mend it", line=at
            )
        return str(answer["html"])


@cache
def typesetter(cache_file: Path = _CACHE_FILE) -> _Typesetter:
    """The one typesetter of this process."""
    return _Typesetter(cache_file)


class _MathProcessor(Treeprocessor):
    def run(self, root: Element) -> None:
        for element in root.iter():
            if element.get("class") != "arithmatex" or not element.text:
                continue
            written = html.unescape(element.text.strip())
            opening = written[:2]
            if not written.endswith(_DELIMITERS.get(opening, "\0")):
                continue
            element.set("data-search-exclude", "")  # Material's search would say each formula thrice
            tex = written[2:-2].strip()
            element.text = self.md.htmlStash.store(typesetter().set(tex, display=opening == "\\["))


class MathExtension(Extension):
    """Sets what `pymdownx.arithmatex` (with `generic: true`) marked."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Register the tree processor."""
        md.treeprocessors.register(_MathProcessor(md), "math-at-build", _PRIORITY)


def makeExtension(**kwargs: Any) -> MathExtension:
    """Python-Markdown's entry point."""
    return MathExtension(**kwargs)
