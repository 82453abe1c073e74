"""Joined style sheets say what their parts say, and find what their parts find."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser

from talk.errors import TalkError
from talk.paths import GENERATED_ASSETS
from talk.settings import Settings
from talk.site.assets import write_assets
from talk.site.bundles import bundles, joined
from talk.words import fill, language

SHEETS = {name: parts for name, parts in bundles().items() if name.endswith(".css")}
RULES = """css => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  return [...sheet.cssRules].map((rule) => rule.cssText);
}"""


@pytest.fixture(scope="module", autouse=True)
def made() -> None:
    write_assets()


def without_addresses(rules: list[str]) -> list[str]:
    return [re.sub(r'url\("[^"]*"\)', "url()", " ".join(rule.split())) for rule in rules]


@pytest.mark.parametrize("name", SHEETS)
def test_a_browser_reads_the_same_rules_in_the_same_order(name: str, browser: Browser) -> None:
    page = browser.new_page()
    texts = [fill(part.read_text(encoding="utf-8"), language()) for part in SHEETS[name]]
    parts = [rule for text in texts for rule in page.evaluate(RULES, text)]
    whole = page.evaluate(RULES, (GENERATED_ASSETS / name).read_text(encoding="utf-8"))
    page.close()
    assert without_addresses(whole) == without_addresses(parts)
    assert len(whole) > 50


@pytest.mark.parametrize("name", SHEETS)
def test_every_file_that_a_bundle_names_is_there(name: str) -> None:
    named = re.findall(r'url\("?([^")]+)"?\)', (GENERATED_ASSETS / name).read_text(encoding="utf-8"))
    files = [url for url in named if not url.startswith(("data:", "#")) and url.endswith(".woff2")]
    assert files
    for url in files:
        assert (GENERATED_ASSETS / url).is_file(), url


def test_drawings_are_taken_in_whole(tmp_path: Path) -> None:
    (tmp_path / "brand").mkdir()
    (tmp_path / "sheets").mkdir()
    drawing = '<svg xmlns="http://www.w3.org/2000/svg"><path fill="#f00" d="M0 0h9v9z"/></svg>'
    (tmp_path / "brand" / "slide.svg").write_text(drawing + "\n", encoding="utf-8")
    sheet = tmp_path / "sheets" / "a.css"
    sheet.write_text('/* a note */\na {\n  background: url("../brand/slide.svg");\n}\n', encoding="utf-8")
    css = joined([sheet], tmp_path / "made", Settings(), language())
    assert "a note" not in css
    address = re.search(r'url\("data:image/svg\+xml,([^"]+)"\)', css)
    assert address is not None
    assert "#" not in address[1]
    assert unquote(address[1]).replace("'", '"') == drawing


def test_a_missing_part_is_one_line_with_its_mend(tmp_path: Path) -> None:
    with pytest.raises(TalkError, match="is missing; run `make setup`"):
        joined([tmp_path / "gone.css"], tmp_path, Settings(), language())


def test_the_talks_own_sheets_come_last_in_alphabetical_order(tmp_path: Path) -> None:
    for name in ("b.css", "a.css", "notes.txt"):
        (tmp_path / name).touch()
    for name in ("page.css", "deck-parts.css", "speaker.css"):
        assert [part.name for part in bundles(tmp_path)[name][-2:]] == ["a.css", "b.css"]
