"""Tests of the generator run on a talk that it has just made; they know no other.

Before anything imports `talk.paths`, each process has `talk new` write a talk into a temporary folder and takes it for
its own: `ROOT` is there, and `experiments` are its experiments alone. Beside `sorting`, which every new talk has, stand
those of tests/talk/made/: `relay`, which has values and figures of every kind, and `bare`, which has next to nothing.
Tests that build sites do so in copies, or in the small talk below, which is made from nothing.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import chdir
from pathlib import Path
from types import ModuleType

import pytest

from tests.once import made_once, share_packages

if "talk.paths" in sys.modules:
    raise pytest.UsageError("these tests run in a process of their own: pytest tests/talk")

CHECKOUT = Path(__file__).parents[2]
MADE = Path(__file__).parent / "made"


def make_talk(folder: Path, language: str = "en") -> Path:
    """A new talk with the experiments of tests/talk/made/ beside its own."""
    words = [sys.executable, "-m", "talk", "new", str(folder), "--lang", language]
    done = subprocess.run(words, cwd=folder.parent, capture_output=True, text=True)
    if done.returncode:
        raise pytest.UsageError(f"no talk could be made: {done.stderr}")
    for experiment in MADE.iterdir():
        shutil.copytree(experiment, folder / "scripts" / "experiments" / experiment.name)
    share_packages(CHECKOUT, folder)
    return folder


_temporary = tempfile.TemporaryDirectory(prefix="talk-of-tests-")  # as long as this process lives
TALK = make_talk(Path(_temporary.name).resolve() / "talk")
sys.path.insert(0, str(TALK / "scripts"))
# A package of that folder alone: this checkout has experiments too.
sys.modules["experiments"] = ModuleType("experiments")
sys.modules["experiments"].__path__ = [str(TALK / "scripts" / "experiments")]
with chdir(TALK):
    from talk import settings
    from talk.paths import ROOT
assert ROOT == TALK


@pytest.fixture(scope="session", autouse=True)
def _in_the_talk() -> Iterator[None]:
    """Whoever asks for the working directory finds the talk there."""
    with chdir(ROOT):
        yield


@pytest.fixture
def russian(monkeypatch: pytest.MonkeyPatch) -> None:
    """The talk speaks Russian."""
    monkeypatch.setattr(settings, "settings", lambda: settings.Settings(language="ru"))


@pytest.fixture
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """The talk speaks English."""
    monkeypatch.setattr(settings, "settings", lambda: settings.Settings(language="en"))


CONFIG = """site_name: Small
site_url: !ENV [SITE_URL, ""]
exclude_docs: |
  /theme/
  /claims.toml
  /labs/*.ipynb
theme:
  name: material
  variant: classic
  custom_dir: .talk/theme
  font: false
  favicon: assets/generated/brand/favicon.svg
  logo: assets/generated/brand/logo.svg
extra:
  generator: false
  talk: {language: en, slot: 10}
extra_css: [assets/generated/page.css]
plugins: [search, talk]
watch: [scripts, snippets]
dev_addr: 127.0.0.1:8000
markdown_extensions:
  - attr_list
  - md_in_html
  - tables
  - toc: {permalink: true}
  - pymdownx.arithmatex: {generic: true}
  - pymdownx.snippets: {base_path: [".", "snippets"], check_paths: true}
  - pymdownx.superfences
  - talk.markdown
validation: {omitted_files: warn, absolute_links: warn, unrecognized_links: warn, anchors: warn}
"""

INDEX = """---
title: Small
---

# Small

/// slide | Small talk
    layout: title
///

See [the chapter](part/sleep.md), [its slide](part/sleep.md#how-long) and <a href="part/sleep.md#more">more of it</a>.

--8<-- "generated/sleep/times.html"
"""

CHAPTER = """---
title: Sleep
scripts: [assets/own.js]
---

# Sleep

/// slide | How long

It took {{ sleep.took | ms }}. [Home](../index.md), [more](#more).

<p><a href="../index.md">Raw home</a> <img src="picture.svg" alt="A picture"></p>

![The same](picture.svg)
///

It is [longer](claim:longer) than asked. Here it is:

--8<-- "generated/sleep/times.html"

## More

Back [to the slide](#how-long) and to [the lab](../labs/try.md).
"""

DECK = """---
title: Slides
template: deck.html
---

/// chapter | index.md
///

/// chapter | part/sleep.md
///
"""

EXPERIMENT = {
    "__init__.py": "",
    "experiment.py": """from talk.experiment import Experiment

EXPERIMENT = Experiment(title="Sleep", chapter="part/sleep", figures_title="Sleep")
""",
    "record.py": """from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Data:
    asked_s: float
    took_s: float
""",
    "measure.py": """import time

from .record import Data


def run(task):
    start = time.perf_counter()
    time.sleep(0.01)
    return Data(asked_s=0.01, took_s=time.perf_counter() - start)
""",
    "render.py": """from talk.render.value import Value

CAPTION = "How long it slept"


def named_values(record):
    return {
        "asked": Value(record.data.asked_s, "time", "as asked"),
        "took": Value(record.data.took_s, "time", "as measured"),
    }


def fragments(drawing):
    return {"times": drawing.draw(lambda source: source.figure("<p>…</p>", CAPTION, "operators"))}
""",
}

PROSE = {"cell_type": "markdown", "metadata": {}}
PYTHON = {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": []}
NOTEBOOK = {
    "cells": [
        {**PROSE, "id": "intro", "source": ["# Try it\n", "\n", "As in [it](../part/sleep.md)."]},
        {**PYTHON, "id": "sum", "source": ["1 + 1"]},
    ],
    "metadata": {},
    "nbformat": 4,
    "nbformat_minor": 5,
}

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def run_talk(folder: Path, *words: str, site_url: str = "") -> "subprocess.CompletedProcess[str]":
    """`talk …` in the talk's folder."""
    command = [sys.executable, "-m", "talk", *words]
    environment = os.environ | {"SITE_URL": site_url}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, env=environment)


@pytest.fixture(scope="session")
def measured_talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small talk as it is first written, measured on this machine."""
    folder = tmp_path_factory.mktemp("talk") / "small"
    pages = {
        "index.md": INDEX,
        "part/sleep.md": CHAPTER,
        "part/picture.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
        "slides.md": DECK,
        "labs/try.ipynb": json.dumps(NOTEBOOK, indent=1),
        "claims.toml": '[longer]\nrelation = "sleep.took > sleep.asked"\n',
        "assets/own.js": "",
    }
    files = {f"docs/{name}": text for name, text in pages.items()}
    files |= {f"scripts/experiments/sleep/{name}": text for name, text in EXPERIMENT.items()}
    for name, text in (files | {"mkdocs.yml": CONFIG, "snippets/note.md": "", ".talk/.keep": ""}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    share_packages(CHECKOUT, folder)
    done = run_talk(folder, "measure", "sleep")
    assert done.returncode == 0, done.stderr
    done = run_talk(folder, "build", "--no-measure")
    assert done.returncode == 0, done.stderr
    shutil.rmtree(folder / "site")
    return folder


@pytest.fixture
def small_talk(measured_talk: Path, tmp_path: Path) -> Path:
    """A copy of the small talk to change."""
    return Path(shutil.copytree(measured_talk, tmp_path / "talk", symlinks=True))


@pytest.fixture
def run(small_talk: Path) -> Run:
    """Run `talk …` in the small talk's folder."""
    return lambda *words, **options: run_talk(small_talk, *words, **options)


@pytest.fixture(scope="session")
def built_talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new talk as `talk new` writes it, built and checked; once for all processes.

    Its record is a made one: on a busy machine the claims of a real one may not hold.
    """
    from talk.records.store import write_record
    from tests.talk import samples

    def make(folder: Path) -> None:
        ignored = shutil.ignore_patterns("__pycache__", *(experiment.name for experiment in MADE.iterdir()))
        shutil.copytree(ROOT, folder, symlinks=True, ignore=ignored)
        write_record(samples.record(experiment="sorting", versions={}), folder / "docs" / "results")
        for words in (("measure", "labs"), ("build", "--no-measure"), ("check",)):
            done = run_talk(folder, *words)
            assert done.returncode == 0, done.stderr

    return made_once(tmp_path_factory, "new-talk", make)


@pytest.fixture
def new_talk(built_talk: Path, tmp_path: Path) -> Path:
    """A copy of that talk to change."""
    return Path(shutil.copytree(built_talk, tmp_path / "new-talk", symlinks=True))
