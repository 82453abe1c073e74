"""A record knows the code that measured it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from talk.experiment import Found, find_experiment
from talk.paths import PACKAGE, ROOT
from talk.records import sources
from talk.records.sources import changed_sources, current_code, hash_sources
from tests.talk import samples

RELAY = "scripts/experiments/relay"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder of a talk whose one experiment is relay: a package that measures, with all that lies around it."""
    files = {
        f"{RELAY}/experiment.py": "from shared import titles\n",
        f"{RELAY}/record.py": "from shared import fields\n",
        f"{RELAY}/render.py": "from shared import colours\n",
        f"{RELAY}/sample.py": "",
        f"{RELAY}/measure/__init__.py": "from ..record import Data\nfrom .legs import run\n",
        f"{RELAY}/measure/legs.py": (
            "COURSE = 'course.json'\ndef run():\n    from shared import track\n    from .. import weather\n"
        ),
        f"{RELAY}/measure/unused.py": "",
        f"{RELAY}/measure/course.json": "{}\n",
        f"{RELAY}/measure/notes.txt": "",
        f"{RELAY}/weather.py": "import shared.wind\n",
        "scripts/shared/__init__.py": "",
        "scripts/shared/track.py": "from talk.measure.clock import race\nfrom .ground import *\n",
        "scripts/shared/track.json": "{}\n",
        "scripts/shared/ground.py": "",
        "scripts/shared/wind.py": "",
        "scripts/shared/unused.py": "",
        "scripts/shared/titles.py": "",
        "scripts/shared/fields.py": "",
        "scripts/shared/colours.py": "",
        "docs/relay.md": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def relay(root: Path) -> Found:
    return Found("relay", "experiments.relay", root / RELAY)


def code(root: Path) -> Any:
    return current_code(relay(root), root)


def changed(record: Any, root: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(sources, "find_experiments", lambda: {"relay": relay(root)})
    return changed_sources(record, root)


def test_what_measures_is_hashed_and_what_describes_keeps_or_shows_is_not(root: Path) -> None:
    """Imports relative and absolute, at the top and inside; shared modules; data that lies beside a module."""
    assert sorted(hash_sources(relay(root), root)) == [
        f"{RELAY}/measure/__init__.py",
        f"{RELAY}/measure/course.json",
        f"{RELAY}/measure/legs.py",
        f"{RELAY}/weather.py",
        "scripts/shared/__init__.py",
        "scripts/shared/ground.py",
        "scripts/shared/track.json",
        "scripts/shared/track.py",
        "scripts/shared/wind.py",
        "talk/measure/clock.py",
        "talk/measure/collector.py",
    ]


def test_one_module_measures_as_a_package_does() -> None:
    assert sorted(hash_sources(find_experiment("sorting"))) == [
        "scripts/experiments/sorting/measure.py",
        "talk/measure/clock.py",
        "talk/measure/collector.py",
    ]


def test_modules_of_the_generator_are_named_alike_wherever_it_lies(tmp_path: Path) -> None:
    """What a checkout measured stays fresh where the generator is installed, and the other way round."""
    packages = tmp_path / "site-packages"
    shutil.copytree(PACKAGE, packages / "talk", ignore=shutil.ignore_patterns("__pycache__"))
    asked = (
        "import json, talk\n"
        "from talk.experiment import find_experiment\n"
        "from talk.records.sources import hash_sources\n"
        "print(json.dumps([talk.__file__, hash_sources(find_experiment('sorting'))]))"
    )
    told = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(packages)},
        capture_output=True,
        text=True,
        check=True,
    )
    file, hashed = json.loads(told.stdout)
    assert Path(file).is_relative_to(packages)
    assert {"talk/measure/clock.py", "scripts/experiments/sorting/measure.py"} <= hashed.keys()
    assert hashed == samples.record(experiment="sorting").code.sources


@pytest.mark.parametrize(
    ("file", "is_stale"),
    [
        (f"{RELAY}/measure/legs.py", True),
        (f"{RELAY}/measure/course.json", True),
        (f"{RELAY}/weather.py", True),
        ("scripts/shared/ground.py", True),
        ("scripts/shared/track.json", True),
        (f"{RELAY}/measure/notes.txt", False),
        (f"{RELAY}/experiment.py", False),
        (f"{RELAY}/record.py", False),
        (f"{RELAY}/render.py", False),
        (f"{RELAY}/sample.py", False),
        ("scripts/shared/fields.py", False),
        ("scripts/shared/unused.py", False),
        ("docs/relay.md", False),
    ],
)
def test_a_record_is_fresh_until_its_code_changes(
    root: Path, monkeypatch: pytest.MonkeyPatch, file: str, is_stale: bool
) -> None:
    record = samples.record(code=code(root))
    assert changed(record, root, monkeypatch) == []
    with (root / file).open("a") as opened:
        opened.write("\n")
    assert changed(record, root, monkeypatch) == ([file] if is_stale else [])


def test_added_and_removed_sources_count_as_changes(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = samples.record(code=code(root))
    (root / RELAY / "measure" / "passes.py").write_text("")
    assert changed(record, root, monkeypatch) == []  # nothing imports it
    (root / RELAY / "measure" / "legs.py").write_text("COURSE = 'course.json'\nfrom . import passes\n")
    (root / "scripts" / "shared" / "wind.py").unlink()
    files = [f"{RELAY}/measure/legs.py", f"{RELAY}/measure/passes.py", f"{RELAY}/weather.py"]
    assert changed(record, root, monkeypatch)[:3] == files


def test_a_half_written_source_is_a_changed_one(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = samples.record(code=code(root))
    (root / RELAY / "weather.py").write_text("import shared.wind\ndef (\n")
    assert f"{RELAY}/weather.py" in changed(record, root, monkeypatch)


def test_a_new_experiment_leaves_the_others_records_fresh(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = samples.record(code=code(root))
    other = root / "scripts" / "experiments" / "other"
    other.mkdir()
    for name in ("experiment", "measure", "record"):
        (other / f"{name}.py").write_text("")
    assert changed(record, root, monkeypatch) == []


def test_the_talks_own_tables_never_go_stale(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = samples.record(code=replace(code(root), sources={}), origin="published")
    assert changed(record, root, monkeypatch) == []


def test_outside_git_the_commit_is_unknown(root: Path) -> None:
    assert code(root).commit is None


def in_git(root: Path) -> Callable[..., str]:
    """All of the folder committed; what it returns runs git there."""

    def git(*words: str) -> str:
        who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "commit.gpgsign=false"]
        command = ["git", "-C", str(root), *who, *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    git("init", "--quiet")
    git("add", "--all")
    git("commit", "--quiet", "--message", "all")
    return git


def test_edited_code_of_the_generator_is_told_too(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the checkout that the generator grows in."""
    package = root / "scripts" / "talk"
    shutil.copytree(PACKAGE / "measure", package / "measure", ignore=shutil.ignore_patterns("__pycache__"))
    for name, path in {"PACKAGE": package, "_MEASURING": package / "measure"}.items():
        monkeypatch.setattr(sources, name, path)
    git = in_git(root)
    assert not code(root).dirty
    with (package / "measure" / "clock.py").open("a") as clock:
        clock.write("\n")
    assert code(root).dirty
    git("checkout", "--quiet", "--", ".")
    assert not code(root).dirty


def test_in_git_the_commit_and_what_differs_from_it_are_known(root: Path) -> None:
    git = in_git(root)
    assert (code(root).commit, code(root).dirty) == (git("rev-parse", "HEAD"), False)
    (root / "docs" / "relay.md").write_text("Takes no part in measuring.")
    assert not code(root).dirty
    (root / "scripts" / "shared" / "wind.py").write_text("strong = True\n")
    assert code(root).dirty
