"""Lighthouse's scores of a page of the built site."""

import json
import os
import subprocess
import tempfile
from pathlib import Path
from statistics import median

from experiments.decks.measure.host import serve
from shared import npm_tools as npm
from talk.errors import TalkError
from talk.paths import CACHE

_HOME = CACHE / "lighthouse"
_PACKAGE = "lighthouse"
_VERSION = "13.5.0"
_RUNS = 3
CATEGORIES = ("performance", "accessibility", "best-practices")


def scores(site: Path, page: str, browser: str) -> dict[str, int]:
    """Category → score out of 100, as Lighthouse judges a slow phone: the median of a few runs, for one run of the same
    page differs from the next by ten points. Installs Lighthouse on first use.

    Raises TalkError when it cannot be installed or does not finish.
    """
    npm.install(_HOME, (f"{_PACKAGE}@{_VERSION}",))
    with serve(site) as host:
        runs = [_judge(host, page, browser) for _ in range(_RUNS)]
    return {name: round(100 * median(run[name] for run in runs)) for name in CATEGORIES}


def _judge(host: str, page: str, browser: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as temporary:
        report = Path(temporary, "report.json")
        words = [
            *npm.command(_HOME, _PACKAGE),
            host + page,
            f"--only-categories={','.join(CATEGORIES)}",
            "--output=json",
            f"--output-path={report}",
            "--chrome-flags=--headless --no-sandbox",
            "--quiet",
        ]
        done = subprocess.run(words, env=os.environ | {"CHROME_PATH": browser}, capture_output=True, text=True)
        if not report.is_file():
            said = next((line for line in done.stderr.splitlines() if line.strip()), "it said nothing")
            raise TalkError(f"lighthouse {page}", said, "run it by hand")
        found = json.loads(report.read_text())["categories"]
    return {name: found[name]["score"] or 0.0 for name in CATEGORIES}
