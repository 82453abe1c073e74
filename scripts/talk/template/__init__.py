"""The texts of a new talk.

`common/` holds what is the same in every language, `LANGUAGE/talk/` what is not, both as they lie in the talk;
`LANGUAGE/words.toml` holds the words of `common/`. The other files of a language are what `talk add` writes.

A hole `[[name]]` is filled by a name that the caller gives, by those words, or by the interface's own (`talk.words`).
Names that begin with a dot are written here without it: tools pass hidden files over when they pack.
"""

import re
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from talk.errors import TalkError
from talk.records.files import write_whole
from talk.words import language

FOLDER = Path(__file__).parent
COMMON = FOLDER / "common"
EXPERIMENT = "sorting"  # the one that a new talk has, and that `talk add experiment` copies
LANGUAGES = tuple(sorted(path.parent.name for path in FOLDER.glob("*/words.toml")))

_HIDDEN = {"gitignore", "github"}
_HOLE = re.compile(r"\[\[(?P<name>[a-z][a-z_.]*)\]\]")


class Filler:
    """Fills holes in one language. Raises TalkError for a language that has no template."""

    def __init__(self, code: str, **names: str) -> None:
        if code not in LANGUAGES:
            what = f"there is no template in the language {code}"
            raise TalkError("talk new", what, f"use one of {', '.join(LANGUAGES)}: --lang {LANGUAGES[0]}")
        words = tomllib.loads((FOLDER / code / "words.toml").read_text(encoding="utf-8"))
        self._words: Mapping[str, str] = {**language(code).strings, **words, "lang": code, **names}

    def fill(self, text: str) -> str:
        """The text without holes."""
        return _HOLE.sub(lambda hole: self._words[hole["name"]], text)

    def read(self, path: Path) -> str:
        """The text of a file without holes."""
        return self.fill(path.read_text(encoding="utf-8"))

    def read_all(self, source: Path, target: Path) -> dict[Path, str]:
        """The text of every file under `source` by its place under `target`."""
        return {
            target / _in_talk(path.relative_to(source)): self.read(path)
            for path in sorted(source.rglob("*"))
            if path.is_file() and path.suffix != ".pyc"
        }


def title_of(name: str) -> str:
    """What pages call something of that name: `binary_search` is Binary search."""
    words = re.sub(r"[_ -]+", " ", name).strip()
    return words[:1].upper() + words[1:]


def write_all(files: Mapping[Path, bytes]) -> None:
    """Write the files; where one cannot be written, all are left as they were. Raises TalkError then."""
    former = {path: path.read_bytes() if path.is_file() else None for path in files}
    missing = {folder for path in files for folder in path.parents if not folder.is_dir()}
    try:
        for path, content in files.items():
            write_whole(path, content)
    except BaseException:
        for path, before in former.items():
            if before is None:
                path.unlink(missing_ok=True)
            elif path.read_bytes() != before:
                write_whole(path, before)
        for folder in sorted(missing, reverse=True):  # the inner ones first
            with suppress(OSError):
                folder.rmdir()
        raise


def _in_talk(path: Path) -> Path:
    first, *others = path.parts
    return Path(f".{first}" if first in _HIDDEN else first, *others)
