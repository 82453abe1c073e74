from pathlib import Path

from talk.paths import ASSETS
from talk.site.assets import write_scripts
from talk.site.theme import write_theme
from talk.words import language


def test_templates_are_in_the_talks_language(tmp_path: Path) -> None:
    write_theme(language("en"), tmp_path / "none", tmp_path / "theme")
    deck = (tmp_path / "theme" / "deck.html").read_text(encoding="utf-8")
    assert '<html lang="en">' in deck
    assert "[[" not in deck
    assert (tmp_path / "theme" / "partials" / "sharing.html").is_file()


def test_the_talks_own_templates_lie_over_them_and_go_with_it(tmp_path: Path) -> None:
    own, theme = tmp_path / "own", tmp_path / "theme"
    (own / "partials").mkdir(parents=True)
    (own / "main.html").write_text("mine", encoding="utf-8")
    (own / "partials" / "more.html").write_text("more", encoding="utf-8")
    write_theme(language("en"), own, theme)
    assert (theme / "main.html").read_text(encoding="utf-8") == "mine"
    assert (theme / "partials" / "more.html").is_file()
    (own / "main.html").unlink()
    (own / "partials" / "more.html").unlink()
    write_theme(language("en"), own, theme)
    assert "mine" not in (theme / "main.html").read_text(encoding="utf-8")
    assert not (theme / "partials" / "more.html").exists()


def test_what_did_not_change_is_not_written_again(tmp_path: Path) -> None:
    def written() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}

    for _ in range(2):
        write_theme(language("en"), tmp_path / "none", tmp_path / "theme")
        write_scripts(language("en"), tmp_path / "generated")
        before = written()
    assert written() == before
    assert len(before) > len(list((ASSETS / "scripts").iterdir()))


def test_no_window_of_an_english_talk_has_a_russian_letter(tmp_path: Path) -> None:
    write_theme(language("en"), tmp_path / "none", tmp_path / "theme")
    write_scripts(language("en"), tmp_path)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert not {letter for letter in text if "А" <= letter <= "я"}, path.name
