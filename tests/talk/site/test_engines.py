"""MkDocs and Zensical make the same pages, values, deck and links of the same tree, wherever pages lie."""

import os
import re
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from lxml import html
from playwright.sync_api import Playwright, Request, Route

from talk.site.links import find_broken
from talk.site.policy import write_policies
from tests.talk.conftest import Run, run_talk

LAB = "docs/labs/try.ipynb"
NOWHERE = "http://talk.test/"  # the test answers
PAGES = ("", "part/sleep", "labs/try", "slides")


def content(site: Path, page: str) -> dict[str, Any]:
    """What a page says, whichever engine made it: text, values, claims, slides, figures, where its links lead."""
    root = html.parse(str(site / page / "index.html")).getroot()
    found = root.xpath("//article") or root.xpath("//*[contains(concat(' ', @class, ' '), ' slides ')]")
    body = found[0]
    for furniture in body.xpath(".//aside[contains(@class, 'md-source-file')] | .//script | .//style"):
        furniture.getparent().remove(furniture)
    here = f"https://example.org/{page}/" if page else "https://example.org/"
    return {
        "values": [(data.get("value"), data.get("data-record"), data.text_content()) for data in body.iter("data")],
        "claims": [(claim.get("data-claim"), claim.get("data-holds")) for claim in body.xpath(".//*[@data-claim]")],
        "slides": [section.get("id") for section in body.iter("section")],
        "figures": [figure.get("data-record") for figure in body.xpath(".//figure[@data-record]")],
        "links": [urljoin(here, link.get("href")) for link in body.iter("a") if link.get("href")],
        "pictures": [urljoin(here, picture.get("src")) for picture in body.iter("img")],
        "text": " ".join(body.text_content().split()),
    }


def make_both_sites(folder: Path, run: Run, site_url: str = "") -> tuple[Path, Path]:
    """The talk built by MkDocs, and then by Zensical."""
    done = run("build", "--no-measure", site_url=site_url)
    assert done.returncode == 0, done.stderr
    by_mkdocs = (folder / "site").rename(folder / "by-mkdocs")
    command = [str(Path(sys.executable).with_name("zensical")), "build"]
    environment = os.environ | {"SITE_URL": site_url}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == "No issues found\n"
    return by_mkdocs, folder / "site"


def links_from_the_root(site: Path) -> list[str]:
    """Links that lead elsewhere once the site lies in a sub-directory; 404.html can have no others."""
    pages = [page for page in site.rglob("*.html") if page.name != "404.html"]
    return [link for page in pages for link in re.findall(r'(?:href|src)="(/[^"]*)"', page.read_text(encoding="utf-8"))]


@pytest.fixture(scope="module")
def both_sites(measured_talk: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Those of the small talk as it is first written."""
    folder = tmp_path_factory.mktemp("both") / "talk"
    shutil.copytree(measured_talk, folder, symlinks=True)
    return make_both_sites(folder, partial(run_talk, folder))


def test_both_engines_say_the_same_and_take_the_policy(both_sites: tuple[Path, Path]) -> None:
    sites = by_mkdocs, by_zensical = both_sites
    for page in PAGES:
        ours, theirs = (content(site, page) for site in sites)
        assert ours["text"], page
        for part, value in ours.items():
            assert value == theirs[part], f"/{page}: {part}"
    assert content(by_mkdocs, "slides")["slides"] == ["small-talk", "how-long"]
    assert content(by_mkdocs, "part/sleep")["values"]
    for site in sites:
        lost = html.parse(str(site / "404.html")).xpath("//*[@class='lost']//li/a/@href")
        assert {"part/sleep", "slides"} <= {link.strip("/") for link in lost}
        assert [page for page in PAGES if 'own.js"' in (site / page / "index.html").read_text()] == ["part/sleep"]
        assert find_broken(site) == []
        assert links_from_the_root(site) == []
    # Zensical's inline scripts are known as well: what the plugin gives MkDocs' pages, its pages can be given.
    assert write_policies(by_zensical) >= len(PAGES)
    for page in PAGES:
        assert "Content-Security-Policy" in (by_zensical / page / "index.html").read_text(encoding="utf-8")


def test_the_search_index_of_both_comes_when_reached_for(
    both_sites: tuple[Path, Path], playwright: Playwright, chromium: str
) -> None:
    by_mkdocs, by_zensical = both_sites
    browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
    for site, key, index, field in (
        (by_mkdocs, "/", "search/search_index.json", ".md-search__input"),
        (by_zensical, "/", "search.json", "dialog input"),
        (by_zensical, "Control+k", "search.json", "dialog input"),
    ):
        page = browser.new_page()
        asked: list[str] = []

        def answer(route: Route, request: Request, site: Path = site, asked: list[str] = asked) -> None:
            asked.append(address := request.url.removeprefix(NOWHERE))
            route.fulfill(path=site / (f"{address}index.html" if address.endswith("/") else address))

        page.route(f"{NOWHERE}**", answer)
        page.goto(f"{NOWHERE}part/sleep/", wait_until="networkidle")
        assert index not in asked
        page.keyboard.press(key)
        page.locator(field).press_sequentially("asked")
        page.locator("a mark").first.wait_for()
        assert asked.count(index) == 1
        page.close()
    browser.close()


def test_in_a_sub_directory_too(small_talk: Path, run: Run) -> None:
    for site in make_both_sites(small_talk, run, site_url="https://example.org/talks/sleep/"):
        assert [str(each) for each in find_broken(site) if not str(each).startswith("404.html")] == []
        assert links_from_the_root(site) == []


def test_links_of_a_chapter_in_a_folder(small_talk: Path, run: Run) -> None:
    root = "https://example.org"
    for site in make_both_sites(small_talk, run):
        chapter, deck, index = (content(site, page) for page in ("part/sleep", "slides", ""))
        assert f"{root}/slides/#how-long" in chapter["links"]
        assert f"{root}/part/picture.svg" in chapter["pictures"]
        assert chapter["links"].count(f"{root}/") == 2, "Markdown's link and the one in raw HTML"
        assert f"{root}/part/sleep/#how-long" in deck["links"], "in the article"
        assert f"{root}/part/sleep/#more" in deck["links"], "an anchor of the chapter"
        assert deck["pictures"] == [f"{root}/part/picture.svg"] * 2
        assert f"{root}/part/sleep/#more" in index["links"], "raw HTML"
        for page in (chapter, index):
            [data] = [link for link in page["links"] if link.endswith("/sleep.json")]
            assert data.startswith(f"{root}/results/")


@pytest.mark.parametrize("deck", ["slides.md", "show/deck.md", None])
def test_the_deck_lies_anywhere_or_is_not_there(small_talk: Path, run: Run, deck: str | None) -> None:
    source = small_talk / "docs" / "slides.md"
    if deck is None:
        source.unlink()
    else:
        (small_talk / "docs" / deck).parent.mkdir(exist_ok=True)
        source.rename(small_talk / "docs" / deck)
    assert run("check").stderr.splitlines() == [f"{LAB}: no machine has executed it; run `talk measure labs`"]
    for site in make_both_sites(small_talk, run):
        assert find_broken(site) == []
        page = (site / "part" / "sleep" / "index.html").read_text(encoding="utf-8")
        if deck is None:
            assert "slide-link" not in page
        else:
            assert f'href="../../{deck.removesuffix(".md")}/#how-long"' in page


def test_a_talk_of_one_page(small_talk: Path, run: Run) -> None:
    docs = small_talk / "docs"
    for path in ("part/sleep.md", "part/picture.svg", "slides.md", "labs/try.ipynb", "labs/try.md"):
        (docs / path).unlink()
    text = (docs / "index.md").read_text(encoding="utf-8")
    (docs / "index.md").write_text(re.sub(r"(?m)^See .*$", "It is [longer](claim:longer).", text), encoding="utf-8")
    experiment = small_talk / "scripts" / "experiments" / "sleep" / "experiment.py"
    experiment.write_text(experiment.read_text().replace("part/sleep", "index"))
    for site in make_both_sites(small_talk, run):
        assert find_broken(site) == []
