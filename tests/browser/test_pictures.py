"""Every picture in a real browser: no two of its words meet, none leaves it, no line strikes one, on no machine."""

import lzma
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from bench.overlaps import figures_of, made_machines, meeting, open_page
from experiments.matmul.record import Matmul, Tiling
from experiments.matmul.render import pictures, thermometer
from experiments.matmul.sample import sample as matmul
from talk.experiment import find_experiments
from talk.paths import RESULTS, ROOT
from talk.records.schema import AnyRecord
from talk.records.store import read_records
from talk.render.captions import Provenance
from talk.render.drawing import drawing_of
from tests.experiments import made_gpu
from tests.experiments.matmul.samples import matmul_record

OLD = ROOT / "tests" / "experiments" / "old_records"


@pytest.fixture(scope="module")
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A page of the site with its styles and typefaces, whose content is put in by the tests."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, service_workers="block")
    page = context.new_page()
    open_page(page, address)
    yield page
    context.close()


def old_records(machine: str, folder: Path) -> list[AnyRecord]:
    for packed in sorted((OLD / machine).glob("*.json.xz")):
        record = folder / machine / packed.stem
        record.parent.mkdir(exist_ok=True)
        record.write_bytes(lzma.decompress(packed.read_bytes()))
    return read_records(folder)


@pytest.mark.parametrize("machine", sorted(folder.name for folder in OLD.iterdir() if folder.is_dir()))
def test_nothing_meets_on_old_records(page: Page, machine: str, tmp_path: Path) -> None:
    records = old_records(machine, tmp_path)
    assert records
    assert [each for record in records for each in meeting(page, figures_of(record))] == []


def test_nothing_meets_on_the_records_of_today(page: Page) -> None:
    drawn = [figures_of(record) for record in read_records(RESULTS)]
    assert any(drawn)
    assert [each for html in drawn for each in meeting(page, html)] == []


@pytest.mark.parametrize("card", [made_gpu.H200, made_gpu.WEAK], ids=lambda card: str(card.slug))
def test_nothing_meets_on_a_card_that_nobody_has_measured(page: Page, card: made_gpu.Card, tmp_path: Path) -> None:
    made = made_gpu.write(card, tmp_path)
    assert [each for record in made for each in meeting(page, figures_of(record))] == []


@pytest.mark.parametrize("seed", range(3))
def test_nothing_meets_on_machines_made_by_chance(page: Page, tmp_path: Path, seed: int) -> None:
    """A few of those that `make bench` draws two hundred of."""
    measured = [record for record in read_records(RESULTS) if record.experiment in ("matmul", "profiling")]
    made = list(made_machines([*measured, *made_gpu.write(made_gpu.H200, tmp_path)[:2]], 5, seed))
    assert len(made) == 5
    assert [f"{record.name}: {each}" for record in made for each in meeting(page, figures_of(record))] == []


def _drawing(content: str) -> str:
    return f'<svg viewBox="0 0 800 80" role="img" aria-label="два">{content}</svg>'


_WORD = '<text class="label" x="10" y="40" font-size="20">слово</text>'
_LINE = '<path d="M0 34L200 34" stroke="red" fill="none"/>'
_PAPER = '<rect x="0" y="10" width="200" height="50" fill="white"/>'


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (_WORD, []),
        (_WORD * 2, ["два: «слово» meets «слово»"]),
        (_LINE + _WORD, ["два: a line strikes «слово» through"]),
        (_WORD + _LINE, ["два: a line strikes «слово» through"]),
        (_LINE + _PAPER + _WORD, []),
        (_WORD + _PAPER, ["два: «слово» is covered"]),
        (f'<g transform="translate(780 0)">{_WORD}</g>', ["два: «слово» leaves the picture"]),
        (f'<g class="fragment passing">{_WORD}</g><g class="fragment">{_WORD}</g>', []),
        (f'<g class="fragment">{_WORD}</g><g class="fragment">{_WORD}</g>', ["два: «слово» meets «слово»"]),
        (f'<g class="fragment">{_WORD}</g><g class="fragment">{_PAPER}{_WORD}</g>', []),
    ],
)
def test_what_meets_is_found_and_nothing_else(page: Page, content: str, found: list[str]) -> None:
    assert meeting(page, _drawing(content)) == found


_TILES = ((4, 8, 4), (8, 8, 4), (6, 16, 8), (6, 64, 16), (14, 32, 16), (1, 4, 4), (12, 64, 8))


def machines() -> Iterator[Matmul]:
    """Machines unlike any that was measured: other tiles, threads and caches, a hundred times slower or faster."""
    made = matmul()
    for (rows, columns, lanes), threads, speed in product(_TILES, (1, 64), (0.01, 1.0, 100.0)):
        tiling = Tiling(
            rows=rows, columns=columns, lanes=lanes, block_depth=4096, block_columns=1024,
            l1_bytes=(32 << 10) * rows, l2_bytes=(12 << 20) * rows, l3_bytes=0 if lanes == 4 else 1 << 30,
        )  # fmt: skip
        yield replace(
            made,
            tiling=tiling,
            contenders=[
                replace(
                    each,
                    threads=each.threads if each.threads == 1 else max(1, threads),
                    points=[replace(p, times_s=[time / speed for time in p.times_s]) for p in each.points],
                )
                for each in made.contenders
            ],
            peaks=[
                replace(each, threads=count, flops_per_s=each.flops_per_s * speed)
                for each, count in zip(made.peaks, dict.fromkeys((1, threads)), strict=False)
            ],
            bandwidths=[
                replace(each, threads=count, bytes_per_s=each.bytes_per_s * speed)
                for count in dict.fromkeys((1, threads))
                for each in made.bandwidths
                if each.threads == 1
            ],
        )


def test_scenes_of_other_tiles_threads_and_caches_do_not_meet(page: Page) -> None:
    experiment = find_experiments()["matmul"]
    for data in machines():
        source = Provenance(matmul_record(data))
        drawn = pictures.scenes(drawing_of(experiment, [source.record])).values()
        climbed = [thermometer.thermometer(source, data, rung) for rung in thermometer.RUNGS]
        assert meeting(page, "".join([*drawn, *climbed])) == []
