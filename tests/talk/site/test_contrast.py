import re

import pytest

from talk.paths import ASSETS
from talk.settings import Settings
from talk.site.contrast import ACCENT_SHARE, contrast, find_low_contrast


def test_contrast_is_what_wcag_says() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)


def test_the_default_pair_can_be_read_everywhere() -> None:
    assert find_low_contrast(Settings()) == []


def test_a_colour_too_dark_for_links_on_black_is_told() -> None:
    (problem,) = find_low_contrast(Settings(colours=("#0055ff", "#9700ff")))
    assert re.fullmatch(
        r"mkdocs\.yml(:\d+)?: extra\.talk\.colours: #0055ff has a contrast of 3\.7:1 for links on black: dark pages "
        r"and slides; 4\.5:1 is needed; take a lighter first colour",
        str(problem),
    )


def test_colours_too_light_for_white_are_told_of_each_use() -> None:
    told = [each.what for each in find_low_contrast(Settings(colours=("#ffcc00", "#00a86b")))]
    assert [re.findall(r"#\w+ has a contrast of [\d.]+:1 for (.+?);", each)[0] for each in told] == [
        "large type and shapes on white",
        "emphasized text on white, where it is darkened",
        "links on white: light pages",
    ]


def test_the_accent_is_mixed_as_the_style_sheet_mixes_it() -> None:
    sheet = (ASSETS / "stylesheets" / "tokens.css").read_text(encoding="utf-8")
    assert f"--accent: light-dark(color-mix(in srgb, var(--brand-1) {ACCENT_SHARE:.0%}, #000)," in sheet
