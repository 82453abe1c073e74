"""Records with schema_version 1 gave the reasons for missing points in Russian; nothing else of them has changed."""

import json
import lzma
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from experiments.matmul.record import migrate
from experiments.matmul.render import named_values
from talk.experiment import find_experiment
from talk.records.store import read_record
from talk.render.drawing import drawing_of

OLD = Path(__file__).parent.with_name("old_records")


@pytest.fixture(params=sorted(path.parent.name for path in OLD.glob("*/matmul.json.xz")))
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """An old record, unpacked."""
    unpacked = tmp_path / request.param / "matmul.json"
    unpacked.parent.mkdir()
    unpacked.write_bytes(lzma.decompress((OLD / request.param / "matmul.json.xz").read_bytes()))
    return unpacked


def without_reasons(data: dict[str, Any]) -> dict[str, Any]:
    return data | {"contenders": [each | {"skipped": None} for each in data["contenders"]]}


def test_only_reasons_change(path: Path) -> None:
    old = json.loads(path.read_text())["data"]
    new = migrate(old)
    assert without_reasons(new) == without_reasons(old)
    assert [each["skipped"] for each in new["contenders"] if not each["points"]] == ["no_gpu"] * 10
    assert old == json.loads(path.read_text())["data"]


def test_an_old_record_gives_the_numbers_that_it_holds(path: Path) -> None:
    data = json.loads(path.read_text())["data"]
    values = named_values(read_record(path))
    assert len(values) >= 582  # as many as the code that measured it named; what was not measured then is not there
    assert "price.operator_call" not in values
    for each in data["contenders"]:
        for point in each["points"]:
            n, m, p = point["n"], point["m"], point["p"]
            key = f"n{n}" if n == m == p else f"s{n}_{m}_{p}"
            assert values[f"{each['name']}.{key}.time"].number == median(point["times_s"])
            assert values[f"{each['name']}.{key}.error"].number == point["error"]


def test_an_old_record_is_drawn(path: Path) -> None:
    record, experiment = read_record(path), find_experiment("matmul")
    fragments = experiment.fragments(drawing_of(experiment, [record]))
    missing = {name for name, html in fragments.items() if "nothing-measured" in html}
    assert missing == {"gpu", "compiled", "promised", "short-numbers"}
    assert "не обещано" in fragments["predicted"]  # for what it lacks of the machine's prices


@pytest.mark.parametrize(
    ("former", "reason"),
    [
        ("на этой машине нет GPU с CUDA", "no_gpu"),
        ("пакет numba-cuda не установлен", "no_package:numba-cuda"),
        ("не запустился: RuntimeError: Failed to find C compiler", "failed:RuntimeError: Failed to find C compiler"),
        (None, None),
    ],
)
def test_former_reasons(former: str | None, reason: str | None) -> None:
    assert migrate({"contenders": [{"skipped": former}]}) == {"contenders": [{"skipped": reason}]}
