"""Every figure that holds us against a library on the CPU says which of its kernels ran, where the record tells."""

import re
from dataclasses import replace

import pytest

from talk.experiment import find_experiment
from talk.records.conditions import Library
from talk.records.schema import AnyRecord
from talk.records.store import read_records
from talk.render.drawing import drawing_of

# Where one of ours is drawn beside it, a library is a rival.
THEIRS = {"matmul": r"torch\b|NumPy", "algorithms": r"PyTorch|rapidfuzz"}
OURS = {"matmul": r"круг|плитк|упаков|потоки", "algorithms": r"напрямую|по определению|вся таблица|Майерс"}
KERNELS = r"MKL, |OpenBLAS, |oneDNN, |rapidfuzz [\d.]+, "


def captions(record: AnyRecord) -> dict[str, str]:
    """The caption of each figure that has a rival; a table of promises holds nobody against anybody."""
    experiment = find_experiment(record.experiment)
    made = experiment.fragments(drawing_of(experiment, [record]))
    parts = {name: html.partition("<figcaption>") for name, html in made.items() if 'class="measured' in html}
    is_race = {
        name: all(re.search(who[record.experiment], body) for who in (OURS, THEIRS))
        for name, (body, _, _) in parts.items()
        if name not in ("predicted", "promised") and "-gpu" not in name
    }
    return {name: re.sub("<[^>]*>", "", parts[name][2]) for name, is_one in is_race.items() if is_one}


RECORDS = [each for each in read_records() if each.experiment in THEIRS and each.libraries and each.data.run_on("cpu")]


@pytest.mark.parametrize("record", RECORDS, ids=lambda each: each.name)
def test_the_rivals_kernel_is_named(record: AnyRecord) -> None:
    found = captions(record)
    assert len(found) >= 4
    assert {name: caption for name, caption in found.items() if not re.search(KERNELS, caption)} == {}


def test_half_a_width_is_said_and_float32_knows_no_amx() -> None:
    [record] = (each for each in RECORDS if each.name == "intel-xeon-2c/algorithms")

    def told(name: str, kernel: str) -> str:
        library = Library(name=name, serves="torch", version=None, kernel=kernel, threads=2, said=kernel)
        return " ".join(captions(replace(record, libraries=[library])).values())

    assert "PyTorch: MKL, AVX2" in told("MKL", "AVX2")
    assert "PyTorch: oneDNN, AVX-\N{WORD JOINER}512" in told("oneDNN", "AMX")
    assert "AMX" not in told("oneDNN", "AMX")


def test_cublas_is_known_by_its_cuda() -> None:
    of_gpu = [each for each in read_records() if each.experiment == "matmul" and each.data.run_on("cuda")]
    assert of_gpu
    for record in of_gpu:
        experiment = find_experiment("matmul")
        made = experiment.fragments(drawing_of(experiment, [record]))
        for name in ("gpu", "short-numbers"):
            assert f"cuBLAS из CUDA\xa0{record.versions['cuda']}" in made[name]
