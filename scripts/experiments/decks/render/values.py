"""Named values of the comparison of deck tools."""

from statistics import median

from talk.records.schema import Record
from talk.render.value import Value

from ..record import Decks

OURS, PLAIN = "talk", "Material"
# A tool that is not among them stands in the table alone.
_NAMES = {
    OURS: "talk",
    PLAIN: "material",
    "Marp": "marp",
    "Slidev": "slidev",
    "reveal-md": "reveal_md",
    "mkdocs-revealjs": "mkdocs_revealjs",
}


def named_values(record: Record[Decks]) -> dict[str, Value]:
    """`slides`; of each tool `TOOL.build_time`, `.first_view`, `.requests`, `.unanswered`, `.first_slide`,
    `.cut_slides` and `.wrong_formulas`; and `build_ratio`, our build against the same content as plain Material pages.
    """
    data = record.data
    found = {"slides": Value(data.slides, "count", "столько слайдов дано каждому инструменту")}
    for tool in data.tools:
        name = _NAMES.get(tool.name)
        if name is None:
            continue
        if tool.build_times_s:
            how = f"медиана сборок {tool.name}, их {len(tool.build_times_s)}"
            found[f"{name}.build_time"] = Value(median(tool.build_times_s), "time", how)
        seen = tool.opened
        if seen is None:
            continue
        found |= {
            f"{name}.first_view": Value(seen.first_view_bytes, "bytes", "передано при первом открытии, текст сжат"),
            f"{name}.requests": Value(seen.first_view_requests, "count", "запросов при первом открытии"),
            f"{name}.unanswered": Value(seen.unanswered_requests, "count", "запросов к чужим хостам, без ответа"),
            f"{name}.first_slide": Value(
                median(seen.first_slide_times_s), "time", "от перехода по ссылке до заголовка первого слайда, медиана"
            ),
            f"{name}.cut_slides": Value(seen.cut_slides, "count", "слайдов, на которых видно не всё"),
            f"{name}.wrong_formulas": Value(seen.wrong_formulas, "count", f"из {data.formulas} формул"),
        }
    ours, plain = data.tool(OURS), data.tool(PLAIN)
    if ours is not None and plain is not None and ours.build_times_s and plain.build_times_s:
        ratio = median(ours.build_times_s) / median(plain.build_times_s)
        how = "медиана сборок с презентацией / медиана сборок того же текста страницами Material"
        found["build_ratio"] = Value(ratio, "ratio", how)
    return found
