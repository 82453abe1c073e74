"""What every test shares: hypothesis tries the same examples everywhere, so that a run in CI is the run made here.

Nobody who measures waits for a quiet machine, which other tests keep busy.
"""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

os.environ["TALK_NO_WAIT"] = "1"

# Few tests that take long.
_LONG = frozenset(
    (
        *("browser/test_chosen.py", "browser/test_deck_zip.py", "browser/test_everybody.py", "browser/test_firefox.py"),
        *("browser/test_live.py", "browser/test_paper.py", "browser/test_pptx.py", "browser/test_speaker.py"),
        *("experiments/test_hostile_records.py", "experiments/test_made_machines.py"),
        *("experiments/algorithms/measure/test_ring.py", "experiments/matmul/measure/test_gpu_emulated.py"),
        *("talk/site/test_build.py", "talk/site/test_engines.py", "talk/site/test_machines.py", "talk/new/test_new.py"),
    )
)

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take longest come first: of several processes, none is left with one of them at the end."""
    tests = Path(__file__).parent
    counts = Counter(item.path for item in items)
    items.sort(key=lambda item: (item.path.relative_to(tests).as_posix() not in _LONG, -counts[item.path]))


@pytest.fixture(scope="session")
def playwright() -> Iterator["Playwright"]:
    """One for all tests of a process: its synchronous half can be begun once in it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as begun:
        yield begun


@pytest.fixture(scope="session")
def chromium(playwright: "Playwright") -> str:
    """The Chromium that the talk finds, or Playwright's. Without one the tests are skipped, but not in CI."""
    from talk.site.browser import find_browser

    found = find_browser()
    if found is None and Path(playwright.chromium.executable_path).is_file():
        found = playwright.chromium.executable_path
    if found is None:
        reason = "no Chromium: install it, name it in CHROMIUM, or run `playwright install chromium`"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found
