"""The made record answers every name that this talk asks of the experiment."""

import json
import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from experiments.matmul.render import named_values
from experiments.matmul.sample import sample
from talk.experiment import find_experiment
from talk.paths import CLAIMS, DOCS
from talk.records.store import read_record, write_record
from talk.render.drawing import fragments_of
from tests.experiments.matmul.samples import matmul_record

_IN_PAGES = re.compile(r"(?:\{\{|/// (?:un)?measured \|)\s*(?:[\w.-]+/)?matmul\.([\w.]+)")
_IN_CLAIMS = re.compile(r"(?<![\w/.])matmul\.([\w.]+)")


def asked() -> dict[str, str]:
    """Every name, and the file that asks for it."""
    found = {}
    for path in (*DOCS.rglob("*.md"), *DOCS.glob("labs/*.ipynb")):
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".ipynb":
            text = "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
        found |= dict.fromkeys(_IN_PAGES.findall(text), path.name)
    for claim in tomllib.loads(CLAIMS.read_text(encoding="utf-8")).values():
        found |= dict.fromkeys(_IN_CLAIMS.findall(str(claim["relation"])), CLAIMS.name)
    return found


def test_the_made_record_has_every_value_that_pages_claims_and_labs_ask_for() -> None:
    values = named_values(matmul_record(sample()))
    missing = {name: file for name, file in asked().items() if name not in values}
    assert len(asked()) > 40
    assert not missing


@pytest.mark.parametrize("name", ["silu_fused.speedup", "python.s24_512_2048.time", "death.sent", "gpu.flop_rate"])
def test_it_has_no_value_that_nobody_can_measure(name: str) -> None:
    assert name not in named_values(matmul_record(sample()))


def test_a_record_of_a_gpu_alone_has_values_and_is_drawn() -> None:
    """On a lent card nothing else may be measured: no cut of a CPU, no peak, no bandwidth, no process."""
    data = sample()
    on_gpu = [each for each in data.contenders if each.device == "cuda"]
    alone = replace(
        data, tiling=None, contenders=on_gpu, peaks=[], bandwidths=[], distributed=[], prices=None, compiled=[]
    )
    record = matmul_record(alone)
    assert "gpu_triton.n4096.to_library" in named_values(record)
    drawn = fragments_of(find_experiment("matmul"), [record])
    assert 'data-record="test-box/matmul"' in drawn["gpu"]


def test_it_is_a_record_like_any_other(tmp_path: Path) -> None:
    written = matmul_record(sample())
    read = read_record(write_record(written, tmp_path))
    assert replace(read, doubtful=[]) == written  # made times contradict each other, and reading says so
