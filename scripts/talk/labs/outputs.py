"""What a cell left, in the notebook format, as HTML on one line, so that Markdown takes it for one block.

Text is escaped. Of HTML and drawings, which are the lab's own, stays what `talk.labs.clean` allows.
"""

import re
from collections.abc import Callable
from html import escape
from typing import Any

from talk.labs.clean import clean

_ESCAPE_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_OVERWRITTEN = re.compile(r"[^\n]*\r(?!\n)")
_PREFORMATTED = re.compile(r"(<pre\b.*?</pre>)", re.DOTALL | re.IGNORECASE)
_NAMED = re.compile(r"<svg\b[^>]*\baria-label=|<title\b", re.IGNORECASE)


class UndescribedPictureError(ValueError):
    """A picture has no words for those who do not see it."""


def as_html(outputs: list[dict[str, Any]]) -> str:
    """The outputs, which nbformat has found valid, as HTML; empty where there is nothing to show.

    Raises UndescribedPictureError.
    """
    shown = "".join(map(_output, outputs))
    return f'<div class="lab-output">{shown}</div>' if shown else ""


def _output(output: dict[str, Any]) -> str:
    match output["output_type"]:
        case "stream":
            return _block("stderr" if output["name"] == "stderr" else "plain", _plain(output["text"]))
        case "error":
            return _block("error", _plain("\n".join(output["traceback"])))
    data = output["data"]
    for kind, (name, show) in _SHOWN.items():
        if kind in data:
            return _block(name, show(data[kind], _words(output, kind)))
    return ""


def _block(kind: str, html: str) -> str:
    # What is wider than the page scrolls, so a keyboard has to reach it.
    return f'<div class="lab-{kind}" tabindex="0">{html}</div>' if html else ""


def _words(output: dict[str, Any], kind: str) -> str:
    """The words for a picture: `alt` in the metadata of the output, or of this kind of it."""
    metadata = output["metadata"]
    of_kind = metadata.get(kind)
    return str((of_kind.get("alt") if isinstance(of_kind, dict) else None) or metadata.get("alt") or "")


def _html(written: Any, _: str) -> str:
    """On one line: a line break is a space there, but in preformatted text, where it is written as a character."""
    parts = _PREFORMATTED.split(clean(_text(written)).strip())
    return "".join(
        part.replace("\n", "&#10;") if at % 2 else " ".join(part.split("\n")) for at, part in enumerate(parts)
    )


def _drawing(written: Any, words: str) -> str:
    drawing = _text(written)
    drawing = drawing[max(drawing.find("<svg"), 0) :]  # without the XML declaration, which HTML has no place for
    if words:
        drawing = re.sub("<svg", f'<svg role="img" aria-label="{escape(words)}"', drawing, count=1)
    elif not _NAMED.search(drawing):
        raise UndescribedPictureError
    return _html(drawing, words)


def _picture(written: Any, words: str) -> str:
    if not words:
        raise UndescribedPictureError
    content = escape("".join(_text(written).split()))
    return f'<img src="data:image/png;base64,{content}" alt="{escape(words)}">'


def _plain(written: Any, _: str = "") -> str:
    text = _OVERWRITTEN.sub("", _ESCAPE_SEQUENCE.sub("", _text(written)))
    text = escape(_CONTROL.sub("", text)).rstrip()
    # As characters, of which Markdown makes nothing.
    return f"<pre>{text}</pre>".replace("\n", "&#10;").replace("\t", "&#9;") if text else ""


def _text(written: Any) -> str:
    """A string as the notebook format has it, whole or line by line, without what UTF-8 cannot hold."""
    text = "".join(written) if isinstance(written, list) else str(written)
    return text.encode("utf-8", "replace").decode("utf-8")


# Of several forms of one output the first is shown.
_SHOWN: dict[str, tuple[str, Callable[[Any, str], str]]] = {
    "text/html": ("html", _html),
    "image/svg+xml": ("svg", _drawing),
    "image/png": ("image", _picture),
    "text/plain": ("plain", _plain),
}
