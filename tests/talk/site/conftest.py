"""A whole project to break: a copy of this one, with a record of a machine made of round numbers."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

_PAGE = """# Проба

/// slide | Проба
    id: proba

Слово.
///

Сборка длилась {{ profiling.cpu.wall_time | с .2 }}.
"""

Talk = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The sources of the talk in a folder of their own, where only the talk itself and `test-box` were measured."""
    from bench.kills import copy_project
    from talk.records.store import write_record
    from tests.experiments.gradient.render import samples as gradient_samples
    from tests.experiments.matmul.render.samples import matmul_record
    from tests.experiments.profiling import samples

    folder = tmp_path / "project"
    copy_project(folder)
    for machine in (folder / "docs" / "results").iterdir():
        if machine.name != "talk-2024":
            shutil.rmtree(machine)
    write_record(samples.record(samples.cpu_run()), folder / "docs" / "results")
    write_record(gradient_samples.record(), folder / "docs" / "results")
    write_record(matmul_record(), folder / "docs" / "results")
    return folder


@pytest.fixture
def small(project: Path) -> Path:
    """The project with two pages, a slide and one experiment of `test-box`: it builds in a moment."""
    docs = project / "docs"
    for page in docs.rglob("*.md"):
        page.unlink()
    shutil.rmtree(docs / "labs", ignore_errors=True)
    (docs / "index.md").write_text(_PAGE, encoding="utf-8")
    (docs / "slides.md").write_text("---\ntemplate: deck.html\n---\n\n/// chapter | index.md\n///\n", encoding="utf-8")
    (docs / "claims.toml").write_text("", encoding="utf-8")
    config = (project / "mkdocs.yml").read_text(encoding="utf-8")
    (project / "mkdocs.yml").write_text(re.sub(r"\nnav:\n(  .*\n)+", "\n", config), encoding="utf-8")
    for record in (docs / "results" / "test-box").glob("*.json"):
        if record.name != "profiling.json":
            record.unlink()
    return project


@pytest.fixture
def talk(project: Path) -> Talk:
    """Run `talk …` in the project's folder."""

    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "talk", *words], cwd=project, capture_output=True, text=True, timeout=120
        )

    return run
