"""Claims are judged by the records of the machine they speak of."""

from dataclasses import replace
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


@pytest.mark.parametrize(
    ("relation", "left", "right"),
    [(f"{SHARE} > relay.cpu.dive.share", "60.0%", "30.0% + 150%"), (f"{SHARE} < 1", "60.0% + 150%", "1")],
)
def test_a_verdict_tells_the_margin_that_was_asked(tmp_path: Path, relation: str, left: str, right: str) -> None:
    path = tmp_path / "claims.toml"
    path.write_text(f'[a-claim]\nrelation = "{relation}"\nmargin = "relay.cpu.margin"\n', encoding="utf-8")
    values = Values([samples.record()])
    found = values.find(SHARE)
    values._values["test-box/relay"]["relay.cpu.margin"] = replace(found.value, number=1.5)
    verdict = judge(read_claims(path)["a-claim"], values)
    assert verdict is not None
    assert (verdict.holds, verdict.left, verdict.right) == (False, left, right)


@pytest.mark.parametrize("relation", ["", "a b c", "1 > 2", f"{SHARE} > 0.5 ± 5 %", f"{SHARE} ≈ 0.5"])
def test_what_cannot_be_checked_is_refused(tmp_path: Path, relation: str) -> None:
    with pytest.raises(TalkError, match=r"claims\.toml:1: claim a-claim"):
        read_claims(claims_file(tmp_path, relation))


def test_a_claim_about_a_value_nobody_has_is_refused(tmp_path: Path) -> None:
    path = claims_file(tmp_path, "relay.cpu.clim.share > 0.5")
    with pytest.raises(TalkError, match=r"relay\.cpu\.climb\.share"):
        judge(read_claims(path)["a-claim"], VALUES, path)


CLIMB, DIVE = SHARE, "relay.cpu.dive.share"  # 0.6, 0.3


@pytest.mark.parametrize(
    ("relation", "holds"),
    [
        (f"{CLIMB} >= max({DIVE}, 0.5)", True),
        (f"{CLIMB} < max({DIVE}, 0.7)", True),
        (f"{CLIMB} > min({DIVE}, 0.7)", True),
        (f"{CLIMB} == 2 × {DIVE}", True),
        (f"{CLIMB} > 3 × {DIVE}", False),
        ("relay.cpu.*.share > 0.05", True),
        ("relay.cpu.*.share > 0.4", False),
        (f"{CLIMB} >= max(relay.cpu.*.share)", True),
        (f"{DIVE} >= max(relay.cpu.*.share)", False),
        ("relay.cpu.*.share < 2 × relay.cpu.*.share", True),
    ],
)
def test_relations_as_wide_as_their_sentences(tmp_path: Path, relation: str, holds: bool) -> None:
    verdict = judge(read_claims(claims_file(tmp_path, relation))["a-claim"], VALUES)
    assert verdict is not None
    assert verdict.holds is holds


@pytest.mark.parametrize(("margin", "holds"), [("50 %", True), ("", True), (DIVE, True), ("49.9 %", True)])
def test_a_margin_makes_a_claim_stricter(tmp_path: Path, margin: str, holds: bool) -> None:
    path = claims_file(tmp_path, f"{CLIMB} > 0.39")
    if margin:
        path.write_text(path.read_text(encoding="utf-8") + f'margin = "{margin}"\n', encoding="utf-8")
    assert judge(read_claims(path)["a-claim"], VALUES).holds is holds
    path.write_text(path.read_text(encoding="utf-8").replace("0.39", "0.599"), encoding="utf-8")
    assert judge(read_claims(path)["a-claim"], VALUES).holds is (not margin)


@pytest.mark.parametrize("margin", [f'["1 %", "{DIVE}"]', f'["{DIVE}", "1 %"]', '["20 %", "1 %"]'])
def test_of_several_margins_the_largest_is_asked(tmp_path: Path, margin: str) -> None:
    path = claims_file(tmp_path, f"{CLIMB} > 0.5")
    path.write_text(path.read_text(encoding="utf-8") + f"margin = {margin}\n", encoding="utf-8")
    assert judge(read_claims(path)["a-claim"], VALUES).holds is False


@pytest.mark.parametrize(
    "relation",
    [
        "1.2.3 < a.b", ". < a.b", "a.b ≈ 1 ± . %", "a.b < 1e3", "a.b > 1,5", "a.b > nobody", "a.b > nobody/",
        "a.b == a.b",
        "a.b ≈ 1 ± 1000 %", "a.b ≈ 1 ± 0 %", "a.b ≈ 1 ± -5 %", "a.b > 01", "max(a.b) > 1", "a.b > max(a.b, )",
        "a.b > b. c",
        "x × a.b > 1", "a.b < 1 < 2", "a.b >> 1", "max(1, 2) > 3", "a.b > max(c.d, max(e.f, g.h))",
    ],
)  # fmt: skip
def test_sides_are_read_strictly(tmp_path: Path, relation: str) -> None:
    with pytest.raises(TalkError, match=r"claims\.toml:1: claim a-claim") as refused:
        read_claims(claims_file(tmp_path, relation))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "more",
    [
        'why = "so"',
        'margin = "lots"',
        'margin = "80 %"',
        'machines = "some"',
        "margin = 5",
        "margin = []",
        'margin = ["5 %", 5]',
    ],
)
def test_other_keys_are_refused(tmp_path: Path, more: str) -> None:
    path = claims_file(tmp_path, f"{CLIMB} > 0.5")
    path.write_text(path.read_text(encoding="utf-8") + more + "\n", encoding="utf-8")
    with pytest.raises(TalkError, match=r"claims\.toml:1: claim a-claim"):
        read_claims(path)


def test_seconds_are_not_compared_with_counts(tmp_path: Path) -> None:
    names = {name for name in VALUES.names if VALUES.find(name).value.dimension == "time"}
    counts = {name for name in VALUES.names if VALUES.find(name).value.dimension == "count"}
    path = claims_file(tmp_path, f"{min(names)} < {min(counts)}")
    with pytest.raises(TalkError, match=r"compares number with time"):
        judge(read_claims(path)["a-claim"], VALUES, path)


def test_one_machine_answers_where_one_can(tmp_path: Path) -> None:
    """The newest record has half of what is compared; an older machine has all."""
    newest = samples.record(samples.cpu_run(), slug="fast-box", measured_at="2026-11-24T06:00:00Z")
    older = samples.record(samples.cpu_run(), samples.cuda_run(), slug="whole-box")
    claim = read_claims(claims_file(tmp_path, "relay.cpu.time > 0.001 × relay.cuda.time"))["a-claim"]
    verdict = judge(claim, Values([newest, older]))
    assert verdict.machines == "whole-box"
    alone = read_claims(claims_file(tmp_path, "relay.cpu.time > 0"))["a-claim"]
    assert judge(alone, Values([newest, older])).machines == "fast-box"


def test_where_no_machine_has_all_the_verdict_names_both(tmp_path: Path) -> None:
    cpu = samples.record(samples.cpu_run(), slug="cpu-box")
    cuda = samples.record(samples.cuda_run(), slug="gpu-box")
    claim = read_claims(claims_file(tmp_path, "relay.cpu.time > 0.001 × cuda-box/relay.cuda.time"))["a-claim"]
    assert judge(claim, Values([cpu, cuda])) is None
    claim = read_claims(claims_file(tmp_path, "relay.cpu.time > 0.001 × gpu-box/relay.cuda.time"))["a-claim"]
    assert judge(claim, Values([cpu, cuda])).machines == "cpu-box, gpu-box"


def test_a_claim_of_all_machines_fails_on_the_one_that_refutes_it(tmp_path: Path) -> None:
    path = claims_file(tmp_path, "relay.cpu.climb.share > 0.5")
    records = [samples.record(samples.cpu_run(), slug="a-box"), samples.record(samples.cpu_run(), slug="b-box")]
    legs = records[1].data.runs[0].legs
    climb = next(leg for leg in legs if leg.name == "climb")
    legs[legs.index(climb)] = replace(climb, time_s=climb.time_s / 10)
    values = Values([replace(records[0], measured_at="2026-11-24T06:00:00Z"), records[1]])
    assert judge(read_claims(path)["a-claim"], values).holds
    path.write_text(path.read_text(encoding="utf-8") + 'machines = "all"\n', encoding="utf-8")
    verdict = judge(read_claims(path)["a-claim"], values)
    assert (verdict.holds, verdict.machines) == (False, "b-box")
