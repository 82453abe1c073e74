"""MkDocs and Zensical make the same chapters, values and deck of the same tree."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from talk.site.policy import write_policies
from tests.talk.site.conftest import Talk

PAGES = ("", "gpu", "reproduce", "slides")


def content(page: Path) -> dict[str, Any]:
    """What a page says, whichever engine made it: text, values, claims, slides, figures."""
    root = html.parse(str(page)).getroot()
    found = root.xpath("//article") or root.xpath("//*[contains(concat(' ', @class, ' '), ' slides ')]")
    body = found[0]
    for furniture in body.xpath(".//aside[contains(@class, 'md-source-file')] | .//script | .//style"):
        furniture.getparent().remove(furniture)
    return {
        "values": [(data.get("value"), data.get("data-record"), data.text_content()) for data in body.iter("data")],
        "claims": [(claim.get("data-claim"), claim.get("data-holds")) for claim in body.xpath(".//*[@data-claim]")],
        "slides": [section.get("id") for section in body.iter("section")],
        "figures": [figure.get("data-record") for figure in body.xpath(".//figure[@data-record]")],
        "text": " ".join(body.text_content().split()),
    }


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


@pytest.fixture
def both_sites(project: Path, talk: Talk) -> tuple[Path, Path]:
    done = talk("build", "--no-measure")
    assert done.returncode == 0, done.stderr
    by_mkdocs = (project / "site").rename(project / "by-mkdocs")
    zensical = [str(Path(sys.executable).with_name("zensical")), "build"]
    ours_first = os.environ | {"PYTHONPATH": str(project)}  # not the installed project, whose records differ
    done = subprocess.run(zensical, cwd=project, capture_output=True, text=True, timeout=120, env=ours_first)
    assert done.returncode == 0, done.stdout + done.stderr
    return by_mkdocs, project / "site"


def test_both_engines_say_the_same_and_take_the_policy(both_sites: tuple[Path, Path]) -> None:
    by_mkdocs, by_zensical = both_sites
    for page in PAGES:
        ours, theirs = (content(site / page / "index.html") for site in (by_mkdocs, by_zensical))
        assert ours["text"], page
        for part, value in ours.items():
            assert value == theirs[part], f"/{page}: {part}"
    for site in both_sites:
        with_sizes = [page for page in (*PAGES, "matmul") if 'scripts/sizes.js"' in read(site / page / "index.html")]
        assert with_sizes == ["matmul"]
    assert content(by_mkdocs / "slides" / "index.html")["slides"]
    assert content(by_mkdocs / "gpu" / "index.html")["values"]
    # Its inline scripts are known as well: what MkDocs' hook gives a page, its pages can be given.
    assert write_policies(by_zensical) >= len(PAGES)
    for page in PAGES:
        assert "Content-Security-Policy" in read(by_zensical / page / "index.html")
