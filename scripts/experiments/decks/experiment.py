"""What the comparison of deck tools is called and needs: it installs the tools, so it runs only when it is named."""

from pathlib import Path

from talk.experiment import Experiment
from talk.paths import PACKAGE

_SHOWN = ("assets", "npm", "theme")
_MADE_BY = ("markdown/deck.py", "markdown/slides.py", "site/browser.py")

EXPERIMENT = Experiment(
    title="Слайды",
    chapter="reproduce",
    figures_title="Инструменты для презентаций",
    order=50,
    packages={"playwright": "playwright"},
    in_all=False,
)


def inputs(_: Path) -> list[Path]:
    """What makes our own deck: the generator is one of the tools that are timed."""
    shown = (path for folder in _SHOWN for path in (PACKAGE / folder).rglob("*") if path.is_file())
    return sorted([*shown, *(PACKAGE / file for file in _MADE_BY)])
