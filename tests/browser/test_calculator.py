"""The estimate on /gpu/: computed from the page's measured values and the reader's prices, by keyboard too."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from talk.paths import DOCS, SNIPPETS

SCRIPT = DOCS / "assets" / "scripts" / "calculator.js"
STYLE = DOCS / "assets" / "stylesheets" / "profiling.css"
HOUR_S = 3600
Opener = Callable[..., Page]


@pytest.fixture
def window(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(locale="ru-RU", viewport={"width": 390, "height": 844})
    yield page
    page.close()


@pytest.fixture
def opened(window: Page, tmp_path: Path) -> Opener:
    """Open the form on a page whose measured throughput is given in hours of sound a day."""

    def open_page(cpu_h: float | None = 1000, gpu_h: float | None = 4000) -> Page:
        values = "".join(
            f'<span data-throughput="{kind}"><data class="measured" value="{hours * HOUR_S}"></data></span>'
            for kind, hours in (("cpu", cpu_h), ("gpu", gpu_h))
            if hours is not None
        )
        form = (SNIPPETS / "calculator.html").read_text(encoding="utf-8")
        shutil.copy(SCRIPT, tmp_path)
        page = tmp_path / "index.html"
        style = f"<style>{STYLE.read_text(encoding='utf-8')}</style>"
        script = f'{style}<script src="{SCRIPT.name}" defer></script>'
        page.write_text(
            f'<!doctype html><html lang="ru"><meta charset="utf-8">{script}{values}{form}', encoding="utf-8"
        )
        window.goto(page.as_uri())
        return window

    return open_page


def fill(page: Page, **inputs: float) -> None:
    for name, value in inputs.items():
        page.locator(f'[name="{name.replace("_", "-")}"]').fill(str(value))


def text(page: Page, line: str) -> str:
    return re.sub(r"\s", " ", page.locator(f'[data-line="{line}"]').inner_text())


def bar_share(page: Page, line: str) -> float:
    """What part of its line the bar takes."""
    bar = page.locator(f'[data-line="{line}"] .calculator-bar')
    share: float = bar.evaluate("bar => bar.getBoundingClientRect().width / bar.parentElement.clientWidth")
    return share


def test_the_estimate_is_what_a_hand_computes(opened: Opener) -> None:
    page = opened()
    fill(page, hours=2000, shift=24, years=1, electricity=0, cpu_price=100_000, gpu_price=300_000)
    fill(page, bridge_mass=10, iron_price=100_000)
    # 2000 h a day: two machines of 1000 h a day, or half of one of 4000.
    assert text(page, "cpu").startswith("Без GPU: 0,20 моста 2 сервера и электричество: 200 000 ₽")
    assert text(page, "gpu").startswith("С GPU: 0,30 моста 1 сервер и электричество: 300 000 ₽")
    assert "0,27 ₽ за час звука" in text(page, "cpu")  # 200 000 ₽ over 2000 · 365.25 h
    assert text(page, "bridge").startswith("Мост: 1,00 моста 1 000 000 ₽; серверы дешевле")
    expect(page.locator("output")).to_have_text("Без GPU дешевле в 1,5 раза")
    # The longest, the bridge, fills its line.
    assert [bar_share(page, kind) for kind in ("cpu", "gpu", "bridge")] == pytest.approx([0.2, 0.3, 1], abs=0.01)


def test_ten_million_hours_a_day_are_counted_in_bridges_and_fit_a_phone(opened: Opener) -> None:
    page = opened()
    fill(page, hours=10_000_000)
    # 20 000 servers of 320 128 ₽, electricity included; a bridge is 15 millions.
    assert text(page, "cpu").startswith("Без GPU: 427 мостов 20 000 серверов")
    assert bar_share(page, "cpu") == pytest.approx(1, abs=0.01)
    assert 0 < bar_share(page, "bridge") < 0.01
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_electricity_is_paid_day_and_night(opened: Opener) -> None:
    page = opened()
    fill(page, hours=1000, shift=24, years=1, electricity=10, cpu_price=1, cpu_power=1000)
    # One kilowatt for a year, 8766 h, at 10 ₽.
    assert "87 661 ₽" in text(page, "cpu")


def test_sound_that_comes_in_half_a_day_needs_twice_the_machines(opened: Opener) -> None:
    page = opened()
    fill(page, hours=2000, shift=12)
    assert text(page, "cpu").count(" 4 сервера ")


def test_throughput_is_read_from_the_page(opened: Opener) -> None:
    page = opened(cpu_h=400)
    fill(page, hours=2000, shift=24)
    assert text(page, "cpu").count(" 5 серверов ")


def test_a_bridge_can_win(opened: Opener) -> None:
    page = opened()
    fill(page, bridge_mass=1, iron_price=1)
    assert text(page, "bridge").endswith("дешевле серверов, но речь не распознаёт")


@pytest.mark.parametrize("value", ["", "-5", "0"])
def test_what_is_no_price_is_asked_again(opened: Opener, value: str) -> None:
    page = opened()
    page.locator('[name="cpu-price"]').fill(value)
    expect(page.locator("output")).to_have_text("«Сервер без GPU, ₽»: здесь нужно число от 1")
    expect(page.locator('[data-line="cpu"]')).to_be_hidden()
    page.locator('[name="cpu-price"]').fill("100000")
    expect(page.locator('[data-line="cpu"]')).to_be_visible()


def test_every_field_is_labelled_and_reached_by_tab(opened: Opener) -> None:
    page = opened()
    names = page.eval_on_selector_all("input", "inputs => inputs.map(input => input.name)")
    page.locator("input").first.focus()
    reached = []
    for _ in names:
        reached.append(page.evaluate("document.activeElement.name"))
        page.keyboard.press("Tab")
    assert reached == names
    assert all(page.eval_on_selector_all("input", "inputs => inputs.map(input => input.labels.length === 1)"))


def test_without_measured_values_the_form_stays_away(opened: Opener) -> None:
    expect(opened(gpu_h=None).locator("form")).to_be_hidden()


def test_the_chapter_gives_both_values() -> None:
    chapter = (DOCS / "gpu.md").read_text(encoding="utf-8")
    for kind, device in (("cpu", "cpu"), ("gpu", "cuda")):
        assert re.search(rf'data-throughput="{kind}">{{{{ profiling\.pair\.{device}\.audio_per_day', chapter)


def test_the_script_is_small() -> None:
    assert SCRIPT.stat().st_size <= 5000
