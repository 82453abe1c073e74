"""A served talk: an edited slide appears and the deck stays, a phone turns the slides, R measures beside the record."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from bench.project import copy_project, environment, set_up
from talk.paths import REMOTE
from talk.render.values import current_values, format_value
from talk.words import NBSP
from tests.browser.test_deck import show
from tests.browser.test_speaker import open_speaker
from tests.browser.visit import LONGEST_MS, Visit, visit

# A slide of gpu.md whose code is shown in three steps: its name, and all of it but its end.
STEPPED = re.compile(r"^    id: (\S+)\n    steps: [\d-]+\|[\d-]+\|all\n.*?(?=\n///$)", re.MULTILINE | re.DOTALL)
EDITED = "Правка на ходу."
# Measured in no time, and always the same; and what fails before the hall.
ON_STAGE = """
from talk.experiment import OnStage


def fail():
    raise RuntimeError("ядра ушли на обед")


ON_STAGE = {
    "ctc": OnStage(
        title="одна пачка",
        rows={"ctc.race.ours_time": "наша", "ctc.race.torch_time": "PyTorch"},
        measure=lambda: {"ctc.race.ours_time": 0.5, "ctc.race.torch_time": 1.5},
    ),
    "edits": OnStage(title="", rows={}, measure=fail),
    "lacking": OnStage(title="", rows={}, measure=fail, packages={"no_such_package": "no-such-package"}),
}
"""
MEASURED, FAILING = "stena-i-reshyotka", "shestdesyat-chetyre-kletki"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this talk to edit."""
    folder = tmp_path_factory.mktemp("live") / "talk"
    copy_project(folder)
    (folder / "scripts" / "experiments" / "algorithms" / "on_stage.py").write_text(ON_STAGE, encoding="utf-8")
    set_up(folder)
    return folder


@pytest.fixture(scope="module")
def served(project: Path) -> Iterator[str]:
    """The address at which `mkdocs serve` shows it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mkdocs", "serve", "--dev-addr", f"127.0.0.1:{port}"]
    log = project / "serve.log"
    given = environment(project) | {REMOTE: "127.0.0.1"}
    with log.open("wb") as written:
        server = subprocess.Popen(
            command, cwd=project, env=given, stdout=written, stderr=written, start_new_session=True
        )
    address = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        assert server.poll() is None, log.read_text(encoding="utf-8")
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except OSError:
            return False
        return True

    try:
        wait_until(answers)
        yield address
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def test_an_edited_slide_appears_and_the_deck_stays_at_its_step(browser: Browser, served: str, project: Path) -> None:
    chapter = project / "docs" / "gpu.md"
    text = chapter.read_text(encoding="utf-8")
    found = STEPPED.search(text)
    assert found
    slide = found[1]
    with visit(browser, f"{served}/slides/") as deck:
        page = deck.page
        page.wait_for_selector(".reveal.ready")
        page.evaluate("slide => { location.hash = `#/${slide}` }", slide)
        page.wait_for_selector(f"#{slide}.present")
        for step in range(2):
            page.keyboard.press("ArrowRight")
            page.wait_for_url(re.compile(rf"#/{slide}/{step}$"))
        page.evaluate("window.before = true")
        chapter.write_text(f"{text[: found.end()]}\n\n{EDITED}{text[found.end() :]}", encoding="utf-8")
        page.wait_for_function(
            """([slide, edited]) => !window.before && document.querySelector(`#${slide}.present`) &&
              document.querySelector(`#${slide} .slide-body`).textContent.includes(edited)""",
            arg=[slide, EDITED],
        )
        assert page.url.endswith(f"#/{slide}/1")
        steps = page.locator("section.present .code-step.visible")
        expect(steps).to_have_count(2, timeout=LONGEST_MS)  # taken once the deck is ready
        expect(page.locator("section.present .code-step.current-fragment.step-2")).to_have_count(1)


def test_an_edited_style_sheet_is_built_once(served: str, project: Path) -> None:
    """What a build writes of it, MkDocs must not take for another edit."""
    assert served
    log = project / "serve.log"
    before = builds(log)
    sheet = project / "docs" / "assets" / "stylesheets" / "matmul.css"
    sheet.write_text(sheet.read_text(encoding="utf-8") + "\n.edited { color: red }\n", encoding="utf-8")
    wait_until(lambda: builds(log) > before)
    time.sleep(3)  # as long as a build takes, and MkDocs looks seven times a second
    assert builds(log) == before + 1
    made = project / "docs" / "assets" / "generated"
    assert any(".edited" in bundle.read_text(encoding="utf-8") for bundle in made.glob("*.css"))


def builds(log: Path) -> int:
    return log.read_text(encoding="utf-8").count("Documentation built in")


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONGEST_MS / 1000
    while not true():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def deck(browser: Browser, served: str) -> Iterator[Visit]:
    """The deck as it is served, for all that come after the edits."""
    with visit(browser, f"{served}/slides/", reduced_motion="reduce") as opened:
        opened.page.wait_for_selector(".reveal.ready")
        yield opened
        assert opened.errors == []


@pytest.fixture(scope="module")
def speaker(deck: Visit) -> Page:
    return open_speaker(deck.page)


def scan(speaker: Page) -> str:
    """What a camera reads in the speaker's window."""
    code = speaker.locator(".phone svg")
    code.wait_for(state="visible")
    [found] = zxingcpp.read_barcodes(Image.open(BytesIO(code.screenshot())))
    return str(found.text)


@pytest.fixture(scope="module")
def phone(browser: Browser, speaker: Page) -> Iterator[Page]:
    """A phone that has scanned the code: the window shows it by itself."""
    with visit(browser, scan(speaker), **PHONE) as opened:
        opened.page.locator("main").wait_for(state="visible")
        speaker.locator(".phone").wait_for(state="hidden")
        yield opened.page


def test_a_phone_turns_the_slides_and_has_the_notes(deck: Visit, phone: Page) -> None:
    page = deck.page
    slides = page.locator(".slides > section").evaluate_all("all => all.map(each => each.id)")
    show(page, slides[0])
    for side, at in (("Дальше", 1), ("Назад", 0)):
        while page.locator("section.present").get_attribute("id") != slides[at]:
            phone.get_by_role("button", name=side).tap()
            page.wait_for_timeout(100)
    for at in (1, 2):
        show(page, slides[at])
        title = page.locator("section.present .slide-title").text_content() or ""
        expect(phone.locator("h1")).to_have_text(title, timeout=LONGEST_MS)
        notes = " ".join((page.locator("section.present aside.notes").text_content() or "").split())
        assert notes[:30] in " ".join(phone.locator(".notes").inner_text().split())
        assert phone.locator(".place").inner_text().startswith(f"{at + 1} из ")
    forked = page.locator(".slides > section:has(.notes [hidden])").first
    show(page, forked.get_attribute("id") or "")
    expect(phone.locator("h1")).to_have_text(forked.locator(".slide-title").text_content() or "", timeout=LONGEST_MS)
    other = " ".join((forked.locator(".notes [hidden]").first.text_content() or "").split())
    assert other[:60] not in " ".join(phone.locator(".notes").inner_text().split()), "what another machine shows"
    page.keyboard.press("t")
    expect(phone.locator(".elapsed:not(.stopped)")).to_have_text(re.compile(r"0:0[1-9]"), timeout=LONGEST_MS)
    page.keyboard.press("t")


def test_the_phone_shows_the_deck_that_was_touched_last(
    browser: Browser, served: str, deck: Visit, phone: Page
) -> None:
    show(deck.page, MEASURED)
    expect(phone.locator("h1")).to_have_text("Стена и решётка", timeout=LONGEST_MS)
    with visit(browser, f"{served}/slides/#/{FAILING}") as second:
        title = second.page.locator(f"#{FAILING} .slide-title").text_content() or ""
        expect(phone.locator("h1")).to_have_text(title, timeout=LONGEST_MS)
        deck.page.evaluate("dispatchEvent(new Event('focus'))")
        expect(phone.locator("h1")).to_have_text("Стена и решётка", timeout=LONGEST_MS)


def test_the_phones_page_is_for_one_thumb(phone: Page) -> None:
    boxes = [button.bounding_box() for button in phone.get_by_role("button").all()]
    assert len(boxes) == 2
    for box in boxes:
        assert box
        assert min(box["width"], box["height"]) >= 100
        assert box["y"] > 844 / 2, "where a thumb reaches"
        assert box["y"] + box["height"] <= 844
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert phone.evaluate("getComputedStyle(document.body).touchAction") == "manipulation", "two taps do not zoom"


def test_another_phone_is_told_plainly_and_takes_over_when_it_is_asked_to(
    browser: Browser, deck: Visit, speaker: Page, phone: Page
) -> None:
    speaker.get_by_role("button", name="Телефон").click()
    panel = speaker.locator(".phone")
    assert "Телефон на связи" in panel.inner_text()
    assert panel.locator("svg").count() == 0
    panel.get_by_role("button", name="Другой телефон").click()
    link = scan(speaker)
    panel.get_by_role("button", name="Закрыть").click()
    with ExitStack() as opened:
        second, third, stranger = (
            opened.enter_context(visit(browser, address, **PHONE)).page
            for address in (link, "about:blank", "about:blank")
        )
        second.locator("main").wait_for(state="visible")
        expect(phone.locator(".told")).to_have_text("Слайды теперь листает другой телефон", timeout=LONGEST_MS)
        third.goto(link)
        expect(third.locator(".told")).to_contain_text("Этот код занял другой телефон", timeout=LONGEST_MS)
        stranger.goto(link.partition("#")[0])
        expect(stranger.locator(".told")).to_contain_text("Код неверный или старый", timeout=LONGEST_MS)
        show(deck.page, MEASURED)
        expect(second.locator("h1")).to_have_text("Стена и решётка", timeout=LONGEST_MS)
        second.reload()
        expect(second.locator("h1")).to_have_text("Стена и решётка", timeout=LONGEST_MS)


def test_what_a_slide_shows_is_measured_beside_its_record(deck: Visit) -> None:
    page = deck.page
    show(page, MEASURED)
    page.keyboard.press("r")
    panel = page.locator("section.present .slide-now")
    rows = panel.locator("tbody tr")
    expect(rows).to_have_count(2, timeout=LONGEST_MS)
    recorded = [
        format_value(current_values().find(f"algorithms.ctc.race.{name}_time").value, "мс")
        for name in ("ours", "torch")
    ]
    assert panel.locator("thead").inner_text().split("\n")[:1] == ["одна пачка\tв записи"]
    assert [row.locator("td").all_inner_texts() for row in rows.all()] == [
        [recorded[0], f"500{NBSP}мс"],
        [recorded[1], f"1500{NBSP}мс"],
    ]
    box, frame = panel.bounding_box(), page.locator("section.present .slide-frame").bounding_box()
    assert box
    assert frame
    assert box["y"] + box["height"] <= frame["y"] + frame["height"]
    page.keyboard.press("r")
    expect(page.locator(".slide-now")).to_have_count(0)
    page.keyboard.press("r")
    expect(rows).to_have_count(2, timeout=LONGEST_MS)
    page.keyboard.press("PageDown")
    expect(page.locator(".slide-now")).to_have_count(0)


def test_a_measurement_that_fails_leaves_the_slide_as_it_was(deck: Visit) -> None:
    page = deck.page
    show(page, FAILING)
    frame = page.locator("section.present .slide-frame > :not(.slide-now)")
    before = [each.evaluate("each => [each.outerHTML, each.getBoundingClientRect().toJSON()]") for each in frame.all()]
    page.keyboard.press("r")
    panel = page.locator("section.present .slide-now")
    expect(panel).to_have_text("Измерить не вышло: RuntimeError: ядра ушли на обед", timeout=LONGEST_MS)
    after = [each.evaluate("each => [each.outerHTML, each.getBoundingClientRect().toJSON()]") for each in frame.all()]
    assert after == before
    with page.expect_response("**/.talk/measure"):
        page.keyboard.press("r")  # once more: what was late may be there by now
    expect(panel).to_have_text("Измерить не вышло: RuntimeError: ядра ушли на обед", timeout=LONGEST_MS)


def test_what_this_machine_lacks_is_said(deck: Visit) -> None:
    page = deck.page
    show(page, FAILING)
    section = page.locator("section.present")
    section.evaluate("slide => { slide.dataset.measure = 'algorithms.lacking'; }")
    page.keyboard.press("r")
    panel = section.locator(".slide-now")
    expect(panel).to_have_text("Измерить не вышло: здесь не установлено: no-such-package", timeout=LONGEST_MS)
    section.evaluate("slide => { slide.dataset.measure = 'algorithms.edits'; }")


def test_a_slide_that_shows_nothing_measured_stays_as_it_is(deck: Visit) -> None:
    page = deck.page
    show(page, page.locator(".slides > section:not([data-measure])").first.get_attribute("id") or "")
    page.keyboard.press("r")
    assert page.locator(".slide-now").count() == 0
    page.keyboard.press("?")
    assert page.locator(".deck-keys").get_by_role("button", name="измерить здесь и сейчас").is_visible()
    page.keyboard.press("Escape")
