"""Tables of the matmul experiment."""

from talk.render.captions import Provenance
from talk.words import NBSP, quantity, scientific

from ..record import Contender, Matmul
from .figures import TITLES


def shapes(source: Provenance) -> str:
    """Circle 5 and the libraries on the products of this Conformer: tall, wide, and anything but square."""
    data: Matmul = source.record.data
    names = ("threads", "searched", "torch_all_threads", "numpy_all_threads")
    contenders = [each for each in map(data.find, names) if each]
    rows = []
    for point in (point for point in contenders[0].points if not point.square):
        cells = [each.at(point.n, point.m, point.p) for each in contenders]
        rates = [cell.flops_per_s if cell else None for cell in cells]
        rows.append([f"{point.n} × {point.m} × {point.p}", *map(_rate, rates)])
    head = [f"n × m × p,{NBSP}ГФЛОП/с", "пятый круг", *(TITLES[each.name] for each in contenders[1:])]
    caption = "Произведения самого Conformer на всех потоках: шаги звука на веса"
    return source.figure(_table(head, rows), caption, "table", "cpu")


def bits(source: Provenance) -> str:
    """What PyTorch gains from fewer bits on this CPU, and what they cost in accuracy."""
    data: Matmul = source.record.data
    names = ("torch_all_threads", "bfloat16", "int8")
    labels = {"torch_all_threads": "float32", "bfloat16": "bfloat16", "int8": "int8"}
    found = [each for each in map(data.find, names) if each]
    size = max(set.intersection(*({point.n for point in each.squares} for each in found)))
    rows = []
    for each in found:
        point = each.at(size)
        if point is not None:
            rows.append([labels[each.name], _rate(point.flops_per_s), scientific(point.error)])
    caption = f"torch.mm в числах разной ширины, матрицы {size}×{size}; ошибка — к наибольшему числу результата"
    return source.figure(_table(["числа", f"ГФЛОП/с{NBSP}(ГОП/с)", "ошибка"], rows), caption, "table", "cpu")


def errors(source: Provenance) -> str:
    """What each way of summing loses against float64."""
    data: Matmul = source.record.data
    names = ("compiled", "strassen", "order", "overlap", "strassen_over_tiles", "torch_one_thread")
    titles = TITLES | {"strassen_over_tiles": "Штрассен над плитками"}
    found = [each for each in map(data.find, names) if each and each.squares]
    rows = [[titles[each.name], str(each.squares[-1].n), scientific(_last_error(each))] for each in found]
    caption = "Наибольшее отклонение от float64, к наибольшему числу результата"
    return source.figure(_table(["шаг", "n", "ошибка"], rows), caption, "table", "cpu")


def _last_error(contender: Contender) -> float:
    return contender.squares[-1].error


def _rate(flops_per_s: float | None) -> str:
    return "—" if flops_per_s is None else quantity(flops_per_s, "flop_rate", "ГФЛОП/с").split(NBSP)[0]


def _table(head: list[str], rows: list[list[str]]) -> str:
    heading = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    body = "".join(
        f'<tr><th scope="row">{first}</th>' + "".join(f"<td>{cell}</td>" for cell in rest) + "</tr>"
        for first, *rest in rows
    )
    return f'<table class="operators"><thead><tr>{heading}</tr></thead><tbody>{body}</tbody></table>'
