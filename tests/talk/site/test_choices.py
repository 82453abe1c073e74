"""What each machine has of the numbers and claims that pages show, and nothing that only others have."""

from pathlib import Path

import pytest

from talk.render.values import Values
from talk.site import choices
from talk.words import NBSP
from tests.talk import samples

CPU = samples.record(slug="cpu-box", measured_at="2026-11-02T00:00:00Z")
GPU = samples.stale(samples.record(samples.cuda_run(), slug="gpu-box", measured_at="2026-11-01T00:00:00Z"))
VALUES = Values([CPU, GPU])
CLAIMS = """
[climbs]
relation = "relay.cpu.climb.share > 0.5"

[dives]
relation = "relay.cuda.dive.share > relay.cuda.climb.share"

[of-all]
relation = "relay.lanes > 3"
machines = "all"

[of-one]
relation = "cpu-box/relay.cpu.time > 2"
"""

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def claims(tmp_path: Path) -> Path:
    path = tmp_path / "claims.toml"
    path.write_text(CLAIMS, encoding="utf-8")
    return path


def test_a_machine_has_its_own_numbers_as_each_page_writes_them(claims: Path) -> None:
    asked = [("relay.cpu.climb.share", "% .0"), ("relay.cuda.time", "ms .0"), ("relay.cuda.time", ""), ("relay.no", "")]
    numbers = choices.choice(VALUES, "gpu-box", asked, claims)["values"]
    assert numbers.keys() == {"relay.cuda.time"}
    assert {written: found["text"] for written, found in numbers["relay.cuda.time"].items()} == {
        "ms .0": f"200{NBSP}ms",
        "": f"200{NBSP}ms",
    }
    found = numbers["relay.cuda.time"][""]
    assert (found["value"], found["data-record"], found["class"]) == ("0.2", "gpu-box/relay", "measured stale")
    assert "gpu-box" in found["title"]


def test_a_claim_is_judged_by_the_machine_that_has_its_numbers(claims: Path) -> None:
    by_cpu, by_gpu = (choices.choice(VALUES, machine, [], claims)["claims"] for machine in ("cpu-box", "gpu-box"))
    assert by_cpu["climbs"]["data-holds"] == "true"
    assert "climbs" not in by_gpu
    assert by_gpu["dives"]["data-holds"] == "true"
    assert "dives" not in by_cpu
    # What is said of all machines, or of one by its name, is the same of whichever is chosen.
    assert by_cpu["of-all"] == by_gpu["of-all"]
    assert by_cpu["of-one"] == by_gpu["of-one"]
    assert by_gpu["of-one"]["data-record"] == "cpu-box/relay"
