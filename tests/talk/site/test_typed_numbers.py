"""A measured number typed by hand is found; what only looks like one is not."""

import pytest

from talk.site.typed_numbers import find_typed_numbers


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
        ("в сутки 10\N{NO-BREAK SPACE}000 часов", ["10\N{NO-BREAK SPACE}000 часов"]),
        ("**2335 мс**", ["2335 мс"]),
        ("| addmm | 2335 мс |", ["2335 мс"]),
    ],
)
def test_typed_numbers_are_found(text: str, found: list[str]) -> None:
    assert [number for _, number in find_typed_numbers(text)] == found


@pytest.mark.parametrize(
    "text",
    [
        "матрицы 3×3 и 512 × 2048",
        "слайд 8 с таблицей",
        "в 2024 году, 64 фразы, 18 слоёв, RTX 3090 Ti",
        "`sleep 5 s`",
        "```\n5 мс\n```\n",
        "формула $5\\,с$ и $$7 мс$$",
        "> 5 мс, сказал докладчик",
        "[7.56 раза](talk:8)",
        "[1008 ГБ/с](https://example.org/spec)",
        "{{ profiling.cpu.addmm.self_time | мс .1 }}",
        "---\ntitle: 5 мс\n---\nтекст",
        "/// slide | За 5 мс\n    time: 30 с\nтекст\n///\n",
    ],
)
def test_other_numbers_are_let_be(text: str) -> None:
    assert list(find_typed_numbers(text)) == []


def test_the_line_is_told() -> None:
    assert list(find_typed_numbers("раз\n\nдва 5 мс\n")) == [(3, "5 мс")]
