"""Tables of the matmul experiment."""

from dataclasses import replace
from html import escape

from talk.records.schema import Device
from talk.render.captions import Provenance
from talk.render.given import given
from talk.render.tables import Cell, table
from talk.words import NBSP, number, quantity, scientific

from ..record import Compiled, Contender, Gpu, Matmul
from .gpu_prediction import BOUNDS, CHIPS, arch_of, best_compiled, chip_of, kept, promise, resident_warps
from .prediction import NEAR
from .rivals import with_cublas, with_rivals
from .steps import STEPS, step_of
from .values import at_one_size

_TITLES = {step.name: step.title for step in STEPS}
_CHIP_SIDE = 8192  # of the product whose speed is promised for chips that nobody has measured
_USUAL_ARCH = "sm_90"
_ALL_REGISTERS = given("из 255 возможных", reason="столько кодирует инструкция")


def shapes(source: Provenance, contenders: list[Contender]) -> str:
    """Circle 5 and the libraries on the products of this Conformer: tall, wide, and anything but square."""
    sides = dict.fromkeys(
        (point.n, point.m, point.p) for each in contenders for point in each.points if not point.square
    )
    rows = []
    for n, m, p in sides:
        points = [each.at(n, m, p) for each in contenders]
        rows.append([f"{n} × {m} × {p}", *(_rate(point.flops_per_s if point else None) for point in points)])
    head = [f"n × m × p,{NBSP}ГФЛОП/с", *map(_heading, contenders)]
    caption = "Произведения самого Conformer на всех потоках: шаги звука на веса"
    return source.figure(table(caption, head, rows), with_rivals(caption, source), "table", "cpu")


def _far() -> str:
    return quantity(NEAR, "share", decimals=0)


def _heading(contender: Contender) -> str:
    step = step_of(contender)
    return f"круг {step.circle}" if step.highlighted else step.title


def bits(source: Provenance, contenders: list[Contender]) -> str:
    """What PyTorch gains from fewer bits on this CPU beside the best in float32, and what accuracy they cost."""
    size, points = at_one_size(contenders)
    best = max((each for each in points if each[0].dtype == "float32"), key=lambda each: each[1].flops_per_s)
    shown = [best, *(each for each in points if each[0].dtype != "float32")]
    rows = [[_heading(each), each.dtype, _rate(point.flops_per_s), scientific(point.error)] for each, point in shown]
    head = ["кто", "числа", f"ГФЛОП/с{NBSP}(ГОП/с)", "ошибка"]
    caption = (
        f"Лучшее произведение float32 и torch в числах покороче, матрицы {size}×{size}; "
        "ошибка — к наибольшему числу результата"
    )
    return source.figure(table(caption, head, rows), with_rivals(caption, source, "oneDNN"), "table", "cpu")


def compiled(source: Provenance, data: Matmul, card: Gpu | None = None) -> str:
    """What came out of the compiler for each GPU step: registers, spills, shared memory, and its main loop.

    For the architecture of `card`, a GPU that was measured, where something was compiled for it.
    """
    arch = compiled_arch(data, card)
    found = [kernel for step in STEPS if (kernel := best_compiled(data, step.name, arch)) is not None]
    head: list[str | Cell] = [
        "шаг",
        Cell("плитка", title="плитка C на блок потоков и глубина шага, где их подбирают"),
        Cell("регистров", title=f"регистров на поток, {_ALL_REGISTERS}"),
        Cell(f"мимо,{NBSP}Б", title="сколько байт потока не поместилось в регистры"),
        Cell(f"общая,{NBSP}КБ", title="общей памяти на блок"),
        Cell("варпов", title="сколько варпов помещается на мультипроцессор сразу"),
        Cell("в цикле", title="инструкций варпа в главном цикле"),
        Cell("умножают", title="сколько из них умножают"),
        Cell("чем возят", title="инструкция, которой операнды приходят из памяти"),
    ]
    rows = [[escape(_TITLES[each.name]), *_made_of(each)] for each in found]
    caption = (
        f"Что вышло из компилятора для {arch}: прочитано в машинном коде, карта для этого не нужна. "
        "Доля умножающих инструкций — потолок шага: прочие занимают те же такты выдачи"
    )
    return source.figure(table("Что вышло из компилятора", head, rows), caption, "table compiled")


def compiled_arch(data: Matmul, card: Gpu | None) -> str:
    """The architecture that is shown: that of the measured GPU where kernels were compiled for it."""
    known = {each.arch for each in data.compiled}
    own = arch_of(card) if card is not None else _USUAL_ARCH
    return own if own in known else _USUAL_ARCH if _USUAL_ARCH in known else min(known, default=_USUAL_ARCH)


def _made_of(kernel: Compiled) -> list[str]:
    warps = resident_warps(kernel)
    multiplies = f"{number(kernel.multiplications, 0)} {kernel.tensor or 'FFMA'}"
    if kernel.tensor is None:
        multiplies += f", {quantity(kernel.fma_share, 'share', decimals=0)}"
    return [
        kernel.tile.replace("x", "×") or "—",
        number(kernel.registers, 0),
        number(kernel.stack_bytes, 0) if kernel.stack_bytes else "—",
        number(kernel.shared_bytes / 1024, 0) if kernel.shared_bytes else "—",
        "—" if warps is None else number(warps, 0),
        number(kernel.instructions, 0),
        multiplies,
        f"<code>{escape(kernel.load)}</code>" if kernel.load else "—",
    ]


def promised(source: Provenance, data: Matmul, compiled_by: Provenance) -> str:
    """Of each GPU step the speed that its code and a chip's numbers promise; for the card measured here, both.

    The code is what came out of the compiler here, or where this machine compiled nothing, on that of `compiled_by`.
    """
    others = [] if data.compiled else [compiled_by]
    data = data if data.compiled else replace(data, compiled=compiled_by.record.data.compiled)
    record = replace(source.record, data=data)
    steps = [each for each in data.contenders if each.device == "cuda" and not each.library]
    own, measured = chip_of(record), {each.name: each for each in kept(record)}
    chips = [each for each in CHIPS if own is None or each.title not in own.title]
    rows = []
    for step in steps:
        of_chips = [promise(data, step, chip, _CHIP_SIDE) for chip in chips]
        if not any(of_chips) and step.name not in measured:
            continue
        row = [_TITLES[step.name]]
        if own is not None:
            here = measured.get(step.name)
            row += ["—"] * 4 if here is None else [
                quantity(here.promise.flops_per_s, "flop_rate"),
                quantity(here.point.flops_per_s, "flop_rate"),
                number(here.ratio, 2) if here.holds else f"{number(here.ratio, 2)} ≠",
                BOUNDS[here.promise.binds],
            ]  # fmt: skip
        row += ["—" if each is None else quantity(each.flops_per_s, "flop_rate") for each in of_chips]
        if own is None:
            row.append(next((BOUNDS[each.binds] for each in reversed(of_chips) if each is not None), "—"))
        rows.append(row)
    head = ["шаг", *(("обещано", "измерено", "отношение", "держит") if own is not None else ())]
    head += [f"{each.title},{NBSP}обещано" for each in chips] + ([] if own is not None else ["держит"])
    caption = (
        "Обещано — по машинному коду шага и числам карты, ничего не запуская; у карт, которых никто не мерил, числа "
        f"паспортные, стороны матриц {_CHIP_SIDE}"
    )
    if own is not None:
        caption += (
            f". Обещано, измерено и держит — {own.title}, её собственные измеренные потолки, самые большие матрицы"
        )
        caption += "; тензорные ядра — паспорт на той частоте, которую карта держит под нагрузкой"
        told: dict[str, list[str]] = {}
        for each in measured.values():
            if each.suspected is not None:
                told.setdefault(each.suspected, []).append(_TITLES[each.name])
        if told:
            guesses = "; ".join(
                f"{', '.join(f'«{name}»' for name in names)} — {guess}" for guess, names in told.items()
            )
            caption += f". Знак ≠: разница больше {_far()}. На кого думаем: {guesses}"
    else:
        caption += f". Держит — у {chips[-1].title}"
    device: Device | None = None if own is not None else "cpu"
    return source.figure(table("Обещано и измерено", head, rows), caption, "table promised", device, others)


def short_numbers(source: Provenance, contenders: list[Contender]) -> str:
    """Ways to multiply on tensor cores, with what each loses, after float32 by FMA."""
    shown = [each for each in contenders if each.squares]
    rows = [
        [
            step_of(each).title,
            str(each.squares[-1].n),
            quantity(each.squares[-1].flops_per_s, "flop_rate"),
            scientific(each.squares[-1].error),
        ]
        for each in shown
    ]
    caption = "Одно и то же произведение разными числами; ошибка — к наибольшему числу результата"
    drawn = table("Тензорные ядра", ["чем", "n", "скорость", "ошибка"], rows)
    return source.figure(drawn, with_cublas(caption, source), "table", "cuda")


def errors(source: Provenance, contenders: list[Contender]) -> str:
    """What each way of summing loses against float64."""
    largest = [(each, each.squares[-1]) for each in contenders if each.squares]
    rows = [[step_of(each).title, str(point.n), scientific(point.error)] for each, point in largest]
    caption = "Наибольшее отклонение от float64, к наибольшему числу результата"
    drawn = table(caption, ["шаг", "n", "ошибка"], rows)
    return source.figure(drawn, with_rivals(caption, source), "table", "cpu")


def _rate(flops_per_s: float | None) -> str:
    return "—" if flops_per_s is None else quantity(flops_per_s, "flop_rate", "ГФЛОП/с").split(NBSP)[0]
