"""A reader chooses a machine, and the page is that machine's: numbers, claims, forks and figures, in the deck too.

The talk is a new one, whose records are made: `fresh` speaks first; on `odd` a claim comes out otherwise; `runner` has
measured something else.
"""

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from talk.paths import ROOT
from tests.browser.conftest import Silent
from tests.browser.visit import visit
from tests.once import made_once, share_packages

RECORDS = """
from dataclasses import replace

from talk.experiment import find_experiment
from talk.paths import RESULTS
from talk.records.schema import SCHEMA_VERSION, Code, Machine, Record
from talk.records.sources import hash_sources
from talk.records.store import write_record

def put(slug, day, experiment, data):
    none = dict(memory_bytes=None, gpu=None, gpu_memory_bytes=None, system="")
    machine = Machine(slug=slug, cpu=slug.title(), cpu_cores=2, **none)
    write_record(Record(
        schema_version=SCHEMA_VERSION, experiment=experiment, machine=machine, versions={},
        code=Code(commit=None, dirty=False, sources=hash_sources(find_experiment(experiment))),
        measured_at=f"2026-11-{day}T00:00:00Z", origin="measured", quick=False, uncontrolled=[], data=data,
    ), RESULTS)

made = find_experiment("sorting").sample()
put("fresh", 20, "sorting", made)
first = replace(made.runs[0], insertion_times_s=[4e-8], builtin_times_s=[16e-8])
put("odd", 19, "sorting", replace(made, runs=[first, *made.runs[1:]]))
race = find_experiment("relay").sample()
put("fresh", 20, "relay", race)
half = replace(race.runs[0], legs=[replace(leg, time_s=leg.time_s / 2) for leg in race.runs[0].legs])
put("runner", 18, "relay", replace(race, runs=[half, *race.runs[1:]]))
"""

# On fresh the ratio is 16, on odd 1/4; runner has none.
PAGE = """# Both

[They are slower](claim:slower): {{ sorting.smallest.ratio | .2 }}, and {{ relay.cpu.climb.share | % .0 }}.
{ #mixed }

Sorting alone: {{ sorting.smallest.ratio | .2 }}.
{ #sorting }

The race alone: {{ relay.cpu.climb.share | % .0 }}.
{ #race }

Of one machine: {{ fresh/sorting.smallest.ratio | .2 }}.
{ #pinned }

////// holds | slower
So it is: {{ sorting.smallest.ratio | .2 }}.

//// holds | slower-still
Even so.
////

//// fails | slower-still
Not even so.
////
//////

////// fails | slower
Not so: {{ sorting.smallest.ratio | .2 }}.
//////
"""
CLAIMS = """
[slower]
relation = "sorting.smallest.ratio > 1"

[slower-still]
relation = "sorting.smallest.ratio > 2"
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The made talk's site, once for all processes."""

    def make(folder: Path) -> None:
        run([sys.executable, "-m", "talk", "new", str(folder), "--lang", "en"], ROOT)
        relay = Path("scripts", "experiments", "relay")
        shutil.copytree(ROOT / "tests" / "talk" / "made" / "relay", folder / relay)
        share_packages(ROOT, folder)
        (folder / "docs" / "both.md").write_text(PAGE, encoding="utf-8")
        claims = folder / "docs" / "claims.toml"
        claims.write_text(claims.read_text(encoding="utf-8") + CLAIMS, encoding="utf-8")
        (folder / ".talk" / "theme").mkdir()
        run([sys.executable, "-c", RECORDS], folder)
        run([sys.executable, "-m", "mkdocs", "build", "--quiet"], folder)

    return made_once(tmp_path_factory, "machines", make) / "site"


def run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """Where it is served, in a folder of a host."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=site.parent)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/site"
        server.shutdown()


def text(page: Page, selector: str) -> str:
    return " ".join(page.locator(selector).inner_text().split())


def choose(page: Page, label: str) -> None:
    """By the line under the title; the page has then changed, its figures too."""
    heard = "new Promise(r => document.addEventListener('figures-changed', () => r(true), { once: true }))"
    page.evaluate(f"() => {{ window.done = {heard}; }}")
    page.locator(".page-machine select").select_option(label=label)
    page.evaluate("window.done")


def shown(page: Page) -> dict[str, Any]:
    names = ("mixed", "sorting", "race", "pinned")
    return {name: text(page, f"#{name}").partition(": ")[2] for name in names}


FRESH = {"mixed": "16.00, and 60%.", "sorting": "16.00.", "race": "60%.", "pinned": "16.00."}


def test_numbers_claims_and_forks_are_those_of_the_machine(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/both/") as opened:
        page = opened.page
        assert shown(page) == FRESH
        article = page.locator("article")
        assert "So it is: 16.00" in article.inner_text()
        assert "Even so." in article.inner_text()
        assert "Not" not in article.inner_text()

        choose(page, "Odd, 2 cores")
        # The sentence has a number that odd has not: all of it is still fresh's, and says so.
        assert shown(page) == FRESH | {"sorting": "0.25."}
        claim = page.locator("#mixed .claim")
        assert claim.get_attribute("data-holds") == "true"
        assert page.locator("#mixed data.foreign").count() == 2
        assert "odd" in (page.locator("#race data").get_attribute("title") or "").casefold()
        assert "Not so: 0.25" in article.inner_text()
        assert "So it is" not in article.inner_text()
        assert "Even so" not in article.inner_text()
        assert "“Fresh, 2 cores”" in text(page, ".page-machine output")

        choose(page, "Runner, 2 cores")
        # It cannot judge the claim, so the fork and what is said in it are fresh's.
        assert shown(page) == FRESH | {"race": "30%."}
        assert "So it is: 16.00" in article.inner_text()
        assert "Even so." in article.inner_text()

        page.locator(".machine-now button").click()
        assert shown(page) == FRESH
        assert page.locator("data.foreign").count() == 0
        assert page.locator(".page-machine select").input_value() == "fresh"
        assert text(page, ".page-machine output") == ""
        assert opened.errors == []


def test_the_choice_is_kept_from_page_to_page_and_into_the_deck(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/both/") as opened:
        page = opened.page
        choose(page, "Odd, 2 cores")
        page.goto(f"{address}/sorting/")
        page.wait_for_function("() => document.querySelector('figure[data-figure]').dataset.record.startsWith('odd/')")
        assert page.locator("fieldset.machines input:checked").first.input_value() == "odd"
        page.goto(f"{address}/slides/")
        page.wait_for_selector(".reveal.ready")
        page.wait_for_function(
            "() => [...document.querySelectorAll('.notes data')].some(e => e.textContent.includes('0.25'))"
        )
        page.wait_for_function("() => document.querySelector('figure[data-figure]').dataset.record.startsWith('odd/')")
        assert text(page, ".machine-now span").endswith("Odd, 2 cores")
        with page.expect_popup() as popup:
            page.keyboard.press("s")
        speaker = popup.value
        speaker.wait_for_selector(".current .slide")
        page.bring_to_front()
        page.keyboard.press("m")
        assert page.locator(".deck-machines :checked").input_value() == "odd"
        page.keyboard.press("ArrowUp")  # round to the first
        page.wait_for_function("() => document.querySelector('.machine-now').hidden")
        page.keyboard.press("Escape")
        assert page.evaluate("kept => localStorage.getItem(kept)", f"{address}/ machine") == ""
        assert opened.errors == []


def test_the_speaker_sees_the_numbers_that_the_hall_sees(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/slides/") as opened:
        page = opened.page
        page.wait_for_selector(".reveal.ready")
        slide = page.locator(".slides > section:has(.notes data[data-name='sorting.smallest.ratio'])").get_attribute(
            "id"
        )
        page.evaluate("id => { location.hash = `/${id}`; }", slide)
        page.wait_for_function("id => document.querySelector('section.present').id === id", arg=slide)
        with page.expect_popup() as popup:
            page.keyboard.press("s")
        speaker = popup.value
        speaker.wait_for_function("() => document.querySelector('.said').innerText.includes('16')")
        page.bring_to_front()
        page.evaluate("chosen.choose('odd')")
        speaker.wait_for_function("() => document.querySelector('.said').innerText.includes('0.25')")


def test_without_scripts_the_page_is_the_freshest_machines_and_says_so(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/both/", java_script_enabled=False) as opened:
        page = opened.page
        assert shown(page) == FRESH
        assert text(page, ".page-machine") == "The numbers on this page were measured by Fresh, 2 cores."
        assert "Not so" not in page.locator("article").inner_text()


def test_from_disk_one_line_says_that_no_browser_reads_the_numbers(browser: Browser, site: Path) -> None:
    with visit(browser, (site / "both" / "index.html").as_uri(), offline=True) as opened:
        page = opened.page
        page.locator(".page-machine select").select_option(value="odd")
        page.wait_for_function("() => document.querySelector('.page-machine output').textContent.includes('disk')")
        assert shown(page) == FRESH
        assert page.locator(".page-machine select").input_value() == "fresh"


def test_what_a_page_computes_is_one_more_machine(browser: Browser, address: str) -> None:
    number = {"text": "7.00", "value": "7", "title": "here", "class": "measured", "data-record": "here/sorting"}
    data = {"values": {"sorting.smallest.ratio": {".2": number}}}
    with visit(browser, f"{address}/both/") as opened:
        page = opened.page
        page.evaluate("data => chosen.offer('here', 'This browser', data)", data)
        choose(page, "This browser")
        assert shown(page) == FRESH | {"sorting": "7.00."}
        assert "So it is: 16.00" in page.locator("article").inner_text()  # whose claim it has not judged


def test_search_and_copies_know_the_freshest_machine_alone(site: Path) -> None:
    index = (site / "search" / "search_index.json").read_text(encoding="utf-8")
    copy = (site / "both" / "index.html.md").read_text(encoding="utf-8")
    for written in (index, copy):
        assert "So it is" in written
        assert "Not so" not in written
    assert "Not so" in (site / "both" / "index.html").read_text(encoding="utf-8")
