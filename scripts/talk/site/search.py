"""The search index: words apart, what the menu calls a page, and a copy for pages that are opened from disk.

What answers is assets/scripts/search.js.
"""

import json
import re
from pathlib import Path
from typing import Any

_CODE = re.compile(r"(<pre\b.*?</pre>)", re.DOTALL)
# What says nothing to who searches: under a figure, as a caption ends, its machine, date and versions, which every
# figure repeats and which would answer any search; ticks of axes; and of a drawing or a formula a third of a page's
# tags, each of which Material's parser would weigh. It indexes a formula by its visible half alone.
_WORDLESS = re.compile(
    r'<span class="provenance">(?:(?!</?fig).)*(?=</figcaption>)|'
    r"<math\b.*?</math>|<text\b[^>]*>(?:[^<\w]|[\d_])*</text>|"
    r"</?(?:circle|clipPath|defs|ellipse|g|line|marker|path|pattern|polygon|polyline|rect|use)\b"
    r"(?:[^>\"']|\"[^\"]*+\"|'[^']*+')*+>",
    re.DOTALL,
)
# Blocks, cells and labels: what ends one ends a word.
_END = re.compile(
    r"<br ?/?>|</(?:td|th|text|tspan|title|desc|dt|dd|div|figcaption|caption|label|legend|summary|option)>"
    r"|</(?:b|span)>(?=<(?:b|i|span)\b)"
)


def apart(html: str) -> str:
    """The page as search indexes it: with a space after everything that readers see apart and HTML writes together."""
    parts = _CODE.split(_WORDLESS.sub("", html))
    parts[::2] = (_END.sub(r"\g<0> ", part) for part in parts[::2])
    return "".join(parts)


def name_in_menu(entries: list[dict[str, Any]], page: Any) -> None:
    """Have the page found by what the menu calls it, where its own title says it otherwise."""
    for entry in entries:
        if entry["location"] == page.url and page.title != entry["title"]:
            entry["menu"] = page.title


def copy_index(site: Path) -> None:
    """Write the same as a script beside the index: a page from disk may read no JSON. Letters stay letters in both."""
    index = site / "search" / "search_index.json"
    if index.is_file():
        content = json.dumps(json.loads(index.read_bytes()), ensure_ascii=False, separators=(",", ":"))
        index.write_text(content, encoding="utf-8")
        index.with_suffix(".js").write_text(f"var __index = {content};\n", encoding="utf-8")
