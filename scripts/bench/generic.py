"""What in the generator knows this talk: names of its experiments and chapters, and words of its language."""

import re
from collections.abc import Iterator
from pathlib import Path

from talk.experiment import find_experiments
from talk.paths import DOCS, EXPERIMENTS, PACKAGE

_WORDS = ("words", "template")  # they hold what depends on a language
_CYRILLIC = r"[А-Яа-яЁё]"


def names_of_this_talk(package: Path = PACKAGE) -> Iterator[str]:
    """`FILE:LINE: text` of every line of the generator that names an experiment or a chapter, or speaks Russian."""
    experiments = [each.name for each in find_experiments().values() if each.folder.parent == EXPERIMENTS]
    chapters = [page.stem for page in DOCS.glob("*.md") if page.stem not in {"index", "slides"}]
    # `linear-gradient` is CSS, and `machine.gpu` no chapter.
    known = re.compile(
        rf"(?<![\w-])({'|'.join(experiments)})(?![\w-])|(?<![\w-])({'|'.join(chapters)})(\.md|/)|{_CYRILLIC}"
    )
    for path in sorted(package.rglob("*")):
        inside = path.relative_to(package)
        if not path.is_file() or inside.parts[0] in _WORDS or "__pycache__" in inside.parts:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="ignore").splitlines(), start=1):
            if known.search(line):
                yield f"{PACKAGE.name}/{inside.as_posix()}:{number}: {line.strip()[:80]}"
