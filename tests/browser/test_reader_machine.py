"""«Измерьте у себя»: the panel, the reader's line in the charts, and what stays of it; measuring itself is made up."""

import gzip
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from experiments.browser.record import Browser as Data
from experiments.browser.record import Missing
from experiments.browser.sample import sample
from talk.paths import DOCS
from talk.render.claims import read_claims
from tests.browser.visit import Visit, visit

PHONE = {"width": 390, "height": 844}
MEASURING = "**/assets/generated/browser/measure.js"
FIRST_VIEW_BYTES = 3072

# Stands in for the measuring module: tells every step of `made` and gives it back, or does as `plan` says.
STUB = """
window.measureHere = {
  async measure({ onProgress = () => {}, onStep, signal }) {
    const made = %(made)s, plan = %(plan)s;
    for (const [at, step] of made.steps.entries()) {
      onProgress(at / made.steps.length, step.name);
      if (plan === "wait") await new Promise((_, stop) => {
        signal.addEventListener("abort", () => stop(new DOMException("", "AbortError")));
      });
      if (plan) throw Object.assign(new Error(plan), { name: plan });
      onStep(step);
    }
    return made;
  },
  toRecord: async (data, { name }) => ({ machine: { slug: "mine", cpu: name }, data }),
};
"""


def made(**changes: Any) -> str:
    return json.dumps(asdict(replace(sample(), **changes)))


@contextmanager
def stubbed(opened: Visit, data: str | None = None, plan: str | None = None) -> Iterator[Page]:
    body = STUB % {"made": data or made(), "plan": json.dumps(plan)}
    opened.page.route(MEASURING, lambda route: route.fulfill(content_type="text/javascript", body=body))
    yield opened.page
    opened.page.unroute(MEASURING)


def press(page: Page) -> None:
    page.locator(".reader > button").click()


def measure(page: Page) -> None:
    press(page)
    page.locator(".reader [role=status]", has_text="Готово").wait_for()
    page.locator(".reader-rest ul").wait_for()  # what the chapter's claims came to is asked for first


def text(page: Page, selector: str) -> str:
    return re.sub(r"\s+", " ", page.locator(selector).first.text_content() or "")


@pytest.fixture(scope="module")
def measured(browser: Browser, address: str) -> Iterator[Visit]:
    """The chapter, its descent run once by the made module."""
    with visit(browser, f"{address}/matmul/", locale="ru-RU") as opened, stubbed(opened) as page:
        page.wait_for_load_state()
        measure(page)
        page.locator(".reader-steps u").first.wait_for()
        yield opened


def test_before_the_button_nothing_is_asked_for(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/matmul/") as opened:
        opened.page.wait_for_load_state("networkidle")
        assert opened.page.locator(".reader").is_visible()
        asked = [url for url in opened.asked if "/reader/" in url or "/browser/" in url]
        assert asked == []
        loader = next(answer for answer in opened.answers if answer.url.endswith("/scripts/reader.js"))
        sheet = (DOCS / "assets" / "stylesheets" / "reader.css").read_bytes()
        page = opened.answers[0].text()
        without = re.sub(r'<section class="reader".*?</section>', "", page, flags=re.DOTALL)
        assert without != page
        # The other sides of forks that it may turn are there because of it.
        alone = re.sub(r"<div[^>]* data-when=[^>]* hidden.*?</div>", "", without, flags=re.DOTALL)
        assert alone != without
        wire = sum(len(gzip.compress(each)) for each in (loader.body(), sheet, page.encode()))
        wire -= len(gzip.compress(alone.encode()))
        assert wire <= FIRST_VIEW_BYTES


def test_without_scripts_there_is_no_panel(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/matmul/", java_script_enabled=False) as opened:
        assert opened.page.locator(".reader").is_hidden()


def test_each_step_stands_beside_the_one_above_and_under_its_ceiling(measured: Visit) -> None:
    page = measured.page
    data: Data = sample()
    steps = page.locator(".reader-steps > li")
    assert steps.count() == len(data.steps)
    packing = text(page, ".reader-steps [data-step=packing]")
    assert "50,0 ГФЛОП/с" in packing
    assert "1,3× к шагу выше" in packing  # 50 to 40
    assert "83 % потолка" in packing  # 50 of 60
    assert "держит арифметика" in packing
    order = text(page, ".reader-steps [data-step=order]")
    assert "5,0× к шагу выше" in order  # to the compiled loops, 10 to 2
    # 6 bytes an operation at 10 GFLOP/s are 60 GB/s; 4 MiB lie in what gives 12 GB/s.
    assert "держит память" in order
    assert "не умеет: subgroups" in text(page, ".reader-steps [data-step=gpu_subgroups]")
    assert "5000×" in text(page, ".reader-figures")  # 5 TFLOP/s to 1 GFLOP/s
    assert "потерял 5 %" in text(page, ".reader-rest")  # 60 to 57 GFLOP/s
    assert measured.errors == []


def test_steps_are_held_against_the_machine_on_record(measured: Visit, address: str) -> None:
    page = measured.page
    name = page.locator("figure.descent-figure").first.get_attribute("data-record")
    record = page.request.get(f"{address}/results/{name}.json").json()
    packing = next(each for each in record["data"]["contenders"] if each["name"] == "packing")
    times = sorted(next(each for each in packing["points"] if each["n"] == each["m"] == each["p"] == 1024)["times_s"])
    middle = times[len(times) // 2] if len(times) % 2 else sum(times[len(times) // 2 - 1 :][:2]) / 2
    told = re.search(r"([\d,]+)× к Intel", text(page, ".reader-steps [data-step=packing]"))
    assert told
    assert float(told[1].replace(",", ".")) == pytest.approx(50e9 * middle / (2 * 1024**3), rel=0.05)


def place(page: Page, selector: str) -> list[dict[str, float]]:
    boxes: list[dict[str, float]] = page.locator(selector).evaluate_all(
        "all => all.map(each => { const { x, y, width, height } = each.getBBox(); return { x, y, width, height }; })"
    )
    return boxes


def test_the_line_lies_where_the_charts_own_scale_has_it(measured: Visit) -> None:
    page = measured.page
    drawing = page.locator(".roofline-figure svg.chart")
    axes = {axis: (drawing.get_attribute(f"data-{axis}") or "").split() for axis in "xy"}
    points = place(page, ".roofline-figure .reader-point")
    assert points
    # The tile asks for three quarters of a byte an operation and reaches 40 GFLOP/s.
    x, y = (
        position(axes["x"], 1 / 0.75),
        position(axes["y"], 40e9),
    )
    assert any(
        abs(each["x"] + each["width"] / 2 - x) < 0.5 and abs(each["y"] + each["height"] / 2 - y) < 0.5
        for each in points
    )


def position(told: list[str], value: float) -> float:
    """The place of a value on a logarithmic axis, by the chart's own attribute: two marks, and what is between."""
    import math

    kind, *numbers = told
    start, end, at_start, at_end = map(float, numbers)
    assert kind == "log"
    return at_start + math.log(value / start) / math.log(end / start) * (at_end - at_start)


def test_across_bars_the_line_stands_where_a_bar_of_its_speed_would_end(measured: Visit) -> None:
    page = measured.page
    told = (page.locator(".one-thread-figure svg.chart").first.get_attribute("data-x") or "").split()
    kind, start, end, at_start, at_end = told[0], *map(float, told[1:])
    assert (kind, start) == ("linear", 0)
    [line] = place(page, ".one-thread-figure >> nth=0 >> .reader-line")
    assert line["x"] == pytest.approx(at_start + 50e9 / end * (at_end - at_start), abs=0.5)  # packing, the fastest
    assert "один поток — 50,0 ГФЛОП/с" in text(page, ".one-thread-figure .reader-told")


def test_on_each_side_of_the_matrices_the_lines_are_of_that_side(measured: Visit) -> None:
    page = measured.page
    sides = page.locator(".by-size input").evaluate_all("all => all.map(each => Number(each.value))")
    for at, holder in enumerate(page.locator(".by-size .size").all()):
        told = re.sub(r"\s+", " ", holder.locator(".reader-told").text_content() or "")
        axis = (holder.locator("svg").get_attribute("data-x") or "").split()
        drawn = holder.locator(".reader-line").evaluate_all(
            "all => all.map(each => Number(each.getAttribute('d').match(/[\\d.]+/)[0]))"
        )
        if sides[at] <= 1024:
            assert "один поток — 50,0 ГФЛОП/с; все потоки — 160 ГФЛОП/с" in told
            assert drawn == pytest.approx([position(axis, 50e9), position(axis, 160e9)], abs=0.5)
        else:
            assert "таких матриц он не умножал" in told
            assert drawn == []


def test_what_lies_outside_a_chart_is_said_and_not_drawn(browser: Browser, address: str) -> None:
    data = sample()
    slow = [
        replace(step, points=[replace(point, times_s=[10_000.0]) for point in step.points])
        if step.name == "order"
        else step
        for step in data.steps
    ]
    with (
        visit(browser, f"{address}/matmul/") as opened,
        stubbed(opened, json.dumps(asdict(replace(data, steps=slow)))) as page,
    ):
        measure(page)
        told = text(page, ".roofline-figure .reader-told")
        assert "за краем картинки остались порядок циклов" in told
        drawn = page.locator(".roofline-figure svg").get_attribute("viewBox") or ""
        _, _, width, height = map(float, drawn.split())
        for each in place(page, ".roofline-figure .reader-point"):
            assert 0 <= each["x"] <= width
            assert 0 <= each["y"] <= height


def test_the_picture_of_the_descent_tells_every_circle_that_was_measured(measured: Visit) -> None:
    page = measured.page
    said = page.locator(".descent-figure").first.locator(".reader-rate").all_text_contents()
    shown = [re.sub(r"\s", " ", each) for each in said]
    assert shown[:4] == ["1,00 ГФЛОП/с", "2,00 ГФЛОП/с", "2,50 ГФЛОП/с", "50,0 ГФЛОП/с"]
    assert "8,00 ТФЛОП/с" in shown  # the ice


def test_the_line_can_be_taken_off_every_chart(measured: Visit) -> None:
    page = measured.page
    choice = page.locator(".reader-choice input").first
    choice.uncheck(force=True)
    assert page.locator(".reader-drawn").count() == 0
    assert page.locator(".reader-choice input:checked").count() == 0
    choice.check(force=True)
    assert page.locator(".reader-drawn").count() > 10


def test_a_figure_that_takes_the_place_of_another_has_the_line_too(measured: Visit) -> None:
    page = measured.page
    page.evaluate("""() => {
        const figure = document.querySelector(".sizes-figure"), other = figure.cloneNode(true);
        for (const drawn of other.querySelectorAll(".reader-drawn")) drawn.remove();
        figure.replaceWith(other);
    }""")
    expect(page.locator(".sizes-figure .reader-point").first).to_be_attached()


def test_what_was_measured_outlives_the_page_until_it_is_forgotten(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/matmul/") as opened, stubbed(opened) as page:
        measure(page)
        page.locator(".reader-rest input").fill("Мой ноутбук")
        page.locator(".reader-rest input").press("Tab")
        page.goto(f"{address}/gpu/")
        story = page.locator(".reader-story[data-story=gpu]")
        story.locator(".reader-bars").first.wait_for()
        # 20 µs to launch, and 37 µs of work.
        assert "Работа дольше запуска" in re.sub(r"\s", " ", story.inner_text())
        page.goto(f"{address}/derivative/")
        way_back = page.locator(".reader-story[data-story=derivative]")
        way_back.locator(".reader-bars").first.wait_for()
        assert "назад 2,0× к пути вперёд" in re.sub(r"\s", " ", way_back.inner_text())
        page.goto(f"{address}/matmul/")
        page.locator(".reader-steps > li").first.wait_for()
        assert "Мой ноутбук" in text(page, ".roofline-figure .reader-told")
        page.get_by_role("button", name="Забыть").click()
        assert page.locator(".reader-drawn").count() == 0
        assert page.evaluate("Object.keys(localStorage).some(key => key.endsWith('reader-machine'))") is False
        assert opened.errors == []


def test_what_was_not_measured_beside_the_steps_has_its_reason(browser: Browser, address: str) -> None:
    missing = [
        Missing(part="bandwidth", device="gpu", reason="no_memory"),
        Missing(part="addmm", device="gpu", reason="no_time"),
        Missing(part="gradient", device="gpu", reason="device_lost"),
    ]
    data = replace(
        sample(),
        bandwidths=[each for each in sample().bandwidths if each.device == "cpu"],
        gradients=[each for each in sample().gradients if each.device == "cpu"],
        missing=[*(sample().missing or ()), *missing],
    )
    with visit(browser, f"{address}/matmul/") as opened, stubbed(opened, json.dumps(asdict(data))) as page:
        measure(page)
        assert "дорога из памяти у карты (не хватило памяти)" in text(page, ".reader-rest")
        page.goto(f"{address}/gpu/")
        page.locator(".reader-story[data-story=gpu] .reader-bars").first.wait_for()
        assert "видеокарта: дальше не измерено, не хватило времени" in text(page, ".reader-story[data-story=gpu]")
        page.goto(f"{address}/derivative/")
        page.locator(".reader-story[data-story=derivative] .reader-bars").first.wait_for()
        told = text(page, ".reader-story[data-story=derivative]")
        assert "видеокарта: здесь не измерено, карта потерялась посреди замера" in told
        assert opened.errors == []


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        ("HiddenError", "Вкладку убрали с глаз"),
        ("WorkerError", "не дал ни одного вычислительного потока"),
        ("RangeError", "Замер сорвался: RangeError"),
    ],
)
def test_a_run_that_fails_leaves_the_page_what_it_was(browser: Browser, address: str, plan: str, said: str) -> None:
    with visit(browser, f"{address}/matmul/") as opened, stubbed(opened, plan=plan) as page:
        press(page)
        page.locator(".reader [role=status]", has_text=said).wait_for()
        assert page.locator(".reader-drawn").count() == 0
        assert page.locator(".reader progress").is_hidden()
        assert page.locator(".reader > button").inner_text() == "Спуститься"
        assert opened.errors == []


def test_the_same_button_stops_by_keyboard(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/matmul/") as opened, stubbed(opened, plan="wait") as page:
        page.locator(".reader > button").focus()
        page.keyboard.press("Enter")
        expect(page.locator(".reader > button")).to_have_text("Остановить")
        expect(page.get_by_role("progressbar")).to_be_visible()
        page.keyboard.press("Enter")
        page.locator(".reader [role=status]", has_text="Остановлено").wait_for()
        assert page.evaluate("document.activeElement.textContent") == "Спуститься"


def test_a_browser_that_keeps_nothing_shows_all_the_same(browser: Browser, address: str) -> None:
    with visit(browser, "about:blank") as opened, stubbed(opened) as page:
        page.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new Error('denied'); } })")
        page.goto(f"{address}/matmul/")
        measure(page)
        assert page.locator(".reader-drawn").count() > 10
        page.get_by_role("button", name="Забыть").click()
        assert page.locator(".reader-drawn").count() == 0


def test_the_record_and_the_picture_are_saved_here(measured: Visit, tmp_path: Path) -> None:
    page = measured.page
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Скачать запись").click()
    waiting.value.save_as(tmp_path / "browser.json")
    record = json.loads((tmp_path / "browser.json").read_text())
    assert record["data"] == json.loads(made())
    assert record["machine"]["cpu"] == ""  # whose reader has not named it is named by the module, not «ваш браузер»
    assert "docs/results/mine/browser.json" in text(page, ".reader [role=status]")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Поделиться").click()
    waiting.value.save_as(tmp_path / "matmul.png")
    assert (tmp_path / "matmul.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert measured.errors == []


def test_the_prose_follows_the_readers_browser_as_any_machine(browser: Browser, address: str) -> None:
    python = "p > data[data-name='matmul.python.flop_rate'][data-format='МФЛОП/с .1']"
    with visit(browser, f"{address}/matmul/") as opened, stubbed(opened) as page:
        theirs = page.locator(python).first.text_content()
        measure(page)
        page.locator(".page-machine select").select_option(label="ваш браузер")
        expect(page.locator(python).first).to_have_text("1000,0\N{NO-BREAK SPACE}МФЛОП/с")
        # What no browser measures stays the machine's on record, and is said to.
        assert "не измеряла" in text(page, ".page-machine output")
        assert page.locator("data.foreign").count() > 0
        page.get_by_role("button", name="Забыть").click()
        expect(page.locator(python).first).to_have_text(theirs or "")
        assert page.locator(".page-machine option", has_text="ваш браузер").count() == 0
        assert opened.errors == []


def with_rate(name: str, flops_per_s: float) -> str:
    """The made machine, all of whose products of that step ran at this rate."""
    data = sample()
    steps = [
        replace(step, points=[replace(p, times_s=[2 * p.n**3 / flops_per_s] * 3) for p in step.points])
        if step.name == name
        else step
        for step in data.steps
    ]
    return json.dumps(asdict(replace(data, steps=steps)))


def sides(page: Page, claim: str) -> dict[str, bool]:
    """Of the forks of that claim in the article: which side is seen."""
    seen: dict[str, bool] = page.locator(f"article [data-fork='{claim}']").evaluate_all(
        "all => Object.fromEntries(all.map(each => [each.dataset.when, each.offsetHeight > 0]))"
    )
    return seen


FORKS = ("matmul-compiling-pays", "matmul-packing-pays", "matmul-threads-fall-short")


def test_claims_and_forks_follow_the_readers_browser(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/matmul/") as opened, stubbed(opened, with_rate("packing", 30e9)) as page:
        theirs = {claim: sides(page, claim) for claim in FORKS}
        measure(page)
        page.get_by_role("button", name="Показать главу моими числами").click()
        expect(page.locator(".page-machine output")).to_contain_text("не измеряла")
        # 30 GFLOP/s after 40; 160 on four threads are 5.3 times as many.
        assert sides(page, "matmul-packing-pays") == {"holds": False, "fails": True}
        assert sides(page, "matmul-threads-fall-short") == {"holds": False, "fails": True}
        # 2 GFLOP/s after 1, where twenty times as many are asserted.
        assert sides(page, "matmul-compiling-pays") == {"holds": False, "fails": True}
        refuted = page.locator(".claim[data-claim='matmul-compiling-pays']").first
        assert "неверно, что 2,00 > 20" in re.sub(r"\s", " ", refuted.get_attribute("title") or "")
        held = page.locator(".claim[data-claim='matmul-order-pays']").first
        assert held.get_attribute("data-record") == "reader/browser"
        assert "5,00 > 1" in (held.get_attribute("title") or "")
        # What it has no number for is not judged.
        wires = page.locator(".claim[data-claim='matmul-volume-is-the-theory']").first
        assert "этого не измеряла" in (wires.get_attribute("title") or "")
        page.locator(".machine-now button").click()
        assert {claim: sides(page, claim) for claim in theirs} == theirs
        assert page.locator(".claim[data-record^=reader]").count() == 0
        assert opened.errors == []


def test_what_is_faster_than_its_ceiling_is_shown_nowhere(browser: Browser, address: str) -> None:
    with (
        visit(browser, f"{address}/matmul/") as opened,
        stubbed(opened, with_rate("order", 5e17)) as page,
    ):
        measure(page)
        assert "быстрее измеренного потолка" in text(page, ".reader-steps [data-step=order]")
        assert "5000×" in text(page, ".reader-figures")
        assert "Что-то мешало мерить" in text(page, ".reader-rest")
        assert "50,0 ГФЛОП/с" in text(page, ".descent-figure [data-circle='4'] .reader-rate")
        page.get_by_role("button", name="Показать главу моими числами").click()
        expect(page.locator(".page-machine output")).to_contain_text("не измеряла")
        assert page.locator("data[data-name^='matmul.order'][data-record^=reader]").count() == 0
        assert page.locator(".claim[data-claim='matmul-order-pays'][data-record^=reader]").count() == 0
        assert opened.errors == []


def test_the_panel_says_which_claims_hold_here(measured: Visit) -> None:
    page = measured.page
    # 2 GFLOP/s are not twenty times 1, and the compiled loops are as fast on large matrices as on small.
    refuted = {"matmul-compiling-pays", "matmul-columns-cost"}
    # It has no 256 KB to read, so the road from L2 is not known.
    judged = {name for name, claim in read_claims().items() if claim.in_page} - {"matmul-l2-feeds-the-tile"}
    words = {
        each.get_attribute("data-claim"): re.sub(r"\s+", " ", each.text_content() or "").lower()
        for each in page.locator("article .claim[data-claim]").all()
    }
    known = judged & set(words)
    assert known >= refuted
    told = text(page, ".reader-rest ul")
    assert re.search(rf"Из {len(known)} утверждени.+ {len(known) - len(refuted)}, а «", told)
    assert all(f"«{words[each]}»" in told for each in refuted)
    assert f"Остальные {len(words) - len(known)} не измерены здесь" in told


def test_on_stage_the_slide_shows_the_record_beside_this_browser(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/slides/#/krug-4", locale="ru-RU") as opened, stubbed(opened) as page:
        page.wait_for_function("() => location.hash.includes('krug-4') && document.querySelector('.reveal.ready')")
        page.keyboard.press("r")
        page.locator("#krug-4 .slide-now table").wait_for()
        told = text(page, "#krug-4 .slide-now")
        reading = page.locator("#krug-4 .thermometer data.measured").first.get_attribute("value") or ""
        recorded = f"{float(reading) / 1e9:.3g}".replace(".", ",")
        assert recorded.rstrip("0").rstrip(",") in told
        assert "10,0 ГФЛОП/с" in told
        assert "К шагу выше5,0×" in told
        kept = page.evaluate("Object.keys(localStorage).filter(key => key.endsWith('reader-machine')).length")
        assert kept == 1  # the article shows it too
        assert opened.errors == []


def test_a_slide_says_in_one_line_why_it_has_nothing(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/slides/#/krug-4") as opened, stubbed(opened, plan="WorkerError") as page:
        page.wait_for_function("() => location.hash.includes('krug-4') && document.querySelector('.reveal.ready')")
        page.keyboard.press("r")
        expect(page.locator("#krug-4 .slide-now")).to_contain_text("браузер не дал вычислительного потока")


def test_a_browser_without_a_gpu_says_so_on_the_gpus_slide(browser: Browser, address: str) -> None:
    steps = [
        replace(step, points=[], skipped="no_adapter") if step.name.startswith("gpu_") else step
        for step in sample().steps
    ]
    with visit(browser, f"{address}/slides/#/krug-6") as opened, stubbed(opened, made(steps=steps)) as page:
        page.wait_for_function("() => location.hash.includes('krug-6') && document.querySelector('.reveal.ready')")
        page.keyboard.press("r")
        told = page.locator("#krug-6 .slide-now")
        why = "Измерить не вышло: WebGPU есть, но карты браузер не дал"
        expect(told).to_have_text(why)
        page.evaluate("() => { window.measureHere.measure = () => new Promise(() => {}); }")
        page.keyboard.press("r")
        expect(told).to_have_text(why)  # the same run says so: another would take as long


def test_the_real_module_runs_under_the_pages_policy_and_stops(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/matmul/") as opened:
        page = opened.page
        press(page)
        page.locator(".reader-steps [data-step=javascript] .rate").wait_for()
        page.locator(".reader > button").click()
        page.locator(".reader [role=status]", has_text="Остановлено").wait_for()
        assert page.locator(".reader-steps > li:visible").count() == 0
        assert opened.errors == []


def test_a_phone_shows_it_all_without_scrolling_sideways(browser: Browser, address: str) -> None:
    with (
        visit(browser, f"{address}/matmul/", viewport=PHONE, reduced_motion="reduce") as opened,
        stubbed(opened) as page,
    ):
        measure(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        rows = page.locator(".reader-steps > li")
        assert all(rows.evaluate_all("all => all.map(each => each.scrollWidth <= each.clientWidth + 1)"))


def test_paper_has_no_panel_and_no_line(measured: Visit) -> None:
    page = measured.page
    page.emulate_media(media="print")
    assert page.locator(".reader").is_hidden()
    assert page.locator(".reader-drawn:visible").count() == 0
    page.emulate_media(media="screen")
