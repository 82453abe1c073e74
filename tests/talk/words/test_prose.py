"""What a language asks of prose: spaces that bind, addresses, letters."""

import pytest

from talk import words
from talk.words import language

NBSP = words.NBSP


@pytest.mark.usefixtures("russian")
@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("мост — вещь", f"мост{NBSP}— вещь"),
        ("в сутки и к утру", f"в{NBSP}сутки и{NBSP}к{NBSP}утру"),
        ("В начале", f"В{NBSP}начале"),
        ("какой-то, из-за", "какой-то, из-за"),
        ("слово в", "слово в"),
        ("быстрее в ", f"быстрее в{NBSP}"),  # a number follows in an element of its own
        (" — дорого", f"{NBSP}— дорого"),
        ("pre-commit a b", "pre-commit a b"),  # Latin letters
        ("− 1", "− 1"),  # a minus is no dash
    ],
)
def test_russian_spaces_bind(written: str, read: str) -> None:
    assert words.bind(written) == read


@pytest.mark.usefixtures("english")
def test_english_spaces_bind_before_dashes_alone() -> None:
    assert words.bind("a bridge — I think") == f"a bridge{NBSP}— I think"


@pytest.mark.usefixtures("russian")
def test_addresses_of_russian_titles() -> None:
    assert words.latin("Кто такой Йожин? Объём, ещё") == "kto takoy yozhin? obem, eshche"


@pytest.mark.usefixtures("english")
def test_addresses_of_names() -> None:
    assert words.latin("José, Łukasz, Straße, O(n²)") == "jose, lukasz, strasse, o(n²)"


@pytest.mark.parametrize("code", words.LANGUAGES)
def test_typefaces_keep_the_letters_of_names(code: str) -> None:
    assert set(map(ord, "éñüŁçÉØßž")) <= language(code).letters
    assert set(map(ord, language("ru").why + "ёЁ")) <= language("ru").letters
