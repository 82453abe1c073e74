"""The questions that the comparison asks of every deck, asked of pages whose answers are known."""

import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from experiments.decks.measure import view
from experiments.decks.measure.content import FORMULAS, sample_slides
from experiments.decks.measure.content_delivery import ContentDelivery
from experiments.decks.measure.tools import Ours
from talk.markdown.math import typesetter

PAGE = """<!doctype html><meta charset="utf-8"><style>body {{ margin: 0; font: 20px/1 monospace }}</style>
<section><h2>Слайд</h2>{}</section>"""


def asked(browser: Browser, body: str, question: str) -> object:
    with view._cold(browser, None, "") as context:
        page = context.new_page()
        page.goto("about:blank")
        page.set_content(PAGE.format(body))
        return page.evaluate(f"{question}('Слайд')")


@pytest.mark.parametrize(
    ("body", "beyond"),
    [
        ("<p>Видно</p>", 0),
        ('<p style="position: absolute; top: 758px; margin: 0">Снизу</p>', 10),
        ('<p style="position: absolute; left: -15px; margin: 0">Слева</p>', 15),
        ('<div style="height: 20px; overflow: auto"><p style="margin: 0">Раз<br>Два</p></div>', 20),
        ('<div style="height: 20px"><p style="margin: 0">Раз<br>Два</p></div>', 0),
        ('<p style="position: absolute; top: 900px; visibility: hidden">Не показано</p>', 0),
        ('<aside style="position: absolute; top: 900px">Заметка</aside>', 0),
        ('<img alt="" style="position: absolute; top: 700px; width: 9px; height: 100px">', 32),
    ],
)
def test_what_is_cut_off_is_found(browser: Browser, body: str, beyond: float) -> None:
    # A line of text is as high as its typeface says, some pixels more than its line height here.
    assert asked(browser, body, "outOfSight") == pytest.approx(beyond, abs=4)


def test_math_is_known_by_its_tex_or_by_its_glyphs(browser: Browser) -> None:
    tex = FORMULAS[0]
    kept = asked(browser, typesetter().set(tex, display=True), "mathOn")
    assert isinstance(kept, dict)
    assert view._same(kept["tex"], tex)
    eaten = asked(browser, typesetter().set(tex.replace("\\\\", "\\"), display=True), "mathOn")
    assert isinstance(eaten, dict)
    assert not view._same(eaten["tex"], tex)
    raw = asked(browser, f"<p>$$ {tex} $$</p>", "mathOn")
    assert raw == {"tex": None, "glyphs": "", "rows": 0, "error": False}
    svg = '<mjx-container><svg><g data-mml-node="mtr"><use data-c="1D465"/></g></svg></mjx-container>'
    assert asked(browser, svg, "mathOn") == {"tex": None, "glyphs": "x", "rows": 1, "error": False}


def test_our_own_deck_cuts_nothing_asks_nobody_and_sets_every_formula(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view, "COLD_STARTS", 1)
    slides = sample_slides()
    tool = Ours(tmp_path)
    tool.prepare(slides)
    done = subprocess.run(tool.command(), cwd=tool.project, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    seen = view.open_deck(tool, slides, browser, ContentDelivery(tmp_path))
    assert (seen.cut_slides, seen.cut_most_px) == (0, pytest.approx(0, abs=1.5))
    assert seen.wrong_formulas == 0
    assert seen.other_hosts == []
    assert (seen.shown_from_disk, seen.failed_from_disk) == (True, 0)
    assert seen.first_view_bytes < 200_000
