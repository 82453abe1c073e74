"""Claims are judged by the records of the machine they speak of."""

from pathlib import Path

import pytest

from talk.errors import TalkError
from talk.render.claims import judge, read_claims
from talk.render.values import Values
from tests.talk import samples

VALUES = Values([samples.record()])
SHARE = "relay.cpu.climb.share"  # 0.6 in the sample


def claims_file(tmp_path: Path, relation: str) -> Path:
    path = tmp_path / "claims.toml"
    path.write_text(f'[a-claim]\nrelation = "{relation}"\n', encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("relation", "holds"),
    [
        (f"{SHARE} > 0.5", True),
        (f"{SHARE} > 0.7", False),
        (f"{SHARE} < 0.7", True),
        (f"{SHARE} <= 0.6", True),
        (f"0.6 == {SHARE}", True),
        (f"{SHARE} ≈ 0.63 ± 5 %", True),
        (f"{SHARE} ≈ 0.7 ± 5 %", False),
        (f"relay.cpu.dive.share >= {SHARE}", False),
    ],
)
def test_relations(tmp_path: Path, relation: str, holds: bool) -> None:
    claim = read_claims(claims_file(tmp_path, relation))["a-claim"]
    verdict = judge(claim, VALUES)
    assert verdict is not None
    assert verdict.holds is holds


def test_what_nobody_has_measured_is_not_judged(tmp_path: Path) -> None:
    claim = read_claims(claims_file(tmp_path, "relay.cuda.idle_share > 0.5"))["a-claim"]
    assert judge(claim, VALUES) is None


def test_a_verdict_tells_both_numbers_and_the_machine(tmp_path: Path) -> None:
    claim = read_claims(claims_file(tmp_path, f"relay.cpu.dive.share > {SHARE}"))["a-claim"]
    verdict = judge(claim, VALUES)
    assert (verdict.left, verdict.right) == ("30.0%", "60.0%")
    assert verdict.record.machine.slug == "test-box"


@pytest.mark.parametrize("relation", ["", "a b c", "1 > 2", f"{SHARE} > 0.5 ± 5 %", f"{SHARE} ≈ 0.5"])
def test_what_cannot_be_checked_is_refused(tmp_path: Path, relation: str) -> None:
    with pytest.raises(TalkError, match=r"claims\.toml:1: claim a-claim"):
        read_claims(claims_file(tmp_path, relation))


def test_a_claim_about_a_value_nobody_has_is_refused(tmp_path: Path) -> None:
    path = claims_file(tmp_path, "relay.cpu.clim.share > 0.5")
    with pytest.raises(TalkError, match=r"relay\.cpu\.climb\.share"):
        judge(read_claims(path)["a-claim"], VALUES, path)
