"""Where things are. Every path of a talk, and of the generator itself, is named here once."""

import os
from pathlib import Path

CONFIG_NAME = "mkdocs.yml"
PACKAGE = Path(__file__).resolve().parent


def find_root(start: Path | None = None) -> Path:
    """The talk's folder: the nearest one at or above `start` (the working directory) that has mkdocs.yml.

    Where there is none it is the checkout that this package lies in, and else `start` itself.
    """
    start = (start or Path.cwd()).resolve()
    checkout = PACKAGE.parent.parent
    for folder in (start, *start.parents, checkout):
        if (folder / CONFIG_NAME).is_file():
            return folder
    return start


ROOT = find_root()
CONFIG = ROOT / CONFIG_NAME
DOCS = ROOT / "docs"
RESULTS = DOCS / "results"
CLAIMS = DOCS / "claims.toml"
QUOTATIONS = DOCS / "talk.toml"
LABS = DOCS / "labs"
MACHINE_PAGES = DOCS / "machines"
VENDOR = DOCS / "assets" / "vendor"
GENERATED_ASSETS = DOCS / "assets" / "generated"
LICENSED_FONTS = DOCS / "assets" / "fonts"
SNIPPETS = ROOT / "snippets"
GENERATED_SNIPPETS = SNIPPETS / "generated"
ADDRESS_SNIPPET = GENERATED_SNIPPETS / "address.html"
TAKE_AWAY_SNIPPET = GENERATED_SNIPPETS / "take-away.html"
SCRIPTS = ROOT / "scripts"
EXPERIMENTS = SCRIPTS / "experiments"
SITE = ROOT / "site"
DIST = ROOT / "dist"
CACHE = ROOT / ".cache"
# What the generator puts into the talk's folder before a build: packages from npm, templates in the talk's language.
WORKSHOP = ROOT / ".talk"
NPM = WORKSHOP / "npm"
THEME = WORKSHOP / "theme"

ASSETS = PACKAGE / "assets"
TEMPLATES = PACKAGE / "theme"
LANGUAGES = tuple(sorted(path.stem for path in (PACKAGE / "words").glob("[a-z][a-z].py")))  # a language is one file

# In the environment of `mkdocs serve`: where a phone may reach this machine, an address, or 1 for the local network's.
REMOTE = "TALK_REMOTE"


def python_path() -> str:
    """PYTHONPATH of a new process that is to import the talk's scripts and this package as this process does."""
    folders = (SCRIPTS, PACKAGE.parent, os.environ.get("PYTHONPATH"))
    return os.pathsep.join(dict.fromkeys(str(folder) for folder in folders if folder))


def shown(path: Path) -> str:
    """The path as messages name it: relative to the talk where it lies inside."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
