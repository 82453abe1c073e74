"""What was drawn is what the code draws: whatever rendering can run or read is in the key of what it has drawn."""

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from talk.paths import DOCS, GENERATED_SNIPPETS, PACKAGE, RESULTS, ROOT, SCRIPTS
from talk.records.store import write_record
from talk.render import render as rendering
from tests.talk import samples

TITLE = 'CHART_CAPTION = "'


def modules_reached(start: list[Path], roots: list[Path]) -> set[Path]:
    """The modules under `roots` that those of `start` import, however far, at their top or inside."""
    reached, waiting = set(start), list(start)
    while waiting:
        path = waiting.pop()
        for node in ast.walk(ast.parse(path.read_bytes())):
            places: list[Path] = []
            if isinstance(node, ast.Import):
                places = [root.joinpath(*alias.name.split(".")) for alias in node.names for root in roots]
            elif isinstance(node, ast.ImportFrom):
                words = node.module.split(".") if node.module else []
                bases = [path.parents[node.level - 1]] if node.level else roots
                found = [base.joinpath(*words) for base in bases]
                places = [*found, *(place / alias.name for place in found for alias in node.names)]
            files = {file for place in places for file in (place.with_suffix(".py"), place / "__init__.py")}
            new = {file for file in files if file.is_file()} - reached
            reached |= new
            waiting += new
    return reached


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the generator and of the talk's scripts, as rendering looks at its own code."""
    ignored = shutil.ignore_patterns("__pycache__", "assets", "npm")
    shutil.copytree(PACKAGE, tmp_path / "talk", ignore=ignored)
    shutil.copytree(SCRIPTS, tmp_path / "scripts", ignore=ignored)
    shared = {"__init__.py": "", "colours.py": "from .tints import pink\n", "tints.py": "pink = 1\n"}
    for name, text in shared.items():
        (tmp_path / "scripts" / "shared" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "scripts" / "shared" / name).write_text(text)
    with (tmp_path / "scripts" / "experiments" / "sorting" / "figures.py").open("a") as figures:
        figures.write("from shared.colours import pink\n")
    monkeypatch.setattr(rendering, "PACKAGE", tmp_path / "talk")
    monkeypatch.setattr(rendering, "SCRIPTS", tmp_path / "scripts")
    monkeypatch.setattr(rendering, "EXPERIMENTS", tmp_path / "scripts" / "experiments")
    return tmp_path


def test_whichever_module_that_rendering_can_import_is_touched_the_key_changes(copied: Path) -> None:
    experiments = copied / "scripts" / "experiments"
    drawing = [*(copied / "talk" / "render").glob("*.py"), *experiments.glob("*/render.py")]
    modules = modules_reached(drawing, [copied, copied / "scripts"])
    names = {path.relative_to(copied).as_posix() for path in modules}
    assert names >= {  # in every room, through relative imports, and through those inside functions
        "talk/records/order.py",
        "talk/records/schema.py",
        "talk/words/numbers.py",
        "talk/experiment.py",
        "scripts/experiments/sorting/record.py",
        "scripts/experiments/sorting/figures.py",
        "scripts/shared/tints.py",
    }
    assert "scripts/experiments/sorting/measure.py" not in names
    before = rendering._digest_of_code()
    for path in modules:
        text = path.read_text(encoding="utf-8")
        path.write_text(f"{text}# touched\n", encoding="utf-8")
        assert rendering._digest_of_code() != before, path
        path.write_text(text, encoding="utf-8")
    assert rendering._digest_of_code() == before


def test_code_that_measures_is_in_the_key_by_its_records_alone(copied: Path) -> None:
    before = rendering._digest_of_code()
    for path in (copied / "scripts" / "bench" / "goals.py", copied / "scripts/experiments/long/measure/step.py"):
        path.parent.mkdir(parents=True)
        path.write_text("pass\n")
    assert rendering._digest_of_code() == before


@pytest.fixture
def drawn() -> Iterator[None]:
    """A record of relay is among the talk's, and fragments are drawn; afterwards neither is."""
    write_record(samples.record())
    rendering.render()
    yield
    shutil.rmtree(RESULTS)
    shutil.rmtree(GENERATED_SNIPPETS)


@pytest.mark.usefixtures("drawn")
def test_nothing_is_drawn_anew_where_nothing_changed() -> None:
    stamp = (GENERATED_SNIPPETS / ".stamp").read_text()
    chart = GENERATED_SNIPPETS / "relay" / "chart.html"
    os.utime(chart, (1, 1))
    assert not rendering.render()
    assert chart.stat().st_mtime == 1
    assert (GENERATED_SNIPPETS / ".stamp").read_text() == stamp


@pytest.mark.usefixtures("drawn")
def test_a_file_that_an_experiment_reads_is_in_the_key() -> None:
    """In one process, which `mkdocs serve` is: edited, and once more."""
    prices = DOCS / "prices.toml"
    stamps = {(GENERATED_SNIPPETS / ".stamp").read_text()}
    try:
        for price in (10, 25):
            prices.write_text(f"second = {price}\n")
            assert rendering.render()
            stamps.add((GENERATED_SNIPPETS / ".stamp").read_text())
    finally:
        prices.unlink()
    assert len(stamps) == 3


@pytest.mark.usefixtures("drawn")
def test_a_changed_record_is_drawn_and_a_removed_one_is_gone() -> None:
    record = samples.record(samples.cpu_run(), samples.cuda_run())
    path = write_record(record)
    assert rendering.render()
    assert "Test GPU" in (GENERATED_SNIPPETS / "machines" / "table.html").read_text()
    path.unlink()
    assert rendering.render()
    assert "Test GPU" not in (GENERATED_SNIPPETS / "machines" / "table.html").read_text()


# A process that draws whenever it is told to: `mkdocs serve` without restarting, or a build that measured for an hour.
_LIVING = """
import sys
from talk.render.render import is_code_changed, render
print("ready", flush=True)
for _ in sys.stdin:
    print(render(), is_code_changed(), flush=True)
"""


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    """A talk of one experiment with one record, whose figures can be edited."""
    folder = tmp_path / "talk"
    ignored = shutil.ignore_patterns("__pycache__", "relay", "bare", "vendor", "npm")
    shutil.copytree(ROOT, folder, symlinks=True, ignore=ignored)
    write_record(samples.record(experiment="sorting"), folder / "docs" / "results")
    return folder


class Process:
    """A process that lives in the talk's folder."""

    def __init__(self, talk: Path) -> None:
        pipe = subprocess.PIPE
        environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(talk / "scripts"), str(PACKAGE.parent)])}
        command = [sys.executable, "-c", _LIVING]
        self._process = subprocess.Popen(command, cwd=talk, env=environment, stdin=pipe, stdout=pipe, text=True)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"

    def draw(self) -> list[bool]:
        """Whether anything was drawn, and whether it knows that its code is old."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(file=self._process.stdin, flush=True)
        return [word == "True" for word in self._process.stdout.readline().split()]

    def end(self) -> None:
        self._process.communicate()


def caption(talk: Path) -> str:
    """The caption of the drawn chart."""
    drawn = (talk / "snippets" / "generated" / "sorting" / "slopes.html").read_text(encoding="utf-8")
    return drawn.partition('<span class="caption">')[2].partition("<")[0]


def entitle(talk: Path, title: str) -> None:
    figures = talk / "scripts" / "experiments" / "sorting" / "figures.py"
    before, _, after = figures.read_text(encoding="utf-8").partition(TITLE)
    figures.write_text(f"{before}{TITLE}{title}{after[after.index(chr(34)) :]}", encoding="utf-8")


def test_old_code_never_passes_for_new(talk: Path) -> None:
    """Edited twice while a process lives: it draws as it did, says that it is old, and the next one draws anew."""
    entitle(talk, "As first written")
    living = Process(talk)
    assert living.draw() == [True, False]
    assert caption(talk) == "As first written"
    for title in ("Edited once", "Edited twice"):
        entitle(talk, title)
        assert living.draw()[1]
        assert caption(talk) == "As first written"
    next_one = Process(talk)
    assert next_one.draw() == [True, False]
    assert caption(talk) == "Edited twice"
    living.draw()  # may draw in its way again, but not in the name of the new code
    after = Process(talk)
    after.draw()
    assert caption(talk) == "Edited twice"
    for process in (living, next_one, after):
        process.end()


def test_new_code_never_passes_for_old(talk: Path) -> None:
    """Modules are loaded when they are needed: what was edited between is not what the process began with."""
    entitle(talk, "As first written")
    early = Process(talk)
    entitle(talk, "Edited meanwhile")
    assert early.draw() == [True, True]
    assert caption(talk) == "Edited meanwhile"
    entitle(talk, "As first written")
    late = Process(talk)
    late.draw()
    assert caption(talk) == "As first written"
    for process in (early, late):
        process.end()
