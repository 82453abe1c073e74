"""Hard spaces before dashes and after words of one letter, and nowhere else."""

import re

import markdown
import pytest

from talk.markdown.typography import TypographyExtension
from talk.words import bind

NBSP = "\N{NO-BREAK SPACE}"


pytestmark = pytest.mark.usefixtures("russian")


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
        ("A/B — тест", f"A/B{NBSP}— тест"),
        ("pre-commit a b", "pre-commit a b"),  # Latin letters
        ("− 1", "− 1"),  # a minus is no dash
    ],
)
def test_bind(written: str, read: str) -> None:
    assert bind(written) == read


def test_code_stays_as_it_is() -> None:
    html = markdown.markdown("Я и `a — в b` *и* мост — да\n\n    в коде — так\n", extensions=[TypographyExtension()])
    assert f"Я{NBSP}и{NBSP}<code>a — в b</code>" in html
    assert f"мост{NBSP}— да" in html
    assert "в коде — так" in html


@pytest.mark.parametrize(
    ("written", "whole"),
    [
        ("мост вместо GPU-серверов?", ["GPU-серверов"]),
        ("40 ТФЛОП/с и 1008 ГБ/с", ["ТФЛОП/с", "ГБ/с"]),
        ("*ФЛОП/Б* и **CTC-потери**, RTX3090-карта", ["ФЛОП/Б", "CTC-потери", "RTX3090-карта"]),
        ("какой-то, из-за, docs/labs/matmul, `ГБ/с`", []),
        ("UTF-8", ["UTF-8"]),
    ],
)
def test_no_line_breaks_inside_units_and_hyphened_names(written: str, whole: list[str]) -> None:
    html = markdown.markdown(written, extensions=[TypographyExtension()])
    assert re.findall('<span class="whole">(.*?)</span>', html) == whole
    plain = markdown.markdown(written).replace(" ", NBSP)
    assert re.sub("</?span[^>]*>", "", html).replace(" ", NBSP) == plain, "the words and their order stay"
