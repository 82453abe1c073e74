import json
from pathlib import Path

import pytest

from talk import node
from talk.errors import TalkError
from talk.paths import PACKAGE, VENDOR
from talk.settings import Settings, Typeface, settings
from talk.site import vendor
from talk.words import language


def test_every_part_of_the_pages_is_there() -> None:
    vendor.vendor()
    assert not vendor.vendor(), "a second run has nothing to do"
    for _, target in vendor._copies(Settings(), language()):
        assert (VENDOR / target).stat().st_size > 0


def test_of_reveals_styles_only_what_the_deck_has_is_left() -> None:
    css = """/*! licence */.reveal .slides,.reveal .r-overlay{color:red}.reveal.overview a{top:0}
@media print{.reveal{left:0}}@media screen{.reveal a{left:0}.reveal b{right:0}}@keyframes spin{0%{top:0}to{top:1px}}"""
    kept = vendor.without_unused(css)
    assert kept.startswith("/*! licence */.reveal .slides{color:red}")
    assert "overview" not in kept
    assert "print" not in kept
    assert kept.endswith("@media screen{.reveal a{left:0}.reveal b{right:0}}@keyframes spin{0%{top:0}to{top:1px}}")


def test_the_lock_holds_checksums_and_no_addresses() -> None:
    packages = json.loads((PACKAGE / "npm" / "package-lock.json").read_text())["packages"]
    for name, package in packages.items():
        assert "resolved" not in package
        assert not name or package["integrity"].startswith("sha512-")


def test_a_failing_npm_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(TalkError, match="npm ci failed: ") as caught:
        node.npm(["ci"], tmp_path)  # no package.json there
    assert "\n" not in str(caught.value)


def test_a_typeface_that_npm_does_not_have_is_named_by_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def npm(words: list[str], folder: Path) -> None:
        asked.append(words)
        if words[0] == "install":
            raise TalkError(folder, "npm install failed: 404 Not Found", "check the network")

    monkeypatch.setattr(vendor, "npm", npm)
    with pytest.raises(TalkError, match=r"^mkdocs\.yml.*extra\.talk\.typefaces: npm install failed: 404 Not Found; "):
        vendor._install(["@fontsource/no-such-face@1.0.0"])
    assert asked == [["ci"], ["install", "--save-exact", "@fontsource/no-such-face@1.0.0"]]


def test_packages_come_anew_only_where_what_is_asked_for_changed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    vendor.vendor()
    installed: list[list[str]] = []
    stamp = tmp_path / "stamp"
    stamp.write_text(vendor._INSTALLED.read_text())
    monkeypatch.setattr(vendor, "_INSTALLED", stamp)
    monkeypatch.setattr(vendor, "_install", installed.append)
    monkeypatch.setattr(vendor, "VENDOR", tmp_path / "vendor")
    assert vendor.vendor()
    assert not vendor.vendor()
    assert installed == []
    golos = Typeface("Golos Text", "golos-text", "5.2.0")
    own = Settings(typefaces={**Settings().typefaces, "text": (golos,)})
    monkeypatch.setattr(vendor, "settings", lambda: own)
    assert vendor.vendor()
    assert installed == [["@fontsource/golos-text@5.2.0"]]
    assert not vendor.vendor()


def test_packages_that_did_not_all_come_are_fetched_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    vendor.vendor()
    stamp = tmp_path / "stamp"
    stamp.write_text(vendor._INSTALLED.read_text())
    monkeypatch.setattr(vendor, "_INSTALLED", stamp)
    monkeypatch.setattr(vendor, "VENDOR", tmp_path / "vendor")
    asked: list[list[str]] = []

    def install(added: list[str]) -> None:
        asked.append(added)
        if added:
            raise TalkError("npm", "failed", "try again")

    monkeypatch.setattr(vendor, "_install", install)
    usual = settings()
    gone = Typeface("Gone", "golos-text", "0.0.1")
    monkeypatch.setattr(vendor, "settings", lambda: Settings(typefaces={**usual.typefaces, "text": (gone,)}))
    with pytest.raises(TalkError):
        vendor.vendor()
    monkeypatch.setattr(vendor, "settings", lambda: usual)
    assert vendor.vendor()
    assert asked == [["@fontsource/golos-text@0.0.1"], []]


def test_a_copy_that_fails_midway_leaves_the_former_one_whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(vendor, "VENDOR", tmp_path / "vendor")
    vendor.vendor()
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    monkeypatch.setattr(vendor, "language", lambda: language("en" if language().code == "ru" else "ru"))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(vendor, "cut_down", full)
    with pytest.raises(TalkError, match="No space"):
        vendor.vendor()
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
