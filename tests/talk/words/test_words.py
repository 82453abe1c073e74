"""The strings of the interface: the same in every language, and there for all that templates and scripts ask for."""

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from talk import words
from talk.errors import TalkError
from talk.paths import ASSETS, PACKAGE, TEMPLATES
from talk.site.clicker import Refusal
from talk.words import LANGUAGES, fill, language

_HOLE = re.compile(r"\{(\w+)\}")
_PLACEHOLDER = re.compile(r"\[\[([a-z].*?)[\s\]]")
_CYRILLIC = re.compile("[А-Яа-яЁё]")


def _texts(*suffixes: str) -> Iterator[tuple[Path, str]]:
    for folder in (TEMPLATES, ASSETS):
        for path in sorted(folder.rglob("*")):
            if path.suffix in suffixes:
                yield path, path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        *(("ru", said) for said in (
            "дороже всех", "самый быстрый", "быстрее остальных", "никто не быстрее", "дороже прочих", "идёт первым",
            "лидирует", "рекордная скорость", "худший из них", "наименьшая ошибка", "лучше любого", "минимальное время",
            "лучший из способов", "ничто не быстрее", "нет ничего дороже", "вне конкуренции", "крупнейший расход",
            "быстрее не бывает", "главный расход", "единственный быстрее", "точнее обеих", "на первом месте", "лидер",
            "никакая библиотека не быстрее", "самую большую долю", "обгоняет всё", "дороже других", "львиная доля",
            "быстрее всякой библиотеки", "победитель", "больше, чем у кого бы то ни было", "быстрее некуда",
            "нет ядра быстрее", "дороже нет", "лучшим оказался", "никому не угнаться", "при всём том", "топ расходов",
        )),
        *(("en", said) for said in (
            "the fastest", "faster than the others", "nobody is faster", "the worst of them", "no library is faster",
            "nothing beats it", "it beats everything", "the least expensive", "it tops the table", "the winner is MKL",
            "unmatched", "the only one that pays", "faster than both", "the maximum", "the lion's share", "first place",
            "neither keeps up", "outruns anyone", "the top operator", "second to none", "most of its time",
        )),
    ],
)  # fmt: skip
def test_a_superlative_is_known(code: str, said: str) -> None:
    assert language(code).superlatives.search(said)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        *(("ru", said) for said in (
            "addmm быстрее свёртки", "дешевле вдвое", "согласно с сортировкой", "всё же больше", "в самом PyTorch",
            "всегда быстрее", "другой библиотеки", "лучше второго", "в главе быстрее", "в дальнейшем дешевле",
        )),
        *(("en", said) for said in ("A beats B", "the latter test is faster", "on request", "interest pays")),
    ],
)  # fmt: skip
def test_a_comparison_of_two_is_no_superlative(code: str, said: str) -> None:
    assert not language(code).superlatives.search(said)


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_has_the_same_keys_holes_and_dimensions(code: str) -> None:
    spoken, russian = language(code), language("ru")
    assert (spoken.code, list(spoken.strings)) == (code, list(russian.strings))
    for key, text in russian.strings.items():
        assert set(_HOLE.findall(spoken.strings[key])) == set(_HOLE.findall(text)), key
    assert spoken.nouns.keys() == russian.nouns.keys()
    assert list(spoken.units) == list(russian.units)
    for dimension, sizes in russian.units.items():
        assert list(spoken.units[dimension].values()) == list(sizes.values()), dimension


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_language_holds_together(code: str) -> None:
    spoken = language(code)
    units = {unit for sizes in spoken.units.values() for unit in sizes}
    assert units >= spoken.by_name_only | spoken.close | spoken.leading | spoken.inflected.keys()
    forms = max(spoken.plurals.values()) + 1
    assert {len(each) for each in [*spoken.nouns.values(), *spoken.inflected.values()]} <= {forms}
    for sizes in spoken.units.values():
        assert list(sizes.values()) == sorted(sizes.values(), reverse=True)
    assert not [key for key, text in spoken.strings.items() if set("<>&\"'[]") & set(text)]  # plain in any attribute


def test_no_english_string_has_a_russian_letter() -> None:
    spoken = language("en")
    assert not [text for text in spoken.strings.values() if _CYRILLIC.search(text)]


def test_templates_and_scripts_have_no_words_of_their_own() -> None:
    assert not [path.name for path, text in _texts(".html", ".js", ".css") if _CYRILLIC.search(_without_notes(text))]


def _without_notes(text: str) -> str:
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_placeholder_is_filled(code: str) -> None:
    asked = 0
    for path, text in _texts(".html", ".css"):
        asked += len(_PLACEHOLDER.findall(text))
        assert not _PLACEHOLDER.search(fill(text, language(code))), path
    assert asked > 50


@pytest.mark.parametrize(
    ("page", "scripts"),
    [
        ("article", ("page", "machines", "compare")),
        ("deck", ("rehearsal", "pictures", "overview", "stage", "deck")),
        ("speaker", ("rehearsal", "speaker")),
        ("page", ("chosen",)),
    ],
)
def test_scripts_find_their_words(page: str, scripts: tuple[str, ...]) -> None:
    keys = {key.removeprefix(f"js.{page}.") for key in language("en").strings if key.startswith(f"js.{page}.")}
    said = {script: _said((ASSETS / "scripts" / f"{script}.js").read_text(encoding="utf-8")) for script in scripts}
    shared = said.pop("rehearsal", set())  # the deck asks it for the report, the speaker's window for the pace
    used = set[str]().union(*said.values())
    assert used <= keys
    assert keys <= used | shared


def test_the_phone_and_the_window_that_shows_its_code_find_their_words() -> None:
    served = (ASSETS / "served" / f"{name}.js" for name in ("phone", "speaker", "deck"))
    phone, window, deck = (path.read_text(encoding="utf-8") for path in served)
    keys = {
        page: {key.removeprefix(f"js.{page}.") for key in language("en").strings if key.startswith(f"js.{page}.")}
        for page in ("phone", "served")
    }
    reasons = {"wrong", "taken", "often"}  # why a phone is refused, as the server has it
    assert reasons < set(get_args(Refusal))
    assert _said(phone) | reasons == keys["phone"]
    assert set(re.findall(r"\bwords\.(\w+)", window + deck)) | {"here", "gone"} == keys["served"]  # words[phone]


def test_rehearsal_has_all_its_words() -> None:
    said = _said((ASSETS / "scripts" / "rehearsal.js").read_text(encoding="utf-8"))
    deck, speaker = {"total", "csv"}, {"even", "behind", "ahead"}
    assert said == deck | speaker
    assert {f"js.deck.{key}" for key in deck} | {f"js.speaker.{key}" for key in speaker} <= language(
        "en"
    ).strings.keys()


def test_the_generator_says_what_there_is() -> None:
    known = language("en").strings.keys()
    for path in PACKAGE.rglob("*.py"):
        for call in re.findall(r"(?<![\w.])(?:words\.)?say\(([^()]*?)[,)]", path.read_text(encoding="utf-8")):
            assert set(re.findall(r'"([^"{}]+)"', call)) <= known, path


def _said(script: str) -> set[str]:
    """Keys that a script says: `say("key")`, and each of `say(late ? "one" : "other")`; those of reveal's controls."""
    said = {key for call in re.findall(r"\bsay\(([^{}]*?)[,)]", script) for key in re.findall(r'"(\w+)"', call)}
    return said | ({"left", "right", "up", "down"} if "say(side)" in script else set())


def test_columns_of_the_report_survive_any_separator() -> None:
    for code in LANGUAGES:
        columns = language(code).strings["js.deck.csv"].split(";")
        assert len(columns) == 5
        assert "," not in "".join(columns) or code == "ru"  # whose numbers have a comma, and whose columns semicolons


def test_fill_escapes_words_and_keeps_the_html_in_holes() -> None:
    spoken = language("en")
    assert fill('<html lang="[[lang]]" data-locale="[[locale]]">', spoken) == '<html lang="en" data-locale="en_GB">'
    assert fill("[[speaker.dark key=<kbd>B</kbd>]]", language("ru")) == "Экран погашен: <kbd>B</kbd> вернёт"
    assert fill("[[page.lost home=<a>[[page.home]]</a>]]", spoken).endswith("start from <a>the home page</a>.")
    assert fill("[1, [2]] {{ a[b[0]] }}", spoken) == "[1, [2]] {{ a[b[0]] }}"


def test_words_of_scripts_are_json_in_an_attribute() -> None:
    filled = fill('<meta content="[[js:speaker]]">', language("ru"))
    content = re.fullmatch('<meta content="([^"<>]*)">', filled)
    assert content is not None
    assert json.loads(html.unescape(content[1]))["behind"] == "отстаём на {time}"


@pytest.mark.parametrize("placeholder", ["deck.mood", "js:nobody"])
def test_an_unknown_placeholder_is_named(placeholder: str) -> None:
    with pytest.raises(TalkError, match=f"words/en.py: has no words for {placeholder}"):
        fill(f"<p>[[{placeholder}]]</p>", language("en"))


@pytest.mark.usefixtures("english")
def test_say_fills_holes() -> None:
    assert words.say("machines.others", count=3) == "Other machines: 3"
    with pytest.raises(TalkError, match="has no words for nothing"):
        words.say("nothing")


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("note", "told"),
    [
        ("clock_not_pinned", "the CPU frequency was not pinned"),
        ("частота процессора не закреплена", "the CPU frequency was not pinned"),
        ("один проход, разброс неизвестен", "a single pass, so the spread is unknown"),
        ("the network takes no part", "the network takes no part"),
    ],
)
def test_uncontrolled(note: str, told: str) -> None:
    assert words.uncontrolled(note) == told


@pytest.mark.usefixtures("russian")
def test_notes_of_old_records_read_as_they_did() -> None:
    notes = (
        "частота процессора не закреплена",
        "другие программы на машине не остановлены",
        "машина виртуальная, соседи по железу не видны",
        "один проход, разброс неизвестен",
    )
    assert tuple(map(words.uncontrolled, notes)) == notes
