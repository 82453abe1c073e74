"""The table of deck tools."""

from html import escape
from statistics import median

from talk.render.captions import Provenance
from talk.render.tables import Cell, Row, table
from talk.words import NBSP, number, plural, quantity

from ..record import DeckOpened, Decks, DeckTool
from .values import OURS, PLAIN

_HEADINGS = (
    Cell("Инструмент", "и его версия"),
    Cell("Сборка", "медиана"),
    Cell("Первый слайд", "от перехода по ссылке до заголовка на экране, медиана; сеть не считается"),
    Cell("Передано", "при первом открытии, текст сжат"),
    Cell("Запросов", "при первом открытии"),
    Cell("Чужие серверы", "кого ещё спрашивает страница"),
    Cell(f"С{NBSP}диска без{NBSP}сети", "открывается ли папка"),
    Cell("Обрезано", "слайдов, на которых видно не всё"),
    Cell(f"Формул с{NBSP}ошибкой", "набраны не по тому TeX, что написан"),
)
_ABOUT_A_DECK = len(_HEADINGS) - 2


def comparison(source: Provenance, data: Decks) -> str:
    """Every tool in a row: ours first, then the plain pages, then the others as they stand in the record."""
    slides = f"{data.slides}{NBSP}{plural(data.slides, 'штука', 'штуки', 'штук')}"
    caption = (
        f"Одни и те же слайды, {slides}, в окне {data.width_px}×{data.height_px}: текст, таблицы 9×7, "
        f"код, формулы ({data.formulas}), рисунки, заметки. Файлы с чужих серверов подставлены из тех же пакетов npm"
    )
    drawn = table("Инструменты для презентаций", _HEADINGS, [_row(tool, data) for tool in data.tools])
    return source.figure(drawn, caption, "decks", "cpu")


def _row(tool: DeckTool, data: Decks) -> Row:
    names = {OURS: "этот сайт", PLAIN: "те же страницы без слайдов"}
    version = "" if tool.name in names else f' <span class="version">{escape(tool.version)}</span>'
    head = f"{escape(names.get(tool.name, tool.name))}{version}"
    build = f"{number(median(tool.build_times_s), 2)}{NBSP}с" if tool.build_times_s else "—"
    if tool.opened is not None:
        return [head, build, *_opened(tool.opened, data)]
    if tool.failure is not None:
        return [head, build, Cell(f"не вышло: {escape(tool.failure)}", span=_ABOUT_A_DECK)]
    return [head, build, *["—"] * _ABOUT_A_DECK]


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
