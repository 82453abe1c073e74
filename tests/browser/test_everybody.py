"""The site and the deck by keyboard, by finger, on a phone, with less motion, and to a screen reader (axe-core)."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from talk.site.vendor import NODE_MODULES
from tests.browser.test_deck import main_line, show, slides_of
from tests.browser.visit import visit

AXE = NODE_MODULES / "axe-core" / "axe.min.js"
# No rule that is on reads style sheets, which `preload` would fetch once more.
RUN = """([where, options]) => axe.run(where, { resultTypes: ["violations"], preload: false, ...options }).then(
  ({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(
    ({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`)))"""
# Whatever it is asked about, axe-core walks the whole page: it takes ten times as long with all the other slides there.
RUN_ALONE = f"""async (asked) => {{
  const slides = document.querySelector(".slides");
  const all = [...slides.children];
  slides.replaceChildren(slides.querySelector(":scope > .present"));
  try {{
    return await ({RUN})(asked);
  }} finally {{
    slides.replaceChildren(...all);
  }}
}}"""
COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}  # of the rules that are on, those that read colours

IN_A_SCROLL = {"runOnly": ["scrollable-region-focusable", "landmark-complementary-is-top-level", "target-size"]}


def violations(page: Page, where: str = "html", *, run: str = RUN, rules: dict[str, Any] | None = None) -> list[str]:
    """What axe-core finds wrong with that part of the page, as it stands, by all rules that are on or by `rules`."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))  # a script tag would be stopped from disk
    return list(page.evaluate(run, [where, rules or {}]))


# A page lays out what is far below when the reader comes near; code has its button and the keyboard when it is seen.
READ_TO_THE_END = """async () => {
  for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight) {
    scrollTo(0, y);
    for (const _ of "12") await new Promise(requestAnimationFrame);
  }
  scrollTo(0, 0);
}"""


def pages_of(site: Path) -> list[str]:
    """Every page but the deck, as addresses."""
    files = sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    return [file.removesuffix("index.html") for file in files if not file.startswith(("assets/", "slides/"))]


def test_axe_finds_nothing_on_any_page(browser: Browser, site: Path, address: str) -> None:
    pages = pages_of(site)
    assert {"", "gpu/", "reproduce/", "404.html"} <= set(pages)
    # A page of a machine has one scheme: there is nothing on it to choose another by.
    chosen = "s => document.body.matches('.machine-page') || getComputedStyle(document.body).colorScheme === s"
    found = {}
    for name in pages:
        with visit(browser, f"{address}/{name}", color_scheme="light", reduced_motion="reduce") as opened:
            opened.page.wait_for_function(chosen, arg="light")
            opened.page.add_style_tag(content="* { content-visibility: visible !important }")
            opened.page.evaluate(READ_TO_THE_END)
            if wrong := violations(opened.page):
                found[name] = wrong
            opened.page.emulate_media(color_scheme="dark")
            opened.page.wait_for_function(chosen, arg="dark")
            if wrong := violations(opened.page, rules=COLOURS):
                found[f"{name} in the dark"] = wrong
    assert found == {}


def test_axe_finds_nothing_on_any_slide_nor_in_its_windows(browser: Browser, address: str) -> None:
    found = {}
    with visit(browser, f"{address}/slides/", reduced_motion="reduce") as deck:
        page = deck.page
        if wrong := violations(page):
            found["page"] = wrong
        twice = "all => all.map(each => each.id).filter((id, at, ids) => ids.indexOf(id) !== at)"
        assert page.locator("[id]").evaluate_all(twice) == [], "ids of several slides, which are looked at one by one"
        for slide in slides_of(page):
            show(page, slide)
            if wrong := violations(page, "section.present", run=RUN_ALONE):
                found[slide] = wrong
        for key in "?em":
            page.keyboard.press(key)
            if wrong := violations(page):
                found[key] = wrong
            page.keyboard.press("Escape")
        with page.expect_popup() as opened:
            page.keyboard.press("s")
        opened.value.wait_for_selector(".current .slide")
        if wrong := violations(opened.value):
            found["speaker"] = wrong
    assert found == {}


def present(page: Page) -> str:
    return page.locator("section.present").get_attribute("id") or ""


def test_every_key_that_the_help_names_does_what_it_says(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/slides/", reduced_motion="reduce") as deck:
        page = deck.page
        slides = slides_of(page)
        page.evaluate(
            """stage.offer({ measures: () => true, measure: async () => (
              { rows: [{ title: "Сложение", recorded: "2 мс", now: "3 мс" }] }) })"""
        )
        page.keyboard.press("?")
        told = page.locator(".deck-keys kbd").all_inner_texts()
        page.keyboard.press("Escape")
        pressed = {"?"}

        def press(key: str, name: str) -> None:
            page.keyboard.press(key)
            pressed.add(name)

        def at(slide: str) -> None:
            # The address comes a moment later; set before, it would not be seen to change.
            page.wait_for_function(
                "id => document.querySelector('section.present').id === id && location.hash.startsWith(`#/${id}`)",
                arg=slide,
            )

        for key, name in (("ArrowRight", "→"), ("Space", "Пробел"), ("PageDown", "Page Down")):
            show(page, slides[0])
            press(key, name)
            at(slides[1])
        for key, name in (("ArrowLeft", "←"), ("Shift+Space", "Shift Пробел"), ("PageUp", "Page Up")):
            show(page, slides[1])
            press(key, name)
            at(slides[0])
        press("End", "End")
        at(main_line(page)[-1])
        press("Home", "Home")
        at(slides[0])
        press("o", "O")
        overview = page.get_by_role("dialog", name="Все слайды")
        assert overview.get_by_role("button", name=re.compile(r"^\d+\. ")).count() == len(slides)
        press("Escape", "Esc")
        assert overview.is_hidden()
        place = page.locator(".slides > section:has(.slide-backup)").first.get_attribute("id") or ""
        show(page, place)
        press("d", "D")
        at(page.locator(f"[data-backup='{place}']").first.get_attribute("id") or "")
        press("d", "D")
        at(place)
        press("g", "G")
        page.keyboard.type("3")
        page.keyboard.press("Enter")
        at(slides[2])
        with page.expect_popup() as opened:
            press("s", "S")
        opened.value.wait_for_selector(".current .slide")
        press("t", "T")
        opened.value.wait_for_function("() => document.querySelector('[name=timer]').textContent === 'Пауза'")
        press("r", "R")
        expect(page.locator("section.present .slide-now tbody td")).to_have_text(["2 мс", "3 мс"])
        press("e", "E")
        assert page.get_by_role("dialog", name="Репетиция").is_visible()
        page.keyboard.press("Escape")
        press("m", "M")
        assert page.get_by_role("dialog", name="Чьи числа на слайдах").is_visible()
        page.keyboard.press("Escape")
        press("f", "F")
        page.wait_for_function("() => document.fullscreenElement !== null")
        press("F5", "F5")
        page.wait_for_function("() => document.fullscreenElement === null")
        press("l", "L")
        expect(page.locator(".deck-pointer")).to_be_attached()
        press("z", "Z")
        expect(page.locator(".deck-frozen")).to_be_visible()
        press("b", "B")
        page.wait_for_selector(".reveal.paused")
        press(".", ".")
        page.wait_for_selector(".reveal:not(.paused)")
        assert sorted(pressed) == sorted(set(told))
        assert deck.errors == []


def test_the_help_answers_on_a_russian_keyboard(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/slides/") as deck:
        page = deck.page
        page.evaluate("document.dispatchEvent(new KeyboardEvent('keydown', { key: '?', code: 'Digit7', keyCode: 55 }))")
        assert page.get_by_role("dialog", name="Клавиши").is_visible()
        page.keyboard.press("Escape")
        page.evaluate("document.dispatchEvent(new KeyboardEvent('keydown', { key: 'у', code: 'KeyE', keyCode: 69 }))")
        assert page.get_by_role("dialog", name="Репетиция").is_visible()


@pytest.mark.parametrize("page", ["gpu/", "slides/"])
def test_focus_is_seen_wherever_tab_leads(browser: Browser, address: str, page: str) -> None:
    focused = """() => {
      const element = document.activeElement;
      if (element === document.body) return null;
      // A hidden switch of Material's shows focus on its label.
      const seen = element.matches("input.md-option") ? element.nextElementSibling : element;
      const style = getComputedStyle(seen);
      const box = seen.getBoundingClientRect();
      const name = `${element.tagName}.${element.className} ${element.textContent.trim().slice(0, 30)}`;
      return [name, style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0, box.width * box.height > 0];
    }"""
    with visit(browser, f"{address}/{page}", reduced_motion="reduce") as opened:
        unseen = []
        for _ in range(25):
            opened.page.keyboard.press("Tab")
            found = opened.page.evaluate(focused)
            if found and not (found[1] and found[2]):
                unseen.append(found[0])
        assert unseen == []


def test_less_motion_is_respected(browser: Browser, address: str) -> None:
    moving = (
        "() => document.getAnimations().filter(one => one.playState === 'running').map(one => one.transitionProperty)"
    )
    with visit(browser, f"{address}/slides/", reduced_motion="reduce") as deck:
        page = deck.page
        for _ in range(12):
            page.keyboard.press("ArrowRight")
            assert page.evaluate(moving) == []


def swipe(session: CDPSession, start: int, end: int) -> None:
    def touch(kind: str, *places: int) -> None:
        points = [{"x": place, "y": 200} for place in places]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", start)
    for step in range(1, 6):
        touch("touchMove", start + (end - start) * step // 5)
    touch("touchEnd")


def test_a_finger_turns_slides(browser: Browser, address: str) -> None:
    options: dict[str, Any] = {"viewport": {"width": 844, "height": 390}, "has_touch": True, "is_mobile": True}
    with visit(browser, f"{address}/slides/", **options) as deck:
        page = deck.page
        session = page.context.new_cdp_session(page)
        slides = slides_of(page)
        swipe(session, 700, 200)
        page.wait_for_function("id => document.querySelector('section.present').id === id", arg=slides[1])
        swipe(session, 200, 700)
        page.wait_for_function("id => document.querySelector('section.present').id === id", arg=slides[0])


def test_a_phone_reads_slides_as_a_scroll(browser: Browser, address: str) -> None:
    options: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    with visit(browser, f"{address}/slides/#/kogda-net-gpu", **options) as deck:
        page = deck.page
        page.wait_for_url("**/slides/#kogda-net-gpu")
        assert abs(page.locator("#kogda-net-gpu").evaluate("slide => slide.getBoundingClientRect().top")) < 5
        tops = page.locator("section.slide").evaluate_all("all => all.map(slide => slide.getBoundingClientRect().top)")
        assert tops == sorted(set(tops))
        small = """slides => slides.flatMap(slide => [...slide.querySelectorAll(":scope :is(p, li, td)")])
          .filter(text => text.textContent.trim() && parseFloat(getComputedStyle(text).fontSize) < 12)
          .map(text => text.textContent)"""
        assert page.locator("section.slide").evaluate_all(small) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert violations(page, rules=IN_A_SCROLL) == []
        page.set_viewport_size({"width": 844, "height": 390})
        page.wait_for_selector(".reveal.ready")
        assert present(page) == "kogda-net-gpu", "turned on its side, it shows the slide that was read"
        assert deck.errors == []


def test_the_overview_leads_anywhere(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/slides/", reduced_motion="reduce", viewport={"width": 1366, "height": 768}) as deck:
        page = deck.page
        slides = slides_of(page)
        show(page, slides[1])
        page.keyboard.press("o")
        shown = page.locator(".deck-overview button[aria-current]")
        assert shown.evaluate("button => button === document.activeElement")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowDown")
        columns = page.locator(".deck-overview > ol").evaluate(
            "list => getComputedStyle(list).gridTemplateColumns.split(' ').length"
        )
        page.keyboard.press("Enter")
        page.wait_for_function("id => document.querySelector('section.present').id === id", arg=slides[2 + columns])
        page.keyboard.press("o")
        assert violations(page) == []
        page.locator(".deck-overview ol > li > button").last.click()
        page.wait_for_function("id => document.querySelector('section.present').id === id", arg=slides[-1])
        assert page.locator(".deck-overview").is_hidden()
        assert deck.errors == []


def test_every_page_and_slide_names_itself(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/slides/") as deck:
        page = deck.page
        titles = set()
        for slide in slides_of(page)[:6]:
            show(page, slide)
            shown = page.locator("section.present .slide-title").text_content() or ""
            assert page.title().startswith(f"{shown} · ")
            titles.add(page.title())
        assert len(titles) > 3
        assert page.locator("html").get_attribute("lang") == "ru"


def test_every_picture_has_words_for_it(browser: Browser, address: str) -> None:
    wordless = """() => [...document.querySelectorAll("main svg, article svg, main img, article img")]
      .filter(drawing => !drawing.closest("[aria-hidden=true], a, button, label, .md-icon, .katex"))
      .filter(drawing => !(drawing.getAttribute("alt") || drawing.getAttribute("aria-label") ||
        drawing.getAttribute("aria-labelledby") || drawing.querySelector(":scope > title")))
      .map(drawing => drawing.outerHTML.slice(0, 120))"""
    for name in ("", "gpu/", "reproduce/", "slides/"):
        with visit(browser, f"{address}/{name}") as opened:
            assert opened.page.evaluate(wordless) == []
