"""A record knows the code that measured it."""

from dataclasses import replace
from pathlib import Path

import pytest

from talk.records.sources import changed_sources, current_code, hash_sources
from tests import samples


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "scripts" / "measure" / "profiling"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").write_text("EXPERIMENTS = ['profiling']\n")
    (folder.parent / "machine.py").write_text("from talk.measure.clock import now\n")
    (folder.parent / "clock.py").write_text("now = 1\n")
    (folder.parent / "unused.py").write_text("")
    (folder / "profiler.py").write_text("def run():\n    from talk.measure import machine\n")
    (folder / "workload.json").write_text("{}\n")
    (tmp_path / "scripts" / "render").mkdir()
    (tmp_path / "scripts" / "render" / "tables.py").write_text("rows = 9\n")
    return tmp_path


def test_what_measures_is_hashed_and_what_renders_is_not(project: Path) -> None:
    assert list(hash_sources("profiling", project)) == [
        "scripts/talk/measure/clock.py",
        "scripts/talk/measure/machine.py",
        "scripts/shared/profiler.py",
        "scripts/experiments/profiling/measure/workload.json",
    ]


def test_a_record_is_fresh_until_its_code_changes(project: Path) -> None:
    record = samples.record(code=current_code("profiling", project))
    assert changed_sources(record, project) == []

    (project / "scripts" / "measure" / "profiling" / "profiler.py").write_text(
        "def run():\n    from talk.measure import machine\n    return machine.now\n"
    )
    assert changed_sources(record, project) == ["scripts/shared/profiler.py"]


def test_added_and_removed_sources_count_as_changes(project: Path) -> None:
    record = samples.record(code=current_code("profiling", project))
    (project / "scripts" / "measure" / "profiling" / "passes.py").write_text("")
    (project / "scripts" / "measure" / "clock.py").unlink()
    assert changed_sources(record, project) == ["scripts/talk/measure/clock.py", "scripts/experiments/profiling/measure/passes.py"]


def test_a_new_experiment_leaves_the_others_records_fresh(project: Path) -> None:
    record = samples.record(code=current_code("profiling", project))
    measure = project / "scripts" / "measure"
    (measure / "matmul").mkdir()
    (measure / "matmul" / "__init__.py").write_text("")
    (measure / "__init__.py").write_text("EXPERIMENTS = ['profiling', 'matmul']\n")
    assert changed_sources(record, project) == []


def test_the_talks_own_tables_never_go_stale(project: Path) -> None:
    code = replace(current_code("profiling", project), sources={})
    assert changed_sources(samples.record(code=code, origin="published"), project) == []


def test_outside_git_the_commit_is_unknown(project: Path) -> None:
    assert current_code("profiling", project).commit is None
