"""What a language asks of prose: spaces that bind, addresses, letters, numbers that a hand typed."""

import pytest

from talk import words
from talk.words import language

NBSP = words.NBSP


def _typed(code: str, text: str) -> list[str]:
    spoken = language(code)
    prose = spoken.numbered_thing.sub("", text)
    return [found[0].strip() for found in spoken.typed_number.finditer(prose)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("занимает 2,3 с и 264.9 мкс", ["2,3 с", "264.9 мкс"]),
        ("это 45,6 % времени", ["45,6 %"]),
        ("в 7,9 раза быстрее, а не в 11 раз", ["7,9 раза", "11 раз"]),
        ("ускорение 7,9×", ["7,9×"]),
        ("около 16 кГц и 24 GB", ["16 кГц", "24 GB"]),
        ("120 ГФЛОП/с", ["120 ГФЛОП/с"]),
        ("121 млн байт", ["121 млн байт"]),
        (f"в сутки 10{NBSP}000 часов", [f"10{NBSP}000 часов"]),
        ("матрицы 3×3 и 512 × 2048", []),
        ("слайд 8 с таблицей", []),
        ("в 2024 году, 64 фразы, 18 слоёв, RTX 3090 Ti", []),
    ],
)
def test_russian_typed_numbers(text: str, found: list[str]) -> None:
    assert _typed("ru", text) == found


@pytest.mark.parametrize(
    "number",
    [
        "5 ms", "2 GB", "40 µs", "6%", "7 seconds", "4 minutes", "3 times", "12 percent", "12 per cent", "3.5x", "7.9×",
        "9 hours", "3 h", "1.2 GFLOP/s", "5s", "0.3 s", "24GB", "1,234.5 ms", "≈2 s", "121 million bytes", "16 kHz",
        "8 B", "5 FLOP/B", "2 days", "10-second", "3-fold", f"2{NBSP}TB/s", "1 second", "90 s",
    ],
)  # fmt: skip
def test_english_typed_numbers(number: str) -> None:
    assert _typed("en", f"it took {number}, they say") == [number]
    assert _typed("en", f"**{number}**") == [number]


@pytest.mark.parametrize(
    "text",
    [
        "on 29 November 2026, or 2026-11-29",
        "PyTorch 2.13.0 and Python 3.11",
        "slide 8, Step 3, table 2 has it",
        "slide 8 s",
        "in 2024, in the 1990s and the 80s",
        "matrices of 3×3, 3x3 and 512 x 2048, 512 × 2048",
        "64 phrases, 18 layers, an RTX 3090 Ti, a 7B model, 16-bit floats",
        "0x1F, 4th, 2D, 5 May, 3 happy minds",
    ],
)
def test_other_english_numbers_are_let_be(text: str) -> None:
    assert _typed("en", text) == []


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
