"""What a speaker does on stage: keys in both windows on any keyboard, touch, a refused window, a closed deck."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.test_deck import main_line, show, slides_of
from tests.browser.test_speaker import open_speaker
from tests.browser.visit import Visit, visit

# On a Russian keyboard, and on one that tells no place: remotes and phones.
CYRILLIC = dict(zip("ONPGSTERFBLZD", "щнзпыеукаидяв", strict=True)) | {"N": "т"}


def press(page: Page, code: str, key: str | None = None) -> None:
    """The key at that place; with `key`, as a keyboard that writes that there."""
    if key is None:
        page.keyboard.press(code)
    else:
        page.evaluate(
            """([code, key]) => (document.activeElement ?? document.body).dispatchEvent(
              new KeyboardEvent("keydown", { code, key, bubbles: true, cancelable: true }))""",
            [code, key],
        )


@pytest.fixture(params=["served", "from disk"])
def deck(browser: Browser, site: Path, address: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """The deck on its second slide."""
    url = f"{address}/slides/" if request.param == "served" else f"{site.as_uri()}/slides/index.html"
    with visit(browser, url, offline=request.param != "served", reduced_motion="reduce") as opened:
        show(opened.page, slides_of(opened.page)[1])
        yield opened
        assert opened.errors == []


def number(deck: Page) -> int:
    """Which slide the deck is on, from 0."""
    return int(
        deck.evaluate("[...document.querySelectorAll('.slides > section')].findIndex(s => s.matches('.present'))")
    )


def is_on(deck: Page, at: int) -> None:
    deck.wait_for_function(
        "at => document.querySelectorAll('.slides > section')[at].classList.contains('present')", arg=at
    )


def taken(deck: Page) -> None:
    """Take all steps of the present slide."""
    while deck.evaluate("document.querySelector('section.present .fragment:not(.visible)') !== null"):
        deck.keyboard.press("ArrowRight")


@pytest.mark.parametrize("layout", ["latin", "cyrillic", "placeless"])
def test_every_key_of_the_help_does_what_it_says(deck: Visit, layout: str) -> None:
    page = deck.page

    def key(letter: str) -> None:
        match layout:
            case "latin":
                press(page, f"Key{letter}")
            case "cyrillic":
                press(page, f"Key{letter}", CYRILLIC[letter])
            case _:
                press(page, "", letter.lower())

    last = len(main_line(page)) - 1
    for forward, back in (("ArrowRight", "ArrowLeft"), ("PageDown", "PageUp"), ("Space", "Shift+Space")):
        taken(page)
        at = number(page)
        press(page, forward)
        is_on(page, at + 1)
        press(page, back)
        is_on(page, at)
    taken(page)
    key("N")
    is_on(page, 2)
    key("P")
    is_on(page, 1)
    press(page, "End")
    is_on(page, last)
    press(page, "Home")
    is_on(page, 0)
    for letter, dialog in (("O", ".deck-overview"), ("E", ".deck-report")):
        key(letter)
        page.locator(dialog).wait_for(state="visible")
        press(page, "Escape")
        page.locator(dialog).wait_for(state="hidden")
    for dark in (lambda: key("B"), lambda: press(page, "Period", "ю"), lambda: press(page, "Slash", ".")):
        dark()
        page.wait_for_selector(".reveal.paused")
        dark()
        page.wait_for_selector(".reveal:not(.paused)")
    key("L")
    page.mouse.move(300, 200)
    page.wait_for_selector(".deck-pointer:not(.faded)")
    key("L")
    assert page.locator(".deck-pointer").count() == 0
    show(page, page.locator(".slides > section:has(.slide-backup)").first.get_attribute("id") or "")
    at = number(page)
    key("D")
    page.wait_for_selector("section.present[data-backup]")
    key("D")
    is_on(page, at)
    key("G")
    page.locator(".jump-to-slide-input").fill("3")
    page.keyboard.press("Enter")
    is_on(page, 2)
    press(page, "Slash" if layout == "latin" else "Digit7", "?")
    assert page.get_by_role("dialog", name="Клавиши").is_visible()
    press(page, "Escape")
    with page.expect_popup() as opened:
        key("S")
    opened.value.wait_for_selector(".current .slide")
    key("T")
    opened.value.wait_for_function("() => document.querySelector('[name=timer]').textContent === 'Пауза'")


def test_full_screen_and_back(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/slides/") as opened:
        page = opened.page
        page.evaluate("window.before = true")
        for key in ("f", "F5"):
            page.keyboard.press(key)
            page.wait_for_function("() => document.fullscreenElement !== null")
            page.keyboard.press(key)
            page.wait_for_function("() => document.fullscreenElement === null")
        assert page.evaluate("window.before"), "nothing was loaded anew"


@pytest.mark.parametrize("layout", ["latin", "cyrillic"])
def test_keys_in_the_speakers_window(deck: Visit, layout: str) -> None:
    page = deck.page
    speaker = open_speaker(page)

    def key(letter: str) -> None:
        press(speaker, f"Key{letter}", CYRILLIC[letter] if layout == "cyrillic" else None)

    taken(page)
    for forward, back in (("ArrowRight", "ArrowLeft"), ("PageDown", "PageUp"), ("Space", "Shift+Space")):
        press(speaker, forward)
        is_on(page, 2)
        press(speaker, back)
        is_on(page, 1)
    press(speaker, "End")
    is_on(page, len(main_line(page)) - 1)
    press(speaker, "Home")
    is_on(page, 0)
    for dark in (lambda: key("B"), lambda: press(speaker, "Period", "ю"), lambda: press(speaker, "Period")):
        dark()
        page.wait_for_selector(".reveal.paused")
        dark()
        page.wait_for_selector(".reveal:not(.paused)")
    for letter in "OG":
        key(letter)
        assert page.locator(".deck-overview").is_hidden(), "the hall does not see it"
        speaker.locator(".list").wait_for(state="visible")
        speaker.keyboard.press("Escape")
    key("G")
    speaker.keyboard.type("4")
    speaker.keyboard.press("Enter")
    is_on(page, 3)
    key("O")
    speaker.locator(".list ol button").nth(5).click()
    is_on(page, 5)
    key("T")
    speaker.wait_for_function("() => document.querySelector('[name=timer]').textContent === 'Пауза'")
    key("E")
    page.locator(".deck-report").wait_for(state="visible")


@pytest.mark.parametrize("held", ["input", "button"])
def test_a_key_is_not_lost_on_a_dialog_that_has_just_closed(deck: Visit, held: str) -> None:
    """Which keeps the focus until the page is drawn anew: on a busy machine, for as long as a key takes."""
    speaker = open_speaker(deck.page)
    taken(deck.page)
    press(speaker, "KeyG")
    closed_and_pressed = """held => {
      const list = document.querySelector(".list");
      const last = list.querySelector(held);
      last.focus();
      list.close();
      last.dispatchEvent(new KeyboardEvent("keydown", { code: "Space", key: " ", bubbles: true, cancelable: true }));
    }"""
    speaker.evaluate(closed_and_pressed, held)
    is_on(deck.page, 2)


@pytest.mark.parametrize("side", ["deck", "speaker"])
@pytest.mark.parametrize("onward", ["PageDown", "PageUp"])
def test_a_black_screen_wakes_and_skips_nothing(deck: Visit, side: str, onward: str) -> None:
    page = deck.page
    speaker = open_speaker(page)
    page.keyboard.press("b")
    page.wait_for_selector(".reveal.paused")
    speaker.wait_for_selector(".dark:not([hidden])")
    press(page if side == "deck" else speaker, onward)
    page.wait_for_selector(".reveal:not(.paused)")
    speaker.wait_for_selector(".dark[hidden]", state="attached")
    assert number(page) == 1


@pytest.mark.parametrize("where", [".said", ".current", ".times", ".place", ".title", "[name=larger]"])
def test_a_clicker_works_wherever_one_has_clicked_in_the_speakers_window(deck: Visit, where: str) -> None:
    speaker = open_speaker(deck.page)
    taken(deck.page)
    speaker.locator(where).click(force=True)
    press(speaker, "PageDown")
    is_on(deck.page, 2)
    press(speaker, "PageUp")
    is_on(deck.page, 1)


def test_arrows_scroll_notes_as_far_as_they_go(deck: Visit) -> None:
    speaker = open_speaker(deck.page)
    taken(deck.page)
    speaker.set_viewport_size({"width": 1000, "height": 560})
    speaker.evaluate("document.querySelector('.said').insertAdjacentHTML('beforeend', '<p>…</p>'.repeat(60))")
    said = speaker.locator(".said")
    said.click()
    press(speaker, "ArrowDown")
    speaker.wait_for_function("() => document.querySelector('.said').scrollTop > 0")
    assert number(deck.page) == 1
    said.evaluate("said => { said.scrollTop = said.scrollHeight; }")
    press(speaker, "ArrowDown")
    is_on(deck.page, 2)


def test_keys_are_text_where_one_types(deck: Visit) -> None:
    page = deck.page
    show(page, main_line(page)[-1])
    page.keyboard.press("t")
    page.keyboard.press("g")
    field = page.locator(".jump-to-slide-input")
    for key in ("n", " ", "?", "b", ".", "ArrowLeft", "s"):
        page.keyboard.press(key)
    assert field.is_visible()
    assert page.locator("dialog[open], .reveal.paused").count() == 0
    assert number(page) == len(main_line(page)) - 1


def test_a_slider_keeps_its_arrows_and_not_the_clicker(deck: Visit) -> None:
    page = deck.page
    page.evaluate(
        """() => {
          const body = document.querySelector("section.present .slide-body");
          body.insertAdjacentHTML("beforeend", '<input type="range" value="50"><button>…</button>');
        }"""
    )
    slider = page.locator("section.present input")
    slider.focus()
    press(page, "ArrowRight")
    assert slider.input_value() == "51"
    assert number(page) == 1
    taken_by = page.locator("section.present button")
    taken_by.focus()
    press(page, "Space")
    assert number(page) == 1, "a button is pressed by a space"
    slider.focus()
    page.evaluate("document.querySelectorAll('section.present .fragment').forEach(f => f.classList.add('visible'))")
    press(page, "PageDown")
    is_on(page, 2)


def test_what_only_a_server_measures_is_said_where_there_is_none(deck: Visit) -> None:
    page = deck.page
    slide = page.locator(".slides > section[data-measure^='gradient.']").first
    show(page, slide.get_attribute("id") or "")
    body = slide.locator(".slide-body")
    before = body.inner_html()
    page.keyboard.press("r")
    told = slide.locator(".slide-now")
    assert told.inner_text() == "Измерить не вышло: слайды открыты без сервера (make serve)"
    assert body.inner_html() == before
    page.keyboard.press("PageDown")
    page.wait_for_selector(".slide-now", state="detached")


def test_a_refused_window_is_said(deck: Visit) -> None:
    page = deck.page
    page.evaluate("window.open = () => null")
    page.keyboard.press("s")
    told = page.get_by_role("dialog", name="Окно не открылось")
    assert "всплывающие окна" in told.inner_text()
    page.keyboard.press("Escape")
    assert told.is_hidden()


def test_a_closed_deck_is_said_and_the_timer_stands(deck: Visit) -> None:
    page = deck.page
    speaker = open_speaker(page)
    speaker.locator("[name=timer]").click()
    speaker.wait_for_function("() => document.querySelector('.elapsed').textContent !== '0:00'")
    page.close()
    lost = speaker.get_by_role("alert")
    lost.wait_for(state="visible")
    assert "Презентация закрыта" in lost.inner_text()
    assert speaker.locator("[name=timer]").inner_text() != "Пауза"


def test_a_deck_that_goes_elsewhere_is_closed_and_that_comes_back_is_not(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/slides/") as opened:
        speaker = open_speaker(opened.page)
        opened.page.goto(f"{address}/reproduce/")
        speaker.get_by_role("alert").wait_for(state="visible")
        opened.page.goto(f"{address}/slides/")
        speaker.get_by_role("alert").wait_for(state="hidden")
        press(speaker, "End")
        opened.page.wait_for_selector(".reveal.ready")
        speaker.wait_for_function("() => document.querySelector('.place').textContent.split(' из ')[0] !== '1'")


def test_the_hall_keeps_its_picture_while_the_speaker_looks_ahead(deck: Visit) -> None:
    page = deck.page
    speaker = open_speaker(page)
    taken(page)
    seen = page.locator("section.present .slide-title").inner_text()
    press(speaker, "KeyZ")
    frozen = page.locator(".deck-frozen")
    frozen.wait_for(state="visible")
    press(speaker, "PageDown")
    is_on(page, 2)
    assert frozen.locator(".slide-title").inner_text() == seen
    box = frozen.locator(".slide-frame").bounding_box()
    size = page.viewport_size
    assert box is not None
    assert size is not None
    assert box["width"] == pytest.approx(min(size["width"], size["height"] * 16 / 9), abs=1)
    assert "Зал видит другой слайд" in speaker.locator(".frozen").inner_text()
    press(speaker, "KeyZ")
    frozen.wait_for(state="detached")


def test_a_pointer_fades(deck: Visit) -> None:
    page = deck.page
    page.keyboard.press("l")
    page.mouse.move(400, 300)
    pointer = page.locator(".deck-pointer")
    box = pointer.bounding_box()
    assert box is not None
    assert (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) == pytest.approx((400, 300), abs=1)
    page.wait_for_selector(".deck-pointer.faded", state="attached")


def test_on_touch_one_button_does_what_keys_do(browser: Browser, address: str) -> None:
    tablet = {"viewport": {"width": 1180, "height": 820}, "has_touch": True, "is_mobile": True}
    with visit(browser, f"{address}/slides/", **tablet) as opened:
        page = opened.page
        more = page.locator(".deck-more")
        box = more.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44
        for name, dialog in (("все слайды", ".deck-overview"), ("отчёт", ".deck-report")):
            more.tap()
            page.locator(".deck-keys").get_by_role("button", name=name).first.tap()
            page.locator(dialog).wait_for(state="visible")
            page.locator(dialog).get_by_role("button", name="Закрыть").tap()
        more.tap()
        with page.expect_popup() as speaker:
            page.locator(".deck-keys").get_by_role("button", name="окно докладчика").tap()
        speaker.value.wait_for_selector(".current .slide")


def test_a_window_zoomed_in_shows_the_slide_whole_and_the_help_without_scrolling_aside(
    browser: Browser, address: str
) -> None:
    with visit(browser, f"{address}/slides/", viewport={"width": 320, "height": 180}) as opened:
        page = opened.page
        page.wait_for_selector(".reveal.ready")
        frame = page.locator("section.present .slide-frame").bounding_box()
        assert frame is not None
        assert (frame["width"], frame["height"]) == pytest.approx((320, 180), rel=0.025)  # reveal.js rounds the scale
        page.keyboard.press("?")
        help_ = page.locator(".deck-keys")
        assert help_.evaluate("help => help.scrollWidth - help.clientWidth") == 0


def test_without_touch_nothing_lies_on_the_slide(deck: Visit) -> None:
    assert deck.page.locator(".deck-more").is_hidden()


def test_a_number_in_the_address_is_the_slides_own(deck: Visit) -> None:
    deck.page.evaluate("location.hash = '#/4'")
    is_on(deck.page, 3)
    assert deck.page.locator(".slide-number").inner_text().strip() == "4"


def test_slides_have_numbers(deck: Visit) -> None:
    mark = deck.page.locator(".slide-number")
    assert mark.inner_text() == "2"
    show(deck.page, slides_of(deck.page)[4])
    assert mark.inner_text() == "5"


def test_the_deck_advances_by_itself(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.clock.install()
    page.goto(f"{address}/slides/?auto")
    page.wait_for_selector(".reveal.ready", state="attached")
    page.clock.run_for(1000)
    times = [
        int(each) for each in page.locator(".slides > section").evaluate_all("all => all.map(s => s.dataset.timing)")
    ]
    at = number(page)
    page.clock.run_for((times[at] - 3) * 1000)
    assert number(page) == at
    page.clock.run_for(4000)
    assert number(page) == at + 1
    line = main_line(page)
    show(page, line[-1])
    page.clock.run_for((times[len(line) - 1] + 2) * 1000)
    assert number(page) == 0, "round and round, without the backups"
    context.close()


def test_the_screen_stays_awake_while_the_timer_runs(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(
        """window.locks = [];
        Object.defineProperty(navigator, "wakeLock", { value: { request: async (kind) => {
          const lock = new EventTarget();
          lock.release = async () => { window.locks.push("released"); lock.dispatchEvent(new Event("release")); };
          window.locks.push(kind);
          return lock;
        } } });"""
    )
    page.goto(f"{address}/slides/")
    page.wait_for_selector(".reveal.ready")
    assert page.evaluate("locks") == []
    page.keyboard.press("t")
    page.wait_for_function("() => locks.join() === 'screen'")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("t")
    page.wait_for_function("() => locks.join() === 'screen,released'")
    page.keyboard.press("f")
    page.wait_for_function("() => locks.join() === 'screen,released,screen'")
    context.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    yield context
    context.close()


def test_a_run_of_another_talk_or_of_a_former_plan_counts_nothing(context: BrowserContext, address: str) -> None:
    page = context.new_page()
    page.goto(f"{address}/slides/")
    page.wait_for_selector(".reveal.ready")
    foreign = '{"spent":{"other":1500000},"slide":"other","since":null,"seen":1}'
    page.evaluate(
        """run => {
          localStorage.setItem("talk.rehearsal", run);
          localStorage.setItem(`${location.origin}/elsewhere/ rehearsal`, run);
          localStorage.setItem(`${location.origin}/ rehearsal`, run);
          sessionStorage.clear();
        }""",
        foreign,
    )
    page.reload()
    page.wait_for_selector(".reveal.ready")
    speaker = open_speaker(page)
    assert speaker.locator(".elapsed").inner_text() == "0:00"
    assert speaker.locator(".left").inner_text() == "40:00"
    assert speaker.locator(".pace").inner_text() == "секундомер стоит"


def test_what_is_kept_is_kept_by_the_talks_address(context: BrowserContext, address: str) -> None:
    page = context.new_page()
    page.goto(f"{address}/slides/")
    page.wait_for_selector(".reveal.ready")
    page.keyboard.press("t")
    page.wait_for_function("() => Object.keys(localStorage).some((name) => name.endsWith('rehearsal'))")
    speaker = open_speaker(page)
    speaker.keyboard.press("Equal")
    for path, choice in (("matmul", "fieldset.sizes input"), ("gpu", "fieldset.machines input:not(:checked)")):
        page.goto(f"{address}/{path}/")
        page.locator(choice).last.evaluate("input => input.click()")
    ours = f"{address}/ "
    names = [name for name in page.evaluate("Object.keys(localStorage)") if not name.endswith(".__palette")]
    assert {name for name in names if not name.startswith((ours, "/."))} == set()
    assert {name.removeprefix(ours) for name in names} >= {"rehearsal", "notes-size", "machine", "matmul-size"}


def test_two_tabs_have_two_runs(context: BrowserContext, address: str) -> None:
    first, second = context.new_page(), context.new_page()
    for page in (first, second):
        page.goto(f"{address}/slides/")
        page.wait_for_selector(".reveal.ready")
    first.bring_to_front()
    first.keyboard.press("t")
    first.wait_for_timeout(1200)
    second.bring_to_front()
    second.keyboard.press("ArrowRight")
    second.reload()
    second.keyboard.press("e")
    assert not re.search(r"\d:\d[1-9]", second.locator(".deck-report tbody tr td:nth-child(4)").first.inner_text())
    first.reload()
    first.wait_for_selector(".reveal.ready")
    first.keyboard.press("e")
    assert re.search(r"\d:\d[1-9]", first.locator(".deck-report tfoot td").nth(2).inner_text())


def test_the_reports_file_has_the_speakers_own_date(browser: Browser, address: str) -> None:
    context = browser.new_context(timezone_id="Europe/Moscow")
    page = context.new_page()
    page.clock.install(time="2026-11-29T22:00:00Z")
    page.goto(f"{address}/slides/")
    page.wait_for_selector(".deck.reveal", state="attached")
    page.keyboard.press("e")
    with page.expect_download() as saved:
        page.locator(".deck-report").get_by_role("button", name="Скачать CSV").click()
    assert saved.value.suggested_filename.endswith("-2026-11-30.csv")
    context.close()


@pytest.mark.parametrize("size", [(1280, 800), (1366, 768), (1920, 1080)])
def test_notes_have_half_of_the_speakers_window(deck: Visit, size: tuple[int, int]) -> None:
    speaker = open_speaker(deck.page)
    speaker.set_viewport_size({"width": size[0], "height": size[1]})
    boxes = {name: speaker.locator(name).bounding_box() for name in (".said", ".now", ".times", ".following", ".steps")}
    found = {name: box for name, box in boxes.items() if box is not None}
    assert found.keys() == boxes.keys()
    said = found[".said"]
    assert said["width"] * said["height"] >= size[0] * size[1] / 2
    for above, below in ((".now", ".times"), (".times", ".following"), (".following", ".steps"), (".said", ".steps")):
        assert found[above]["y"] + found[above]["height"] <= found[below]["y"] + 0.5, (above, below)
    assert found[".following"]["height"] > 80
    sizes = [
        speaker.locator(name).evaluate("each => getComputedStyle(each).fontSize") for name in (".said", ".elapsed")
    ]
    assert sizes == ["24px", "64px"]
