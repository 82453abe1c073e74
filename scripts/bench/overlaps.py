"""Pictures whose words meet: every figure of a record, drawn as the page draws it and measured in a browser.

Machines are made by chance from a measured record: faster, slower, of one thread or of many, points in one place.
"""

import math
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from playwright.sync_api import Page, sync_playwright

from experiments.decks.measure.host import serve
from talk.experiment import find_experiments
from talk.paths import RESULTS, SITE
from talk.records.schema import AnyRecord
from talk.records.store import read_records
from talk.render.drawing import fragments_of

_TRIES = 20
_DRAWN = ("profiling", "matmul", "gradient", "algorithms")  # experiments whose pictures a machine changes

# Each drawing on the page → pairs of words that meet while both are seen, words out of the picture, and words that a
# line strikes through. A word's box is that of its ink. What comes in steps is compared with what is there at its step.
_MEETING = r"""drawings => {
  const found = [];
  const pen = document.createElement("canvas").getContext("2d");
  const corners = (box, matrix) => {
    const points = [[box.left, box.top], [box.right, box.top], [box.left, box.bottom], [box.right, box.bottom]]
      .map(([x, y]) => new DOMPoint(x, y).matrixTransform(matrix));
    const xs = points.map(point => point.x), ys = points.map(point => point.y);
    return {left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys)};
  };
  const inked = text => {
    const box = text.getBBox(), style = getComputedStyle(text);
    pen.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const said = pen.measureText(text.textContent);
    const line = said.fontBoundingBoxAscent + said.fontBoundingBoxDescent;
    const base = box.y + box.height * said.fontBoundingBoxAscent / line;
    const ink = {left: box.x, right: box.x + box.width, top: base - said.actualBoundingBoxAscent,
                 bottom: base + said.actualBoundingBoxDescent};
    return corners(ink, text.getScreenCTM());
  };
  const steps = (element, all) => {
    const group = element.closest(".fragment");
    if (!group) return [0, Infinity];
    const at = 1 + Number(group.dataset.fragmentIndex ?? all.indexOf(group));
    return [at, group.classList.contains("passing") ? at : Infinity];
  };
  const together = (one, other) => Math.max(one[0], other[0]) <= Math.min(one[1], other[1]);
  const clip = element => {
    const clipped = element.closest("[clip-path]");
    const shape = clipped && document.querySelector(clipped.getAttribute("clip-path").slice(4, -1) + " > *");
    if (!shape) return null;
    const box = shape.getBBox();
    const edges = {left: box.x, right: box.x + box.width, top: box.y, bottom: box.y + box.height};
    return corners(edges, clipped.getScreenCTM());
  };
  const within = (point, box, spare) => point.x > box.left + spare && point.x < box.right - spare &&
    point.y > box.top + spare && point.y < box.bottom - spare;
  const opaque = element => {
    const style = getComputedStyle(element);
    return style.fill != "none" && style.fillOpacity == "1" && !/^rgba|\/ 0/.test(style.fill);
  };
  const shown = (element, svg) => {
    if (!element.getClientRects().length || getComputedStyle(element).visibility != "visible") return false;
    for (let above = element; above != svg; above = above.parentElement)
      if (getComputedStyle(above).opacity < 0.05) return false;
    return true;
  };
  const after = (one, other) => one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING;
  const covers = (shape, box) => {
    const matrix = shape.getScreenCTM().inverse(), x = (box.left + box.right) / 2, y = (box.top + box.bottom) / 2;
    return [[box.left, y], [box.right, y], [x, box.top], [x, box.bottom]]
      .every(([x, y]) => shape.isPointInFill(new DOMPoint(x, y).matrixTransform(matrix)));
  };
  for (const svg of document.querySelectorAll(drawings)) {
    const name = svg.getAttribute("aria-label").slice(0, 60);
    const frame = svg.getBoundingClientRect();
    const unit = frame.width / svg.viewBox.baseVal.width;
    const all = [...svg.querySelectorAll(".fragment")];
    const drawn = [...svg.querySelectorAll("path, rect, circle, polygon, line, polyline")]
      .filter(element => !element.closest("defs, clipPath") && shown(element, svg));
    const fills = drawn.filter(opaque);
    const words = [...svg.querySelectorAll("text")].filter(text => text.textContent.trim() && shown(text, svg));
    for (const [at, text] of words.entries()) {
      const style = getComputedStyle(text), box = inked(text);
      const word = {text, said: text.textContent.trim(), box, at: steps(text, all), behind: [],
                    haloed: style.paintOrder.startsWith("stroke") && style.stroke != "none"};
      for (const shape of fills)
        if (covers(shape, box)) {
          if (!after(text, shape)) word.behind.push(shape);
          else word.at[1] = Math.min(word.at[1], steps(shape, all)[0] - 1);
        }
      words[at] = word;
    }
    for (const [at, one] of words.entries()) {
      if (one.at[1] < one.at[0]) { found.push(`${name}: «${one.said}» is covered`); continue; }
      if (one.box.left < frame.left - 1 || one.box.right > frame.right + 1 || one.box.top < frame.top - 1 ||
          one.box.bottom > frame.bottom + 1) found.push(`${name}: «${one.said}» leaves the picture`);
      for (const other of words.slice(at + 1))
        if (together(one.at, other.at) &&
            Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left) > 1 &&
            Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top) > 1)
          found.push(`${name}: «${one.said}» meets «${other.said}»`);
    }
    for (const line of drawn) {
      const style = getComputedStyle(line);
      const length = style.stroke == "none" || style.fill != "none" ? 0 : line.getTotalLength();
      if (!length) continue;
      const edges = clip(line), at = steps(line, all), matrix = line.getScreenCTM();
      const count = Math.min(Math.ceil(length / 3) + 1, 600);
      const points = Array.from({length: count}, (_, step) =>
        line.getPointAtLength(length * step / (count - 1)).matrixTransform(matrix));
      for (const one of words)
        if (!one.haloed && together(one.at, at) && !one.behind.some(shape => after(line, shape)) &&
            points.some(point => within(point, one.box, unit) && (!edges || within(point, edges, -1))))
          found.push(`${name}: a line strikes «${one.said}» through`);
    }
  }
  return found;
}"""

_PUT = """async html => {
  const made = new DOMParser().parseFromString(html, "text/html");
  document.querySelector(".md-content article").replaceChildren(...made.body.childNodes);
  await document.fonts.ready;
}"""


# Pictures that a reader moves, their sliders at a share of their way.
_MOVE = """async share => {
  document.dispatchEvent(new CustomEvent("figures-changed"));
  const sliders = [...document.querySelectorAll("article .scene-controls input")];
  for (const slider of sliders) {
    slider.value = Number(slider.min) + share * (slider.max - slider.min);
    slider.dispatchEvent(new Event("input"));
  }
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""
_MOVES = (0.3, 1.0)


def open_page(page: Page, host: str) -> None:
    """Open a page of the site on which drawings are put, with all scripts that move them."""
    page.goto(f"{host}/matmul/")
    for name in ("backward", "decoding"):
        page.add_script_tag(url=f"{host}/assets/scripts/{name}.js")


def meeting(page: Page, html: str) -> list[str]:
    """What of the drawings in `html` meets on the page, in its typefaces and styles, still and moved."""
    page.evaluate(_PUT, html)
    found = list(page.evaluate(_MEETING, "article svg[aria-label]"))
    if 'data-play="' in html:
        for share in _MOVES:
            page.evaluate(_MOVE, share)
            found += page.evaluate(_MEETING, ".scene.playing > svg")
    return list(dict.fromkeys(found))


def figures_of(record: AnyRecord) -> str:
    """Every figure of the record that has a drawing, as HTML."""
    return "".join(
        html for html in fragments_of(find_experiments()[record.experiment], [record]).values() if "<svg" in html
    )


def made_machines(records: list[AnyRecord], count: int, seed: int = 0) -> Iterator[AnyRecord]:
    """Records of machines that do not exist, each made of one of `records` in its turn; the same for the same seed."""
    dice = random.Random(seed)
    for number in range(count):
        like = records[number % len(records)]
        for _ in range(_TRIES):
            try:
                yield replace(like, data=_Machine(dice).another(like.data), doubtful=[])
            except ValueError:  # parts of it contradict each other
                continue
            break


def goal(browser: str | None, count: int = 200) -> tuple[str, str, str]:
    """How many overlaps there are on all records and on `count` made machines; each is named on standard error."""
    name, target = f"overlaps in pictures, records and {count} made machines", "0"
    if browser is None:
        return name, "no browser", target
    records = read_records(RESULTS)
    drawn = [record for record in records if record.experiment in _DRAWN]
    found: list[str] = []
    with serve(SITE) as host, sync_playwright() as playwright:
        page = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"]).new_page()
        open_page(page, host)
        for record in (*records, *made_machines(drawn, count)):
            found += [f"{record.name}: {each}" for each in meeting(page, figures_of(record))]
    print(*found, sep="\n", end="\n" if found else "", file=sys.stderr)
    return name, str(len(found)), target


class _Machine:
    """One made machine: how fast it is, how many threads it has, and how often two of its things are alike."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._slower = dice.choice((0.1, 0.3, 1.0, 1.0, 3.0, 10.0))
        self._spread = dice.choice((0.0, 0.2, 1.0))
        self._alike = dice.choice((0.0, 0.0, 0.3, 1.0))
        self._threads = dice.choice((None, 1, 8, 64))
        self._l3 = dice.random() < 0.7

    def another(self, data: Any, slower: float | None = None) -> Any:
        """`data` as this machine would have measured it."""
        slower = slower or self._slower
        if is_dataclass(data) and not isinstance(data, type):
            own = slower * math.exp(self._dice.gauss(0, self._spread) if self._dice.random() < 0.5 else 0)
            return replace(
                data,
                **{
                    each.name: self._field(each.name, getattr(data, each.name), own)
                    for each in fields(data)
                    if each.init
                },
            )
        if isinstance(data, list):
            return self._list([self.another(each, slower) for each in data])
        return data

    def _field(self, name: str, value: Any, slower: float) -> Any:
        if name == "threads" and isinstance(value, int) and value > 1:
            return self._threads or value
        if name == "l3_bytes" and not self._l3:
            return 0
        if name.endswith("_per_s"):
            return _each(value, lambda number: number / slower)
        if name.endswith(("_s", "_us")):
            return _each(value, lambda number: number * slower)
        return self.another(value, slower)

    def _list(self, made: list[Any]) -> list[Any]:
        if not made or not is_dataclass(made[0]):
            return made
        if self._threads == 1 and hasattr(made[0], "threads") and not hasattr(made[0], "name"):
            kept: dict[Any, Any] = {}
            for each in made:
                kept.setdefault(
                    tuple(getattr(each, part, None) for part in ("level", "traffic", "size_bytes", "device")), each
                )
            made = list(kept.values())
        for at in range(1, len(made)):
            if self._dice.random() < self._alike:
                times = {
                    each.name: getattr(made[at - 1], each.name)
                    for each in fields(made[at])
                    if each.name.endswith(("_s", "_us", "points"))
                }
                made[at] = replace(made[at], **times) if _same_shapes(made[at - 1], made[at]) else made[at]
        return made


def _same_shapes(one: Any, other: Any) -> bool:
    return len(getattr(one, "points", ())) == len(getattr(other, "points", ())) and type(one) is type(other)


def _each(value: Any, change: Callable[[float], float]) -> Any:
    if isinstance(value, list):
        return [_each(each, change) for each in value]
    return change(value) if isinstance(value, float) else value
