"""A copy of the experiment's folder under another name is another experiment, with no edit anywhere."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from talk.paths import EXPERIMENTS, PACKAGE, SCRIPTS, SNIPPETS

_LOOK = """
import json, pkgutil, sys
from importlib import import_module
from talk.experiment import find_experiments
from talk.records.sources import hash_sources
from talk.records.schema import SCHEMA_VERSION, Code, Machine, Record
from talk.render.drawing import drawing_of

name = sys.argv[1]
found = find_experiments()[name]
machine = Machine(slug="here", cpu="CPU", cpu_cores=1, memory_bytes=None, gpu=None, gpu_memory_bytes=None, system="")
record = Record(
    schema_version=SCHEMA_VERSION, experiment=name, machine=machine, versions={}, data=found.sample(), quick=False,
    code=Code(commit=None, dirty=False, sources={}), measured_at="2026-11-01T00:00:00Z", origin="measured",
    uncontrolled=[],
)
for module in pkgutil.iter_modules([found.folder / "measure"], f"{found.package}.measure."):
    import_module(module.name)
print(json.dumps({
    "values": len(found.named_values(record)),
    "figures": sorted(found.fragments(drawing_of(found, [record]))),
    "modules": sorted(module for module in sys.modules if module.startswith("experiments.")),
    "sources": sorted(hash_sources(found)),
}))
"""


@pytest.mark.parametrize("name", ["algorithms", "decks"])
def test_a_copy_is_measured_and_shown_by_its_own_code(tmp_path: Path, name: str) -> None:
    copy = f"{name}2"
    shutil.copytree(EXPERIMENTS / name, tmp_path / "scripts" / "experiments" / copy)
    for needed in (SCRIPTS / "shared", SNIPPETS):
        shutil.copytree(needed, tmp_path / needed.relative_to(SCRIPTS.parent))
    (tmp_path / "scripts" / "experiments" / "__init__.py").touch()
    (tmp_path / "mkdocs.yml").write_text("site_name: x\nextra: {talk: {language: ru}}\n")
    done = subprocess.run(
        [sys.executable, "-c", _LOOK, copy],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.pathsep.join((str(tmp_path / "scripts"), str(PACKAGE.parent)))},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["values"] > 10
    assert seen["figures"]
    assert [module for module in seen["modules"] if module.startswith(f"experiments.{name}.")] == []
    assert [module for module in seen["modules"] if module.startswith(f"experiments.{copy}.measure.")]
    assert f"scripts/experiments/{copy}/measure/__init__.py" in seen["sources"]
    assert [path for path in seen["sources"] if path.startswith(f"scripts/experiments/{name}/")] == []
