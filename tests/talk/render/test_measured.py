"""A measured number as HTML: the one writer of `<data>`."""

import re

import pytest

from talk.experiment import find_experiment
from talk.render.measured import attributes, element
from talk.render.values import Values
from talk.words import NBSP
from tests.talk import samples

PARAMETERS = 121_435_136
BARE = samples.record(experiment="bare", data=find_experiment("bare").data_type(sizes=[PARAMETERS, 2**53 - 1]))
RELAY = samples.record(samples.cpu_run(), samples.cuda_run())


@pytest.mark.parametrize(
    ("reference", "value"),
    [
        (f"bare.sizes.n{PARAMETERS}.total", "121435136"),
        (f"bare.sizes.n{2**53 - 1}.total", "9007199254740991"),
        ("relay.cpu.climb.calls", "100"),
        ("relay.cpu.pace", "1.42857"),
        ("relay.cuda.climb.share", "0.1"),
    ],
)
def test_a_count_is_exact_for_machines_and_other_numbers_have_six_digits(reference: str, value: str) -> None:
    assert attributes(Values([BARE, RELAY]).find(reference), stale=False)["value"] == value


def test_it_says_how_where_and_when() -> None:
    found = Values([RELAY]).find("relay.cpu.time")
    assert element(found, "2.1 s", stale=False) == (
        '<data class="measured" value="2.1" data-record="test-box/relay" '
        f'title="median of the repeats; test-box, 23{NBSP}November 2026" translate="no">2.1 s</data>'
    )


def test_a_stale_and_a_quick_one_say_so() -> None:
    quick = samples.record(quick=True)
    html = element(Values([quick]).find("relay.cpu.time"), "2.1 s", stale=True)
    assert 'class="measured stale"' in html
    title = re.search('title="([^"]*)"', html)
    assert title is not None
    assert title[1].split("; ")[2:] == ["quick run", "outdated: the measuring code has changed since"]


@pytest.mark.usefixtures("russian")
def test_it_speaks_the_talks_language() -> None:
    title = attributes(Values([RELAY]).find("relay.cpu.time"), stale=True)["title"]
    assert f"23{NBSP}ноября 2026; устарело" in title


def test_what_a_record_says_is_escaped() -> None:
    record = samples.record(slug="box")
    found = Values([record]).find("relay.cpu.time")
    assert "&lt;b&gt;" in element(found, "<b>", stale=False)
