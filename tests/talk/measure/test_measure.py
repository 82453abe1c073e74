"""`measure`: what is refused before anything runs, and what is left when something goes wrong."""

import errno
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from talk.cli import main
from talk.errors import MissingError, TalkError
from talk.experiment import Experiment, Task, find_experiment, find_experiments
from talk.measure.machine import current_machine
from talk.measure.progress import make_progress
from talk.measure.run import measure
from talk.paths import ROOT, python_path
from talk.records.doubts import Doubt
from talk.records.store import read_record, record_path, write_record
from talk.records.summary import read_summaries
from tests.talk import samples
from tests.talk.conftest import CHECKOUT

EXPERIMENTS = ("bare", "relay", "sorting")


def task(**asked: Any) -> Task:
    return Task(progress=make_progress(), **asked)


def doing(monkeypatch: pytest.MonkeyPatch, name: str, does: Callable[[Task], Any]) -> None:
    """Puts `does` in the place of the experiment's measuring."""
    monkeypatch.setattr(f"experiments.{name}.measure.run", does)


def described(monkeypatch: pytest.MonkeyPatch, name: str, **changes: Any) -> None:
    """Changes the experiment's manifest."""
    found = find_experiment(name)
    about: Experiment = replace(found.about, **changes)
    monkeypatch.setitem(vars(found), "about", about)


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Puts an experiment that takes no time in the place of relay; what it was called with."""
    calls: list[tuple[Any, ...]] = []

    def run(task: Task) -> Any:
        assert callable(task.progress.say)
        calls.append((task.device, task.quick, task.inputs))
        if task.inputs is not None:
            raise TalkError(task.inputs, "cannot be read", "mend it")
        return samples.data()

    doing(monkeypatch, "relay", run)
    return calls


def test_the_record_says_what_ran_where(tmp_path: Path, running: list[tuple[Any, ...]]) -> None:
    (path,) = measure(["relay"], task(device="cpu", quick=True), tmp_path)
    record = read_record(path)
    assert path == record_path(tmp_path, current_machine().slug, "relay")
    assert running == [("cpu", True, None)]
    assert record.machine == current_machine()
    assert (record.origin, record.quick) == ("measured", True)
    assert {"python", "pyyaml"} <= record.versions.keys()
    assert "scripts/experiments/relay/measure.py" in record.code.sources
    assert {"clock_not_pinned", "single_pass"} <= {*record.uncontrolled}


def test_what_an_experiment_says_of_its_own_versions_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, running: list[tuple[Any, ...]]
) -> None:
    monkeypatch.setattr("experiments.relay.measure.versions", lambda: {"track": "7"}, raising=False)
    (path,) = measure(["relay"], task(), tmp_path)
    assert read_record(path).versions["track"] == "7"
    assert running == [("auto", False, None)]


@pytest.mark.usefixtures("running")
def test_measuring_again_keeps_what_the_former_measurement_found(tmp_path: Path) -> None:
    former = samples.record(measured_at="2026-11-20T00:00:00Z", machine=current_machine())
    write_record(former, tmp_path)  # by code that knew of no summaries
    measure(["relay"], task(), tmp_path)
    before, after = read_summaries(tmp_path)
    assert (before.measured_at, before.machine) == ("2026-11-20T00:00:00Z", current_machine().slug)
    assert before.headlines == after.headlines
    assert after.measured_at > before.measured_at
    assert len(list(tmp_path.glob("*/*.json"))) == 1


@pytest.mark.usefixtures("running")
def test_a_failed_measurement_leaves_the_former_record(tmp_path: Path) -> None:
    (path,) = measure(["relay"], task(), tmp_path)
    before = path.read_bytes()
    with pytest.raises(TalkError, match="cannot be read"):
        measure(["relay"], task(inputs=tmp_path), tmp_path)
    assert path.read_bytes() == before
    assert sorted(path.parent.glob("*.*")) == [path]


def test_what_was_found_is_written_though_a_part_broke_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = []

    def run(task: Task) -> Any:
        runs.append(task.broke("the second part", RuntimeError("CUDA error:\nmisaligned address")))
        return samples.data()

    doing(monkeypatch, "relay", run)
    monkeypatch.setattr("experiments.relay.record.doubts", lambda _: [Doubt("wide_spread", "x")], raising=False)
    asked = task()
    with pytest.raises(TalkError, match="is written without what broke off: the second part: RuntimeError: CUDA error"):
        measure(["relay"], asked, tmp_path)
    record = read_record(record_path(tmp_path, current_machine().slug, "relay"))
    assert record.broken == ["the second part: RuntimeError: CUDA error: misaligned address"]
    assert len(runs) == 1  # what broke is not measured again for a doubt
    assert asked.broken == []  # the next experiment begins whole


@pytest.mark.usefixtures("running")
def test_what_belongs_to_a_record_is_there_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kill between the two leaves no record that lacks what it speaks of: it is measured again."""

    def killed(folder: Path) -> None:
        raise KeyboardInterrupt(folder)

    monkeypatch.setattr("experiments.relay.measure.keep", killed, raising=False)
    with pytest.raises(KeyboardInterrupt, match=current_machine().slug):
        measure(["relay"], task(), tmp_path)
    assert list(tmp_path.rglob("*.json")) == []


def test_a_missing_package_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, running: list[tuple[Any, ...]]
) -> None:
    described(monkeypatch, "relay", packages={"yaml": "pyyaml", "no_such": "such[all]"})
    what = (
        r"^talk measure relay: such\[all\] must be installed first; run `make setup ALL=1`, or `pip install such\[all\]"
    )
    with pytest.raises(MissingError, match=what):
        measure(["relay"], task(), tmp_path)
    assert running == []


def of_three(monkeypatch: pytest.MonkeyPatch, **instead: Callable[[], Any]) -> None:
    """Three experiments that take no time and find what samples hold, but for those that do otherwise `instead`."""
    found = find_experiment("bare").data_type(sizes=[1])
    finds = {"bare": lambda: found, "relay": samples.data, "sorting": find_experiment("sorting").sample} | instead
    for name, does in finds.items():
        doing(monkeypatch, name, lambda _, does=does: does())
    described(monkeypatch, "labs", in_all=False)


def raising(error: Exception) -> Callable[[], Any]:
    def fail() -> Any:
        raise error

    return fail


def written(out: Path) -> list[str]:
    return sorted(path.stem for path in out.glob("*/*.json"))


def test_all_measures_everything_that_does_not_wait_to_be_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    of_three(monkeypatch)
    assert main(["measure", "all", "--out", str(tmp_path)]) == 0
    assert written(tmp_path) == [*EXPERIMENTS]
    assert [path.stem for path in sorted(tmp_path.glob("*/*.json"), key=lambda path: path.stat().st_mtime_ns)] == [
        name for name in find_experiments() if name != "labs"
    ]
    assert capfd.readouterr().err.count("is written") == 3


def test_all_leaves_out_what_lacks_a_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    of_three(monkeypatch, bare=raising(MissingError("talk measure bare", "a tape is missing", "`pip install tape`")))
    described(monkeypatch, "relay", packages={"no_such": "such[all]"})
    assert main(["measure", "--out", str(tmp_path)]) == 0
    assert written(tmp_path) == ["sorting"]
    skipped = [line for line in capfd.readouterr().err.splitlines() if line.endswith("is skipped")]
    assert skipped[0] == "talk measure bare: a tape is missing; `pip install tape`; bare is skipped"
    assert "`pip install such[all]` on a bare machine; relay is skipped" in skipped[1]
    assert main(["measure", "relay", "--out", str(tmp_path)]) == 1
    assert len(capfd.readouterr().err.splitlines()) == 1


def test_all_goes_on_after_a_failure_and_says_so_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    of_three(monkeypatch, bare=raising(RuntimeError("CUDA error: an illegal memory\naccess")))
    assert main(["measure", "all", "--out", str(tmp_path)]) == 1
    assert written(tmp_path) == ["relay", "sorting"]
    lines = capfd.readouterr().err.splitlines()
    assert "CUDA error: an illegal memory access" in lines[0]
    assert lines[0].startswith("talk measure bare: RuntimeError at ")
    assert "experiment.py:" in lines[0]  # the last line of ours that it came through
    assert lines[-1].startswith("talk measure: bare failed")


def test_what_ends_the_process_of_one_experiment_leaves_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    of_three(monkeypatch, bare=lambda: os.kill(os.getpid(), signal.SIGKILL))
    assert main(["measure", "all", "--out", str(tmp_path)]) == 1
    assert written(tmp_path) == ["relay", "sorting"]
    assert capfd.readouterr().err.startswith("talk measure bare: its process ended with status -9; measure it again\n")


def test_what_needs_a_gpu_most_is_measured_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    of_three(monkeypatch)
    described(monkeypatch, "sorting", gpu_takes_s=9.0)
    described(monkeypatch, "relay", gpu_takes_s=1.0)
    assert main(["measure", "all", "--out", str(tmp_path)]) == 0
    lines = [line for line in capfd.readouterr().err.splitlines() if line.endswith("is written")]
    assert [Path(line.split()[0]).stem for line in lines] == ["sorting", "relay", "bare"]


def test_what_takes_longer_than_is_left_is_left_out_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    of_three(monkeypatch)
    described(monkeypatch, "relay", takes_s=3000.0)
    assert main(["measure", "all", "--minutes", "10", "--out", str(tmp_path)]) == 0
    assert written(tmp_path) == ["bare", "sorting"]
    assert "relay is left out: it takes about 3000 s, " in capfd.readouterr().err
    assert main(["measure", "all", "--minutes", "15", "--quick", "--out", str(tmp_path)]) == 0
    assert written(tmp_path) == [*EXPERIMENTS]


def test_what_does_not_end_in_time_is_ended_and_leaves_what_it_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def slow(task: Task) -> Any:
        task.keep(samples.data())
        subprocess.Popen(["sleep", "600"]).wait()

    of_three(monkeypatch, bare=raising(MissingError("here", "nothing is installed", "install it")))
    doing(monkeypatch, "relay", slow)
    described(monkeypatch, "sorting", gpu_takes_s=9.0)
    described(monkeypatch, "relay", takes_s=0.0)
    assert main(["measure", "all", "--minutes", "0.1", "--out", str(tmp_path), "--quick"]) == 1
    assert written(tmp_path) == ["relay"]
    (path,) = tmp_path.glob("*/relay.json")
    assert read_record(path).broken == ["the rest was not measured: the run did not come to its end"]
    said = capfd.readouterr().err
    assert "talk measure relay: did not end within its time" in said


def test_what_is_kept_by_the_way_replaces_no_record_and_is_no_former_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there: list[list[str]] = []

    def run(task: Task) -> Any:
        task.keep(samples.data())
        there.append([read_record(path).measured_at for path in tmp_path.glob("*/relay.json")])
        return samples.data()

    doing(monkeypatch, "relay", run)
    (path,) = measure(["relay"], task(), tmp_path)
    assert read_record(path).broken == []
    assert len(list(read_summaries(tmp_path))) == 1
    before = read_record(path).measured_at
    measure(["relay"], task(), tmp_path)
    assert there[1] == [before]


def test_what_cannot_be_kept_by_the_way_is_told_and_measured_to_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def full(**_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def run(task: Task) -> Any:
        with monkeypatch.context() as patch:
            patch.setattr("talk.records.files.tempfile.mkstemp", full)
            task.keep(samples.data())
        return samples.data()

    doing(monkeypatch, "relay", run)
    (path,) = measure(["relay"], task(), tmp_path)
    assert read_record(path).broken == []
    assert "relay.json: cannot be written (No space left on device)" in capfd.readouterr().err


@pytest.mark.parametrize("word", ["0", "-1", "soon", "nan"])
def test_minutes_are_a_number_above_zero(word: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["measure", "all", "--minutes", word])
    assert ended.value.code == 2
    assert "argument --minutes: invalid" in capfd.readouterr().err


def test_all_of_nothing_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    missing = raising(MissingError("here", "nothing is installed", "install it"))
    of_three(monkeypatch, **dict.fromkeys(EXPERIMENTS, missing))
    assert main(["measure", "all", "--out", str(tmp_path)]) == 1
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) == len(EXPERIMENTS) + 1
    assert lines[-1].startswith("talk measure: nothing was measured")
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def bare_checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout of a talk as it is cloned on a machine where nothing is installed."""
    folder = tmp_path_factory.mktemp("bare") / "checkout"
    ignored = shutil.ignore_patterns("__pycache__", "assets", "theme", "npm")
    shutil.copytree(CHECKOUT / "scripts" / "talk", folder / "scripts" / "talk", ignore=ignored)
    shutil.copy(CHECKOUT / "scripts" / "__main__.py", folder / "scripts")
    shutil.copytree(ROOT / "scripts" / "experiments", folder / "scripts" / "experiments", ignore=ignored)
    shutil.copy(ROOT / "mkdocs.yml", folder)
    return folder


# As `python3 -S scripts`, but whoever opens a connection, or imports what is not of the standard library, is refused.
_WATCHED = """
import runpy, sys
ours = {*sys.stdlib_module_names, "talk", "experiments", "__main__"}
def refuse(event, found):
    if event.startswith("socket.") and event != "socket.gethostname":
        raise RuntimeError(f"the network is asked: {event} {found}")
    if event == "import" and found[1] is not None and found[0].split(".")[0] not in ours:
        raise RuntimeError(f"{found[0]} is imported")
sys.addaudithook(refuse)
sys.argv[0] = "scripts"
runpy.run_path("scripts", run_name="__main__")
"""


@pytest.mark.parametrize("program", [["scripts"], ["-c", _WATCHED]], ids=["as it is", "watched"])
def test_a_bare_machine_needs_nothing_to_measure(bare_checkout: Path, tmp_path: Path, program: list[str]) -> None:
    bare = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    words = [sys.executable, "-S", *program, "measure", "all", "--quick", "--device", "cpu", "--out", str(tmp_path)]
    done = subprocess.run(words, cwd=bare_checkout, capture_output=True, text=True, env=bare)
    assert done.returncode == 0, done.stderr
    assert written(tmp_path) == ["bare", "sorting"]
    skipped = [line.partition(":")[0] for line in done.stderr.splitlines() if line.endswith("is skipped")]
    assert skipped == ["talk measure relay", "talk measure labs"]  # whose packages are not there
    (path,) = tmp_path.glob("*/sorting.json")
    record = read_record(path)
    assert (record.experiment, record.quick, record.code.commit) == ("sorting", True, None)
    assert record.code.sources == samples.record(experiment="sorting").code.sources


@pytest.mark.skipif(current_machine().gpu is not None, reason="there is a GPU here")
def test_a_gpu_that_is_not_there_is_refused(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert main(["measure", "relay", "--device", "cuda", "--quick", "--out", str(tmp_path)]) == 1
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith("--device cuda: PyTorch")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_experiment_is_one_line_that_names_the_others(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["measure", "relays", "--out", str(tmp_path)]) == 1
    assert capfd.readouterr() == (
        "",
        "scripts/experiments/relays: there is no such experiment; use one of bare, relay, sorting, labs\n",
    )
    assert list(tmp_path.iterdir()) == []


def test_nothing_heavy_is_imported_before_an_experiment_runs() -> None:
    """Pages are built and `talk --help` is shown where there is no torch, NumPy or NeMo."""
    heavy = "{'torch', 'nemo', 'numpy', 'soundfile', 'pydantic', 'rich', 'yaml', 'matplotlib'} & {*sys.modules}"
    asked = "talk.cli, talk.measure.run, talk.measure.machine; talk.experiment.find_experiments()"
    words = [sys.executable, "-c", f"import sys, {asked}; print({heavy})"]
    environment = os.environ | {"PYTHONPATH": python_path()}
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, env=environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, "set()\n", "")
