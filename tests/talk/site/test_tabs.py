"""The theme's rules for content tabs are left out of a site that has none, and nothing else is."""

from pathlib import Path

import pytest

from talk.site.tabs import leave_out_tabs

OTHERS = ".md-typeset .grid>*,.md-typeset .grid>.tabbed-set{margin:0}", "@media print{.md-typeset a{color:red}}"
TABS = ".tabbed-set>input:nth-child(2):checked~.tabbed-labels>:nth-child(2),.tabbed-set:hover{color:red}"
WHOLE = f'@charset "UTF-8";html{{top:0}}{OTHERS[0]}{TABS}@media screen{{{TABS}}}{OTHERS[1]}'
LEFT = f'@charset "UTF-8";html{{top:0}}{OTHERS[0]}@media screen{{}}{OTHERS[1]}'


@pytest.mark.parametrize(("page", "left"), [("<p>tabs</p>", LEFT), ('<div class="tabbed-set"></div>', WHOLE)])
def test_rules_stay_where_a_page_has_tabs(tmp_path: Path, page: str, left: str) -> None:
    (tmp_path / "chapter").mkdir()
    (tmp_path / "index.html").write_text("<p>home</p>", encoding="utf-8")
    (tmp_path / "chapter" / "index.html").write_text(page, encoding="utf-8")
    sheet = tmp_path / "assets" / "stylesheets" / "main.1a2b.min.css"
    sheet.parent.mkdir(parents=True)
    sheet.write_text(WHOLE, encoding="utf-8")
    leave_out_tabs(tmp_path)
    assert sheet.read_text(encoding="utf-8") == left


def test_of_the_themes_sheet_only_tabs_are_left_out(tmp_path: Path) -> None:
    [theirs] = (Path(pytest.importorskip("material").__file__).parent / "templates").rglob("main.*.min.css")
    sheet = tmp_path / "assets" / "stylesheets" / theirs.name
    sheet.parent.mkdir(parents=True)
    sheet.write_text(theirs.read_text(encoding="utf-8"), encoding="utf-8")
    leave_out_tabs(tmp_path)
    was, left = theirs.read_text(encoding="utf-8"), sheet.read_text(encoding="utf-8")
    assert was.count(".tabbed-") > 100 > left.count(".tabbed-")
    assert was.count(".md-typeset table") == left.count(".md-typeset table")
    assert left.count("{") == left.count("}")
