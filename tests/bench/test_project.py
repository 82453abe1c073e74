"""A copy of the talk: its sources and its records, without the generator and without what is built."""

import shutil
from pathlib import Path

from bench.kills import _change, _is_fresh
from bench.project import copy_project, environment
from talk.experiment import find_experiments
from talk.paths import PACKAGE, SCRIPTS
from talk.records.sources import hash_sources
from tests.experiments.algorithms.samples import algorithms_record


def test_it_is_a_talk_whose_generator_lies_elsewhere(tmp_path: Path) -> None:
    project = tmp_path / "project"
    copy_project(project)
    assert (project / "mkdocs.yml").is_file()
    assert list((project / "docs" / "results").glob("*/*.json"))
    experiments = {folder.name for folder in (project / "scripts" / "experiments").iterdir() if folder.is_dir()}
    assert experiments >= {name for name, each in find_experiments().items() if each.folder.is_relative_to(SCRIPTS)} - {
        "labs"
    }
    assert not (project / "scripts" / "talk").exists()
    assert not (project / "snippets" / "generated").exists()
    assert environment(project)["PYTHONPATH"].split(":") == [str(project / "scripts"), str(PACKAGE.parent)]


def test_a_change_makes_the_record_of_every_experiment_stale(tmp_path: Path) -> None:
    project = tmp_path / "project"
    copy_project(project)
    record = algorithms_record()
    record.code.sources.update(hash_sources(find_experiments()["algorithms"]))
    assert _is_fresh(record, project)
    _change(project, "x")
    assert not _is_fresh(record, project)
    shutil.rmtree(project / "scripts" / "experiments" / "algorithms")
    assert not _is_fresh(record, project)
