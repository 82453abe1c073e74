"""Which typefaces pages use, which files of them, and which letters these have."""

import re
from pathlib import Path

import pytest
from fontTools.pens.areaPen import AreaPen
from fontTools.ttLib import TTFont

from talk.errors import TalkError
from talk.paths import DOCS, SNIPPETS, VENDOR
from talk.settings import OPEN_TYPEFACES, Settings, Typeface, settings
from talk.site import typefaces
from talk.site.subset import SIGNS, SMALL
from talk.site.vendor import vendor
from talk.words import language

RUSSIAN, ENGLISH = language("ru"), language("en")
LICENSED = Settings(
    typefaces={
        **Settings().typefaces,
        "text": (Typeface("My Own"), OPEN_TYPEFACES["Golos Text"]),
        "display": (Typeface("Other"), OPEN_TYPEFACES["Handjet"]),
    }
)


@pytest.fixture(scope="module", autouse=True)
def fetched() -> None:
    vendor()


def families(css: str) -> set[str]:
    return set(re.findall(r'font-family: "([^"]+)"', css))


def test_open_faces_are_the_default_and_every_file_named_is_there(tmp_path: Path) -> None:
    css = typefaces.font_faces(Settings(), language(), fonts=tmp_path)
    assert families(css) == {"Golos Text", "Handjet", "JetBrains Mono"}
    named = re.findall(r'url\("\.\./vendor/([^"]+)"\)', css)
    assert named
    for url in named:
        assert (VENDOR / url).is_file()


def test_the_first_face_that_is_here_is_used(tmp_path: Path) -> None:
    (tmp_path / "Other-Regular.otf").write_bytes(b"a font")
    css = typefaces.font_faces(LICENSED, RUSSIAN, fonts=tmp_path)
    assert families(css) == {"Golos Text", "Other", "JetBrains Mono"}
    assert 'url("../fonts/Other-Regular.otf") format("opentype")' in css
    assert "font-weight: 100 900;" in css, "a single file serves every weight"


def test_files_of_several_weights_serve_their_own(tmp_path: Path) -> None:
    for name in ("MyOwn-Regular.woff2", "MyOwn-SemiBold.ttf", "MyOwn-Italic.woff2", "Mine-Bold.woff2"):
        (tmp_path / name).write_bytes(b"a font")
    assert typefaces.own_files(Typeface("My Own"), tmp_path) == {
        400: tmp_path / "MyOwn-Regular.woff2",
        600: tmp_path / "MyOwn-SemiBold.ttf",
    }
    css = typefaces.font_faces(LICENSED, RUSSIAN, fonts=tmp_path)
    assert "font-weight: 100 900;" not in css
    assert families(css) == {"My Own", "Handjet", "JetBrains Mono"}


def test_a_face_that_is_nowhere_is_one_line(tmp_path: Path) -> None:
    gone = Settings(typefaces={**Settings().typefaces, "code": (Typeface("No Such Face"),)})
    with pytest.raises(TalkError, match=r"typefaces: code: No Such Face is not here; put NoSuchFace-Regular\.woff2"):
        typefaces.faces(gone, tmp_path)


def test_pages_name_all_that_is_preferred_then_what_every_machine_has() -> None:
    assert typefaces.families(LICENSED) == {
        "text": '"My Own", "Golos Text", system-ui, sans-serif',
        "display": '"Other", "Handjet", "Golos Text", system-ui, sans-serif',
        "code": '"JetBrains Mono", ui-monospace, monospace',
    }


def test_files_are_of_the_scripts_that_the_language_is_written_in() -> None:
    def subsets(spoken: str, family: str) -> set[str]:
        cuts = typefaces.cuts(Settings(), language(spoken))[OPEN_TYPEFACES[family]]
        return {cut.subset for cut in cuts}

    assert subsets("en", "Handjet") == {"latin", "latin-ext"}
    assert subsets("ru", "Handjet") == {"latin", "latin-ext", "cyrillic"}
    assert subsets("en", "JetBrains Mono") == {"latin", "latin-ext", "greek"}


def test_weights_are_the_nearest_that_a_package_has(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    files = tmp_path / "@fontsource" / "thin" / "files"
    files.mkdir(parents=True)
    for weight in (100, 300):
        (files / f"thin-latin-{weight}-normal.woff2").touch()
    (files.parent / "unicode.json").write_text('{"latin": "U+0000-00FF,U+0131", "greek": "U+0370-03FF"}')
    monkeypatch.setattr(typefaces, "NODE_MODULES", tmp_path)
    chosen = Settings(typefaces={"text": (Typeface("Thin", "thin", "1.0.0"),)})
    (cuts,) = typefaces.cuts(chosen, ENGLISH).values()
    assert [(cut.subset, cut.weight) for cut in cuts] == [("latin", 300)]


def test_files_keep_every_letter_that_the_pages_have() -> None:
    pages = [*DOCS.rglob("*.md"), *SNIPPETS.rglob("*.html")]
    written = {ord(letter) for page in pages for letter in page.read_text(encoding="utf-8")}
    expected = written | language().letters | SIGNS
    for files in typefaces.cuts(settings(), language()).values():
        for cut in files:
            whole = set(TTFont(cut.whole).getBestCmap())
            kept = set(TTFont(VENDOR / "fonts" / cut.name).getBestCmap())
            assert kept - SMALL < whole
            assert {chr(code) for code in (expected & whole) - kept} == set(), cut.name


def ink(typeface: TTFont, letter: str) -> float:
    outlines = typeface.getGlyphSet()
    pen = AreaPen(outlines)
    outlines[typeface.getBestCmap()[ord(letter)]].draw(pen)
    return abs(pen.value)


@pytest.mark.parametrize("weight", [400, 600])
def test_powers_that_a_typeface_lacks_are_as_bold_as_those_that_it_has(weight: int) -> None:
    typeface = TTFont(VENDOR / "fonts" / f"golos-text-latin-{weight}-normal.woff2")
    bold = ink(typeface, "²") / ink(typeface, "2")
    made = {
        figure: ink(typeface, power) / ink(typeface, figure) for power, figure in zip("⁴⁵⁶⁷⁸⁹", "456789", strict=True)
    }
    assert made == pytest.approx(dict.fromkeys(made, bold), rel=0.15)


@pytest.mark.parametrize(
    "given",
    [
        "Inter",
        "{body: Inter}",
        "{text: []}",
        '{text: "A\\"; b"}',
        "{text: {family: Inter, package: inter}}",
        "{text: {family: Inter, package: inter, version: latest}}",
        "{text: {family: Inter, package: ../inter, version: 1.0.0}}",
    ],
)
def test_what_is_no_typeface_is_refused_on_its_line(tmp_path: Path, given: str) -> None:
    config = tmp_path / "mkdocs.yml"
    config.write_text(f"extra:\n  talk:\n    typefaces: {given}\n", encoding="utf-8")
    with pytest.raises(TalkError, match=r"mkdocs\.yml:3: extra\.talk\.typefaces: "):
        settings(config)


def test_a_typeface_is_a_name_or_a_package_or_a_list_of_these(tmp_path: Path) -> None:
    config = tmp_path / "mkdocs.yml"
    inter = "{family: Inter, package: inter, version: 5.2.8}"
    config.write_text(f"extra:\n  talk:\n    typefaces: {{text: {inter}, display: [Own, Handjet]}}\n", encoding="utf-8")
    assert settings(config).typefaces == {
        "text": (Typeface("Inter", "inter", "5.2.8"),),
        "display": (Typeface("Own"), OPEN_TYPEFACES["Handjet"]),
        "code": (OPEN_TYPEFACES["JetBrains Mono"],),
    }
