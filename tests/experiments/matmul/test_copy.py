"""A copy of the experiment's folder under another name is another experiment."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from talk.experiment import find_experiment
from talk.paths import PACKAGE

_ASK = """
from dataclasses import replace
from pathlib import Path

from talk.experiment import find_experiments
from talk.records.schema import SCHEMA_VERSION, Code, Machine, Record
from talk.records.sources import hash_sources
from talk.records.store import read_record, write_record
from talk.render.drawing import drawing_of

assert set(find_experiments()) == {"labs", "matmul2"}
copy = find_experiments()["matmul2"]
assert {name.split("/")[2] for name in hash_sources(copy) if name.startswith("scripts/")} == {"matmul2"}
machine = Machine(
    slug="box", cpu="CPU", cpu_cores=2, memory_bytes=None, gpu="GPU", gpu_memory_bytes=None, system="Linux"
)
record = Record(
    schema_version=SCHEMA_VERSION, experiment="matmul2", machine=machine, versions={}, origin="measured",
    code=Code(commit=None, dirty=False, sources={}), measured_at="2026-11-03T00:00:00Z", uncontrolled=[],
    quick=False, data=copy.sample(),
)
read = read_record(write_record(record, Path("docs/results")))
assert replace(read, doubtful=[]) == record  # made times contradict each other, and reading says so
assert copy.named_values(read)["overlap.n1024.to_library"].number == 1.2
assert {name for name, _ in copy.headlines(read.data)} == {each.name for each in copy.about.headlines}
fragments = copy.fragments(drawing_of(copy, [read]))
for name, html in fragments.items():
    assert 'data-record="box/matmul2"' in html, name
    assert "matmul-" not in html and "matmul/" not in html, name
"""
_MEASURE = """
import os
from experiments.matmul2.measure.gpu_part import measure_gpu
from experiments.matmul2.measure.circle2_compiled import multiply
from talk.experiment import Task
from talk.measure.progress import make_progress
import numpy as np

assert os.environ["NUMBA_CACHE_DIR"].startswith(os.getcwd())
assert multiply(np.eye(2, dtype=np.float32), np.ones((2, 2), np.float32)).tolist() == [[1, 1], [1, 1]]
assert measure_gpu(Task(progress=make_progress(), device="cpu")).contenders
"""


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A talk whose one experiment is the copy."""
    root = tmp_path_factory.mktemp("talk")
    units = "{frequency: {ГГц: 1000000000}, power: {Вт: 1}}"
    (root / "mkdocs.yml").write_text(
        f"site_name: Copied\nextra: {{talk: {{language: ru, units: {units}}}}}\n", encoding="utf-8"
    )
    (root / "docs").mkdir()
    copy = root / "scripts" / "experiments" / "matmul2"
    copy.parent.mkdir(parents=True)
    (copy.parent / "__init__.py").touch()  # or this checkout's own package `experiments` would come first
    shutil.copytree(find_experiment("matmul").folder, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return root


@pytest.mark.parametrize("program", [_ASK, _MEASURE], ids=["found, read and drawn", "measured"])
def test_a_copy_is_another_experiment(talk: Path, program: str) -> None:
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(talk / "scripts"), str(PACKAGE.parent)])}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=talk, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "matmul:" not in done.stderr  # it calls itself by its own name
