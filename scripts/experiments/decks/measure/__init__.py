"""The comparison of deck tools: the same twenty slides, built and opened with every tool.

It takes some ten minutes, and about as long again the first time, when the tools are installed.
"""

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Error as BrowserError
from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.table import Table

from talk.errors import TalkError
from talk.experiment import Task
from talk.paths import CACHE
from talk.site.browser import require_browser

from ..record import DeckOpened, Decks, DeckTool
from .content import FORMULAS, sample_slides
from .content_delivery import ContentDelivery
from .tools import Tool, tools
from .view import HEIGHT_PX, WIDTH_PX, open_deck

_BUILDS = 5

_progress = Console(stderr=True)


@dataclass
class _Trial:
    """One tool on its way; once something fails, it goes no further."""

    tool: Tool
    build_times_s: list[float] = field(default_factory=list)
    opened: DeckOpened | None = None
    failure: str | None = None

    def result(self) -> DeckTool:
        return DeckTool(
            name=self.tool.name,
            version=self.tool.version,
            build_times_s=self.build_times_s,
            opened=self.opened,
            failure=self.failure,
        )


_browser: dict[str, str] = {}  # the version of the browser that opened the decks last


def run(task: Task) -> Decks:
    """Compare the tools. Quick: one timed build of each. Raises TalkError where there is no browser."""
    found, _browser["chromium"] = compare(CACHE / "peers", 1 if task.quick else _BUILDS)
    _progress.print(_table(found))
    return found


def versions() -> dict[str, str]:
    """The browser that opened the decks."""
    return dict(_browser)


def compare(cache: Path, builds: int) -> tuple[Decks, str]:
    """The comparison of the tools, and the browser's version; installs under `cache` what is not there yet."""
    executable = require_browser("the comparison")
    slides = sample_slides()
    trials = [_Trial(tool) for tool in tools(cache)]

    def prepare(trial: _Trial) -> None:
        trial.tool.install()
        trial.tool.prepare(slides)
        _build_s(trial.tool)  # fills what a tool keeps from build to build

    _for_each(trials, "install, build for the first time", prepare)
    for number in range(1, builds + 1):  # in turns: what slows the machine down for a while slows them all
        what = f"build {number} of {builds}"
        _for_each(trials, what, lambda trial: trial.build_times_s.append(_build_s(trial.tool)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        delivery = ContentDelivery(cache / "delivered")

        def look(trial: _Trial) -> None:
            trial.opened = open_deck(trial.tool, slides, browser, delivery)

        _for_each([trial for trial in trials if trial.tool.has_deck], "open", look)
        version = browser.version
        browser.close()
    measured = [trial.result() for trial in trials]
    found = Decks(slides=len(slides), formulas=len(FORMULAS), width_px=WIDTH_PX, height_px=HEIGHT_PX, tools=measured)
    return found, version


def _for_each(trials: list[_Trial], what: str, act: Callable[[_Trial], None]) -> None:
    for trial in trials:
        if trial.failure is not None:
            continue
        _progress.print(f"{trial.tool.name}: {what}", highlight=False)
        try:
            act(trial)
        except (TalkError, BrowserError) as error:
            trial.failure = str(error).splitlines()[0]


def _build_s(tool: Tool) -> float:
    start = time.perf_counter()
    quiet: dict[str, Any] = {"stdin": subprocess.DEVNULL, "capture_output": True, "text": True}  # none may ask anything
    done = subprocess.run(tool.command(), cwd=tool.project, **quiet)
    elapsed = time.perf_counter() - start
    if done.returncode:
        said = next((line for line in done.stderr.splitlines() if line.strip()), "no reason given")
        raise TalkError(tool.name, f"does not build ({said})", "build it by hand in its project folder")
    return round(elapsed, 4)


def _table(found: Decks) -> Table:
    columns = "tool|build|first slide|first view|requests|other hosts|from disk|cut off|wrong math"
    table = Table(*columns.split("|"))
    for tool in found.tools:
        build = f"{median(tool.build_times_s):.2f} s" if tool.build_times_s else "—"
        name = f"{tool.name} {tool.version}"
        seen = tool.opened
        if seen is None:
            table.add_row(name, build, tool.failure or "no deck")
            continue
        disk = f"{seen.failed_from_disk} requests fail" if seen.failed_from_disk else "yes"
        table.add_row(
            name,
            build,
            f"{median(seen.first_slide_times_s) * 1000:.0f} ms",
            f"{seen.first_view_bytes / 1000:.0f} KB",
            str(seen.first_view_requests),
            ", ".join(seen.other_hosts) or "none",
            disk if seen.shown_from_disk else "no",
            f"{seen.cut_slides} slides, {seen.cut_most_px:.0f} px" if seen.cut_slides else "nothing",
            f"{seen.wrong_formulas} of {found.formulas}",
        )
    return table
