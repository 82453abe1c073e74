"""The size of the measured steps: picked by the reader, kept, and pickable without scripts."""

from playwright.sync_api import Browser, Page

from tests.browser.visit import visit


def shown(page: Page) -> str:
    panels = page.locator("figure.by-size .size:visible svg")
    assert panels.count() == 1
    return panels.get_attribute("aria-label") or ""


def test_the_picked_size_is_shown_and_kept(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/matmul/") as opened:
        page = opened.page
        assert "1024×1024" in shown(page)
        page.get_by_label("128", exact=True).check()
        assert "128×128" in shown(page)
        page.keyboard.press("ArrowRight")
        assert "512×512" in shown(page)
        page.reload()
        assert "512×512" in shown(page)
        assert opened.errors == []


def test_a_size_is_picked_without_scripts(browser: Browser, address: str) -> None:
    phone = {"width": 390, "height": 844}
    with visit(browser, f"{address}/matmul/", java_script_enabled=False, viewport=phone) as opened:
        opened.page.get_by_label("2048", exact=True).check()
        assert "2048×2048" in shown(opened.page)
