"""The pictures of /derivative/: dragged by mouse, moved by keys, still without scripts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page

from experiments.gradient.render.pictures import fragments
from talk.paths import ASSETS, DOCS

SHARED, SCRIPT = (DOCS / "assets" / "scripts" / name for name in ("live.js", "derivative.js"))
STYLES = [
    folder / "stylesheets" / name for folder, name in ((ASSETS, "tokens.css"), (DOCS / "assets", "derivative.css"))
]
NAMES = ("tangent", "surface", "fit", "residuals", "descent", "graph")


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of the six pictures and nothing else."""
    made = fragments()
    styles = "".join(f"<style>{style.read_text()}</style>" for style in STYLES)
    body = "".join(made[name] for name in NAMES)
    page = (
        f'<!doctype html><meta charset="utf-8">{styles}<body class="md-typeset">{body}<script src="live.js"></script>'
    )
    folder = tmp_path_factory.mktemp("pictures")
    (folder / "live.js").write_text(SHARED.read_text() + SCRIPT.read_text())
    (folder / "index.html").write_text(page)
    return folder / "index.html"


@pytest.fixture
def page(browser: Browser, html: Path) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 800, "height": 900})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(html.as_uri())
    yield page
    page.close()
    assert errors == []


def figure(page: Page, name: str) -> Locator:
    return page.locator(f'figure[data-live="{name}"]')


def said(page: Page, name: str, part: str) -> str:
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return figure(page, name).locator(f'[data-part="{part}"]').text_content() or ""


def set_slider(page: Page, name: str, place: int, value: float) -> None:
    slider = figure(page, name).locator("input").nth(place)
    slider.evaluate("(input, value) => { input.value = value; input.dispatchEvent(new Event('input')); }", value)


def test_the_script_stays_small() -> None:
    assert SCRIPT.stat().st_size <= 30_000


def test_each_picture_starts_as_it_was_drawn(page: Page) -> None:
    made = fragments()
    for name in NAMES:
        for label in figure(page, name).locator("text").all_text_contents():
            assert label in made[name], name


def test_keys_move_the_moment(page: Page) -> None:
    assert said(page, "tangent", "speed") == "скорость 9"
    slider = figure(page, "tangent").get_by_role("slider", name="момент")
    slider.focus()
    for _ in range(100):
        page.keyboard.press("ArrowRight")
    assert said(page, "tangent", "speed") == "скорость 12"  # 12·2 − 3·2²


def test_the_mouse_drags_the_start_of_descent(page: Page) -> None:
    handle = figure(page, "descent").locator('[data-part="start"]')
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] - 200, box["y"] + 100, steps=5)
    page.mouse.up()
    said(page, "descent", "said")
    moved = float(figure(page, "descent").locator("input").first.input_value())
    assert -5 <= moved < 3


def test_a_finger_drags_what_it_barely_touches(browser: Browser, html: Path) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.goto(html.as_uri())
    handle = figure(page, "tangent").locator('[data-part="point"]')
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    assert box is not None
    assert box["width"] < 12
    x, y = box["x"] + 15, box["y"] - 10  # beside the handle, on what is gripped
    session = context.new_cdp_session(page)
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 6):
        session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x + 8 * step, "y": y}]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    # 40 of the picture's 390 − margins px are half a second of its 4.6 seconds, wherever it was gripped.
    width = figure(page, "tangent").locator("svg").bounding_box()["width"]
    moved = 40 * 800 / width * 4.6 / (800 - 2 * 34)
    said(page, "tangent", "speed")
    assert float(figure(page, "tangent").locator("input").first.input_value()) == pytest.approx(1 + moved, abs=0.02)
    context.close()


def test_the_square_on_a_residual_follows_the_line(page: Page) -> None:
    set_slider(page, "residuals", 0, 0)
    set_slider(page, "residuals", 1, 0)  # the last point misses the line y = 0 by 4.2
    said(page, "residuals", "loss")
    box = (
        figure(page, "residuals")
        .locator('[data-part="square-4"]')
        .evaluate("path => { const { width, height } = path.getBBox(); return [width, height]; }")
    )
    assert box == pytest.approx([4.2 * (450 - 2 * 34) / 10] * 2, abs=0.2)


@pytest.mark.parametrize("name", ["fit", "residuals"])
@pytest.mark.parametrize(("slope", "shift"), [(4, 4), (4, -3.5), (-3, 4), (-3, -3.5), (0, 4)])
def test_however_steep_the_line_its_handles_stay_in_the_picture(
    page: Page, name: str, slope: float, shift: float
) -> None:
    set_slider(page, name, 0, slope)
    set_slider(page, name, 1, shift)
    said(page, name, "loss")
    picture = figure(page, name)
    # The handle and what is gripped around it; each lies on the line, in the plane that the picture shows.
    places = picture.evaluate(
        """figure => ["left", "right"].map((part) => {
            const { x, y, width, height } = figure.querySelector(`[data-part="${part}"]`).getBBox();
            return [x + width / 2, y + height / 2];
        })"""
    )
    left, right, bottom, top, margin = map(float, (picture.locator("svg").get_attribute("data-plane") or "").split())
    for across, down in places:
        x = left + (across - margin) / (800 - 2 * margin) * (right - left)
        y = bottom + (450 - margin - down) / (450 - 2 * margin) * (top - bottom)
        assert bottom - 0.01 <= y <= top + 0.01
        assert y == pytest.approx(slope * x + shift, abs=0.05)
    assert places[0][0] < places[1][0]


def test_a_chord_ends_on_the_road(page: Page) -> None:
    set_slider(page, "tangent", 1, 2)
    set_slider(page, "tangent", 0, 3)
    assert said(page, "tangent", "chord-said") == "хорда 5 / 1 = 5"  # 32 − 27 in the second that is left
    set_slider(page, "tangent", 0, 4)
    assert said(page, "tangent", "chord-said") == "хорда 0 / 0,01 = 0"


def test_no_axis_crosses_what_the_descent_says(page: Page) -> None:
    set_slider(page, "descent", 1, 0.95)
    said(page, "descent", "said")
    crossed = figure(page, "descent").evaluate(
        """figure => {
            const label = figure.querySelector('[data-part="said"]').getBBox();
            return [...figure.querySelectorAll(".axis")].map((axis) => axis.getBBox()).filter((axis) =>
                axis.x < label.x + label.width && axis.x + axis.width > label.x &&
                axis.y < label.y + label.height && axis.y + axis.height > label.y).length;
        }"""
    )
    assert crossed == 0


def test_on_paper_nothing_is_left_to_drag(page: Page) -> None:
    page.emulate_media(media="print")
    assert not any(controls.is_visible() for controls in page.locator(".live-controls").all())
    assert all(drawing.is_visible() for drawing in page.locator("figure.live svg").all())


def test_past_one_descent_is_thrown_further(page: Page) -> None:
    set_slider(page, "descent", 1, 1.1)
    assert said(page, "descent", "said") == "η = 1,1: каждый шаг × −1,2"


def test_the_surface_tells_its_gradient(page: Page) -> None:
    set_slider(page, "surface", 0, -1)
    set_slider(page, "surface", 1, 3)
    assert said(page, "surface", "said") == "градиент (2; −6)"


def test_a_step_lowers_the_loss(page: Page) -> None:
    loss = said(page, "residuals", "loss")
    figure(page, "residuals").get_by_role("button").click()
    after = said(page, "residuals", "loss")
    assert float(after.removeprefix("L = ").replace(",", ".")) < float(loss.removeprefix("L = ").replace(",", "."))


def test_the_graph_fills_there_and_back(page: Page) -> None:
    set_slider(page, "graph", 2, 0)
    assert said(page, "graph", "value-0") == ""
    set_slider(page, "graph", 2, 6)
    assert (said(page, "graph", "value-10"), said(page, "graph", "grad-10")) == ("5", "")
    set_slider(page, "graph", 2, 12)
    assert (said(page, "graph", "grad-0"), said(page, "graph", "grad-1")) == ("∂ −10", "∂ −6")
    set_slider(page, "graph", 0, 2)  # the line y = 2x + 1 goes through both points
    assert (said(page, "graph", "value-10"), said(page, "graph", "grad-0")) == ("0", "∂ 0")


def test_without_scripts_the_pictures_are_still(browser: Browser, html: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(html.as_uri())
    assert page.locator("figure.live svg").count() == len(NAMES)
    assert page.locator("input").count() == 0
    context.close()
