"""The twenty slides that every tool is given: text, tables of 9 × 7, code, formulas, pictures; a note to each.

The bodies are Markdown that all the tools read alike; what they write differently (where a slide ends, where its note
stands) is in `tools`. Their numbers mean nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import sin

# Each breaks in its own way when Markdown reads it before the math does: `_`, `*`, `\\`, `\{`.
FORMULAS = (
    r"\begin{aligned} y_{ij} &= \beta x_{ij} + \alpha z_{ij} \\ z_{ij} &= \sum_{k=1}^{m} a_{ik} b_{kj} \end{aligned}",
    r"w_{t+1}^{*} = w_{t}^{*} - \eta \frac{\partial L}{\partial w_{t}^{*}}",
    r"S = \{ x_{i} * y_{i} \mid i < n \}",
    r"\begin{matrix} a_{11} & a_{12} \\ a_{21} & a_{22} \end{matrix}",
)
_CODE = """```python
import torch


def multiply(left: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    rows, inner = left.shape
    _, columns = right.shape
    product = torch.zeros(rows, columns)
    for row in range(rows):
        for column in range(columns):
            for k in range(inner):
                product[row, column] += left[row, k] * right[k, column]
    return product
```"""
_NAMES = "addmm convolution silu layer_norm bmm softmax add mul transpose".split()
_COLUMNS = ("Оператор", "Вызовов", "CPU, мс", "CPU, %", "GPU, мс", "GPU, %", "Отношение")


@dataclass(frozen=True)
class SampleSlide:
    """One slide: a kind that is a layout of this generator, a title, a body in Markdown, a note in plain text."""

    kind: str
    title: str
    body: str
    note: str


def sample_slides() -> list[SampleSlide]:
    """The twenty slides, in order."""
    return [
        SampleSlide(kind, title, body, f"Заметка к слайду {number}: то, что докладчик скажет словами, а не покажет.")
        for number, (kind, title, body) in enumerate(_bodies(), start=1)
    ]


def sample_files() -> dict[str, str]:
    """The pictures, by their path beside the slides."""
    return {f"pictures/chart-{number}.svg": _chart(number) for number in (1, 2)}


def _bodies() -> Iterator[tuple[str, str, str]]:
    yield "title", "Двадцать слайдов", "Александр Панкратов\n\nРазработчик машинного обучения"
    yield "text", "Что обсудим", "1. Зачем нейросети GPU.\n2. Что делают с производной.\n3. Где здесь алгоритмы."
    for number, formula in enumerate(FORMULAS, start=1):
        yield "section", f"Часть {number}", "О чём пойдёт речь дальше."
        yield "table", f"Таблица {number}", _table(number)
        yield "code", f"Программа {number}", _CODE
        yield "formula", f"Формула {number}", f"$$\n{formula}\n$$"
    for number in (1, 2):
        yield "picture", f"График {number}", f"![Столбики, их девять](./pictures/chart-{number}.svg)"


def _table(seed: int) -> str:
    header = [f"| {' | '.join(_COLUMNS)} |", f"|---|{'---:|' * 6}"]
    return "\n".join(header + [f"| {' | '.join(row)} |" for row in _rows(seed)])


def _rows(seed: int) -> Iterator[list[str]]:
    for number, name in enumerate(_NAMES, start=1):
        yield [
            f"`aten::{name}`",
            str(64 * seed * number),
            *(f"{abs(sin(seed * number + k)) * 100:.2f}" for k in range(5)),
        ]


def _chart(seed: int) -> str:
    bars = "".join(
        f'<rect x="{20 + 60 * k}" y="{300 - height:.0f}" width="40" height="{height:.0f}" fill="#9700ff"/>'
        for k in range(9)
        if (height := 40 + abs(sin(seed + k)) * 240)
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 560 320" width="560" height="320">{bars}</svg>'
