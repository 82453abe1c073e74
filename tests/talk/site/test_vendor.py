import json
import re
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from talk.errors import TalkError
from talk.paths import DOCS, ROOT, SNIPPETS
from talk.site import vendor
from talk.site.subset import SMALL


def test_every_part_of_the_pages_is_there() -> None:
    vendor.vendor()
    assert not vendor.vendor(), "a second run has nothing to do"
    for _, target in vendor._copies():
        assert (vendor.VENDOR / target).stat().st_size > 0


def test_of_reveals_styles_only_what_the_deck_has_is_left() -> None:
    css = """/*! licence */.reveal .slides,.reveal .r-overlay{color:red}.reveal.overview a{top:0}
@media print{.reveal{left:0}}@media screen{.reveal a{left:0}.reveal b{right:0}}@keyframes spin{0%{top:0}to{top:1px}}"""
    kept = vendor.without_unused(css)
    assert kept.startswith("/*! licence */.reveal .slides{color:red}")
    assert "overview" not in kept
    assert "print" not in kept
    assert kept.endswith("@media screen{.reveal a{left:0}.reveal b{right:0}}@keyframes spin{0%{top:0}to{top:1px}}")


def test_the_lock_holds_checksums_and_no_addresses() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    for name, package in packages.items():
        assert "resolved" not in package
        assert not name or package["integrity"].startswith("sha512-")


def test_open_faces_stand_in_and_every_file_named_is_there(tmp_path: Path) -> None:
    css = tmp_path / "generated" / "fonts.css"
    vendor.write_font_faces(css, fonts=tmp_path)
    text = css.read_text()
    assert {"Golos Text", "Handjet", "JetBrains Mono"} == set(re.findall(r'font-family: "([^"]+)"', text))
    for url in re.findall(r'url\("\.\./vendor/([^"]+)"\)', text):
        assert (vendor.VENDOR / url).is_file()


def test_typefaces_keep_every_letter_that_the_pages_have() -> None:
    pages = [*DOCS.rglob("*.md"), *SNIPPETS.rglob("*.html")]
    written = {ord(letter) for page in pages for letter in page.read_text(encoding="utf-8")}
    for face in vendor.FACES:
        for subset in face.subsets:
            name = f"{face.package}-{subset}-{face.weights[0]}-normal.woff2"
            whole = set(TTFont(vendor.NODE_MODULES / "@fontsource" / face.package / "files" / name).getBestCmap())
            cut = set(TTFont(vendor.VENDOR / "fonts" / name).getBestCmap())
            assert cut - SMALL < whole
            assert {chr(code) for code in (written & whole) - cut} == set(), name


def test_a_licensed_face_that_was_dropped_in_is_used(tmp_path: Path) -> None:
    (tmp_path / "Konfur-Regular.otf").write_bytes(b"a font")
    css = tmp_path / "generated" / "fonts.css"
    vendor.write_font_faces(css, fonts=tmp_path)
    text = css.read_text()
    assert 'font-family: "Konfur";' in text
    assert 'url("../fonts/Konfur-Regular.otf") format("opentype")' in text
    assert "Handjet" not in text
    assert "Golos Text" in text


def test_a_failing_npm_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(vendor, "ROOT", tmp_path)  # no package.json there
    with pytest.raises(TalkError, match="npm ci failed: ") as caught:
        vendor._npm_ci()
    assert "\n" not in str(caught.value)
