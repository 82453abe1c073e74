"""The page's own judge says of the same numbers what the build's says."""

import itertools
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from talk.errors import TalkError
from talk.node import node_command
from talk.paths import ASSETS
from talk.render.claims import judge_on, read_claims
from talk.render.value import Value
from talk.render.values import Found, UnmeasuredValueError
from talk.site.choices import judged_in_page
from tests.talk import samples

NAMES = ("made.a", "made.b", "made.c", "made.spread")
# Numbers that lie at each other's bounds: equal, apart by just the margin, by less and by more.
NUMBERS = (0.0, 0.05, 0.1, 1.0, 1.05, 1.1, 2.0, -1.0)
RELATIONS = [
    *(f'"made.a {sign} made.b"' for sign in (">", "<", ">=", "<=", "==")),
    '"made.a > 0.5 × made.b"',
    '"made.a ≈ made.b ± 5 %"',
    '"max(made.a, made.b) > 2 × made.c"',
    '"min(made.a, 1) <= max(made.b, made.c)"',
    '["made.a > made.b", "made.b >= made.c"]',
    *(f'"made.a {sign} made.b"\nmargin = "5 %"' for sign in (">", "<", ">=", "<=")),
    '"made.a > 1"\nmargin = "made.spread"',
    '"made.a > 1"\nmargin = ["2 %", "made.spread"]',
    '"made.a > made.b"\nmargin = ["made.spread", "20 %"]',
]
RUN = """
const asked = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(asked.map(([claim, known]) => judge(claim, known))));
"""


class Made:
    """Values without records."""

    def __init__(self, numbers: dict[str, float]) -> None:
        self.numbers = numbers

    def find(self, name: str) -> Found:
        if name not in self.numbers:
            raise UnmeasuredValueError(name, lambda _: [])
        return Found(Value(self.numbers[name], "ratio", ""), samples.record())


def in_page(asked: list[tuple[Any, dict[str, float]]]) -> list[Any]:
    script = (ASSETS / "scripts" / "judge.js").read_text(encoding="utf-8") + RUN
    done = subprocess.run([*node_command(), "-e", script], input=json.dumps(asked), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found: list[Any] = json.loads(done.stdout)
    return found


def write(folder: Path, relations: list[str]) -> Path:
    path = folder / "claims.toml"
    claims = (f"[claim-{at}]\nrelation = {written}\nin_page = true\n" for at, written in enumerate(relations))
    path.write_text("\n".join(claims), encoding="utf-8")
    return path


def test_the_page_judges_as_the_build_does(tmp_path: Path) -> None:
    path = write(tmp_path, RELATIONS)
    claims, published = read_claims(path), json.loads(json.dumps(judged_in_page(path)))
    assert len(published) == len(RELATIONS)
    made = [dict(zip(NAMES, (*three, 0.1), strict=True)) for three in itertools.product(NUMBERS, repeat=3)]
    made += [{name: 1.0 for name in NAMES if name != missing} for missing in NAMES]
    asked = [(name, numbers) for name in published for numbers in made]
    verdicts = in_page([(published[name], numbers) for name, numbers in asked])
    outcomes = set()
    for (name, numbers), verdict in zip(asked, verdicts, strict=True):
        expected = judge_on(claims[name], Made(numbers), None, path)  # type: ignore[arg-type]
        outcome = None if expected is None else expected.holds
        assert (None if verdict is None else verdict["holds"]) is outcome, (RELATIONS[int(name[6:])], numbers)
        outcomes.add(outcome)
    assert outcomes == {True, False, None}


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('"box/made.a > 1"', "without a machine"),
        ('"made.*.a > 1"', "without \\*"),
        ('"made.a > 1"\nmachines = "all"', "of one machine"),
    ],
)
def test_what_a_page_cannot_know_is_refused(tmp_path: Path, written: str, told: str) -> None:
    with pytest.raises(TalkError, match=rf"claims\.toml:1: claim claim-0: in_page: .*{told}"):
        read_claims(write(tmp_path, [written]))


def test_a_mark_that_is_neither_yes_nor_no_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "claims.toml"
    path.write_text('[a-claim]\nrelation = "made.a > 1"\nin_page = "yes"\n', encoding="utf-8")
    with pytest.raises(TalkError, match=r"claims\.toml:1: claim a-claim: in_page 'yes' is not known"):
        read_claims(path)
