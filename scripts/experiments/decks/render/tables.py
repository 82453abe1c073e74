"""The table of deck tools."""

from html import escape
from statistics import median

from talk.render.captions import Provenance
from talk.words import NBSP, number, plural, quantity

from ..record import DeckOpened, Decks, DeckTool
from .values import OURS, PLAIN

_HEADINGS = (
    ("Инструмент", "и его версия"),
    ("Сборка", "медиана"),
    ("Первый слайд", "от перехода по ссылке до заголовка на экране, медиана; сеть не считается"),
    ("Передано", "при первом открытии, текст сжат"),
    ("Запросов", "при первом открытии"),
    ("Чужие серверы", "кого ещё спрашивает страница"),
    (f"С{NBSP}диска без{NBSP}сети", "открывается ли папка"),
    ("Обрезано", "слайдов, на которых видно не всё"),
    (f"Формул с{NBSP}ошибкой", "набраны не по тому TeX, что написан"),
)


def comparison(source: Provenance, data: Decks) -> str:
    """Every tool in a row: ours first, then the plain pages, then the peers as they stand in the record."""
    head = "".join(f'<th scope="col" title="{escape(what)}">{escape(heading)}</th>' for heading, what in _HEADINGS)
    rows = "".join(_row(tool, data) for tool in data.tools)
    body = f'<div class="table-scroll" tabindex="0"><table class="operators"><thead><tr>{head}</tr></thead>'
    caption = (
        f"Одни и те же слайды, {data.slides}{NBSP}штук, в окне {data.width_px}×{data.height_px}: текст, таблицы 9×7, "
        f"код, формулы ({data.formulas}), рисунки, заметки. Файлы с чужих серверов подставлены из тех же пакетов npm"
    )
    return source.figure(f"{body}<tbody>{rows}</tbody></table></div>", caption, "decks", "cpu")


def _row(tool: DeckTool, data: Decks) -> str:
    names = {OURS: "этот сайт", PLAIN: "те же страницы без слайдов"}
    version = "" if tool.name in names else f' <span class="version">{escape(tool.version)}</span>'
    head = f'<th scope="row">{escape(names.get(tool.name, tool.name))}{version}</th>'
    build = f"{number(median(tool.build_times_s), 2)}{NBSP}с" if tool.build_times_s else "—"
    if tool.opened is not None:
        cells = _opened(tool.opened, data)
    elif tool.failure is not None:
        return (
            f'<tr>{head}<td>{build}</td><td colspan="{len(_HEADINGS) - 2}">не вышло: {escape(tool.failure)}</td></tr>'
        )
    else:
        cells = ["—"] * (len(_HEADINGS) - 2)
    return f"<tr>{head}{''.join(f'<td>{cell}</td>' for cell in [build, *cells])}</tr>"


def _opened(seen: DeckOpened, data: Decks) -> list[str]:
    if not seen.shown_from_disk:
        disk = "нет"
    else:
        lost = seen.failed_from_disk
        disk = f"без{NBSP}{lost} {plural(lost, 'файла', 'файлов', 'файлов')}" if lost else "да"
    return [
        quantity(median(seen.first_slide_times_s), "time"),
        quantity(seen.first_view_bytes, "bytes", "КБ", 0),
        number(seen.first_view_requests, 0),
        "".join(f'<span class="host">{escape(host)}</span>' for host in seen.other_hosts) or "никого",
        disk,
        f"{seen.cut_slides}, до{NBSP}{number(seen.cut_most_px, 0)}{NBSP}px" if seen.cut_slides else "ничего",
        f"{seen.wrong_formulas} из{NBSP}{data.formulas}" if seen.wrong_formulas else "нет",
    ]
