"""The reader's page says of the same times what the build says of a record's."""

import json
import random
import subprocess

import pytest

from talk.node import node_command
from talk.paths import DOCS
from talk.records.headline import quantity_of

RUN = """
const made = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(made.map((times_s) => [readerStory.median(times_s), readerStory.spread(times_s)])));
"""


def test_the_page_and_the_build_mean_the_same_by_a_spread() -> None:
    dice = random.Random(0)
    made = [[dice.lognormvariate(0, 1) for _ in range(count)] for count in range(2, 40) for _ in range(5)]
    made += [[1.0] * 18 + [9.0], [9.0, *[1.0] * 4], [1.0, 9.0, 1.0], [2.0, 2.0]]
    script = (DOCS / "assets" / "scripts" / "reader" / "story.js").read_text(encoding="utf-8") + RUN
    done = subprocess.run([*node_command(), "-e", script], input=json.dumps(made), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for times_s, found in zip(made, json.loads(done.stdout), strict=True):
        assert found == pytest.approx(quantity_of(times_s), rel=1e-9, abs=1e-12), times_s
