"""A machine is chosen once for every figure and every page; without scripts its figures are a link away."""

from playwright.sync_api import Browser, Page

from tests.browser.visit import visit

PHONE = {"width": 390, "height": 844}
# Of every figure that has a choice: the machine whose record it shows.
SHOWN = """() => [...document.querySelectorAll("figure[data-figure]")].map(f => f.dataset.record.split("/")[0])"""
TALK = "fieldset.machines input[value='talk-2024']"


def offered(page: Page) -> int:
    """How many figures the talk has too."""
    return page.locator(TALK).count()


def wait_for_talk(page: Page, count: int) -> None:
    page.wait_for_function(f"n => ({SHOWN})().filter(machine => machine === 'talk-2024').length === n", arg=count)


def test_a_choice_is_made_for_all_figures_and_kept_from_page_to_page(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/gpu/") as opened:
        page = opened.page
        assert offered(page) > 1
        assert page.evaluate(SHOWN).count("talk-2024") < offered(page)
        page.locator(TALK).first.check(force=True)
        wait_for_talk(page, offered(page))
        page.goto(f"{address}/reproduce/")
        wait_for_talk(page, offered(page))
        page.reload()
        wait_for_talk(page, offered(page))
        assert opened.errors == []


def test_the_keyboard_chooses_too(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/gpu/") as opened:
        page = opened.page
        first = page.locator(f"fieldset.machines:has({TALK.partition(' ')[2]})").first
        first.locator("input:checked").focus()
        page.keyboard.press("ArrowLeft")  # round to the last, which is the talk
        assert first.locator("input:checked").get_attribute("value") == "talk-2024"
        wait_for_talk(page, offered(page))


def test_without_scripts_the_others_are_a_link_away(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/gpu/", java_script_enabled=False) as opened:
        page = opened.page
        choice = page.locator("details.machines:has([data-machine='talk-2024'])").first
        name = (choice.get_attribute("data-figure") or "").partition("/")[2]
        choice.locator("summary").click()
        choice.locator("[data-machine='talk-2024'] a").click()
        page.wait_for_url("**/machines/talk-2024-profiling.html#*")
        figure = page.locator(f"section[id='{name}'] figure")
        assert figure.get_attribute("data-record") == "talk-2024/profiling"


def test_two_machines_are_compared_by_the_numbers_of_the_table(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/reproduce/", viewport=PHONE) as opened:
        page = opened.page
        form = page.locator("form.machine-pair")
        machines = form.locator("select[name=first] option").all_inner_texts()
        form.locator("select[name=first]").select_option(label=machines[-1])
        form.locator("select[name=second]").select_option(label=machines[0])
        row = page.locator("figure.headlines tbody tr", has_text="Conformer на CPU быстрее речи")
        numbers = row.locator("td")
        first, second = (
            float(numbers.nth(place).locator("data").get_attribute("value") or 0) for place in (len(machines) - 1, 0)
        )
        told = form.locator("tbody tr", has_text="Conformer на CPU быстрее речи").locator("td").last.inner_text()
        ratio, _, verdict = told.partition("×")
        assert abs(float(ratio.replace(",", ".")) / (second / first) - 1) < 0.01
        assert verdict.strip() == ("лучше" if second > first else "хуже")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert opened.errors == []
