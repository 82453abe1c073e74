"""Where things are. Every path of the project is named here once."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
RESULTS = DOCS / "results"
SNIPPETS = ROOT / "snippets"
GENERATED_SNIPPETS = SNIPPETS / "generated"
MACHINE_PAGES = DOCS / "machines"
GENERATED_ASSETS = DOCS / "assets" / "generated"
CLAIMS = DOCS / "claims.toml"
SITE = ROOT / "site"
DIST = ROOT / "dist"
CACHE = ROOT / ".cache"


def shown(path: Path) -> str:
    """The path as messages name it: relative to the project where it lies inside."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
