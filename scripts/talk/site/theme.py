"""The theme's templates, in the talk's language, and over them the talk's own of docs/theme/."""

from pathlib import Path

from talk.paths import DOCS, TEMPLATES, THEME
from talk.site.generated import write_folder
from talk.words import Language, fill

_OWN = DOCS / "theme"


def write_theme(spoken: Language, own: Path = _OWN, target: Path = THEME) -> None:
    """Write .talk/theme/, which mkdocs.yml names as `custom_dir`. Raises TalkError for words that are missing."""
    templates = {
        path.relative_to(TEMPLATES): fill(path.read_text(encoding="utf-8"), spoken)
        for path in TEMPLATES.rglob("*.html")
    }
    overrides = {path.relative_to(own): path.read_bytes() for path in own.rglob("*") if path.is_file()}
    write_folder(target, {**templates, **overrides})
