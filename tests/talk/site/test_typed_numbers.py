"""Every number of what readers see that nothing accounts for is found; what only looks like a measured one is not."""

import pytest

from bench.sentences import (
    PASSED,
    PASSED_IN_ENGLISH,
    REFUSED,
    REFUSED_IN_ENGLISH,
    accused,
    made_innocent,
    made_typed,
    missed,
)
from talk.site.typed_numbers import (
    TypedNumber,
    find_in_config,
    find_in_html,
    find_lost_references,
    find_typed_numbers,
)

# Every kind of place where a source may say a number to readers; `@` is the number.
PLACES = [
    "# A\n\nЗа @ так\n",
    "# A\n\n## За @ так\n",
    "За @\n===\n",
    "# A\n\n1. раз\n2. за @\n",
    "# A\n\n- раз\n    - за @\n",
    "# A\n\n| a | b |\n|---|---|\n| 1 × 2 | @ |\n",
    "# A\n\n| a | @ |\n|---|---|\n| c | d |\n",
    "# A\n\n<table><tr><td>a</td><td>@</td></tr></table>\n",
    "# A\n\n![за @](a.png)\n",
    "# A\n\n![за @][x]\n\n[x]: a.png\n",
    '# A\n\n[текст](a.md "@")\n',
    '# A\n\n[текст][x]\n\n[x]: a.md "@"\n',
    "# A\n\n[за @](a.md)\n",
    "# A\n\n**за @**\n",
    "# A\n\n*за `@`*\n",
    '# A\n\n<span title="@">x</span>\n',
    "# A\n\n<span title='@'>x</span>\n",
    '# A\n\n<div aria-label="@"></div>\n',
    '# A\n\n<svg><text x="7">@</text></svg>\n',
    "# A\n\n<svg><title>@</title></svg>\n",
    "# A\n\n<svg><desc>@</desc></svg>\n",
    "# A\n\n<details><summary>@</summary>x</details>\n",
    "# A\n\n<div markdown>\n\nза @\n\n</div>\n",
    '# A\n\nтекст\n{ title="@" }\n',
    '# A\n\n[текст](a.md){ title="@" }\n',
    '# A\n\n## Глава { aria-label="@" }\n',
    "# A\n\nЭто HTML.\n\n*[HTML]: за @\n",
    "# A\n\nСлово\n:   за @\n",
    "# A\n\n@ слово\n:   так\n",
    "# A\n\nСлово[^1].\n\n[^1]: за @\n",
    "# A\n\nСлово[^1].\n\n[^1]: так\n\n    за @\n",
    '# A\n\n!!! note "За @"\n\n    текст\n',
    '# A\n\n!!! note "Вот"\n\n    за @\n',
    '# A\n\n??? note "За @"\n\n    текст\n',
    "# A\n\n/// details | За @\n\nтекст\n///\n",
    "# A\n\n/// details | Вот\n\nза @\n///\n",
    "# A\n\n/// slide | За @\n    id: x\n\nтекст\n///\n",
    "# A\n\n/// slide | Раз\n    id: x\n\nза @\n///\n",
    "# A\n\n/// slide | Раз\n    note: за @\n\nтекст\n///\n",
    '# A\n\n/// slide | Раз\n    note: "за @"\n\nтекст\n///\n',
    "# A\n\n/// slide | Раз\n    note: >-\n        за @\n        так\n\nтекст\n///\n",
    "# A\n\n/// slide | Раз\n    id: x\n    note:\n      за @\n\nтекст\n///\n",
    "# A\n\n/// slide | Раз\n    note: |\n        /// holds | ok\n        за @\n        ///\n\nтекст\n///\n",
    "# A\n\n> за @\n",
    "# A\n\n- раз\n\n    > за @\n",
    '# A\n\n```python title="за @"\nx\n```\n',
    "---\ntitle: За @\n---\n# A\n",
    "---\ntitle: A\ndescription: За @\n---\n# A\n",
    "---\ntitle: A\ndescription: >\n  вот\n  за @\n---\n# A\n",
    '---\ntitle: "За @"\n---\n# A\n',
    '---\ntags: ["за @"]\n---\n# A\n',
    "# A\r\n\r\nза @\r\n",
    "\ufeff# A\n\nза @\n",
    "# A\n\n<noscript>@</noscript>\n",
    "# A\n\n<figcaption>@</figcaption>\n",
    "# A\n\n<select><option label='@'>x</option></select>\n",
    '# A\n\n<input type="button" value="@">\n',
    '# A\n\n<input placeholder="@">\n',
    "# A\n\n<textarea>@</textarea>\n",
    "# A\n\n<kbd>@</kbd>\n",
    "# A\n\n<del>@</del>\n",
    "# A\n\n<data>@</data>\n",
    '# A\n\n<data class="measured" value="7">@</data>\n',
    '# A\n\n<span class="measured">@</span>\n',
    "# A\n\n[за @](a.md){ .measured }\n",
    "# A\n\n**за @**{ .given }\n",
    '# A\n\n<span class="given">@</span>\n',
    '# A\n\n<q class="original">@</q>\n',
    '# A\n\n<span class="arithmatex">@</span>\n',
    '# A\n\n<p class="page-machine">@</p>\n',
    '# A\n\n<style>p::after { content: "@" }</style>\n',
]
# What a hand writes as if the generator had made it.
FORGED = [
    '<data>@</data>', '<data class="measured" value="7">@</data>', '<span class="measured">@</span>',
    "[за @](a.md){ .measured }", "**за @**{ .given }", '<span class="given">@</span>', '<q class="original">@</q>',
    '<span class="given" title=" ">@</span>', '<span class="arithmatex">@</span>', '<p class="page-machine">@</p>',
    "<p class=measured>@</p>", '<a class="footnote-ref">@</a>',
]  # fmt: skip


@pytest.mark.usefixtures("russian")
@pytest.mark.parametrize("text", PLACES)
def test_a_number_is_told_where_it_stands(text: str) -> None:
    at = text.index("@")
    place = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    assert [(each.line, each.column) for each in find_typed_numbers(text.replace("@", "7 мс"))] == [place]


@pytest.mark.usefixtures("russian")
@pytest.mark.parametrize("text", FORGED)
def test_nothing_written_by_hand_passes_for_a_value(text: str) -> None:
    written = f"# A\n\n{text.replace('@', '7 мс')}\n"
    place = (3, text.index("@") + 1)
    assert [(each.line, each.column) for each in find_typed_numbers(written)] == [place]
    if text.startswith("<"):
        assert [(each.line, each.column) for each in find_in_html(written)] == [place]


@pytest.mark.usefixtures("russian")
def test_a_formula_is_told_where_it_stands() -> None:
    text = "# A\n\nРаз `$7$` и $7$, $x_7$ и\nещё $7$ мс[^1].\n\n$$\n\\text{за 7 мс}\n$$\n\n[^1]: Так.\n"
    assert [(each.line, each.column) for each in find_typed_numbers(text)] == [(3, 13), (4, 5), (6, 1)]


@pytest.mark.usefixtures("russian")
@pytest.mark.parametrize("text", REFUSED)
def test_a_typed_number_is_refused(text: str) -> None:
    assert find_typed_numbers(f"# Глава\n\n{text}\n")


@pytest.mark.usefixtures("russian")
@pytest.mark.parametrize("text", PASSED)
def test_an_innocent_sentence_passes(text: str) -> None:
    assert find_typed_numbers(f"{text}\n") == []


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize("text", REFUSED_IN_ENGLISH)
def test_a_number_typed_in_english_is_refused(text: str) -> None:
    assert find_typed_numbers(f"# A\n\n{text}\n")


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize("text", PASSED_IN_ENGLISH)
def test_an_innocent_sentence_in_english_passes(text: str) -> None:
    assert find_typed_numbers(f"So: {text}.\n") == []


@pytest.mark.usefixtures("russian")
def test_made_sentences_of_the_same_kinds() -> None:
    assert missed(made_typed(60)) == []
    assert accused(made_innocent(60)) == []


@pytest.mark.usefixtures("russian")
def test_line_and_column_are_those_of_the_number_not_of_its_like() -> None:
    text = '`5 мс` и $5$\n\nсначала [5 мс]{.given reason="так"}, потом 5 мс\n\n| a | b |\n|---|---|\n| x | 5 мс |\n'
    assert find_typed_numbers(text)[-2:] == [TypedNumber(3, 44, "5 мс"), TypedNumber(7, 7, "5 мс")]


@pytest.mark.usefixtures("russian")
def test_html_is_judged_as_readers_see_it() -> None:
    html = '{# 7 мс #}<p>Стало\n  <b>7,9</b> мс</p>\n<script>let x = 7</script><a href="{{ url }}/7">туда</a>'
    assert find_in_html(html) == [TypedNumber(2, 6, "7,9 мс")]


@pytest.mark.usefixtures("russian")
def test_names_of_the_site_are_judged_and_settings_are_not() -> None:
    config = "site_name: Быстрее в 7,9 раза\nnav:\n  - Глава за 5 мс: a.md\nextra:\n  talk:\n    slot: 40\n"
    assert [(each.line, each.text) for each in find_in_config(config)] == [(1, "7,9 раза"), (3, "5 мс")]


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    "text",
    [
        "5 ms", "twice as fast", "half of it", "an order of magnitude", "seven and a half times", "two thirds",
        "tenfold", "a hundred lines", "forty-six per cent", "nine tenths", "3.5x", "doubles", "two seconds",
        "1,234.5 ms", "24GB",
    ],
)  # fmt: skip
def test_english_numbers_are_refused(text: str) -> None:
    assert find_typed_numbers(f"It took {text}.\n")


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    "text",
    [
        "on 29 November 2026, or 2026-11-29", "PyTorch 2.13.0 and Python 3.11", "slide 8, Step 3, table 2 has it",
        "in 2024", "matrices of 3×3 and 512 × 2048", "an RTX 3090 Ti", "two loops, three questions", "at 10 a.m.",
        "100%",
    ],
)  # fmt: skip
def test_other_english_numbers_pass(text: str) -> None:
    assert find_typed_numbers(f"Look: {text}.\n") == []


@pytest.mark.usefixtures("english")
def test_how_a_page_is_ranked_is_no_number_that_readers_see() -> None:
    assert find_typed_numbers("---\nsearch: {boost: 0.5}\n---\n\nText.\n") == []
    assert find_typed_numbers("---\ntitle: Twice as fast\n---\n\nText.\n")


REFERENCE = "{{ relay.cpu.time | ms }}"


@pytest.mark.parametrize(
    "text",
    [
        "*[HTML]: @\n\nCSS", "# A\n\n[x]: a.md '@'", "---\ntitle: @\n---\n# A",
        "---\nnobody: 5\nreads: @\n---\n# A",
    ],
)  # fmt: skip
def test_a_reference_that_reaches_no_page_is_told_where_it_stands(text: str) -> None:
    at = text.index("@")
    place = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    found = find_lost_references(text.replace("@", REFERENCE))
    assert [(each.line, each.column, each.text) for each in found] == [(*place, REFERENCE)]


@pytest.mark.parametrize(
    "text",
    [
        "@ and **@**", "| a |\n|---|\n| @ |", "# @", "/// slide | A\n    id: a\n\n@\n///", "`@`", "<!-- @ -->",
        "```\n@\n```",
        "- @\n\n    @", "a[^1]\n\n[^1]: @", "/// measured | relay.cpu.time\n@\n///", "> @", "*[HTML]: @\n\nHTML",
        "[x](a.md '@')",  # it arrives as it is written, which is told of the page
    ],
)  # fmt: skip
def test_one_that_does_is_not(text: str) -> None:
    assert find_lost_references(text.replace("@", REFERENCE)) == []
