"""The goals of the chapter on the derivative: its engine, its training, its pictures."""

import math
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from experiments.decks.measure.host import serve
from experiments.gradient.record import Gradient
from talk.paths import DOCS

_SCRIPT = DOCS / "assets" / "scripts" / "derivative.js"
_SLOWER = 4
_DRAG_S = 2.0
_HANDLES = {"tangent": "point", "surface": "point", "fit": "left", "residuals": "right", "descent": "start"}
_WATCH_FRAMES = """() => {
  window.frames_ms = [];
  const note = (now) => { window.frames_ms.push(now); window.watching = requestAnimationFrame(note); };
  window.watching = requestAnimationFrame(note);
}"""

Goal = tuple[str, str, str]


def measured(data: Gradient, network: Path, full_s: float, quick_s: float) -> Iterator[Goal]:
    """Goals that a record answers. `network` is the file trained with it; `full_s` and `quick_s` time measuring."""
    yield "talk measure gradient", f"{full_s / 60:.1f} min", "at most 7 min"
    yield "talk measure gradient --quick", f"{quick_s:.0f} s", "at most 40 s"
    ours, theirs = (next(each for each in data.prices if each.engine == engine) for engine in ("ours", "torch"))
    yield "our arrays: backward / forward", f"{ours.backward_time_s / ours.forward_time_s:.2f}x", "at most 5x"
    ratio = ours.training_step_time_s / theirs.training_step_time_s
    yield f"perceptron, batch {ours.batch_size}: our step / torch's", f"{ratio:.2f}x", "at most 3x"
    if data.learning is not None:
        error = data.learning.readings[-1].character_error_rate
        target = f"under {100 * data.learning.target_error_rate:g} %"
        yield (
            "letters wrong, voices never heard",
            "diverged" if data.learning.diverged else f"{100 * error:.2f} %",
            target,
        )
        yield "training to read", f"{data.learning.training_time_s:.0f} s", "at most 180 s"
    if network.is_file():
        yield "the trained network", f"{network.stat().st_size / 1e6:.2f} MB", "at most 4 MB"


def pictures(site: Path, browser_path: str | None) -> Iterator[Goal]:
    """The size of the script, and the frame rate while each picture is dragged in a browser made four times slower."""
    yield "script of /derivative/", f"{_SCRIPT.stat().st_size / 1000:.1f} KB", "at most 30 KB"
    if browser_path is None:
        yield "frames while dragging, CPU 4x slower", "no browser", "60 a second"
        return
    with serve(site) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.goto(f"{address}/derivative/", wait_until="networkidle")
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})
        for name, part in _HANDLES.items():
            yield (
                f"frames while dragging, CPU 4x slower: {name}",
                f"{_frames_a_second(page, name, part):.0f}",
                "60 a second",
            )
        browser.close()


def _frames_a_second(page: Page, name: str, part: str) -> float:
    """The rate of frames while the handle `part` of the picture `name` goes to and fro."""
    handle = page.locator(f'figure[data-live="{name}"] [data-part="{part}"]')
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    assert box is not None, name
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(_WATCH_FRAMES)
    start = time.perf_counter()
    while (elapsed := time.perf_counter() - start) < _DRAG_S:
        page.mouse.move(x - 60 * math.sin(4 * elapsed) ** 2, y + 30 * math.sin(4 * elapsed) ** 2)
    frames_ms: list[float] = page.evaluate("() => { cancelAnimationFrame(window.watching); return window.frames_ms; }")
    page.mouse.up()
    return 1000 * (len(frames_ms) - 1) / (frames_ms[-1] - frames_ms[0])
