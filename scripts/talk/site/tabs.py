"""Content tabs: three of four rules that a browser tries on every element of a page are the theme's for these.

Their selectors end in `:nth-child()` without a name, twenty of a kind, so none is ever passed over. On a phone that is
a tenth of a second of a chapter's first sight. A site without tabs goes without them.
"""

import re
from pathlib import Path

_NAME = "tabbed-"
_RULE = re.compile(r"(?<=[{}])([^{}]*)\{[^{}]*\}")


def leave_out_tabs(site: Path) -> None:
    """Take the rules for content tabs out of the theme's sheet in the built `site`, unless a page of it has some."""
    if any(_NAME in page.read_text(encoding="utf-8") for page in site.rglob("*.html")):
        return
    for sheet in (site / "assets" / "stylesheets").glob("main.*.css"):
        sheet.write_text(_RULE.sub(_kept, sheet.read_text(encoding="utf-8")), encoding="utf-8")


def _kept(rule: re.Match[str]) -> str:
    return "" if all(_NAME in selector for selector in rule[1].split(",")) else rule[0]
