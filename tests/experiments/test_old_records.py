"""Records that older code measured stay readable: their values, their figures, and the pages that show them."""

import lzma
import shutil
from pathlib import Path

import pytest

from bench.project import copy_project, run_talk
from talk.experiment import find_experiments
from talk.markdown.locate import read_source, source_files
from talk.paths import RESULTS
from talk.records.store import read_records
from talk.render.claims import judge, read_claims
from talk.render.drawing import drawing_of
from talk.render.values import Values
from tests.shared.asked import references_in

OLD = Path(__file__).with_name("old_records")
MACHINES = sorted(folder.name for folder in OLD.iterdir() if folder.is_dir())


@pytest.fixture(params=MACHINES)
def results(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder of results that holds one machine's old records."""
    for packed in sorted((OLD / request.param).glob("*.json.xz")):
        record = tmp_path / request.param / packed.stem
        record.parent.mkdir(exist_ok=True)
        record.write_bytes(lzma.decompress(packed.read_bytes()))
    shutil.copytree(RESULTS / "talk-2024", tmp_path / "talk-2024")
    return tmp_path


def test_every_old_record_is_read_and_drawn(results: Path) -> None:
    records = read_records(results)
    assert records
    for record in records:
        experiment = find_experiments()[record.experiment]
        assert experiment.named_values(record)
        fragments = experiment.fragments(drawing_of(experiment, [record]))
        drawn = [html for html in fragments.values() if f'data-record="{record.name}"' in html]
        assert drawn or record.experiment == "labs"


def test_pages_ask_old_records_for_nothing_that_they_do_not_know(results: Path) -> None:
    values = Values(read_records(results))
    unknown = {
        reference
        for path in source_files()
        for reference in references_in(read_source(path))
        if "/" not in reference and not values.is_known(reference)
    }
    assert not unknown


def test_pages_are_built_of_old_records_alone(results: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    project = tmp_path_factory.mktemp("old") / "talk"
    copy_project(project)
    shutil.rmtree(project / "docs" / "results")
    shutil.copytree(results, project / "docs" / "results")
    done = run_talk(project, "build", "--no-measure")
    assert done.returncode == 0, done.stderr
    for chapter in ("gpu", "matmul", "derivative", "algorithms"):
        page = (project / "site" / chapter / "index.html").read_text(encoding="utf-8")
        assert 'class="measured stale"' in page


def test_claims_are_judged_by_old_records(results: Path) -> None:
    values = Values(read_records(results))
    verdicts = [judge(claim, values) for claim in read_claims().values()]
    assert any(verdict is not None for verdict in verdicts)
