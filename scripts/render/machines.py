"""One figure, several machines: the page shows the one trusted most, and the others are a choice away.

Before a figure that other machines have too stands a list of links to theirs, which `machines.js` turns into a choice
kept from page to page. The figures themselves lie in /machines/SLUG-EXPERIMENT.html, a page for each machine and
experiment: chapters do not grow with the number of machines, and without scripts the links lead there.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from html import escape, unescape

from scripts.records.schema import AnyRecord
from scripts.render.captions import hardware
from scripts.render.gradient import ARITHMETIC
from scripts.render.russian import NBSP, day, plural

# Chapter of each experiment, and what its figures are called together.
CHAPTERS = {
    "profiling": ("gpu", "Conformer под профайлером"),
    "matmul": ("matmul", "Умножение матриц"),
    "gradient": ("derivative", "Производная"),
    "algorithms": ("algorithms", "Алгоритмы"),
    "decks": ("reproduce", "Инструменты для презентаций"),
}
_NOISE = re.compile(r"\((?:r|tm|c)\)|\b(?:nvidia|intel|amd|geforce|processor|cpu|\d+-core)\b", re.IGNORECASE)
_FIGURE = re.compile(r'<figure class="measured\b[^>]*? data-record="(?P<record>[^"]*)"')
_MADE_OF = re.compile(r'<meta name="made-of" content="(?P<digest>\w+)">')
_SECTION = '<section id="{}"{}>'
_OWN_LINK = re.compile(r'(<a\b[^>]*? href=")#')


def labels(records: Iterable[AnyRecord]) -> dict[str, str]:
    """A short name for each machine, by slug: its GPU, else its CPU and cores; two of one name get their slugs."""
    short: dict[str, str] = {}
    for record in records:
        machine = record.machine
        cores = f"{machine.cpu_cores}{NBSP}{plural(machine.cpu_cores, 'ядро', 'ядра', 'ядер')}"
        name = " ".join(_NOISE.sub(" ", machine.gpu or machine.cpu).split()) or machine.slug
        short[machine.slug] = name if machine.gpu else f"{name}, {cores}"
        if record.origin == "published":
            short[machine.slug] = f"доклад {record.measured_at[:4]}"
    seen = Counter(short.values())
    return {slug: name if seen[name] == 1 else f"{name} ({slug})" for slug, name in short.items()}


def figures_of(record: AnyRecord, fragments: Mapping[str, str]) -> dict[str, str]:
    """Of fragments under `snippets/generated/`, those that are figures of this record: what each is called → figure.

    Without those that look the same on every machine.
    """
    same = ARITHMETIC if record.experiment == "gradient" else ()
    figures = _figures(record.experiment, fragments)
    return {name: html for name, of, html in figures if of == record.name and name not in same}


def are_all_of(record: AnyRecord, fragments: Mapping[str, str]) -> bool:
    """Whether no fragment is a figure of the same experiment on another machine."""
    return all(of == record.name for _, of, _ in _figures(record.experiment, fragments))


def _figures(experiment: str, fragments: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """What each figure of the experiment is called, the record's name, and the figure."""
    for path, html in fragments.items():
        folder, _, name = path.removesuffix(".html").partition("/")
        figure = _FIGURE.match(html)
        if folder == experiment and figure is not None:
            yield name, unescape(figure["record"]), html


def with_choice(path: str, html: str, figures: Mapping[str, Collection[str]], names: Mapping[str, str]) -> str:
    """The fragment with a choice of the machines that have the same figure; as it is where no other has.

    `figures`: slug → what the figures of each machine that ran the experiment are called, the most trusted machine
    first; `names` are the machines' labels.
    """
    experiment, _, name = path.removesuffix(".html").partition("/")
    figure = _FIGURE.match(html)
    offered = [slug for slug, found in figures.items() if name in found]
    if figure is None or experiment not in CHAPTERS or len(offered) < 2:
        return html
    shown = figure["record"].partition("/")[0]
    items = "".join(
        f'<li data-machine="{escape(slug)}">'
        + (f"<strong>{escape(names[slug])}</strong>" if slug == shown else _link(slug, experiment, name, names[slug]))
        + "</li>"
        for slug in offered
    )
    key = escape(f"{experiment}/{name}")
    choice = (
        f'<details class="machines" data-figure="{key}" data-search-exclude><summary>Другие машины: '
        f"{len(offered) - 1}</summary><ul>{items}</ul></details>"
    )
    return f"{choice}\n\n" + html.replace(" data-record=", f' data-figure="{key}" data-record=', 1)


def _link(slug: str, experiment: str, name: str, label: str) -> str:
    return f'<a href="../machines/{page_name(escape(slug), experiment)}#{escape(name)}">{escape(label)}</a>'


def page_name(slug: str, experiment: str) -> str:
    """The file's name of a machine's page."""
    return f"{slug}-{experiment}.html"


def made_of(page: str) -> str | None:
    """The digest of what a page was made of."""
    found = _MADE_OF.search(page)
    return found["digest"] if found else None


def page(record: AnyRecord, fragments: Mapping[str, str], digest: str) -> str:
    """A machine's page: each of `fragments` that is its figure in a section; what is for slides only is hidden."""
    chapter, title = CHAPTERS[record.experiment]
    link = rf"\1../{chapter}/#"
    sections = "".join(
        f"{_SECTION.format(escape(name), ' hidden' if name.endswith('-slide') else '')}"
        f"{_OWN_LINK.sub(link, html.strip())}</section>\n"
        for name, html in figures_of(record, fragments).items()
    )
    return _PAGE.format(
        digest=digest,
        title=title,
        machine=hardware(record),
        when=day(record.measured_at),
        chapter=chapter,
        sections=sections,
    )


_PAGE = """<!doctype html>
<html lang="ru" data-md-color-scheme="slate">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width,initial-scale=1">
    <meta name="robots" content="noindex">
    <meta name="made-of" content="{digest}">
    <title>{title}: {machine}</title>
    <link rel="icon" href="../assets/brand/favicon.svg">
    <link rel="stylesheet" href="../assets/generated/page.css">
  </head>
  <body class="machine-page">
    <main class="md-content"><article class="md-typeset">
      <h1>{title}</h1>
      <p>{machine}, {when}. Таблицы и картинки <a href="../{chapter}/">главы</a>, которые зависят от машины: здесь они с
      этой. Со всеми остальными её сравнивает страница <a href="../reproduce/">«Как это измерено»</a>.</p>
{sections}    </article></main>
  </body>
</html>
"""
