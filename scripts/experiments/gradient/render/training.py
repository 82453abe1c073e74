"""Charts of the training: the loss, gradient norms, and alignments; and a sentence on its outcome."""

from collections.abc import Sequence
from itertools import groupby
from typing import TypeVar

from matplotlib.ticker import FuncFormatter, LogLocator

from talk.render import charts
from talk.render.captions import Provenance
from talk.render.charts import BLUE, CYAN, GREEN, GRID, INK, MUTED, PINK, SMALL, VIOLET
from talk.render.labels import legend
from talk.words import NBSP, plural, quantity

from ..record import Learning
from .axes import logarithmic_height

T = TypeVar("T")

_SMOOTHED = 25  # steps that a curve is smoothed over
_PALEST, _DARKEST = 0.12, 0.62  # opacity of a letter's tile: no less than is seen, no more than letters are read on
_LETTER = 15.2  # points: 9 px on a phone
_SEAM = 0.12  # between tiles, in steps of sound


@charts.in_house_style
def learning_curve(source: Provenance, learning: Learning) -> str:
    """Two small charts over each other, by steps: the error rate of each examination; each loss, and these smoothed."""
    figure = charts.sheet(4.2)
    errors, losses = figure.subplots(2, 1, sharex=True)
    last, most = learning.readings[-1], max(1.0, *(each.character_error_rate for each in learning.readings))
    rates = [reading.character_error_rate for reading in learning.readings]
    errors.plot([reading.step for reading in learning.readings], rates, "-o", color=PINK, markersize=8, clip_on=False)
    errors.set_ylim(0, 1.05 * most)
    errors.set_yticks([0, 0.5, 1])
    errors.yaxis.set_major_formatter(FuncFormatter(lambda value, _: quantity(value, "share", decimals=0)))
    errors.set_title("неверных букв", loc="left", color=PINK, fontsize=SMALL)
    # The curve falls: above its end there is room for what it has come to.
    errors.text(
        1.0, 0.5 * most, f"в{NBSP}конце {quantity(last.character_error_rate, 'share', decimals=1)}",
        transform=errors.get_yaxis_transform(), ha="right", va="center", color=PINK, fontweight="bold",
    )  # fmt: skip
    logarithmic_height(losses)
    smooth = _smoothed(learning.losses, 15)
    losses.plot(range(len(learning.losses)), learning.losses, color=GRID, linewidth=1)
    losses.plot(range(len(smooth)), smooth, color=VIOLET)
    losses.yaxis.set_major_locator(LogLocator(numticks=4))
    losses.set_title("потери", loc="left", color=VIOLET, fontsize=SMALL)
    losses.set_xlabel("шаг обучения")
    told = "; ".join(
        f"шаг {reading.step}: {quantity(reading.character_error_rate, 'share', decimals=1)} неверных букв"
        for reading in learning.readings
    )
    drawing = charts.svg(figure, "learning-curve", "Потери и ошибки по ходу обучения", told)
    caption = "Потери CTC на каждом шаге и доля неверных букв на голосах, которых сеть не слышала"
    return source.figure(drawing, caption, "plot", "cpu")


@charts.in_house_style
def norms(source: Provenance, learning: Learning) -> str:
    """Smoothed norm of the gradient of each part of the network, by steps."""
    figure, axes = charts.canvas(4.2)
    logarithmic_height(axes)
    colours = (PINK, VIOLET, BLUE, CYAN, GREEN, INK)
    styles = ("-", "--", "-.", ":", (0, (7, 2)), (0, (2, 2)))
    for part, colour, style in zip(learning.gradient_norms, colours, styles, strict=False):
        axes.plot(
            _smoothed(part.norms, _SMOOTHED), color=colour, linestyle=style, linewidth=2.5, label=_part(part.name)
        )
    legend(axes)
    axes.set_xlabel("шаг обучения")
    told = ", ".join(_part(part.name) for part in learning.gradient_norms)
    drawing = charts.svg(figure, "gradient-norms", "Нормы градиента по частям сети", told)
    return source.figure(
        drawing, f"Норма градиента по параметрам каждой части сети, сглажено по {_SMOOTHED} шагам", "plot", "cpu"
    )


@charts.in_house_style
def alignment(source: Provenance, learning: Learning) -> str:
    """A strip for each examination: the likeliest letter as long as it lasts, the likelier the more opaque."""
    kept = spread(learning.readings, 5)
    figure, axes = charts.canvas(0.7 + 0.62 * len(kept))
    charts.bare(axes)
    told = []
    for row, reading in enumerate(kept):
        steps = len(reading.alignment.letters)
        heard = list(zip(reading.alignment.letters, reading.alignment.probabilities, strict=True))
        start = 0
        for letter, run in groupby(heard, key=lambda each: each[0]):
            chances = [chance for _, chance in run]
            middle = start + len(chances) / 2
            if letter.strip():
                solid = _PALEST + (_DARKEST - _PALEST) * max(chances)
                axes.barh(
                    row, len(chances) - _SEAM, left=start + _SEAM / 2, height=0.8, color=VIOLET, alpha=solid,
                    linewidth=0,
                )  # fmt: skip
                axes.text(middle, row, letter, ha="center", va="center", fontsize=_LETTER)
            elif not letter:
                axes.plot(middle, row, ".", color=GRID, markersize=3)
            start += len(chances)
        axes.text(-1, row, str(reading.step), ha="right", va="center", fontsize=SMALL, color=MUTED)
        wrong = quantity(reading.character_error_rate, "share", decimals=0)
        axes.text(steps * 1.12, row, wrong, ha="right", va="center", fontsize=SMALL, color=INK)
        told.append(f"шаг {reading.step}: «{reading.read_text}»")
        axes.set_xlim(-0.09 * steps, 1.12 * steps)
    axes.set_ylim(len(kept) - 0.4, -0.6)
    drawing = charts.svg(figure, "alignment", "Что сеть слышит в каждом шаге звука", "; ".join(told))
    asked = f"«{learning.readings[0].asked_text}»"
    caption = f"Самая вероятная буква звука по времени; слева — шаг обучения, справа — неверных букв; диктуют {asked}"
    return source.figure(drawing, caption, "plot", "cpu")


def verdict(source: Provenance, learning: Learning) -> str:
    """Who taught and whether the target was reached, as Markdown whose numbers refer to this record."""

    def value(name: str, form: str = "") -> str:
        form = f" | {form}" if form else ""
        return f"{{{{ {source.record.name}.learning.{name}{form} }}}}"

    teacher = "Учитель — синтезатор espeak-ng"
    if learning.speech == "recorded":
        teacher = "Учителя — записи живых голосов"
    phrases = plural(learning.taught, "фраза", "фразы", "фраз")
    voices = plural(len(learning.asked_voices), "голосе", "голосах", "голосах")
    whom = plural(len(learning.asked_voices), "которого", "которых", "которых")
    said = (
        f"{teacher}: {value('taught')} {phrases} из русских цифр, голосов — {value('taught_voices')}, "
        f"всего {value(f'{learning.speech}_time', 'мин .0')} звука. Экзамен — на {value('asked_voices')} {voices}, "
        f"{whom} сеть не слышала ни разу. Цель назначена заранее: неверных букв меньше {value('target', '% .0')}."
    )
    missed = ""
    if learning.diverged:
        missed = f"обучение разошлось**: на шаге {value('diverged_at')} потеря перестала быть числом"
    elif learning.readings[-1].character_error_rate >= learning.target_error_rate:
        missed = f"цель не взята**: не хватило {value('missed_by', '% .1')}"
    if missed:
        said += f" **В этот раз {missed}. Подкручивать, пока не выйдет, сборка не стала, и дальше то, что получилось."
    return said + "\n"


def spread(items: Sequence[T], count: int) -> list[T]:
    """`count` items of the sequence, evenly, the first and the last among them."""
    last = len(items) - 1
    places = sorted({round(last * part / max(1, count - 1)) for part in range(count)})
    return [items[place] for place in places]


def _smoothed(values: Sequence[float], width: int) -> list[float]:
    """The mean of each value and of those up to `width` before it."""
    sums = [0.0]
    for value in values:
        sums.append(sums[-1] + value)
    starts = [max(0, end - width) for end in range(1, len(sums))]
    return [(sums[end] - sums[start]) / (end - start) for end, start in enumerate(starts, start=1)]


def _part(name: str) -> str:
    kind, _, index = name.partition("_")
    return {"subsampling": "прореживание", "decoder": "голова"}.get(kind, f"слой{NBSP}{index}")
