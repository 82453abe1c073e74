"""Build and open the same twenty slides with every tool, print the table, and keep the record.

The whole takes some ten minutes, and about as long again the first time, for the installing.
"""

import argparse
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Error as BrowserError
from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.table import Table

from scripts.bench.peers.content import FORMULAS, sample_slides
from scripts.bench.peers.content_delivery import ContentDelivery
from scripts.bench.peers.tools import Tool, tools
from scripts.bench.peers.view import HEIGHT_PX, WIDTH_PX, open_deck
from scripts.errors import TalkError, told_in_one_line
from scripts.measure.machine import current_machine, is_virtual
from scripts.paths import CACHE, RESULTS
from scripts.records.decks import DeckOpened, Decks, DeckTool
from scripts.records.schema import SCHEMA_VERSION, AnyRecord, Record
from scripts.records.sources import current_code
from scripts.records.store import write_record
from scripts.site.browser import require_browser

_EXPERIMENT = "decks"
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


def compare(cache: Path, builds: int, names: list[str]) -> tuple[Decks, str]:
    """The comparison of the tools (all, or those named), and the browser's version.

    Installs under `cache` what is not there yet. Raises TalkError when there is no browser.
    """
    executable = require_browser("the comparison")
    slides = sample_slides()
    trials = [_Trial(tool) for tool in tools(cache) if not names or tool.name in names]

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


def _uncontrolled(quick: bool) -> list[str]:
    found = ["сеть не участвует: всё отдаёт эта же машина", "другие программы на машине не остановлены"]
    if is_virtual():
        found.append("машина виртуальная, соседи по железу не видны")
    if quick:
        found.append("одна сборка, разброс неизвестен")
    return found


@told_in_one_line
def main() -> int:
    """Entry of `python -m scripts.bench.peers`; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m scripts.bench.peers", description=__doc__)
    parser.add_argument("tool", nargs="*", help="measure these alone, and keep no record")
    parser.add_argument("--quick", action="store_true", help="one timed build of each, marked so in the record")
    parser.add_argument("--out", type=Path, default=RESULTS, metavar="DIR", help="where the record goes (docs/results)")
    options = parser.parse_args()
    code = current_code(_EXPERIMENT)  # before it runs: an edit meanwhile must not pass for what ran
    measured_at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    found, browser = compare(CACHE / "peers", 1 if options.quick else _BUILDS, options.tool)
    Console().print(_table(found))
    if not options.tool:
        record: AnyRecord = Record(
            schema_version=SCHEMA_VERSION,
            experiment=_EXPERIMENT,
            machine=current_machine(),
            versions={"python": platform.python_version(), "chromium": browser},
            code=code,
            measured_at=measured_at,
            origin="measured",
            quick=options.quick,
            uncontrolled=_uncontrolled(options.quick),
            data=found,
        )
        print(f"{write_record(record, options.out)} is written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
