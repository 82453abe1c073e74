"""The main line and the slides behind it: marks, keys, shorter slots, the overview, the speaker's window."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page

from talk.site.address import address_html
from tests.browser.test_deck import show, slides_of
from tests.browser.test_speaker import open_speaker
from tests.browser.test_stage import press, taken
from tests.browser.visit import Visit, visit

# Address, the address of its place (null on the main line) and the least slot of each slide, as the page has them.
WRITTEN = "slides => slides.map(({ id, dataset }) => [id, dataset.backup ?? null, Number(dataset.cut ?? 0)])"
Plan = list[tuple[str, str | None, int]]


@pytest.fixture
def deck(browser: Browser, address: str) -> Iterator[Visit]:
    with visit(
        browser, f"{address}/slides/", reduced_motion="reduce", viewport={"width": 1366, "height": 768}
    ) as opened:
        opened.page.wait_for_selector(".reveal.ready")
        yield opened
        assert opened.errors == []


def present(page: Page) -> str:
    return str(page.evaluate("document.querySelector('section.present').id"))


def is_on(page: Page, slide: str) -> None:
    page.wait_for_function("id => document.querySelector('section.present').id === id", arg=slide)


def written(page: Page) -> Plan:
    return [tuple(each) for each in page.locator(".slides > section").evaluate_all(WRITTEN)]  # type: ignore[misc]


@pytest.fixture(scope="module")
def plan(browser: Browser, address: str) -> Plan:
    """Of the talk in its own slot."""
    with visit(browser, f"{address}/slides/") as opened:
        opened.page.wait_for_selector(".reveal.ready")
        return written(opened.page)


def places(page: Page) -> dict[str, list[str]]:
    """The backups of each slide of the main line that has some."""
    found: dict[str, list[str]] = {}
    for slide, place, _ in written(page):
        if place:
            found.setdefault(place, []).append(slide)
    return found


def steps_taken(page: Page) -> int:
    return page.locator("section.present .fragment.visible").count()


def test_the_line_ends_before_the_backups(deck: Visit) -> None:
    page = deck.page
    slides = written(page)
    main = [slide for slide, place, _ in slides if not place]
    assert [slide for slide, _, _ in slides[: len(main)]] == main, "backups come last"
    press(page, "End")
    is_on(page, main[-1])
    assert (
        page.locator(".progress span").evaluate("bar => getComputedStyle(bar).transform") == "matrix(1, 0, 0, 1, 0, 0)"
    )
    taken(page)
    press(page, "PageDown")
    page.locator(".navigate-right").click()
    assert present(page) == main[-1]
    press(page, "PageUp")
    is_on(page, main[-2])


def test_a_mark_and_a_key_lead_to_backups_and_back(deck: Visit) -> None:
    page = deck.page
    place, backups = next((place, found) for place, found in places(page).items() if len(found) > 1)
    show(page, place)
    mark = page.locator("section.present .slide-backup")
    assert mark.inner_text() == f"+{len(backups)}"
    titles = [
        page.locator(f"#{each} .slide-title").evaluate("e => e.dataset.title ?? e.textContent") for each in backups
    ]
    assert mark.get_attribute("aria-label") == f"Запасные слайды: {', '.join(titles)}"
    mark.click()
    is_on(page, backups[0])
    assert page.locator("section.present .slide-backup").inner_text() == "↩ к докладу"
    press(page, "KeyD", "в")
    is_on(page, place)
    press(page, "KeyD")
    is_on(page, backups[0])
    page.locator("section.present .slide-backup").click()
    is_on(page, place)


def test_a_clicker_goes_through_the_backups_of_a_place_and_comes_back(deck: Visit) -> None:
    page = deck.page
    place, backups = next((place, found) for place, found in places(page).items() if len(found) > 1)
    show(page, place)
    press(page, "KeyD")
    for backup in backups:
        is_on(page, backup)
        taken(page)
        press(page, "PageDown")
    is_on(page, place)
    press(page, "KeyD")
    is_on(page, backups[0])
    while steps_taken(page):
        press(page, "PageUp")
    press(page, "PageUp")
    is_on(page, place)


def test_one_comes_back_to_the_step_that_one_left(deck: Visit) -> None:
    page = deck.page
    main = [slide for slide, place, _ in written(page) if not place]
    away = next(iter(places(page).values()))[0]
    stepped = page.evaluate(
        "main => main.find(id => document.getElementById(id).querySelectorAll('.fragment').length > 1)", main
    )
    page.goto(f"{page.url.split('#')[0]}#/{stepped}")
    is_on(page, stepped)
    press(page, "ArrowRight")
    page.wait_for_function("() => document.querySelector('section.present .fragment.visible') !== null")
    at = steps_taken(page)
    # By the number of a backup, from anywhere in the talk.
    press(page, "KeyG")
    page.keyboard.type(str(slides_of(page).index(away) + 1))
    page.keyboard.press("Enter")
    is_on(page, away)
    assert page.locator(".slide-number").inner_text() == str(slides_of(page).index(away) + 1)
    press(page, "KeyD")
    is_on(page, stepped)
    assert steps_taken(page) == at


def test_a_link_to_a_backup_leads_back_to_its_place(browser: Browser, address: str, deck: Visit) -> None:
    place, [backup, *_] = next(iter(places(deck.page).items()))
    with visit(browser, f"{address}/slides/#{backup}", reduced_motion="reduce") as opened:
        is_on(opened.page, backup)
        press(opened.page, "KeyD")
        is_on(opened.page, place)


def test_a_slide_without_backups_has_no_mark_and_no_way(deck: Visit) -> None:
    page = deck.page
    bare = next(slide for slide, place, _ in written(page)[1:] if not place and slide not in places(page))
    show(page, bare)
    assert page.locator("section.present .slide-backup").count() == 0
    press(page, "KeyD")
    page.wait_for_timeout(200)
    assert present(page) == bare


@pytest.mark.parametrize("slot", [20, 5])
def test_a_shorter_slot_moves_slides_to_the_backups(browser: Browser, address: str, plan: Plan, slot: int) -> None:
    main = [slide for slide, place, cut in plan if not place and cut < slot]
    with visit(browser, f"{address}/slides/?slot={slot}", reduced_motion="reduce") as opened:
        page = opened.page
        page.wait_for_selector(".reveal.ready")
        shorter = written(page)
        assert [slide for slide, place, _ in shorter if not place] == main
        assert sorted(slide for slide, _, _ in shorter) == sorted(slide for slide, _, _ in plan), "none is lost"
        # Each belongs to the nearest slide before it that is left, in the order of the talk.
        order = {slide: place for slide, place, _ in plan}
        in_turn = [
            each
            for slide, place, _ in plan
            if not place
            for each in [slide, *(backup for backup in order if order[backup] == slide)]
        ]
        nearest = dict[str, str]()
        for slide in in_turn:
            nearest[slide] = slide if slide in main else nearest[in_turn[in_turn.index(slide) - 1]]
        assert {slide: place for slide, place, _ in shorter if place} == {
            slide: nearest[slide] for slide in in_turn if slide not in main
        }
        press(page, "End")
        is_on(page, main[-1])
        speaker = open_speaker(page)
        assert speaker.locator(".left").inner_text() == f"{slot}:00"
        assert speaker.locator(".place").inner_text().startswith(f"{len(main)} из {len(main)}")
        assert opened.errors == []


@pytest.mark.parametrize("asked", ["", "never", "-5", "0", "Infinity"])
def test_a_slot_that_is_none_is_the_talks_own(browser: Browser, address: str, plan: Plan, asked: str) -> None:
    with visit(browser, f"{address}/slides/?slot={asked}", reduced_motion="reduce") as opened:
        opened.page.wait_for_selector(".reveal.ready")
        assert written(opened.page) == plan


def test_the_overview_has_backups_apart(deck: Visit) -> None:
    page = deck.page
    slides = written(page)
    main = [slide for slide, place, _ in slides if not place]
    press(page, "KeyO")
    overview = page.get_by_role("dialog", name="Все слайды")
    assert overview.get_by_role("heading", name="Запасные").is_visible()
    lists = page.locator(".deck-overview > ol, .deck-overview .backups > ol")
    counted = [lists.nth(index).locator("> li > button").count() for index in (0, 1)]
    assert counted == [len(main), len(slides) - len(main)]
    # Over each part's first slide stands the part's title.
    dividers = page.locator(".slides > section.layout-section:not([data-backup]) .slide-title").all_text_contents()
    assert len(dividers) > 1
    assert overview.locator("li.part").all_text_contents() == dividers
    # A slide's own list is drawn as on the slide, not as a list of slides.
    columns = "list => getComputedStyle(list).gridTemplateColumns.split(' ').length"
    assert lists.first.evaluate(columns) > 1
    assert overview.locator(".view .slide-body > ol").first.evaluate(columns) == 1
    # By keys from the last of the main line to the first backup below it, and back.
    lists.nth(0).locator("button").last.focus()
    press(page, "ArrowDown")
    focused = "() => [...document.querySelectorAll('.deck-overview li button')].indexOf(document.activeElement)"
    assert page.evaluate(focused) >= len(main)
    press(page, "ArrowUp")
    assert page.evaluate(focused) < len(main)
    press(page, "ArrowRight")
    press(page, "End")
    page.keyboard.press("Enter")
    is_on(page, slides[-1][0])


def test_the_speaker_sees_and_opens_backups(deck: Visit) -> None:
    page = deck.page
    place, backups = next(iter(places(page).items()))
    show(page, place)
    speaker = open_speaker(page)
    button = speaker.locator("[name=backup]")
    assert button.inner_text() == f"Запасные: {len(backups)}"
    button.click()
    is_on(page, backups[0])
    speaker.wait_for_function("() => document.querySelector('[name=backup]').textContent === 'К докладу'")
    number = slides_of(page).index(backups[0]) + 1
    assert speaker.locator(".place").inner_text() == f"{number}, запасной"
    if len(backups) == 1:
        taken(page)
        title = page.locator(f"#{place} .slide-title").text_content() or ""
        speaker.wait_for_function("title => document.querySelector('#after').textContent.endsWith(title)", arg=title)
    press(speaker, "KeyD", "в")
    is_on(page, place)
    press(speaker, "KeyO", "щ")
    parts = speaker.locator(".list").locator("ol")
    main = [slide for slide, at, _ in written(page) if not at]
    assert parts.nth(0).locator("li").count() == len(main)
    parts.nth(1).locator("button").last.click()
    is_on(page, slides_of(page)[-1])


BACKUP_PACES = """() => {
  const plan = [
    { id: "a", title: "А", seconds: 60 }, { id: "b", title: "Б", seconds: 30 },
    { id: "c", title: "В", seconds: 500, place: "a" },
  ];
  const run = new Rehearsal(plan, null);
  run.start(0);
  run.turn("c", 20000);
  const paces = [run.behind(30000), run.behind(75000)];
  run.turn("b", 75000);
  paces.push(run.behind(76000), run.behind(95000));
  return [paces, run.planned, run.report(95000).rows.map(({ number, planned, spent }) => [number, planned, spent])];
}"""


def test_a_backup_has_no_plan_and_takes_its_places_time(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/slides/") as opened:
        paces, planned, rows = opened.page.evaluate(BACKUP_PACES)
        assert paces == [0, 15_000, 0, 5_000]
        assert planned == 90_000
        assert rows == [[1, 60_000, 20_000], [2, 30_000, 20_000], [3, 0, 55_000]]


def test_the_report_names_backups_that_were_shown(deck: Visit) -> None:
    page = deck.page
    main = [slide for slide, place, _ in written(page) if not place]
    place, [backup, *_] = next(iter(places(page).items()))
    press(page, "KeyT")
    show(page, place)
    press(page, "KeyD")
    is_on(page, backup)
    page.wait_for_timeout(1200)
    press(page, "KeyE")
    rows = page.locator(".deck-report tbody tr:not(.sum)")
    assert rows.count() == len(main) + 1
    number = slides_of(page).index(backup) + 1
    assert re.match(rf"{number}\t.*\t0:00\t0:0[1-9]", rows.last.inner_text())


def test_without_scripts_backups_follow_the_last_slide(browser: Browser, site: Path) -> None:
    with visit(browser, f"{site.as_uri()}/slides/index.html", java_script_enabled=False, offline=True) as opened:
        main = [not place for _, place, _ in written(opened.page)]
        assert main == sorted(main, reverse=True)
        assert opened.page.locator(".slide-backup").count() == 0


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1024, 768)])
def test_a_phone_reads_the_address_off_the_last_slide(browser: Browser, address: str, width: int, height: int) -> None:
    url = "https://talk.example/zachem/gpu/i/proizvodnaya/"
    with visit(browser, f"{address}/slides/", viewport={"width": width, "height": height}) as opened:
        page = opened.page
        last = [slide for slide, place, _ in written(page) if not place][-1]
        show(page, last)
        body = page.locator(f"#{last} .slide-body")
        body.evaluate("(body, html) => { body.innerHTML = html; }", address_html(url))
        [found] = zxingcpp.read_barcodes(Image.open(BytesIO(page.screenshot())))
        assert found.text == url
        frame, text = page.locator(f"#{last} .slide-frame").bounding_box(), body.locator("a").bounding_box()
        assert frame is not None
        assert text is not None
        assert frame["x"] <= text["x"]
        assert text["x"] + text["width"] <= frame["x"] + frame["width"]
