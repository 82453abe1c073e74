"""The speaker's window and the rehearsal, served and from disk."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.test_deck import main_line, show, slides_of
from tests.browser.visit import Visit, visit

HOUR_MS = 3_600_000


@pytest.fixture(params=["served", "from disk"])
def deck(browser: Browser, site: Path, address: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """The deck on its second slide, its clock in the test's hands."""
    url = f"{address}/slides/" if request.param == "served" else f"{site.as_uri()}/slides/index.html"
    with visit(browser, url, offline=request.param != "served") as opened:
        page = opened.page
        show(page, slides_of(page)[1])
        yield opened
        assert opened.errors == []


def open_speaker(deck: Page) -> Page:
    with deck.expect_popup() as opened:
        deck.keyboard.press("s")
    speaker = opened.value
    speaker.wait_for_selector(".current .slide")
    return speaker


def title(page: Page, number: int) -> str:
    return page.locator(".slides > section .slide-title").nth(number).text_content() or ""


def test_the_speaker_sees_this_slide_the_next_one_and_the_notes(deck: Visit) -> None:
    speaker = open_speaker(deck.page)
    assert speaker.locator(".current .slide-title").text_content() == title(deck.page, 1)
    assert speaker.locator(".following .slide-title").text_content() == title(deck.page, 2)
    assert title(deck.page, 2).casefold() in speaker.locator("#after").inner_text().casefold()
    note = " ".join((deck.page.locator("section.present aside.notes").text_content() or "").split())
    assert note[:40] in " ".join(speaker.locator(".said").inner_text().split())
    box = speaker.locator(".current .slide-frame").bounding_box()
    assert box is not None
    assert box["width"] / box["height"] == pytest.approx(16 / 9, rel=0.01)
    assert speaker.evaluate("document.fonts.ready.then(() => document.fonts.check('16px \"Golos Text\"'))")


def test_both_windows_go_together(deck: Visit) -> None:
    speaker = open_speaker(deck.page)
    speaker.keyboard.press("ArrowRight")
    deck.page.wait_for_function(
        "id => document.querySelector('section.present').id === id", arg=slides_of(deck.page)[2]
    )
    speaker.wait_for_function(
        "title => document.querySelector('.title').textContent === title", arg=title(deck.page, 2)
    )
    deck.page.keyboard.press("ArrowLeft")
    speaker.wait_for_function(
        "title => document.querySelector('.title').textContent === title", arg=title(deck.page, 1)
    )
    speaker.keyboard.press("b")
    deck.page.wait_for_selector(".reveal.paused")
    assert "погашен" in speaker.locator(".dark").inner_text()


def test_a_slide_that_one_goes_back_to_is_at_its_last_step(deck: Visit) -> None:
    """Whose steps show several parts at once: reveal.js counts the parts."""
    page = deck.page
    shared = page.locator(".slides > section:not([data-backup])").evaluate_all(
        """all => all.findIndex((slide) => {
          const steps = [...slide.querySelectorAll(".fragment")].map((part) => part.dataset.fragmentIndex);
          return new Set(steps).size > 1 && new Set(steps).size < steps.length;
        })"""
    )
    speaker = open_speaker(page)
    show(page, slides_of(page)[shared + 1])
    speaker.wait_for_function(
        "place => document.querySelector('.place').textContent.startsWith(place)", arg=f"{shared + 2} "
    )
    speaker.keyboard.press("PageUp")
    speaker.wait_for_function(
        "place => document.querySelector('.place').textContent.startsWith(place)", arg=f"{shared + 1} "
    )
    step, steps = re.findall(r"\d+", speaker.locator(".place").inner_text())[-2:]
    assert step == steps
    speaker.keyboard.press("z")
    page.wait_for_selector(".deck-frozen")
    hidden = page.locator(".deck-frozen .fragment:not(.visible)")
    assert hidden.count() == 0
    assert page.locator(".deck-frozen .current-fragment").count() > 0, "the last step is the present one"


def test_the_window_outlives_a_reload_of_the_deck(deck: Visit) -> None:
    speaker = open_speaker(deck.page)
    deck.page.reload()
    deck.page.wait_for_selector(".reveal.ready")
    show(deck.page, slides_of(deck.page)[3])
    speaker.wait_for_function(
        "title => document.querySelector('.title').textContent === title", arg=title(deck.page, 3)
    )


def test_the_timer_counts_from_the_slot_and_tells_the_pace(deck: Visit) -> None:
    speaker = open_speaker(deck.page)
    assert speaker.locator(".elapsed").inner_text() == "0:00"
    assert speaker.locator(".left").inner_text() == "40:00"
    assert speaker.locator(".pace").inner_text() == "секундомер стоит"
    start = speaker.locator("[name=timer]")
    start.click()
    speaker.wait_for_function("() => document.querySelector('.elapsed').textContent !== '0:00'")
    assert start.inner_text() == "Пауза"
    planned = sum(deck.page.locator(".slides > section").evaluate_all("s => s.map(s => Number(s.dataset.timing))")[:1])
    assert speaker.locator(".pace").inner_text() == f"опережаем на 0:{planned - 1}"
    start.click()
    stopped = speaker.locator(".elapsed").inner_text()
    speaker.wait_for_timeout(1200)
    assert speaker.locator(".elapsed").inner_text() == stopped
    speaker.locator("[name=reset]").click()
    speaker.wait_for_function("() => document.querySelector('.elapsed').textContent === '0:00'")


PACES = """() => {
  const plan = [{ id: "a", title: "А", seconds: 60 }, { id: "b", title: "Б", seconds: 30 }];
  const run = new Rehearsal(plan, null);
  run.start(0);
  const paces = [run.behind(59000), run.behind(75000)];
  run.turn("b", 40000);
  paces.push(run.behind(41000));
  run.turn("b", 70000);
  paces.push(run.behind(70000));
  return paces;
}"""


def test_the_pace_is_counted_from_the_whole_run(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/assets/generated/deck/speaker.html") as speaker:
        assert speaker.page.evaluate(PACES) == [0, 15_000, -19_000, 0]
        words = speaker.page.evaluate("[0, 72000, -72000].map(Rehearsal.pace)")
        assert words == ["идём по плану", "отстаём на 1:12", "опережаем на 1:12"]


def test_after_the_last_slide_comes_the_report_to_save_or_to_drop(deck: Visit, tmp_path: Path) -> None:
    page = deck.page
    slides = main_line(page)
    page.keyboard.press("t")
    page.wait_for_timeout(1100)
    show(page, slides[-1])
    while page.evaluate("document.querySelector('section.present .fragment:not(.visible)') !== null"):
        page.keyboard.press("ArrowRight")
    page.wait_for_timeout(600)
    report = page.get_by_role("dialog", name="Репетиция")
    assert report.is_hidden()
    page.keyboard.press("ArrowRight")
    assert report.is_visible()
    rows = report.locator("tbody tr:not(.sum)")
    assert rows.count() == len(slides)
    # Each part's total after its last slide: those of a part are the slides from its divider to the next.
    parts = report.locator("tbody tr.sum")
    dividers = [at for at, slide in enumerate(slides) if page.locator(f"#{slide}.layout-section").count()]
    ends = [*dividers[1:], len(slides)]
    planned = [int(page.locator(f"#{slide}").get_attribute("data-timing") or 0) for slide in slides]
    sums = [sum(planned[start:end]) for start, end in zip(dividers, ends, strict=True) if end - start > 1]
    assert len(sums) > 1
    assert [parts.nth(at).inner_text().split("\t")[2] for at in range(parts.count())] == [
        f"{seconds // 60}:{seconds % 60:02d}" for seconds in sums
    ]
    assert "—" in rows.nth(0).inner_text(), "it was not shown"
    # After the plan, a second or more: a loaded machine waits longer than it is told to.
    spent = re.compile(r"\t\d+:\d\d\t0:[0-5][1-9]\t")
    assert spent.search(rows.nth(1).inner_text())
    with page.expect_download() as saved:
        report.get_by_role("button", name="Скачать CSV").click()
    saved.value.save_as(tmp_path / "run.csv")
    with (tmp_path / "run.csv").open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file, delimiter=";"))
    assert [row["Слайд"] for row in table] == [title(page, number) for number in range(len(slides))] + ["Всего"]
    assert table[0]["Факт, с"] == ""
    assert 1 <= float(table[1]["Факт, с"].replace(",", ".")) < 60
    assert float(table[-1]["План, с"].replace(",", ".")) == sum(
        float(row["План, с"].replace(",", ".")) for row in table[:-1]
    )
    page.reload()
    page.wait_for_selector(".reveal.ready")
    page.keyboard.press("e")
    assert spent.search(rows.nth(1).inner_text()), "the run is kept in the browser"
    report.get_by_role("button", name="Сбросить").click()
    assert not spent.search(rows.nth(1).inner_text())
    report.get_by_role("button", name="Закрыть").click()
    page.keyboard.press("ArrowRight")
    assert report.is_hidden(), "there was no run to report"


def test_a_run_left_behind_does_not_count_the_night(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/slides/") as deck:
        page = deck.page
        page.evaluate(
            """hour => {
              sessionStorage.clear();
              localStorage.setItem(`${location.origin}/ rehearsal`, JSON.stringify({
                spent: {}, slide: document.querySelector("section.present").id,
                since: Date.now() - hour - 5000, seen: Date.now() - hour }));
            }""",
            HOUR_MS,
        )
        page.reload()
        page.wait_for_selector(".reveal.ready")
        page.keyboard.press("e")
        assert "0:05" in page.locator(".deck-report tbody tr").first.inner_text()


def test_the_edge_of_the_notes_is_dragged_and_stays(deck: Visit) -> None:
    speaker = open_speaker(deck.page)

    def share() -> float:
        notes, window = (speaker.locator(each).bounding_box() for each in (".said", "body"))
        assert notes
        assert window
        return notes["width"] / window["width"]

    edge = speaker.get_by_role("separator")
    box, before = edge.bounding_box(), share()
    assert box
    assert 0.5 <= before < 0.65
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    speaker.mouse.move(x, y)
    speaker.mouse.down()
    speaker.mouse.move(x - 150, y, steps=5)
    speaker.mouse.up()
    narrow = share()
    assert narrow < before - 0.08
    edge.focus()
    speaker.keyboard.press("ArrowRight")
    wider = share()
    assert narrow < wider < before
    first = title(deck.page, 1)
    assert deck.page.locator("section.present .slide-title").text_content() == first, "arrows turn no slide there"
    speaker.reload()
    speaker.wait_for_selector(".current .slide")
    assert share() == pytest.approx(wider, abs=0.01)
    speaker.mouse.click(x - 300, y)
    speaker.keyboard.press("PageDown")
    deck.page.wait_for_function(
        "first => document.querySelector('section.present .slide-title').textContent !== first", arg=first
    )
