"""The small pictures of hidden algorithms, held against the algorithms themselves."""

import re
from itertools import combinations

from experiments.algorithms.record import Algorithms
from experiments.algorithms.render import hidden
from talk.records.schema import Record
from talk.render.captions import Provenance


def test_a_node_runs_after_all_that_hand_it_a_gradient() -> None:
    assert all(start < to for start, to in hidden._HANDED)
    turns = re.findall(r">(\d)</text>", hidden._sorting())
    assert turns == [str(turn) for turn in range(1, len(hidden._STEPS) + 1)]
    lit = re.findall(r'label on"[^>]*>(\d)<', hidden._sorting())
    assert lit == ["3", "5"], "those that two hand a gradient"


def test_tensors_alive_at_once_lie_in_buffers_of_their_own() -> None:
    tensors = list(zip(hidden._LIVES, hidden._BUFFERS, strict=True))
    for ((start, end), buffer), ((other_start, other_end), other) in combinations(tensors, 2):
        assert buffer != other or end < other_start or other_end < start
    at_once = max(sum(start <= moment <= end for start, end in hidden._LIVES) for moment in range(8))
    assert len(set(hidden._BUFFERS)) == at_once, "no fewer would do"


def test_each_picture_tells_its_number(record: Record[Algorithms]) -> None:
    made = hidden.pictures(Provenance(record), record.data.framework).replace("\N{NO-BREAK SPACE}", " ")
    told = re.findall(r'aria-label="([^"]*)"', made)
    assert [each.split(":")[0] for each in told] == [
        "Топологическая сортировка", "Раскраска отрезков", "Словарь узлов", "Система множеств",
    ]  # fmt: skip
    shown = re.findall(r"<b>([^<]*)</b>", made)
    assert all(f": {number} " in label for number, label in zip(shown, told, strict=True))
