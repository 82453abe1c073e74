"""`talk add experiment|chapter|lab NAME`: one more of them for the talk at hand."""

import re
from collections.abc import Callable
from keyword import iskeyword
from pathlib import Path

from talk.errors import TalkError
from talk.experiment import find_experiments
from talk.markdown.chapters import chapters_of, find_deck
from talk.paths import CONFIG, DOCS, EXPERIMENTS, LABS, shown
from talk.settings import settings
from talk.template import COMMON, EXPERIMENT, FOLDER, LANGUAGES, Filler, title_of, write_all

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_NAV = re.compile(r"nav: *(?:#.*)?")
# A page in it, with or without a title: `  - Sorting: sorting.md`.
_PAGE = re.compile(r"(?P<indent> *)- +(?:.*: +)?[\"']?(?P<path>[\w/.-]+\.(?:md|ipynb))[\"']?\s*(?:#.*)?")


def add_experiment(name: str) -> str:
    """Write an experiment to change; returns what to do next.

    Raises TalkError, and then nothing is written.
    """
    _refuse_bad(name)
    if name in find_experiments():
        raise TalkError(EXPERIMENTS / name, "there is an experiment of this name", "choose another one")
    filler = _filler(name, chapter=name if (DOCS / f"{name}.md").is_file() else "index")
    _write(filler.read_all(COMMON / "scripts" / "experiments" / EXPERIMENT, EXPERIMENTS / name))
    return (
        f"{shown(EXPERIMENTS / name)}/ is there. Change it, `talk measure {name}`, and on a page write\n\n"
        f"{{{{ {name}.largest.ratio | .1 }}}}\n\n"
        f'--8<-- "generated/{name}/times.html"\n\n'
        f'--8<-- "generated/{name}/slopes.html"'
    )


def add_chapter(name: str) -> str:
    """Write a chapter with a slide, into `nav` and the deck too; returns what to do next. Raises TalkError likewise."""
    _refuse_bad(name)
    deck = find_deck()
    if deck is None:
        mend = "write docs/slides.md, a page with the lines `/// chapter | index.md` and `///`"
        raise TalkError(DOCS / "slides.md", "no page gathers the chapters' slides", mend)
    page, gathered = DOCS / f"{name}.md", (DOCS / deck).read_text(encoding="utf-8")
    chapters = {*chapters_of(gathered)} - {"index.md"}
    nav = _nav_with(f"{title_of(name)}: {page.name}", chapters.__contains__, deck)
    text = _filler(name).read(FOLDER / _language() / "chapter.md")
    _write({page: text}, {DOCS / deck: f"{gathered.rstrip()}\n\n/// chapter | {page.name}\n///\n", CONFIG: nav})
    return f"{shown(page)} is there, in {shown(DOCS / deck)} and in `nav` of {CONFIG.name} too: `make serve` shows it"


def add_lab(name: str) -> str:
    """Write a notebook, and into `nav` its page; returns what to do next. Raises TalkError likewise."""
    _refuse_bad(name)
    notebook = LABS / f"{name}.ipynb"
    nav = _nav_with(f"{title_of(name)}: labs/{name}.md", lambda path: path.startswith("labs/"), find_deck())
    _refuse_existing(notebook.with_suffix(".md"))
    _write({notebook: _filler(name).read(FOLDER / _language() / "lab.ipynb")}, {CONFIG: nav})
    return (
        f"{shown(notebook)} is there, in `nav` of {CONFIG.name} too: `make lab` opens it, `talk measure labs` runs it"
    )


ADDERS = {"experiment": add_experiment, "chapter": add_chapter, "lab": add_lab}


def _nav_with(entry: str, is_like: Callable[[str], bool], deck: str | None) -> str:
    """mkdocs.yml with one more page: after the last of those that are like it, else before the deck, else at the end.

    All other lines stay as they are. Raises TalkError where there is no `nav` of a line a page.
    """
    lines = CONFIG.read_text(encoding="utf-8").splitlines(keepends=True)
    start = next((at for at, line in enumerate(lines) if _NAV.fullmatch(line.rstrip())), len(lines))
    pages: dict[int, re.Match[str]] = {}
    for at, line in enumerate(lines[start + 1 :], start + 1):
        if line.strip() and line[0] not in " -#":
            break
        if page := _PAGE.fullmatch(line.rstrip()):
            pages[at] = page
    if not pages:
        raise TalkError(CONFIG, "has no `nav` of a line a page", "write `nav:` and under it `  - Home: index.md`")
    like = [at for at, page in pages.items() if is_like(page["path"])]
    before = [at for at, page in pages.items() if page["path"] == deck]
    beside = like[-1] if like else before[0] if before else max(pages)
    lines.insert(beside + (beside not in before), f"{pages[beside]['indent']}- {entry}\n")
    return "".join(lines)


def _write(new: dict[Path, str], edited: dict[Path, str] | None = None) -> None:
    for path in new:
        _refuse_existing(path)
    write_all({path: text.encode() for path, text in {**new, **(edited or {})}.items()})


def _refuse_bad(name: str) -> None:
    if not CONFIG.is_file():
        raise TalkError(CONFIG, "there is no talk here", "go to its folder, or make one: `talk new DIR`")
    if _NAME.fullmatch(name) is None or iskeyword(name):
        raise TalkError("talk add", f"{name!r} cannot be a name", "begin with a-z, go on with a-z, 0-9 and _")


def _refuse_existing(path: Path) -> None:
    if path.exists():
        raise TalkError(path, "is there already", "choose another name")


def _filler(name: str, **names: str) -> Filler:
    return Filler(_language(), title=title_of(name), experiment=title_of(name), **names)


def _language() -> str:
    spoken = settings().language
    return spoken if spoken in LANGUAGES else "en"
