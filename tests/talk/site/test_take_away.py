import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from talk.site import take_away

_PAGE = '<!doctype html><html><head><meta charset="utf-8"></head><body><main>{}</main></body></html>'


@pytest.fixture
def site(tmp_path: Path) -> Path:
    for page in ("index.html", "slides/index.html", "plain/index.html"):
        path = tmp_path / "site" / page
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_PAGE.format("" if page.startswith("plain") else take_away.PLACE), encoding="utf-8")
    return tmp_path / "site"


def _print(
    deck: Path, out: Path, wanted: Sequence[str] = ("deck.pdf", "handout.pdf"), what_for: str = ""
) -> list[Path]:
    assert (deck / "index.html").is_file()
    assert what_for
    for name in wanted:
        (out / name).write_bytes(b"%PDF-")
    return [out / name for name in wanted]


@pytest.mark.parametrize(
    ("browser", "names"), [(None, ["deck.zip"]), ("chromium", ["deck.pdf", "handout.pdf", "deck.zip"])]
)
def test_pages_link_what_was_made(
    site: Path, browser: str | None, names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(take_away, "find_browser", lambda: browser)
    monkeypatch.setattr(take_away, "make_paper", _print)
    plain = (site / "plain" / "index.html").read_text(encoding="utf-8")

    assert [path.name for path in take_away.publish(site)] == names

    for page in (site / "index.html", site / "slides" / "index.html"):
        html = page.read_text(encoding="utf-8")
        targets = [(page.parent / href).resolve() for href in re.findall(r'href="([^"]+)" download', html)]
        assert targets == [(site / "slides" / name).resolve() for name in names]
        assert all(target.is_file() for target in targets)
        assert "<template" not in html
    assert (site / "plain" / "index.html").read_text(encoding="utf-8") == plain
    with zipfile.ZipFile(site / "slides" / "deck.zip") as archive:
        assert any(name.endswith("index.html") for name in archive.namelist())


def test_a_site_without_a_deck_has_nothing_to_take_away(site: Path) -> None:
    (site / "slides" / "index.html").unlink()
    before = (site / "index.html").read_text(encoding="utf-8")
    assert take_away.publish(site) == []
    assert (site / "index.html").read_text(encoding="utf-8") == before
