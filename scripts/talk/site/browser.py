"""Where a Chromium is on this machine."""

import os
import shutil
from pathlib import Path

from talk.errors import TalkError

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_MACOS = (
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
)


def find_browser() -> str | None:
    """The Chromium that `CHROMIUM` names, else the first on PATH or among macOS applications; None where none is."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    installed = (str(app) for app in _MACOS if app.is_file())
    return next(filter(None, (*map(shutil.which, _NAMES), *installed)), None)


def require_browser(what_for: str) -> str:
    """`find_browser`, or TalkError telling how to get one."""
    browser = find_browser()
    if browser is None:
        raise TalkError(
            what_for,
            "no Chromium or Chrome is found",
            "install one (`apt install chromium`, `brew install --cask chromium`) or name it: CHROMIUM=/path/to/chrome",
        )
    return browser
