"""One line a goal: its name, figure and target. Never fails on a figure."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from rich.console import Console

from bench import (
    algorithms,
    chapters,
    derivative,
    in_browser,
    last_row,
    lighthouse,
    matmul,
    new_talk,
    overlaps,
    predictions,
    rivals,
    sentences,
)
from bench.first_view import first_view
from bench.generic import names_of_this_talk
from bench.kills import killed_builds
from bench.live import edit_to_slide_s
from bench.machines import build_with
from bench.malformed import spoil_records, sweep_records
from bench.sources import spoil_sources
from bench.watched import Watched, watch
from shared.workload import DIGITS_NETWORK
from talk.errors import TalkError
from talk.experiment import find_experiments
from talk.measure.machine import current_machine
from talk.paths import SITE
from talk.records.store import read_records
from talk.render.values import UnknownValueError, current_values
from talk.site.browser import find_browser
from talk.site.fit import convert_deck, main_line, slot_min


def main() -> None:
    """Measure every goal, printing each as it is known."""
    console = Console()
    for name, figure, target in _goals():
        console.print(f"{name:<46} {figure:>14}   goal: {target}", highlight=False)


def _goals() -> Iterator[tuple[str, str, str]]:
    build_s = median(_time_talk("build", "--no-measure") for _ in range(3))
    yield "talk build --no-measure, median of 3", f"{build_s:.1f} s", "at most 4.1 s"
    yield from new_talk.goals()
    line = main_line(convert_deck(), slot_min())
    yield "deck: slides of the main line", str(line.slides), "at most 45"
    yield "deck: notes at 120 words a minute", f"{line.spoken_s / 60:.1f} min", "at most 32 min"
    named = list(names_of_this_talk())
    print(*named, sep="\n", end="\n" if named else "", file=sys.stderr)
    yield "lines of the generator that name this talk", str(len(named)), "0"
    in_all = [name for name, experiment in find_experiments().items() if experiment.about.in_all]

    with tempfile.TemporaryDirectory() as folder:
        quick_s = {name: _time_talk("measure", name, "--quick", "--out", folder) for name in in_all}
        yield "make site QUICK=1, after set-up", f"{sum(quick_s.values()) + build_s:.0f} s", "at most 180 s"

    with tempfile.TemporaryDirectory() as folder:
        full = {name: _watch_talk("measure", name, "--out", folder) for name in in_all}
        full_s = {name: watched.wall_time_s for name, watched in full.items()}
        yield "make site, after set-up", f"{(sum(full_s.values()) + build_s) / 60:.1f} min", "at most 15 min"
        for record in read_records(Path(folder)):
            if record.experiment == "gradient":
                network = Path(folder, record.machine.slug, DIGITS_NETWORK.name)
                yield from derivative.measured(record.data, network, full_s["gradient"], quick_s["gradient"])
            if record.experiment == "matmul":
                peak_bytes = full["matmul"].peak_bytes
                yield from matmul.measured(record, full_s["matmul"], quick_s["matmul"], peak_bytes)
            if record.experiment == "algorithms":
                peak_bytes = full["algorithms"].peak_bytes
                yield from algorithms.measured(record, full_s["algorithms"], quick_s["algorithms"], peak_bytes)
            for run in record.data.runs if record.experiment == "profiling" else ():
                if run.profile_to_record_s is not None:
                    yield f"profile to record, {run.device}", f"{run.profile_to_record_s:.2f} s", "at most 3 s"

    yield from rivals.goals()
    yield from _gpu()
    yield from predictions.goals(current_values())
    yield from in_browser.goals()
    yield from _machines()

    browser = find_browser()
    for page, target_kb in (("/gpu/", 350), ("/slides/", 200)):
        if browser is None:
            yield f"first view of {page}", "no browser", f"at most {target_kb} KB"
            continue
        view = first_view(SITE, page, browser)
        yield f"first view of {page}", f"{view.transferred_bytes / 1000:.0f} KB", f"at most {target_kb} KB"
        yield f"other hosts asked by {page}", ", ".join(view.other_hosts) or "none", "none"
    yield from last_row.goals(SITE, browser)
    yield from derivative.pictures(SITE, browser)
    yield overlaps.goal(browser)
    yield "edit to updated slide, median of 5", _edit_to_slide(browser), "at most 1.0 s"
    for page in ("/", "/slides/", "/gpu/", "/matmul/", "/derivative/", "/algorithms/"):
        yield f"Lighthouse of {page}, slow phone", _lighthouse(page, browser), "at least 95 each"
    yield from _peers()
    yield from _nothing_untrue()
    yield from _nothing_lost()


def _nothing_untrue() -> Iterator[tuple[str, str, str]]:
    """Numbers typed by hand, records and sources spoilt; what goes wrong is said on standard error."""
    for name, typed, innocent in (
        ("", sentences.REFUSED, sentences.PASSED),
        (", made", [*sentences.made_typed(1000)], [*sentences.made_innocent(1000)]),
    ):
        missed, accused = sentences.missed(typed), sentences.accused(innocent)
        for sentence in (*missed, *accused):
            print(f"judged wrongly: {sentence!r}", file=sys.stderr)
        yield f"typed numbers refused{name}", f"{len(typed) - len(missed)} of {len(typed)}", "all"
        yield f"innocent sentences passed{name}", f"{len(innocent) - len(accused)} of {len(innocent)}", "all"
    right, wrong = spoil_records(1000)
    print(*wrong, sep="\n", end="\n" if wrong else "", file=sys.stderr)
    yield "malformed records refused or escaped", f"{right} of 1000", "1000 of 1000"
    right, tried, wrong = sweep_records()
    print(*wrong, sep="\n", end="\n" if wrong else "", file=sys.stderr)
    yield "hostile leaves refused or escaped", f"{right} of {tried}", "all"
    yield chapters.goal()
    right, tried, wrong = spoil_sources(1000)
    print(*wrong, sep="\n", end="\n" if wrong else "", file=sys.stderr)
    yield "spoilt sources refused or shown as text", f"{right} of {tried}", "all"


def _nothing_lost() -> Iterator[tuple[str, str, str]]:
    """Kill builds; what is lost is said on standard error."""
    kills = list(killed_builds(50))
    for kill in kills:
        for loss in kill.losses:
            print(f"killed by {kill.signal.name} in {kill.step}: {loss}", file=sys.stderr)
    yield "builds killed and nothing lost", f"{sum(not kill.losses for kill in kills)} of {len(kills)}", "50 of 50"


def _gpu() -> Iterator[tuple[str, str, str]]:
    for words, target_s in (((), 540), (("--quick",), 90)):
        name = " ".join(("measure all --device cuda", *words))
        if current_machine().gpu is None:
            yield name, "no GPU", f"at most {target_s} s"
            continue
        with tempfile.TemporaryDirectory() as folder:
            taken_s = _time_talk("measure", "all", "--device", "cuda", *words, "--out", folder)
        yield name, f"{taken_s:.0f} s", f"at most {target_s} s"


def _machines() -> Iterator[tuple[str, str, str]]:
    one, ten = build_with(1), build_with(10)
    yield "build: ten machines / one", f"{ten.next_s / one.next_s:.2f}×", "at most 2×"
    yield "the same, nothing drawn beforehand", f"{ten.first_s / one.first_s:.2f}×", "at most 2×"


def _lighthouse(page: str, browser: str | None) -> str:
    """Scores for performance, accessibility, best practices."""
    if browser is None:
        return "no browser"
    try:
        return " ".join(str(score) for score in lighthouse.scores(SITE, page, browser).values())
    except TalkError as error:
        return str(error)


def _edit_to_slide(browser: str | None) -> str:
    if browser is None:
        return "no browser"
    try:
        return f"{edit_to_slide_s(browser):.2f} s"
    except TalkError as error:
        return str(error)


def _peers() -> Iterator[tuple[str, str, str]]:
    """What the last comparison with other deck tools found; `talk measure decks` makes it anew."""
    try:
        ratio, ours, marp = current_values().find_together(
            ["decks.build_ratio", "decks.talk.first_slide", "decks.marp.first_slide"]
        )
    except UnknownValueError:
        return
    yield "twenty slides: build / plain pages' build", f"{ratio.value.number:.2f}×", "at most 1.2×"
    goal = f"no later than Marp, {marp.value.number * 1000:.0f} ms"
    yield "twenty slides: first slide", f"{ours.value.number * 1000:.0f} ms", goal


def _time_talk(*words: str) -> float:
    return _watch_talk(*words).wall_time_s


def _watch_talk(*words: str) -> Watched:
    done = watch([sys.executable, "-m", "talk", *words])
    if done.status != 0:
        sys.exit(f"talk {' '.join(words)} failed: {done.stderr.strip()}")
    return done


if __name__ == "__main__":
    main()
