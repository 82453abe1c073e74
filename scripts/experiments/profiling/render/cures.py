"""The same run in other ways, each a cure for a GPU that waits: as a picture and as a table."""

from html import escape
from statistics import median

from talk.render import charts
from talk.render.captions import Provenance
from talk.render.charts import BLUE, INK, MUTED, PINK, SMALL
from talk.render.tables import Cell, table
from talk.words import NBSP, plural, quantity, scientific

from ..record import Profiling, Variant
from .values import PHRASES, named_values

_LAUNCHING = {"eager": "", "graphs": "CUDA Graphs", "compiled": "torch.compile"}
_PRECISION = {"fp32": "", "tf32": "TF32", "bf16": "bf16"}


def title(variant: Variant) -> str:
    """What the variant changes: «пачки, bf16»; «по одной, fp32» where it changes nothing."""
    changes = ["пачки" if variant.batch_size > 1 else "", _LAUNCHING[variant.launching], _PRECISION[variant.precision]]
    return ", ".join(filter(None, changes)) or "по одной, fp32"


# What a slide has room for: as it was, each cure alone, and all together.
_ON_SLIDE = ("plain", "graphs", "batched", "batched_graphs_bf16")


@charts.in_house_style
def picture(source: Provenance, *, on_slide: bool = False) -> str:
    """Bars: the time of each way, divided into the time that the GPU works (filled) and waits (hatched)."""
    data: Profiling = source.record.data
    values = named_values(source.record)
    shown = [each for each in data.variants if each.pass_times_s and (not on_slide or each.name in _ON_SLIDE)]
    figure, axes = charts.canvas((0.3 if on_slide else 0.9) + (0.66 if on_slide else 0.82) * len(shown))
    charts.bare(axes)
    longest = max(median(variant.pass_times_s) for variant in shown)
    told = []
    for row, variant in enumerate(shown):
        time_s = median(variant.pass_times_s)
        idle = values.get(f"cure.{variant.name}.idle_share")
        busy_s = time_s * (1 - idle.number) if idle else time_s
        colour = PINK if row == 0 else BLUE
        axes.text(0, row - 0.27, title(variant), ha="left", va="center", color=INK, fontweight="bold")
        axes.barh(row + 0.12, busy_s, height=0.34, color=colour)
        axes.barh(row + 0.12, time_s - busy_s, left=busy_s, height=0.34, color="none", edgecolor=MUTED, hatch="////")
        words = quantity(time_s, "time")
        gain = values.get(f"cure.{variant.name}.gain")
        if gain and row:
            words += f", {quantity(gain.number, 'ratio', '×', 1)}"
        axes.text(time_s + 0.015 * longest, row + 0.12, words, ha="left", va="center", color=INK, fontsize=SMALL)
        waits = f", GPU ждёт {quantity(idle.number, 'share', decimals=0)}" if idle else ""
        told.append(f"{title(variant)}: {words}{waits}")
    axes.set_xlim(0, 1.32 * longest)
    axes.set_ylim(len(shown) - 0.4, -0.55)
    drawing = charts.svg(
        figure, "cures-slide" if on_slide else "cures", "Тот же прогон на GPU другими способами", "; ".join(told)
    )
    caption = "Тот же прогон другими способами: закрашено — GPU считает, заштриховано — ждёт"
    return source.figure(drawing, caption, "plot", "cuda")


_HEADINGS = (
    ("Как", "что изменено в прогоне"),
    ("Прогон", "медиана прогонов без профайлера"),
    ("Быстрее", "время исходного прогона / время этого"),
    ("GPU ждал", "доля прогона, когда на GPU не работало ни одного ядра"),
    ("Запусков", "вызовов, которыми CPU начинал работу на GPU, за прогон"),
    ("Ядер", "сколько их выполнил GPU за прогон"),
    ("Память", "наибольшая память GPU, веса вместе с остальным"),
    ("Ошибка", "наибольшее отличие от fp32 по одной фразе, к наибольшему числу ответа"),
)


def ways(source: Provenance) -> str:
    """Every way in a row: time, idle share, launches, kernels, memory, and the error of its numbers."""
    data: Profiling = source.record.data
    numbers = {name: value.number for name, value in named_values(source.record).items()}
    head = [Cell(heading, title=what) for heading, what in _HEADINGS]
    body = table("Тот же прогон другими способами", head, [_row(variant, numbers) for variant in data.variants])
    sizes = {variant.batch_size for variant in data.variants if variant.batch_size > 1}
    largest = max(sizes, default=0)
    batches = f" В пачке {largest}{NBSP}{plural(largest, *PHRASES)}: их подбирают по длине." if sizes else ""
    return source.figure(body, f"Что меняет каждый способ и чего стоит.{batches}", "cures", "cuda")


def _row(variant: Variant, numbers: dict[str, float]) -> list[str | Cell]:
    if variant.skipped is not None:
        return [title(variant), Cell(_why_skipped(variant), span=len(_HEADINGS) - 1, kind="skipped")]

    def cell(what: str, *shown: object) -> str:
        found = numbers.get(f"cure.{variant.name}.{what}")
        return "—" if found is None else quantity(found, *shown)  # type: ignore[arg-type]

    return [
        title(variant),
        cell("wall_time", "time"),
        cell("gain", "ratio", "×", 2),
        cell("idle_share", "share", "%", 0),
        cell("launches", "count"),
        cell("kernels", "count"),
        cell("memory", "bytes", "ГБ", 1),
        "—" if variant.error is None else scientific(variant.error),
    ]


def _why_skipped(variant: Variant) -> str:
    if variant.skipped == "quick":
        return "в быстром прогоне не компилируем"
    if variant.skipped == "late":
        return "не успели"
    if variant.skipped == "failed":
        return escape(variant.message or "не запустилось")
    if variant.error is None:
        return "ответ перестал быть числом"
    return f"ответ разошёлся с fp32 на {scientific(variant.error)} наибольшего числа"
