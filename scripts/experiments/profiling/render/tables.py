"""Tables of the profiling experiment, of published and of measured records alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TypeVar

from markupsafe import Markup

from shared.profile import Operator, Run
from talk.records.schema import Device, Record
from talk.render.captions import Provenance, hardware
from talk.render.tables import Cell, table
from talk.words import NBSP, day, decimals_for, number, plural, quantity

from ..record import Profiling
from .prediction import CONVOLUTIONS, Prediction, predict

ROWS = 9  # the talk's slide had as many
SLIDE_ROWS = 7

T = TypeVar("T")


@dataclass(frozen=True)
class _Column:
    """A column of numbers: its heading, its meaning, and the number of each row, None where it is not known."""

    heading: str
    meaning: str
    numbers: Sequence[float | None]
    rest: float | None = None  # the sum over the rows that are not shown
    decimals: int | None = None
    bar: bool = False  # the number is a share in per cent, drawn behind the digits too
    spots: frozenset[int] = frozenset()  # rows whose number the slide speaks about; the last is the rest's

    def cells(self) -> list[str | Cell]:
        """Its cells, the rest's last: all with the decimals that give the smallest number two digits, one at most."""
        shown = [abs(value) for value in [*self.numbers, self.rest] if value]
        decimals = self.decimals
        if decimals is None:
            decimals = min(1, decimals_for(min(shown), 2)) if shown else 0
        return [self._cell(row, value, decimals) for row, value in enumerate([*self.numbers, self.rest])]

    def _cell(self, row: int, value: float | None, decimals: int) -> str | Cell:
        if value is None:
            return "—"
        if row in self.spots:
            return Cell(number(value, decimals), kind="spot")
        return _Bar(number(value, decimals), kind="bar", share=value) if self.bar else number(value, decimals)


@dataclass(frozen=True)
class _Bar(Cell):
    """A cell behind whose number a bar of `share` per cent is drawn."""

    share: float = 0.0

    def html(self, tag: str, scope: str = "") -> str:
        """The cell as an element; the style sheet draws the bar from `--share`."""
        share = max(0.0, min(self.share, 100.0))
        return super().html(tag, scope).replace(f"<{tag}", f'<{tag} style="--share:{share:.1f}%"', 1)


def measured_on(source: Provenance, device: Device | None = None) -> str:
    """A line that names whose numbers stand around it: the machine, and the day or the talk."""
    record = source.record
    when = "таблицы доклада" if record.origin == "published" else day(record.measured_at)
    return f'<p class="measured-on" data-record="{escape(record.name)}">{hardware(record, device)} · {when}</p>\n'


def operators_cpu(source: Provenance, run: Run, slide: bool = False) -> str:
    """The operators of a CPU run by self time, as `key_averages().table()` prints them."""
    operators = sorted(run.operators, key=lambda operator: (-operator.self_cpu_time_us, operator.name))
    shown, hidden = _split(operators, slide)
    total = run.self_cpu_time_total_us
    rest_us = max(0.0, total - sum(operator.self_cpu_time_us for operator in shown))
    totals = [operator.cpu_time_total_us for operator in shown]
    spots = _divided(shown, slide)
    columns = [
        _Column(
            f"Self CPU,{NBSP}%",
            "доля времени внутри самого оператора, без вызванных им",
            [100 * operator.self_cpu_time_us / total for operator in shown],
            100 * rest_us / total,
            decimals=1,
            bar=True,
        ),
        _Column(
            f"Self CPU,{NBSP}мс",
            "время внутри самого оператора",
            [operator.self_cpu_time_us / 1e3 for operator in shown],
            rest_us / 1e3,
            spots=spots,
        ),
        _Column(
            f"CPU total,{NBSP}мс",
            "время вместе с вызванными операторами",
            [None if time is None else time / 1e3 for time in totals],
        ),
        _Column(
            f"CPU на вызов,{NBSP}мкс",
            "CPU total, делённое на число вызовов",
            [None if time is None else time / operator.calls for operator, time in zip(shown, totals, strict=True)],
        ),
        _calls_column([operator.calls for operator in shown], _hidden_calls(run, [o.calls for o in hidden])),
    ]
    if slide:
        del columns[2]
    body = _operators(
        "Операторы на CPU", [_code(operator.name) for operator in shown], columns, _rest_name(run, hidden)
    )
    caption = f"Операторы на CPU по убыванию собственного времени (Self CPU){_not_shown(run)}"
    return source.figure(body, caption, "operators costliest-first", "cpu")


def operators_cuda(source: Provenance, run: Run, slide: bool = False) -> str:
    """The operators of a GPU run by the time of the kernels they launched, each kernel counted once."""
    operators = [operator for operator in run.operators if operator.self_device_time_us]
    operators.sort(key=lambda operator: (-(operator.self_device_time_us or 0), operator.name))
    shown, hidden = _split(operators, slide)
    device_us = [operator.self_device_time_us or 0 for operator in shown]
    total = run.self_device_time_total_us or sum(device_us)
    rest_us = max(0.0, total - sum(device_us))
    rest_cpu_us = max(0.0, run.self_cpu_time_total_us - sum(operator.self_cpu_time_us for operator in shown))
    spots = _divided(shown, slide)
    columns = [
        _Column(
            f"Self CUDA,{NBSP}%",
            "доля времени ядер, запущенных оператором, во времени всех ядер",
            [100 * time / total for time in device_us],
            100 * rest_us / total,
            decimals=1,
            bar=True,
        ),
        _Column(
            f"Self CUDA,{NBSP}мс",
            "время ядер, запущенных оператором",
            [time / 1e3 for time in device_us],
            rest_us / 1e3,
            spots=spots,
        ),
        _Column(
            f"Self CPU,{NBSP}мс",
            "время процессора внутри оператора: подготовка и запуск ядер",
            [operator.self_cpu_time_us / 1e3 for operator in shown],
            rest_cpu_us / 1e3,
            spots=spots,
        ),
        _Column(
            f"CUDA на вызов,{NBSP}мкс",
            "Self CUDA, делённое на число вызовов",
            [time / operator.calls for operator, time in zip(shown, device_us, strict=True)],
        ),
        _calls_column([operator.calls for operator in shown], _hidden_calls(run, [o.calls for o in hidden])),
    ]
    names = [_code(operator.name) for operator in shown]
    body = _operators("Операторы на GPU", names, columns, _rest_name(run, hidden))
    caption = f"Операторы на GPU: каждое ядро посчитано один раз, у запустившего его оператора{_not_shown(run)}"
    return source.figure(body, caption, "operators costliest-first")


def operators_cuda_as_printed(source: Provenance, run: Run, slide: bool = False) -> str:
    """A GPU run as PyTorch prints it: operators and kernels in one list, so that every kernel is counted twice."""
    operators = {operator.name for operator in run.operators}
    rows = [
        (operator.name, operator.self_cpu_time_us, operator.self_device_time_us or 0.0, operator.calls)
        for operator in run.operators
    ] + [(kernel.name, 0.0, kernel.device_time_us, kernel.calls) for kernel in run.kernels]
    rows = sorted((row for row in rows if row[2] > 0), key=lambda row: (-row[2], row[0]))
    shown, hidden = _split(rows, slide)
    total = run.self_device_time_total_us or sum(kernel.device_time_us for kernel in run.kernels)
    # The foot has the sum of the whole column on a slide, which speaks about it, and elsewhere that of the hidden rows.
    foot_us = sum(row[2] for row in (rows if slide else hidden))
    columns = [
        _Column(
            f"Self CUDA,{NBSP}%",
            "доля во времени всех ядер",
            [100 * row[2] / total for row in shown],
            100 * foot_us / total if foot_us else None,
            decimals=1,
            bar=True,
            spots=frozenset({len(shown)} if slide else ()),
        ),
        _Column(
            f"Self CUDA,{NBSP}мс",
            "время ядер",
            [row[2] / 1e3 for row in shown],
            foot_us / 1e3 if foot_us else None,
        ),
        _Column(f"Self CPU,{NBSP}мс", "время процессора внутри оператора", [row[1] / 1e3 for row in shown]),
        _Column(f"CUDA на вызов,{NBSP}мкс", "Self CUDA на вызов", [row[2] / row[3] for row in shown]),
        _calls_column([row[3] for row in shown], None),
    ]
    printed = 100 * sum(row[2] for row in rows) / total
    which = "всего столбца" if run.complete else "одних только показанных строк"
    left_out = f"ещё {len(hidden)} {plural(len(hidden), 'строка', 'строки', 'строк')}" if hidden else None
    body = _operators(
        "Операторы и ядра на GPU",
        [
            _code(row[0]) if row[0] in operators else _kernel(row[0], _SLIDE_KERNEL if slide else _KERNEL)
            for row in shown
        ],
        columns,
        f"сумма {'столбца' if run.complete else 'этих строк'}" if slide else left_out,
    )
    caption = Markup(
        "Как печатает PyTorch: операторы и запущенные ими ядра в одном списке. Сумма {} Self CUDA: <strong>{}</strong>"
    ).format(which, quantity(printed / 100, "share", decimals=0))
    return source.figure(body, caption, "operators costliest-first")


# Operators of the talk's tables, and those that call them or are called, in the order of the rows.
_PREDICTED_CPU = (
    "aten::linear",
    "aten::addmm",
    "aten::mm",
    "aten::bmm",
    "aten::convolution",
    "aten::mkldnn_convolution",
    "aten::_slow_conv2d_forward",
    "aten::silu",
    "aten::native_layer_norm",
    "aten::_softmax",
    "aten::glu",
    "aten::batch_norm",
)
_PREDICTED_CUDA = ("aten::addmm", "aten::mm", "aten::bmm", *CONVOLUTIONS["cuda"])
_FINGERPRINT = tuple(
    name
    for name in _PREDICTED_CPU
    if name not in {"aten::convolution", "aten::_softmax", "aten::glu", "aten::batch_norm"}
)


def prediction(source: Provenance, original: Provenance | None, slide: bool = False) -> str:
    """Predicted calls of each operator, beside those measured here and in the talk, with a mark whether they agree."""
    record = source.record
    both = [source, *([original] if original is not None and original is not source else [])]
    sections: list[tuple[Device, str, tuple[str, ...]]] = [("cpu", "CPU", _FINGERPRINT if slide else _PREDICTED_CPU)]
    if not slide:
        sections.append(("cuda", "GPU", _PREDICTED_CUDA))
    rows: list[list[str | Cell]] = []
    for device, title, names in sections:
        runs = [where.record.data.run_on(device) for where in both]
        if not any(runs):
            continue
        expected = _expected(record, device)
        verdicts = [
            (run, expected if where is source else _expected(where.record, device))
            for where, run in zip(both, runs, strict=True)
        ]
        if not slide:
            rows.append([Cell(title, span=2 + len(both), kind="section")])
        rows += [
            [_code(name), number(calls, 0), *(_verdict(run, name, own.calls(name)) for run, own in verdicts)]
            for name in names
            if (calls := expected.calls(name)) is not None
        ]
    head = ["Оператор", "предсказано"]
    head += ["доклад 2024" if where.record.origin == "published" else "измерено" for where in both]
    caption = "Сколько раз вызван каждый оператор: предсказание по одной архитектуре и длинам файлов против измерений"
    if record.quick:
        utterances = sum(record.data.workload.repeats)
        phrases = plural(utterances, "фразе", "фразам", "фразам")
        caption += f". Быстрый прогон предсказан по своим {utterances} {phrases}, доклад — по своим"
    return source.figure(table("Число вызовов", head, rows), caption, "prediction", others=both[1:])


def work(source: Provenance, run: Run) -> str:
    """FLOPs, bytes and intensity of the operators that have FLOPs, and the FLOP/s that each reached in this run."""
    record = source.record
    expected = _expected(record, run.device)
    names = [name for name, part in expected.operators.items() if part.flops]
    names.sort(key=lambda name: -expected.operators[name].flops)
    parts = [expected.operators[name] for name in names]
    times = [operator_time_s(run, name) for name in names]
    columns = [
        _Column(f"Работа,{NBSP}ГФЛОП", "умножений и сложений за весь прогон", [part.flops / 1e9 for part in parts]),
        _Column(
            f"Данные,{NBSP}ГБ",
            "входы, веса и выходы, прочитанные и записанные один раз",
            [p.bytes / 1e9 for p in parts],
        ),
        _Column("ФЛОП на байт", "арифметическая интенсивность", [part.intensity for part in parts], decimals=0),
        _Column(f"Время,{NBSP}мс", "собственное время оператора", [None if t is None else 1e3 * t for t in times]),
        _Column(
            "ГФЛОП/\N{WORD JOINER}с",
            "работа, делённая на время",
            [None if not t else part.flops / t / 1e9 for part, t in zip(parts, times, strict=True)],
        ),
    ]
    body = _operators("Работа операторов", [_code(name) for name in names], columns, None)
    total = expected.total()
    caption = (
        f"Арифметика за весь прогон: {quantity(total.flops, 'flops')}. Работа и данные предсказаны по архитектуре "
        f"и длинам, время измерено на {'GPU' if run.device == 'cuda' else 'CPU'}"
    )
    return source.figure(body, caption, "work", run.device)


def operator_time_s(run: Run, name: str) -> float | None:
    """Seconds of the operator in the run: of its kernels on a GPU, of self time on a CPU."""
    for operator in run.operators:
        if operator.name == name:
            time_us = operator.self_device_time_us if run.device == "cuda" else operator.self_cpu_time_us
            return None if time_us is None else time_us / 1e6
    return None


def _expected(record: Record[Profiling], device: Device) -> Prediction:
    run = record.data.run_on(device)
    return predict(record.data.model.encoder, record.data.workload, device, run.threads if run else None)


def _verdict(run: Run | None, name: str, expected: int | None) -> str:
    calls = None if run is None else next((o.calls for o in run.operators if o.name == name), None)
    if calls is None and (run is None or not run.complete):
        return "—"
    calls = calls or 0
    holds = calls == expected
    mark, words = ("✓", "совпало с предсказанием") if holds else ("✗", "не совпало с предсказанием")
    kind = "agrees" if holds else "differs"
    sign = f'<span class="{kind}" role="img" aria-label="{words}" title="{words}">{mark}</span>'
    return f"{number(calls, 0)} {sign}"


def _split(rows: list[T], slide: bool) -> tuple[list[T], list[T]]:
    count = SLIDE_ROWS if slide else ROWS
    return rows[:count], rows[count:]


def _rest_name(run: Run, hidden: Sequence[object]) -> str | None:
    if not run.complete:
        return "остальные"
    return f"ещё {len(hidden)} {plural(len(hidden), 'оператор', 'оператора', 'операторов')}" if hidden else None


def _not_shown(run: Run) -> str:
    return "" if run.complete else ". Остальные строки в докладе не показаны"


def _divided(shown: Sequence[Operator], slide: bool) -> frozenset[int]:
    """On a slide, the rows of addmm and the convolution, whose times the next slides divide."""
    divided = {"aten::addmm", CONVOLUTIONS["cpu"][0], CONVOLUTIONS["cuda"][0]}
    return frozenset(row for row, operator in enumerate(shown) if slide and operator.name in divided)


def _hidden_calls(run: Run, calls: Sequence[int]) -> float | None:
    return sum(calls) if run.complete else None


def _calls_column(calls: Sequence[int], rest: float | None) -> _Column:
    return _Column("Вызовов", "число вызовов за прогон", list(calls), rest, decimals=0)


def _operators(label: str, names: Sequence[str], columns: Sequence[_Column], rest: str | None) -> str:
    """A table of operators with their numbers; `rest` names the foot, None where there is none."""
    cells = [column.cells() for column in columns]
    head: list[str | Cell] = ["Имя", *(Cell(column.heading, title=column.meaning) for column in columns)]
    rows = [[name, *(column[row] for column in cells)] for row, name in enumerate(names)]
    return table(label, head, rows, foot=None if rest is None else [rest, *(column[-1] for column in cells)])


def _code(name: str) -> str:
    return f"<code>{escape(name)}</code>"


# Signs of a kernel's name that are shown; a slide has less room.
_KERNEL, _SLIDE_KERNEL = 44, 26


def _kernel(name: str, longest: int) -> str:
    """A kernel's name without namespaces, template arguments and parameters; the title has the whole of it."""
    short = short_kernel_name(name, longest)
    title = f' title="{escape(name)}"' if short != name else ""
    return f'<span class="kernel">ядро</span> <code{title}>{escape(short)}</code>'


def short_kernel_name(name: str, longest: int = _KERNEL) -> str:
    """`void at::native::vectorized_elementwise_kernel<4, …>(int, …)` → `vectorized_elementwise_kernel`."""
    bare = _without_brackets(name.removeprefix("void ").replace("->", " "))
    last = bare.strip().rsplit("::", 1)[-1] or bare.strip() or name
    return last if len(last) <= longest else last[: longest - 1] + "…"


def _without_brackets(name: str) -> str:
    depth, kept = 0, []
    for sign in name:
        if sign in "<(":
            depth += 1
        elif sign in ">)":
            depth -= 1
        elif depth == 0:
            kept.append(sign)
    return "".join(kept)
