"""One figure, several machines: the page shows the one trusted most, and the others are a choice away.

Before a figure that other machines have too stands a list of links to theirs, which `machines.js` turns into a choice
kept from page to page. The figures themselves lie in /machines/SLUG-EXPERIMENT.html, a page for each machine and
experiment: chapters do not grow with the number of machines, and without scripts the links lead there.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from html import escape, unescape

from talk.addresses import SCHEME, resolved
from talk.experiment import find_experiment
from talk.paths import DOCS, MACHINE_PAGES
from talk.records.schema import AnyRecord
from talk.render.captions import hardware
from talk.words import counted, day, fill, language, say

_NOISE = re.compile(r"\((?:r|tm|c)\)|\b(?:nvidia|intel|amd|geforce|processor|cpu|\d+-core)\b", re.IGNORECASE)
# A figure, or a scene that shows a record: it is a part of what stands around it, and has no caption.
_FIGURE = re.compile(
    r'(?:<figure class="measured\b|(?P<scene><div class="[^"]*\bscene\b))[^>]*? data-record="(?P<record>[^"]*)"'
)
_MADE_OF = re.compile(r'<meta name="made-of" content="(?P<digest>\w+)">')
_SECTION = '<section id="{}"{}>'
_COMPARISON = DOCS / "reproduce.md"
_OWN_LINK = re.compile(r'(<a\b[^>]*? href=")#')


def labels(records: Iterable[AnyRecord]) -> dict[str, str]:
    """A short name for each machine, by slug: its GPU, else its CPU and cores; two of one name get their slugs."""
    short: dict[str, str] = {}
    for record in records:
        machine = record.machine
        name = " ".join(_NOISE.sub(" ", machine.gpu or machine.cpu).split()) or machine.slug
        short[machine.slug] = name if machine.gpu else f"{name}, {counted(machine.cpu_cores, 'core')}"
        if record.origin == "published":
            short[machine.slug] = say("original.label", year=record.measured_at[:4])
    seen = Counter(short.values())
    return {slug: name if seen[name] == 1 else f"{name} ({slug})" for slug, name in short.items()}


def figures_of(record: AnyRecord, fragments: Mapping[str, str]) -> dict[str, str]:
    """Of an experiment's fragments by name, those that are figures of this record."""
    return {name: html for name, of, html in _figures(fragments) if of == record.name}


def are_all_of(record: AnyRecord, fragments: Mapping[str, str]) -> bool:
    """Whether no fragment is a figure of the same experiment on another machine."""
    return all(of == record.name for _, of, _ in _figures(fragments))


def _figures(fragments: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """What each figure is called, the record's name, and the figure; those in a folder are of one record for ever."""
    for name, html in fragments.items():
        figure = _FIGURE.match(html)
        if figure is not None and "/" not in name:
            yield name, unescape(figure["record"]), html


def has_pages(experiment: str) -> bool:
    """Whether machines have pages of the experiment's figures."""
    return find_experiment(experiment).about.figures_title is not None


def with_choice(
    experiment: str, name: str, html: str, figures: Mapping[str, Collection[str]], names: Mapping[str, str]
) -> str:
    """The fragment with a choice of the machines that have the same figure; as it is where no other has.

    A scene follows what is chosen elsewhere.

    `figures`: slug → what the figures of each machine that ran the experiment are called, the most trusted machine
    first; `names` are the machines' labels.
    """
    figure = _FIGURE.match(html)
    offered = [slug for slug, found in figures.items() if name in found]
    if figure is None or not has_pages(experiment) or len(offered) < 2:
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
        f'<details class="machines" data-figure="{key}" data-search-exclude><summary>'
        f"{say('machines.others', count=len(offered) - 1)}</summary><ul>{items}</ul></details>"
    )
    following = html.replace(" data-record=", f' data-figure="{key}" data-record=', 1)
    return following if figure["scene"] else f"{choice}\n\n{following}"


def _link(slug: str, experiment: str, name: str, label: str) -> str:
    return f'<a href="{SCHEME}machines/{page_name(escape(slug), experiment)}#{escape(name)}">{escape(label)}</a>'


def page_name(slug: str, experiment: str) -> str:
    """The file's name of a machine's page."""
    return f"{slug}-{experiment}.html"


def made_of(page: str) -> str | None:
    """The digest of what a page was made of."""
    found = _MADE_OF.search(page)
    return found["digest"] if found else None


def has_comparison() -> bool:
    """Whether the talk has the page that compares machines."""
    return _COMPARISON.is_file()


def page(record: AnyRecord, fragments: Mapping[str, str], digest: str) -> str:
    """A machine's page: each of `fragments` that is its figure in a section; what is for slides only is hidden."""
    about = find_experiment(record.experiment).about
    chapter, title = about.chapter, about.figures_title
    link = rf"\1{SCHEME}{chapter}.md#"
    sections = "".join(
        f"{_SECTION.format(escape(name), ' hidden' if _is_for_chapters(name, html) else '')}"
        f"{_OWN_LINK.sub(link, html.strip())}</section>\n"
        for name, html in figures_of(record, fragments).items()
    )
    comparison = f'<a href="{SCHEME}{_COMPARISON.name}">{say("machine_page.comparison")}</a>'
    html = _PAGE.format(
        lang=language().code,
        digest=digest,
        words=fill("[[js:article]]", language()),
        title=title,
        machine=hardware(record),
        about=say(
            "machine_page.about",
            machine=hardware(record),
            day=day(record.measured_at),
            chapter=f'<a href="{SCHEME}{chapter}.md">{say("machine_page.chapter")}</a>',
        )
        + (f" {say('machine_page.compared', comparison=comparison)}" if has_comparison() else ""),
        sections=sections,
    )
    return resolved(html, f"{MACHINE_PAGES.name}/{page_name(record.machine.slug, record.experiment)}")


def _is_for_chapters(name: str, html: str) -> bool:
    """Whether it is a slide's, or a scene, which alone means nothing."""
    figure = _FIGURE.match(html)
    return name.endswith("-slide") or bool(figure and figure["scene"])


_PAGE = """<!doctype html>
<html lang="{lang}" data-md-color-scheme="slate">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width,initial-scale=1">
    <meta name="robots" content="noindex">
    <meta name="made-of" content="{digest}">
    <meta name="words" content="{words}">
    <title>{title}: {machine}</title>
    <link rel="icon" href="../assets/generated/brand/favicon.svg">
    <link rel="stylesheet" href="../assets/generated/page.css">
    <script src="../assets/generated/page.js" defer></script>
  </head>
  <body class="machine-page">
    <main class="md-content"><article class="md-typeset">
      <h1>{title}</h1>
      <p>{about}</p>
{sections}    </article></main>
  </body>
</html>
"""
