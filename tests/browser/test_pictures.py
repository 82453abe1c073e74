"""Drawn scenes in a real browser: no two texts of a picture meet, on no machine."""

import lzma
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from experiments.matmul.record import Matmul, Tiling
from experiments.matmul.render import pictures, thermometer
from experiments.matmul.sample import sample as matmul
from talk.experiment import find_experiments
from talk.paths import RESULTS, ROOT
from talk.records.schema import AnyRecord
from talk.records.store import read_records
from talk.render.captions import Provenance
from talk.render.drawing import drawing_of
from tests.experiments.matmul.samples import matmul_record

OLD = ROOT / "tests" / "experiments" / "old_records"

# Pairs of texts whose boxes meet, and texts that leave their picture, of each scene on the page.
MEETING = """() => {
  const found = [];
  for (const svg of document.querySelectorAll(".scene svg")) {
    const frame = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll("text")].map(text => [text.textContent, text.getBoundingClientRect()]);
    for (const [at, [words, box]] of texts.entries()) {
      if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 ||
          box.bottom > frame.bottom + 1) found.push(`${svg.ariaLabel}: «${words}» leaves the picture`);
      for (const [others, other] of texts.slice(at + 1))
        if (Math.min(box.right, other.right) - Math.max(box.left, other.left) > 1 &&
            Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top) > 1)
          found.push(`${svg.ariaLabel}: «${words}» meets «${others}»`);
    }
  }
  return found;
}"""


@pytest.fixture(scope="module")
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A page of the site with its styles and typefaces, whose content is put in by the tests."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, service_workers="block")
    page = context.new_page()
    page.goto(f"{address}/matmul/")
    yield page
    context.close()


def scenes_of(records: list[AnyRecord]) -> str:
    experiment = find_experiments()[records[0].experiment]
    fragments = experiment.fragments(drawing_of(experiment, records))
    return "".join(html for html in fragments.values() if 'class="scene"' in html)


def meeting(page: Page, html: str) -> list[str]:
    """What meets when `html` stands on the page, in the typefaces of the page."""
    page.evaluate(
        """async html => {
          const made = new DOMParser().parseFromString(html, "text/html");
          const place = document.querySelector(".md-content article");
          place.replaceChildren(...made.body.childNodes);
          await document.fonts.ready;
        }""",
        html,
    )
    return list(page.evaluate(MEETING))


def old_records(machine: str, folder: Path) -> list[AnyRecord]:
    for packed in sorted((OLD / machine).glob("*.json.xz")):
        record = folder / machine / packed.stem
        record.parent.mkdir(exist_ok=True)
        record.write_bytes(lzma.decompress(packed.read_bytes()))
    return read_records(folder)


@pytest.mark.parametrize("machine", sorted(folder.name for folder in OLD.iterdir() if folder.is_dir()))
def test_texts_do_not_meet_on_old_records(page: Page, machine: str, tmp_path: Path) -> None:
    drawn = {record.name: scenes_of([record]) for record in old_records(machine, tmp_path)}
    assert any(drawn.values())
    assert [each for html in drawn.values() if html for each in meeting(page, html)] == []


def test_texts_do_not_meet_on_the_records_of_today(page: Page) -> None:
    drawn = [scenes_of([record]) for record in read_records(RESULTS)]
    assert any(drawn)
    assert [each for html in drawn if html for each in meeting(page, html)] == []


def test_what_meets_is_found(page: Page) -> None:
    text = '<text class="label" x="10" y="40">слово</text>'
    html = f'<div class="scene"><svg viewBox="0 0 800 80" aria-label="два">{text}{text}</svg></div>'
    assert meeting(page, html) == ["два: «слово» meets «слово»"]


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


def test_texts_do_not_meet_on_made_machines(page: Page) -> None:
    experiment = find_experiments()["matmul"]
    for data in machines():
        source = Provenance(matmul_record(data))
        drawn = pictures.scenes(drawing_of(experiment, [source.record])).values()
        climbed = [thermometer.thermometer(source, data, rung) for rung in thermometer.RUNGS]
        assert meeting(page, "".join([*drawn, *climbed])) == []
