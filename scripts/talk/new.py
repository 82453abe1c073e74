"""`talk new DIR`: a talk of one's own, whole and small, that builds and passes its tests at once."""

import re
from pathlib import Path

from talk.errors import TalkError
from talk.template import COMMON, EXPERIMENT, FOLDER, Filler, title_of, write_all
from talk.template.wheel import make_wheel

_NAME = re.compile(r"[^\W_][\w .-]*")


def new_talk(folder: Path, language: str) -> None:
    """Write a talk into `folder`, which is empty or not there yet. Raises TalkError, and then nothing is written."""
    folder = folder.resolve()
    if _NAME.fullmatch(folder.name) is None:
        raise TalkError(folder, "cannot be a talk's name", "use letters, digits, spaces, dots, - and _")
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise TalkError(folder, "is not empty", "name a folder that is not there yet")
    wheel, content = make_wheel()
    filler = Filler(language, title=title_of(folder.name), chapter=EXPERIMENT, wheel=wheel)
    texts = {**filler.read_all(COMMON, folder), **filler.read_all(FOLDER / language / "talk", folder)}
    files = {path: text.encode() for path, text in texts.items()}
    write_all({**files, folder / "wheels" / wheel: content})
