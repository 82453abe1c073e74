"""Every number that a hand typed into a string which readers see is found where it stands; no formula, no code."""

import tomllib

import pytest

from talk.paths import ASSETS, PACKAGE, TEMPLATES
from talk.site.typed_numbers import TypedNumber, find_in_html
from talk.site.typed_strings import find_in_python, find_in_script
from talk.words.languages import language

PYTHON = [
    ('caption = "Быстрее в 7,9 раза"', (1, 22, "7,9 раза")),
    ('caption = f"Сети {name}: 7,9 раза"', (1, 26, "7,9 раза")),
    ("caption = f\"Сети {'быстрее в 7 раз'}\"", (1, 30, "7 раз")),
    ('caption = (\n    "Быстрее в "\n    f"7,9 раза"\n)', (3, 7, "7,9 раза")),
    ('caption = "Быстрее в 7,9"  # раз\ncaption += "вдвое"', (1, 22, "7,9")),
    ("caption = '''раз\n  вдвое быстрее'''", (2, 3, "вдвое быстрее")),
    ('caption = r"\\ вдвое"', (1, 15, "вдвое")),
    ('caption = "\\u00a0за 7\\xa0мс"', (1, 21, "7 мс")),
    ('caption = f"{{}} за 7 мс"', (1, 21, "7 мс")),
    ('label = text(1, 2, "7,9×")', (1, 21, "7,9")),
    ('label = f"<text x={x!r}>7,9</text>"', (1, 25, "7,9")),
    ("label = f'<svg aria-label=\"в 7,9 раза\">{drawn}</svg>'", (1, 30, "7,9 раза")),
    ('def f():\n    """В 9 раз."""\n    return "в 7 раз"', (3, 15, "7 раз")),
    ('how = "n = 7, быстрее"', (1, 12, "7")),
]
PASSED_PYTHON = [
    '"""В 7 раз."""', "# в 7 раз", "def f():\n    '''В 7 раз.'''\n    return 7", 'x = f"{7:.1f}"', 'x = "M 0 7 L 9 7"',
    r'pattern = re.compile(r"^/{3,} *(?P<name>\w+)$")',
    'how = "2(p − 1)/p при p = " + str(p)', 'how = "предел 2/λ, |1 − ηλ|"',
    'how = "измеренное / обещанное − 1"',
    'how = "1 − занятое время / всё"', 'caption = "холм x² + y²"', 'caption = "Слайд 8, круг 4, float32, матрица 3×3"',
    'caption = given("16 кГц", reason="так записан корпус")', 'caption = f"при {given("16 кГц", reason="так")}"',
    'caption = \'<span class="given" title="так задано">16 кГц</span> у записей\'',
    'caption = f"в {ratio} раза"', 'pattern = re.compile(r"(?<![`])(?P<ticks>`+) раз")', 'half_written = (',
    'shown = value("time", "мин .0")', 'css = "width: 7px"', "label = f'<text x=\"7\">раз</text>'",
]  # fmt: skip
SCRIPTS = [
    ("said.textContent = 'Быстрее в 7,9 раза'", (1, 31, "7,9 раза")),
    ("said = `${name}: в 7 раз`", (1, 20, "7 раз")),
    ("said = `${many ? 'вдвое' : name}`", (1, 19, "вдвое")),
    ('const hole = /["\']/g\nsaid = "вдвое"', (2, 9, "вдвое")),
    ("// it's\n/* isn't */ said = 'вдвое'", (2, 21, "вдвое")),
    ('.bar::after { content: "в 7 раз"; }', (1, 27, "7 раз")),
    ("said = `раз\nвдвое`", (2, 1, "вдвое")),
]
PASSED_SCRIPTS = [
    "// в 7 раз", "x = a / 7; y = b / 'раз'", "/* в 7 раз */", "path.setAttribute('d', 'M 0 7')",
    "load(/* given: letters whose typeface is asked for */ '×1А')", ".a { width: 7px; margin: 0 auto }",
]  # fmt: skip


def at(found: list[TypedNumber]) -> list[tuple[int, int, str]]:
    return [(each.line, each.column, each.text) for each in found]


@pytest.mark.usefixtures("russian")
@pytest.mark.parametrize(("source", "number"), PYTHON)
def test_a_number_in_a_string_of_python_is_found(source: str, number: tuple[int, int, str]) -> None:
    assert number in at(find_in_python(source))


@pytest.mark.usefixtures("russian")
@pytest.mark.parametrize("source", PASSED_PYTHON)
def test_formulas_and_code_of_python_are_none(source: str) -> None:
    assert find_in_python(source) == []


@pytest.mark.usefixtures("russian")
@pytest.mark.parametrize(("source", "number"), SCRIPTS)
def test_a_number_in_a_string_of_a_script_is_found(source: str, number: tuple[int, int, str]) -> None:
    assert at(find_in_script(source)) == [number]


@pytest.mark.usefixtures("russian")
@pytest.mark.parametrize("source", PASSED_SCRIPTS)
def test_code_of_a_script_is_none(source: str) -> None:
    assert find_in_script(source) == []


@pytest.mark.usefixtures("english")
def test_english_strings_are_told_from_code_by_their_words() -> None:
    assert at(find_in_python('how = "twice as fast"\ncaption = "it took 5 ms"')) == [
        (1, 8, "twice as"),
        (2, 20, "5 ms"),
    ]
    assert find_in_python('kind = "plot-2"\nstyle = "width:2px"\nd = "M 0 7"') == []


# Words of the interface that say a number all the same.
SAID = {
    "value.sample",  # as wide as a number that is not known yet
    "js.deck.late",  # the window waits so long
}


@pytest.mark.parametrize("code", ["ru", "en"])
def test_words_of_the_interface_say_no_number(code: str, request: pytest.FixtureRequest) -> None:
    request.getfixturevalue({"ru": "russian", "en": "english"}[code])
    found = {key: find_in_python(repr(said)) for key, said in language(code).strings.items() if key not in SAID}
    assert len(found) > 100
    assert {key: numbers for key, numbers in found.items() if numbers} == {}


@pytest.mark.usefixtures("russian")
def test_the_generators_own_pages_say_none() -> None:
    files = [*ASSETS.rglob("*.js"), *ASSETS.rglob("*.css"), *TEMPLATES.rglob("*.html")]
    found = {
        path.name: (find_in_html if path.suffix == ".html" else find_in_script)(path.read_text()) for path in files
    }
    assert len(found) > 20
    said = {name: [each.text for each in numbers] for name, numbers in found.items() if numbers}
    assert said == {"404.html": ["404"]}  # the answer's own number


@pytest.mark.parametrize("code", ["ru", "en"])
def test_words_of_a_new_talk_say_none(code: str, request: pytest.FixtureRequest) -> None:
    request.getfixturevalue({"ru": "russian", "en": "english"}[code])
    words = tomllib.loads((PACKAGE / "template" / code / "words.toml").read_text(encoding="utf-8"))
    found = {key: find_in_python(repr(said)) for key, said in words.items() if isinstance(said, str)}
    assert len(found) > 20
    assert {key: numbers for key, numbers in found.items() if numbers} == {}
