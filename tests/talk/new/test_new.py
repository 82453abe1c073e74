"""A new talk: green at once, in every language."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Request

from talk.markdown.written_slides import LAYOUTS
from talk.template import LANGUAGES
from tests.talk.conftest import CHECKOUT
from tests.talk.new.conftest import Room

CYRILLIC = re.compile("[А-Яа-яЁё]")
# Material brings the searching of every language.
FOREIGN = "assets/javascripts/lunr/"
TEXTS = {".html", ".css", ".js", ".json", ".svg", ".xml", ".txt", ".ipynb"}


def texts(site: Path) -> dict[str, str]:
    return {
        path.relative_to(site).as_posix(): path.read_text(encoding="utf-8")
        for path in site.rglob("*")
        if path.suffix in TEXTS and not path.relative_to(site).as_posix().startswith(FOREIGN)
    }


def test_it_has_a_slide_of_every_layout(talk: Room) -> None:
    deck = (talk.folder / "site" / "slides" / "index.html").read_text(encoding="utf-8")
    assert {*re.findall(r'class="slide layout-(\w+)', deck)} == {*LAYOUTS}
    assert 'class="slide layout-text why"' in deck
    assert all(mark in deck for mark in ("fragment", 'class="spot"', '<aside class="notes">', 'class="claim"'))


def test_it_shows_what_was_measured(talk: Room) -> None:
    pages = texts(talk.folder / "site")
    assert '<data class="measured" ' in pages["index.html"]
    assert '<figure class="measured chart"' in pages["sorting/index.html"]
    assert 'data-holds="true"' in pages["sorting/index.html"]
    assert "lab-output" in pages["labs/sorting/index.html"]
    assert not [name for name, text in pages.items() if "[[" in text and name.endswith(".html")]


def test_its_tests_pass(talk: Room) -> None:
    done = talk.run("python", "-m", "pytest", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout


def test_an_english_one_has_no_cyrillic_letter(talk: Room) -> None:
    found = {name for name, text in texts(talk.folder / "site").items() if CYRILLIC.search(text)}
    if '<html lang="en"' in (talk.folder / "site" / "index.html").read_text(encoding="utf-8"):
        assert not found
    else:
        assert {"index.html", "slides/index.html"} <= found


def test_its_deck_opens_without_an_error_and_asks_nobody(talk: Room, browser: Browser) -> None:
    page = browser.new_page()
    said: list[str] = []
    asked: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            said.append(message.text)

    def see(request: Request) -> None:
        asked.append(request.url)

    page.on("console", hear)
    page.on("request", see)
    page.goto((talk.folder / "site" / "slides" / "index.html").as_uri())
    page.wait_for_selector("section.slide.present")
    for slide in page.eval_on_selector_all(".slides section.slide", "slides => slides.map(slide => slide.id)"):
        page.evaluate("slide => { location.hash = `#/${slide}` }", slide)
        page.wait_for_selector(f"section.slide.present#{slide}")
    page.close()
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []


def test_it_builds_before_anything_is_measured(copied: Room) -> None:
    subprocess.run(["rm", "-r", str(copied.folder / "docs" / "results")], check=True)
    done = copied.talk("build", "--no-measure")
    assert done.returncode == 0, done.stderr
    index = (copied.folder / "site" / "index.html").read_text(encoding="utf-8")
    assert "Nothing has been measured yet" in index
    assert 'class="unmeasured"' in index


def test_versions_are_held_as_the_generator_holds_them(talk: Room) -> None:
    held = [
        tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["uv"]["exclude-newer"]
        for folder in (CHECKOUT, talk.folder)
    ]
    assert held[0] == held[1]


@pytest.mark.parametrize(
    "words",
    [["actionlint"], ["zizmor", "--offline", "--no-progress", "--pedantic", ".github"]],
    ids=lambda each: each[0],
)
def test_its_workflow_is_sound(talk: Room, words: list[str]) -> None:
    (talk.folder / ".git").mkdir(exist_ok=True)  # actionlint looks for a repository
    files = [str(path) for path in (talk.folder / ".github" / "workflows").iterdir()]
    command = [words[0], *(files if words[0] == "actionlint" else words[1:])]
    done = Room(talk.folder, Path(sys.executable).parent).run(*command)
    (talk.folder / ".git").rmdir()
    assert done.returncode == 0, done.stdout + done.stderr


def test_its_code_is_in_the_house_style(talk: Room) -> None:
    ruff = Room(talk.folder, Path(sys.executable).parent)
    for words in (["check"], ["format", "--check"]):
        done = ruff.run("ruff", *words, "--no-cache", "--config", str(CHECKOUT / "pyproject.toml"), "scripts", "tests")
        assert done.returncode == 0, done.stdout


def test_it_says_what_comes_next(installed: Room, tmp_path: Path) -> None:
    done = installed.at(tmp_path).talk("new", "binary_search")
    assert [line.strip() for line in done.stdout.splitlines()[-3:]] == [
        "cd binary_search",
        "make site && make test",
        "make serve",
    ]
    assert "# Binary search" in (tmp_path / "binary_search" / "docs" / "index.md").read_text(encoding="utf-8")


def refused(done: "subprocess.CompletedProcess[str]") -> str:
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    return line


def test_a_folder_that_is_not_empty_stays_as_it_is(installed: Room, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    told = refused(installed.talk("new", str(tmp_path)))
    assert told == f"{tmp_path}: is not empty; name a folder that is not there yet"
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_an_unknown_language_is_refused(installed: Room, tmp_path: Path) -> None:
    told = refused(installed.talk("new", str(tmp_path / "talk"), "--lang", "xx"))
    assert all(code in told for code in LANGUAGES)
    assert not (tmp_path / "talk").exists()


@pytest.mark.parametrize("name", ['my "talk"', "-talk", "a: b"])
def test_a_name_that_pages_could_not_show_is_refused(installed: Room, tmp_path: Path, name: str) -> None:
    assert "cannot be a talk's name" in refused(installed.talk("new", "--", str(tmp_path / name)))
    assert list(tmp_path.iterdir()) == []


def test_a_failure_midway_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from talk import new, template
    from talk.errors import TalkError

    written: list[Path] = []

    def full(path: Path, content: bytes) -> None:
        if len(written) == 5:
            raise TalkError(path, "cannot be written (No space left on device)", "free the disk")
        written.append(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    monkeypatch.setattr(template, "write_whole", full)
    with pytest.raises(TalkError, match="No space left"):
        new.new_talk(tmp_path / "inner" / "talk", "en")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "empty").mkdir()
    with pytest.raises(TalkError, match="No space left"):
        new.new_talk(tmp_path / "empty", "en")
    assert list((tmp_path / "empty").iterdir()) == []
