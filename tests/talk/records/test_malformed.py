"""A record with something wrong is refused in one line, or shown with what it says escaped: a hundred of them."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from bench.malformed import IMAGE, SCRIPT, spoil, wrong
from tests.talk import samples


def test_a_hundred_of_a_hundred() -> None:
    outcomes, problems = spoil(asdict(samples.record(samples.cpu_run(), samples.cuda_run())), 100)
    assert problems == []
    assert outcomes.total() == 100
    assert min(outcomes["refused"], outcomes["shown"]) >= 10, outcomes


@pytest.mark.parametrize(
    "spoilt", [b"9" * 5000, b"[" * 100_000, b"\xff", b"", b"null", b'{"schema_version": 1, "a": 1e999}']
)
def test_what_is_no_record_at_all_is_refused(tmp_path: Path, spoilt: bytes) -> None:
    assert wrong(spoilt, "test-box", "relay", tmp_path) == ("refused", None)


@pytest.mark.parametrize("payload", [SCRIPT, IMAGE])
@pytest.mark.parametrize("where", ["Test CPU", "Test GPU", "climb", "clock_not_pinned", "no pushing", "6.0.2"])
def test_what_a_record_says_is_escaped(tmp_path: Path, where: str, payload: str) -> None:
    content = json.dumps(asdict(samples.record(samples.cpu_run(), samples.cuda_run()))).encode()
    quoted = payload.replace('"', '\\"').encode()
    spoilt = content.replace(where.encode(), quoted)
    assert quoted in spoilt
    assert wrong(spoilt, "test-box", "relay", tmp_path) == ("shown", None)
