"""What the last row of a hall reads of the deck on a screen of 1920 × 1080: letters, code, how far content reaches."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from experiments.decks.measure.host import serve

# Each slide with all its steps: sizes of its letters, in px of 1080, and where its content ends. Signs above and below
# the line are smaller by nature.
_SLIDES = r"""async () => {
  const found = [];
  for (const { id } of document.querySelectorAll(".slides > section")) {
    location.hash = `/${id}`;
    while (document.querySelector("section.present").id !== id) await new Promise(requestAnimationFrame);
    const slide = document.querySelector("section.present");
    for (const step of slide.querySelectorAll(".fragment")) step.classList.add("visible");
    await new Promise(requestAnimationFrame);
    const frame = slide.querySelector(".slide-frame"), box = frame.getBoundingClientRect(), scale = box.height / 1080;
    const told = { id, text: [], caption: [], code: [], lines: 0, end: 0 };
    told.isPlain = slide.matches(".layout-title, .layout-section, .layout-quote, .layout-number");
    const seen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
    const reach = (part) => { told.end = Math.max(told.end, (part.getBoundingClientRect().bottom - box.top) / scale); };
    const words = document.createTreeWalker(frame, NodeFilter.SHOW_TEXT);
    while (words.nextNode()) {
      const around = words.currentNode.parentElement;
      if (!words.currentNode.textContent.trim() || !seen(around)) continue;
      if (around.closest(".katex-mathml, .vlist, .vlist-s, sup, sub, title, desc, style, .slide-title")) continue;
      const drawn = around.ownerSVGElement && around.getScreenCTM();
      const zoom = drawn ? Math.hypot(drawn.a, drawn.b) : slide.getBoundingClientRect().width / slide.offsetWidth;
      const isCaption = around.closest("figcaption, .measured-on, mark");
      const kind = isCaption ? "caption" : around.closest("pre") ? "code" : "text";
      told[kind].push((parseFloat(getComputedStyle(around).fontSize) * zoom) / scale);
      const range = document.createRange();
      range.selectNodeContents(words.currentNode);
      reach(range);
    }
    for (const part of frame.querySelectorAll("svg :is(rect, path, circle, line), td")) if (seen(part)) reach(part);
    for (const code of frame.querySelectorAll("pre")) told.lines += code.innerText.trimEnd().split("\n").length;
    found.push(told);
  }
  return found;
}"""

_SIZES = (("text", 28), ("caption", 24), ("code", 38))
_MOST_LINES, _LEAST_END = 8, 760
_ROUNDING_PX = 0.5


def goals(site: Path, browser_path: str | None) -> Iterator[tuple[str, str, str]]:
    """Each goal with the worst of the deck's slides; those that miss it are named on standard error."""
    slides = _measured(site, browser_path) if browser_path else []
    for kind, least in _SIZES:
        yield _worst(f"deck: smallest {kind}", {each["id"]: min(each[kind]) for each in slides if each[kind]}, least)
    lines = {each["id"]: -each["lines"] for each in slides if each["lines"]}
    yield _worst("deck: most lines of code", lines, -_MOST_LINES, "lines")
    ends = {each["id"]: each["end"] for each in slides if not each["isPlain"]}
    yield _worst("deck: content ends no higher than", ends, _LEAST_END)


def _worst(name: str, slides: dict[str, float], least: float, unit: str = "px") -> tuple[str, str, str]:
    target = f"at {'most' if least < 0 else 'least'} {abs(least)} {unit}"
    for slide, value in slides.items():
        if value < least - _ROUNDING_PX:
            print(f"{name}: {slide}, {abs(value):.0f} {unit}", file=sys.stderr)
    return name, f"{abs(min(slides.values())):.0f} {unit}" if slides else "no browser", target


def _measured(site: Path, browser_path: str) -> list[dict[str, Any]]:
    with serve(site) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1920, "height": 1080}, reduced_motion="reduce")
        page.goto(f"{address}/slides/", wait_until="networkidle")
        page.wait_for_selector(".reveal.ready")
        found: list[dict[str, Any]] = page.evaluate(_SLIDES)
        browser.close()
    return found


def main() -> None:
    """Print these goals alone: `python -m bench.last_row`."""
    from talk.paths import SITE
    from talk.site.browser import find_browser

    for goal in goals(SITE, find_browser()):
        print(*goal, sep="  ")


if __name__ == "__main__":
    main()
