"""What readers do with a page beside looking at it: print, copy, translate, search, open from disk, touch."""

from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.visit import visit

# WCAG's contrast with white paper of every text outside slides that the page shows, the lowest first.
FAINT = """() => {
  const part = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const luminance = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue] = [...canvas.getImageData(0, 0, 1, 1).data].map((each) => part(each / 255));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  return [...document.querySelectorAll("main :is(p, li, td, th, h1, h2, figcaption, pre, .slide-link, svg text)")]
    .filter((text) => !text.closest(".slide-frame") && text.textContent.trim() && text.checkVisibility())
    .map((text) => {
      const style = getComputedStyle(text);
      return [1.05 / (luminance(text.matches("svg text") ? style.fill : style.color) + 0.05), text.textContent.trim()];
    })
    .sort(([one], [other]) => one - other);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["gpu/", "labs/matmul/", "reproduce/"])
def test_a_page_prints_dark_on_white_in_any_scheme(browser: Browser, address: str, name: str, scheme: Any) -> None:
    with visit(browser, f"{address}/{name}", color_scheme=scheme) as opened:
        page = opened.page
        page.wait_for_function("scheme => getComputedStyle(document.body).colorScheme === scheme", arg=scheme)
        page.emulate_media(media="print")
        texts = page.evaluate(FAINT)
        assert len(texts) > 20
        assert [text for contrast, text in texts if contrast < 3] == []


def test_on_paper_slides_stay_dark_and_whole(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/gpu/", color_scheme="light") as opened:
        page = opened.page
        page.emulate_media(media="print")
        slides = page.locator("main section.slide")
        assert slides.count() > 5
        looks = slides.evaluate_all(
            """all => all.map((slide) => [
              getComputedStyle(slide).breakInside,
              getComputedStyle(slide.querySelector(".slide-frame")).backgroundColor,
              getComputedStyle(slide.querySelector(".slide-frame")).printColorAdjust,
            ].join(" "))"""
        )
        assert set(looks) == {"avoid rgb(0, 0, 0) exact"}
