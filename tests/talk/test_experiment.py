"""An experiment is a folder: found by looking, refused in one line, copied and deleted with no edit elsewhere."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from talk import experiment
from talk.errors import TalkError
from talk.experiment import Found, find_experiment, find_experiments
from tests.talk.conftest import run_talk

LEAST = "from talk.experiment import Experiment\n\nEXPERIMENT = Experiment(title='Found')\n"


@pytest.fixture
def experiments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of experiments in the place of the talk's."""
    folder = tmp_path / "scripts" / "experiments"
    folder.mkdir(parents=True)
    monkeypatch.setattr(experiment, "EXPERIMENTS", folder)
    monkeypatch.setattr("experiments.__path__", [str(folder)])
    find_experiments.cache_clear()
    yield folder
    find_experiments.cache_clear()


def add(folder: Path, name: str, **files: str) -> Path:
    (folder / name).mkdir()
    for stem, text in files.items():
        (folder / name / f"{stem}.py").write_text(text)
    return folder / name


def test_those_that_are_there_are_found_in_their_order() -> None:
    assert list(find_experiments()) == ["bare", "relay", "sorting", "labs"]
    assert [found.title for found in find_experiments().values()] == ["Bare", "Relay", "Sorting", "Notebooks"]
    assert find_experiment("relay").package == "experiments.relay"


def test_what_git_leaves_of_a_deleted_one_is_none(experiments: Path) -> None:
    (experiments / "gone" / "__pycache__").mkdir(parents=True)
    (experiments / "gone" / "__pycache__" / "experiment.cpython-311.pyc").touch()
    (experiments / "__pycache__").mkdir()
    (experiments / ".hidden").mkdir()
    (experiments / "notes.txt").touch()
    assert list(find_experiments()) == ["labs"]


@pytest.mark.parametrize(
    ("name", "files", "said"),
    [
        ("half", {"measure": ""}, "half: is no experiment: it has no experiment.py; give it experiment.py (`talk add"),
        ("Bad-Name", {"experiment": LEAST}, "Bad-Name: cannot be an experiment's name; use small Latin letters"),
        ("2nd", {"experiment": LEAST}, "2nd: cannot be an experiment's name; use small Latin letters, digits and _"),
        ("labs", {"experiment": LEAST}, "labs: the generator has an experiment of this name; call it something else"),
        (
            "empty",
            {"experiment": ""},
            "empty/experiment.py: has no EXPERIMENT; write `EXPERIMENT = Experiment(title=…)",
        ),
        ("wrong", {"experiment": "EXPERIMENT = 5\n"}, "wrong/experiment.py: has no EXPERIMENT; write `EXPERIMENT ="),
    ],
)
def test_a_folder_that_is_none_is_one_line(experiments: Path, name: str, files: dict[str, str], said: str) -> None:
    add(experiments, name, **files)
    with pytest.raises(TalkError) as caught:
        find_experiments()
    assert "\n" not in str(caught.value)
    assert f"{experiments}/{said}" in str(caught.value)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (lambda found: found.run(None), "measure has no run; write a function that measures into measure.py"),
        (lambda found: found.data_type, "record has no Data; write a dataclass of what it finds into record.py"),
    ],
)
def test_a_part_that_is_missing_is_named_when_it_is_asked_for(
    experiments: Path, asked: Callable[[Found], object], said: str
) -> None:
    folder = add(experiments, "found", experiment=LEAST, measure="", record="")
    with pytest.raises(TalkError, match=re.escape(f"{folder}: {said}")):
        asked(find_experiment("found"))


def test_what_an_experiment_does_without_is_nothing(experiments: Path) -> None:
    add(experiments, "found", experiment=LEAST)
    found = find_experiment("found")
    assert (found.named_values(None), found.fragments(None), found.remarks(None), found.sample()) == ({}, {}, [], None)
    assert (list(found.headlines(None)), found.migrate({"a": 1}), found.inputs(), found.versions()) == (
        [],
        {"a": 1},
        [],
        {},
    )


def test_an_unknown_one_is_one_line_that_names_the_others() -> None:
    with pytest.raises(TalkError, match=r"^scripts/experiments/realy: there is no .*; use one of bare, relay, sorting"):
        find_experiment("realy")


def files_outside(talk: Path, folder: Path) -> dict[Path, bytes]:
    """What people wrote, but for the experiment in `folder`."""
    parts = [talk / "mkdocs.yml", *(path for part in ("scripts", "docs") for path in (talk / part).rglob("*"))]
    made = ("results", "assets", "machines", "__pycache__")
    kept = (path for path in parts if path.is_file() and not set(made) & set(path.parts) and folder not in path.parents)
    return {path: path.read_bytes() for path in kept if path != talk / "docs" / "labs" / "sorting.md"}


def test_a_copy_of_the_folder_is_one_more_with_no_edit_elsewhere(new_talk: Path) -> None:
    copy = new_talk / "scripts" / "experiments" / "shuffling"
    before = files_outside(new_talk, copy)
    shutil.copytree(copy.parent / "sorting", copy, ignore=shutil.ignore_patterns("__pycache__"))
    for words in (("measure", "shuffling", "--quick"), ("build", "--no-measure"), ("check",)):
        done = run_talk(new_talk, *words)
        assert done.returncode == 0, done.stderr
    assert files_outside(new_talk, copy) == before
    assert 'data-record="' in (new_talk / "snippets" / "generated" / "shuffling" / "times.html").read_text()
    assert "shuffling.largest.ratio" in run_talk(new_talk, "values", "shuffling").stdout
    page = (new_talk / "site" / "reproduce" / "index.html").read_text()
    assert re.search(r'<a href="\.\./results/[^"/]*/shuffling\.json">', page)


def test_a_deleted_one_breaks_the_pages_that_ask_for_it_alone(new_talk: Path) -> None:
    """Pages are named with file and line; then its record, while the build goes on."""
    copy = new_talk / "scripts" / "experiments" / "shuffling"
    shutil.copytree(copy.parent / "sorting", copy, ignore=shutil.ignore_patterns("__pycache__"))
    page = new_talk / "docs" / "reproduce.md"
    text = page.read_text()
    asking = f'{text}\nIt took {{{{ shuffling.largest.insertion }}}}.\n\n--8<-- "generated/shuffling/times.html"\n'
    page.write_text(asking)
    for words in (("measure", "shuffling", "--quick"), ("build", "--no-measure")):
        done = run_talk(new_talk, *words)
        assert done.returncode == 0, done.stderr
    shutil.rmtree(copy)

    line = asking[: asking.index("It took")].count("\n") + 1
    for command in (("check",), ("build", "--no-measure")):
        done = run_talk(new_talk, *command)
        assert done.returncode == 1
        told = [each for each in done.stderr.splitlines() if "shuffling" in each]
        assert told[0] == (
            f"docs/reproduce.md:{line}: no record has the value shuffling.largest.insertion; "
            "there is no experiment shuffling: use one of sorting, labs"
        )
        assert told[1].startswith(f"docs/reproduce.md:{line + 2}: no fragment generated/shuffling/times.html; ")

    page.write_text(text)
    assert run_talk(new_talk, "build", "--no-measure").returncode == 0
    done = run_talk(new_talk, "check")
    assert done.returncode == 1
    (orphan,) = done.stderr.splitlines()
    assert re.fullmatch(
        r"docs/results/\S+/shuffling\.json: there is no experiment shuffling; "
        r"restore scripts/experiments/shuffling/, or delete the record",
        orphan,
    )
