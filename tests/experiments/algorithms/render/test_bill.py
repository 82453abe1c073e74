"""The bill in bridges, against sums done by hand, and the picture of batches."""

import math
import re
from pathlib import Path

import pytest

from experiments.algorithms.record import Algorithms
from experiments.algorithms.render import bill, named_values
from talk.paths import SNIPPETS
from talk.records.schema import Record
from tests.experiments.algorithms.samples import fragments

YEAR_H = 365.25 * 24


@pytest.fixture
def prices(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server of 100 ₽ that eats 100 ₽ of electricity in its two years; a bridge of 1000 ₽; sound all day long."""
    given = {
        "hours": 48.0,
        "shift": 24.0,
        "years": 2.0,
        "electricity": 100 / (2 * YEAR_H),
        "cpu-price": 100.0,
        "cpu-power": 1000.0,
        "bridge-mass": 10.0,
        "iron-price": 100.0,
    }
    monkeypatch.setattr(bill, "assumptions", lambda: given)


def test_the_calculators_inputs_are_all_there() -> None:
    wanted = {"hours", "shift", "years", "electricity", "cpu-price", "cpu-power", "bridge-mass", "iron-price"}
    assert wanted <= bill.assumptions().keys()


def test_a_price_that_is_edited_changes_the_bill_at_once(
    record: Record[Algorithms], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = (SNIPPETS / "calculator.html").read_text(encoding="utf-8")
    monkeypatch.setattr(bill, "SNIPPETS", tmp_path)

    def server_years(price: float) -> float:
        edited, edits = re.subn(r'(name="iron-price" value=")[^"]+', rf"\g<1>{price}", form)
        assert edits == 1
        (tmp_path / "calculator.html").write_text(edited, encoding="utf-8")
        return named_values(record)["bill.bridge_server_years"].number

    assert server_years(200) == pytest.approx(2 * server_years(100))


@pytest.mark.usefixtures("prices")
def test_a_server_for_its_life_is_its_price_and_its_electricity() -> None:
    assert bill.bridges(2 * bill.YEAR_S) == pytest.approx(200 / 1000)


@pytest.mark.usefixtures("prices")
def test_the_service_takes_as_many_servers_as_are_busy() -> None:
    # 48 h of sound a day, each taking a quarter of its time: half a server.
    assert bill.service_bridges(0.25) == pytest.approx(0.5 * 200 / 1000)


@pytest.mark.usefixtures("prices")
def test_the_stories_are_billed(record: Record[Algorithms]) -> None:
    values = {name: value.number for name, value in named_values(record).items()}
    assert values["bill.bridge_server_years"] == pytest.approx(10)
    # 8 s of sound: 12 s at random, 6 s sorted; two servers' worth of sound.
    assert values["bill.batching.random"] == pytest.approx(12 / 8 * 2 * 0.2)
    assert values["bill.batching.saved"] == pytest.approx((12 - 6) / 8 * 2 * 0.2)
    # 5 s of 100 s on one of two cores.
    assert values["bill.decoding.beam_with_model_16"] == pytest.approx(5 / 100 / 2 * 2 * 0.2)
    cost = math.comb(6, 4) / 1e6 / (10 * bill.YEAR_S)
    assert cost < 1
    assert values["bill.ctc_digits"] == 0


def test_every_utterance_is_a_bar_and_every_batch_a_frame(record: Record[Algorithms]) -> None:
    drawn = fragments(record)["padding-slide"]
    assert drawn.count('class="padded"') == 4
    assert len(re.findall(r"M[\d.]+ \d+v-", drawn)) == 8
    assert "как пришли: впустую 50" in drawn.replace("\N{NO-BREAK SPACE}", " ")
