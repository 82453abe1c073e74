"""`measure`: what is refused before anything runs, and what is left when something goes wrong."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from scripts import measure as package

from talk.cli import main
from talk.errors import MissingError, TalkError
from talk.measure import EXPERIMENTS, Experiment, measure
from talk.measure.machine import current_machine
from talk.measure.progress import Progress
from talk.paths import ROOT
from talk.records.store import read_record, record_path, write_record
from talk.records.summary import read_summaries
from tests import samples
from tests.experiments.gradient.render.samples import gradient
from tests.experiments.matmul.render.samples import matmul


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Puts an experiment that takes no time in the place of profiling; what it was called with."""
    calls: list[tuple[Any, ...]] = []

    def run(device: str, quick: bool, audio: Path | None, progress: Progress) -> Any:
        assert callable(progress.say)
        calls.append((device, quick, audio))
        if audio is not None:
            raise TalkError(audio, "cannot be read", "mend it")
        return samples.record().data

    monkeypatch.setitem(EXPERIMENTS, "profiling", Experiment(run, {"numpy": "numpy"}))
    return calls


def test_the_record_says_what_ran_where(tmp_path: Path, running: list[tuple[Any, ...]]) -> None:
    (path,) = measure(["profiling"], device="cpu", out=tmp_path, quick=True, audio=None)
    record = read_record(path)
    assert path == record_path(tmp_path, current_machine().slug, "profiling")
    assert running == [("cpu", True, None)]
    assert record.machine == current_machine()
    assert (record.origin, record.quick) == ("measured", True)
    assert {"python", "numpy"} <= record.versions.keys()
    assert "scripts/shared/profiler.py" in record.code.sources
    assert any("разброс неизвестен" in each for each in record.uncontrolled)


@pytest.mark.usefixtures("running")
def test_measuring_again_keeps_what_the_former_measurement_found(tmp_path: Path) -> None:
    former = samples.record(measured_at="2026-11-20T00:00:00Z", machine=current_machine())
    write_record(former, tmp_path)  # by code that knew of no summaries
    measure(["profiling"], device="cpu", out=tmp_path, quick=False, audio=None)
    before, after = read_summaries(tmp_path)
    assert (before.measured_at, before.machine) == ("2026-11-20T00:00:00Z", current_machine().slug)
    assert before.headlines == after.headlines
    assert after.measured_at > before.measured_at
    assert len(list(tmp_path.glob("*/*.json"))) == 1


@pytest.mark.usefixtures("running")
def test_a_failed_measurement_leaves_the_former_record(tmp_path: Path) -> None:
    (path,) = measure(["profiling"], device="cpu", out=tmp_path, quick=False, audio=None)
    before = path.read_bytes()
    with pytest.raises(TalkError):
        measure(["profiling"], device="cpu", out=tmp_path, quick=False, audio=tmp_path)
    assert path.read_bytes() == before
    assert sorted(path.parent.glob("*.*")) == [path]


@pytest.mark.usefixtures("running")
def test_what_belongs_to_a_record_is_there_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kill between the two leaves no record that lacks what it speaks of: it is measured again."""

    def killed(folder: Path) -> None:
        raise KeyboardInterrupt(folder)

    monkeypatch.setitem(EXPERIMENTS, "profiling", replace(EXPERIMENTS["profiling"], keep=killed))
    with pytest.raises(KeyboardInterrupt, match=current_machine().slug):
        measure(["profiling"], device="cpu", out=tmp_path, quick=False, audio=None)
    assert list(tmp_path.rglob("*.json")) == []


def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = package.find_spec
    monkeypatch.setattr(package, "find_spec", lambda name: None if name == "nemo" else real(name))
    with pytest.raises(
        TalkError, match=r"^talk measure profiling: nemo_toolkit\[asr\] must be installed first; run `make setup"
    ):
        measure(["profiling"], device="cpu", out=tmp_path, quick=True, audio=None)


def of_three(monkeypatch: pytest.MonkeyPatch, **instead: Callable[[], Any]) -> None:
    """Three experiments that take no time and find what samples hold, but for those that do otherwise `instead`."""

    def experiment(does: Callable[[], Any]) -> Experiment:
        return Experiment(lambda *_: does(), {"numpy": "numpy"})

    finds = {"profiling": lambda: samples.record().data, "matmul": matmul, "gradient": gradient}
    for name in list(EXPERIMENTS):
        if name in finds:
            monkeypatch.setitem(EXPERIMENTS, name, experiment(instead.get(name, finds[name])))
        else:
            monkeypatch.delitem(EXPERIMENTS, name)


def raising(error: Exception) -> Callable[[], Any]:
    def fail() -> Any:
        raise error

    return fail


def written(out: Path) -> list[str]:
    return sorted(path.stem for path in out.glob("*/*.json"))


def test_all_leaves_out_what_lacks_a_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    of_three(
        monkeypatch, matmul=raising(MissingError("talk measure matmul", "numba is missing", "`pip install numba`"))
    )
    monkeypatch.setitem(EXPERIMENTS, "gradient", replace(EXPERIMENTS["gradient"], packages={"no_such": "such[all]"}))
    assert main(["measure", "--out", str(tmp_path)]) == 0
    assert written(tmp_path) == ["profiling"]
    skipped = [line for line in capfd.readouterr().err.splitlines() if line.endswith("is skipped")]
    assert skipped[0] == "talk measure matmul: numba is missing; `pip install numba`; matmul is skipped"
    assert "`pip install such[all]` on a bare machine; gradient is skipped" in skipped[1]
    assert main(["measure", "gradient", "--out", str(tmp_path)]) == 1
    assert len(capfd.readouterr().err.splitlines()) == 1


def test_all_goes_on_after_a_failure_and_says_so_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    of_three(monkeypatch, profiling=raising(RuntimeError("CUDA error: an illegal memory\naccess")))
    assert main(["measure", "all", "--out", str(tmp_path)]) == 1
    assert written(tmp_path) == ["gradient", "matmul"]
    lines = capfd.readouterr().err.splitlines()
    assert "CUDA error: an illegal memory access" in lines[0]
    assert lines[0].startswith("talk measure profiling: RuntimeError at scripts/talk/measure/__init__.py:")
    assert lines[-1].startswith("talk measure: profiling failed")


def test_all_of_nothing_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    missing = raising(MissingError("here", "nothing is installed", "install it"))
    of_three(monkeypatch, **dict.fromkeys(EXPERIMENTS, missing))
    assert main(["measure", "all", "--out", str(tmp_path)]) == 1
    assert len(capfd.readouterr().err.splitlines()) == len(EXPERIMENTS) + 1
    assert list(tmp_path.iterdir()) == []


BARE = """
import runpy, sys
for name in sys.argv.pop(1).split(","):
    sys.modules[name] = None  # not to be imported, nor found
from tests import samples
from talk.measure import EXPERIMENTS, Experiment
EXPERIMENTS["profiling"] = Experiment(lambda *_: samples.record().data, {})
sys.argv[0] = "talk"
runpy.run_module("scripts", run_name="__main__")
"""


def test_a_bare_machine_needs_nothing_to_write_a_record(tmp_path: Path) -> None:
    blocked = "torch,nemo,numba,numpy,pydantic,rich,matplotlib,markdown,mkdocs,yaml,PIL,fontTools"
    words = [sys.executable, "-c", BARE, blocked, "measure", "all", "--out", str(tmp_path)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert written(tmp_path) == ["profiling"]
    skipped = [line for line in done.stderr.splitlines() if line.endswith("is skipped")]
    assert {line.split(":")[0] for line in skipped} == {f"talk measure {name}" for name in EXPERIMENTS} - {
        "talk measure profiling"
    }
    assert len(done.stderr.splitlines()) == len(skipped) + 1
    (path,) = tmp_path.glob("*/profiling.json")
    assert read_record(path).experiment == "profiling"


@pytest.mark.skipif(current_machine().gpu is not None, reason="there is a GPU here")
def test_a_gpu_that_is_not_there_is_refused(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert main(["measure", "profiling", "--device", "cuda", "--quick", "--out", str(tmp_path)]) == 1
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith("--device cuda: PyTorch ")
    assert list(tmp_path.iterdir()) == []


def test_unreadable_audio_is_refused_before_anything_is_measured(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    sounds, out = tmp_path / "sounds", tmp_path / "results"
    sounds.mkdir()
    (sounds / "broken.wav").write_bytes(b"RIFF")
    assert main(["measure", "profiling", "--audio", str(sounds), "--quick", "--out", str(out)]) == 1
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith(f"{sounds / 'broken.wav'}: cannot be read as audio")
    assert not out.exists()


def test_nothing_heavy_is_imported_before_an_experiment_runs() -> None:
    """Pages are built and `talk --help` is shown where there is no torch, NumPy or NeMo."""
    heavy = "{'torch', 'nemo', 'numpy', 'soundfile', 'pydantic', 'rich'} & set(sys.modules)"
    code = f"import sys, talk.measure, talk.measure.machine; sys.exit(str({heavy} or ''))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, env=os.environ)
    assert (done.returncode, done.stderr) in ((0, ""), (1, "\n"))
