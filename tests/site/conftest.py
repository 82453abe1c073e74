"""A whole project to break: a copy of this one, with a record of a machine made of round numbers."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.bench.kills import copy_project
from scripts.records.store import write_record
from tests import samples
from tests.render.gradient import samples as gradient_samples
from tests.render.matmul.samples import matmul_record

Talk = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The sources of the talk in a folder of their own, where only the talk itself and `test-box` were measured."""
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
def talk(project: Path) -> Talk:
    """Run `talk …` in the project's folder."""

    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "scripts", *words], cwd=project, capture_output=True, text=True, timeout=120
        )

    return run
