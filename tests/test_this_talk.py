"""The talk as it is committed: nothing mistaken, nothing typed, nothing stale, every claim true.

Its records and the made ones of its experiments are those that the generator's tests know nothing of.
"""

import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest
from mkdocs.config import load_config

from talk.cli import main
from talk.experiment import find_experiment, find_experiments
from talk.paths import CONFIG, DOCS, RESULTS, ROOT
from talk.records.notebooks import find_notebooks, read_notebook
from talk.records.schema import AnyRecord
from talk.records.store import read_records
from talk.records.summary import summarise
from talk.render import machines
from talk.render.charts import undrawn
from talk.render.drawing import drawing_of
from talk.render.headlines import headlines
from talk.render.values import Values
from talk.site import mistakes
from talk.site.check import check
from talk.site.fit import convert_deck, main_line, slot_min
from tests.experiments.algorithms import samples as algorithms
from tests.experiments.gradient.render import samples as gradient
from tests.experiments.matmul import samples as matmul
from tests.experiments.profiling import samples as profiling

COMMITTED = read_records()
MADE = [
    profiling.record(profiling.cpu_run(), profiling.cuda_run()),
    matmul.matmul_record(),
    gradient.record(),
    algorithms.algorithms_record(),
]
WITHOUT_HEADLINES = {name for name, found in find_experiments().items() if not found.about.headlines}


def test_talk_check_finds_nothing() -> None:
    problems, _ = check()
    assert [str(problem) for problem in problems] == []


def test_pages_need_no_record_but_the_talks_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else they name, made records have: any folder of `docs/results` may go."""
    published = Values([record for record in COMMITTED if record.origin == "published"])
    monkeypatch.setattr(mistakes, "current_values", lambda: published)
    assert [str(problem) for problem in mistakes.find_mistakes()] == []


def test_the_talk_can_be_given() -> None:
    """At 120 words a minute, with time for questions; a shorter slot, which `talk check` holds to, has slides too."""
    html = convert_deck()
    whole = main_line(html, slot_min())
    assert 30 <= whole.slides <= 45
    assert whole.spoken_s <= 32 * 60
    assert whole.planned_s <= 35 * 60
    assert 20 <= main_line(html, 20).slides < whole.slides


def test_the_development_server_is_for_this_machine_alone() -> None:
    assert load_config(str(ROOT / "mkdocs.yml")).dev_addr.host == "127.0.0.1"


def test_every_committed_record_is_valid() -> None:
    assert "talk-2024/profiling" in [record.name for record in COMMITTED]


def test_the_labs_are_found_and_keep_no_outputs() -> None:
    assert DOCS / "labs" / "matmul.ipynb" in find_notebooks(DOCS)
    for path in find_notebooks(DOCS):
        assert not [cell["id"] for cell in read_notebook(path)["cells"] if cell.get("outputs")]


@pytest.mark.parametrize(
    "record", [*MADE, *(each for each in COMMITTED if each.origin == "measured")], ids=lambda record: record.name
)
def test_a_headline_is_the_value_of_its_name(record: AnyRecord) -> None:
    values = Values([record])
    found = summarise(record).headlines
    assert found or record.experiment in WITHOUT_HEADLINES
    for headline in found:
        assert headline.number == pytest.approx(values.find(headline.name).value.number), headline.name


@pytest.mark.parametrize("name", headlines())
def test_a_headline_is_a_name_that_records_answer(name: str) -> None:
    assert Values([]).is_known(name)


@pytest.mark.parametrize(
    "record", [each for each in COMMITTED if machines.has_pages(each.experiment)], ids=lambda record: record.name
)
def test_which_figures_there_are_is_known_before_they_are_drawn(record: AnyRecord) -> None:
    experiment = find_experiment(record.experiment)
    found = {}
    for way in (undrawn(), nullcontext()):
        with way:
            found[way] = experiment.fragments(drawing_of(experiment, [record]))
    told, drawn = found.values()
    names = machines.figures_of(record, drawn).keys()
    assert machines.figures_of(record, told).keys() == names
    assert names or not drawn
    assert not any('class="chart"' in html for html in told.values())


def test_what_looks_the_same_on_every_machine_is_no_choice_and_not_drawn_again() -> None:
    record = gradient.record()
    whole, alone = (
        find_experiment("gradient").fragments(drawing_of(find_experiment("gradient"), [record], alone=alone))
        for alone in (False, True)
    )
    left_out = whole.keys() - alone.keys()
    assert left_out
    mine = machines.figures_of(record, alone)
    assert mine.keys() == machines.figures_of(record, whole).keys() - left_out
    assert not {name for name in mine if name.startswith("descent-line")}
    assert "ways-time" in mine


def test_the_speedup_of_slide_8_counts_launching_with_working() -> None:
    # 1.2 s on the CPU against 0.1 s of launching and 0.02 s of kernels
    values = Values([profiling.record(profiling.cpu_run(), profiling.cuda_run())])
    assert values.find("profiling.addmm.speedup").value.number == pytest.approx(1.2 / (0.1 + 0.02))


def test_unreadable_audio_is_refused_before_anything_is_measured(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    sounds, out = tmp_path / "sounds", tmp_path / "results"
    sounds.mkdir()
    (sounds / "broken.wav").write_bytes(b"RIFF")
    assert main(["measure", "profiling", "--input", str(sounds), "--quick", "--out", str(out)]) == 1
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith(f"{sounds / 'broken.wav'}: cannot be read as audio")
    assert not out.exists()


def test_the_command_adds_to_it_and_changes_no_line(tmp_path: Path) -> None:
    """Its menu has a section of labs."""
    for machine in RESULTS.iterdir():  # settings may name one
        (tmp_path / machine.relative_to(ROOT)).mkdir(parents=True)
    for path in (CONFIG, DOCS / "slides.md"):
        (tmp_path / path.relative_to(ROOT)).write_bytes(path.read_bytes())
    for what in ("chapter", "experiment", "lab"):
        words = [sys.executable, "-m", "talk", "add", what, "more"]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    before = CONFIG.read_text(encoding="utf-8").splitlines()
    after = (tmp_path / "mkdocs.yml").read_text(encoding="utf-8").splitlines()
    assert [line for line in after if line in before] == before
    labs = [line for line in after if ": labs/" in line]
    assert labs[-1] == labs[0][: labs[0].index("-")] + "- More: labs/more.md"
    assert (tmp_path / "docs" / "more.md").read_text(encoding="utf-8").count("Что вы знали до") == 1
