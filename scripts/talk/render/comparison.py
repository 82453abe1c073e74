"""All machines together: who measured what, the numbers of all of them side by side, and how each changed with time."""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import zip_longest

from talk.addresses import SCHEME
from talk.experiment import find_experiment, find_experiments
from talk.records.schema import AnyRecord
from talk.records.setbacks import Setback, find_setbacks
from talk.records.summary import Headline as Measured
from talk.records.summary import Summary, summarise
from talk.render import forecasts, measured
from talk.render.captions import Provenance, code, processor, raw_url
from talk.render.headlines import Headline, headlines, latest_moves
from talk.render.machines import has_pages, labels, page_name
from talk.render.values import Values
from talk.words import NBSP, day, quantity, say
from talk.words import uncontrolled as uncontrolled_note

# As many measurements as a phone shows beside the names of the numbers.
_MOMENTS = 6

Machines = Mapping[str, Sequence[AnyRecord]]
Sources = Mapping[str, Provenance]  # by the record's name: each is asked once whether it is stale


def fragments(records: Sequence[AnyRecord], summaries: Sequence[Summary]) -> dict[str, str]:
    """Path under `snippets/generated/` → fragment. `records` come the most trusted first, and so do the machines."""
    machines: dict[str, list[AnyRecord]] = {}
    for record in records:
        machines.setdefault(record.machine.slug, []).append(record)
    names = labels(records)
    answers = {slug: Values(mine) for slug, mine in machines.items()}
    sources = {record.name: Provenance(record) for record in records}
    return {
        "machines/table.html": _table(machines, sources),
        "machines/short.html": _short(machines, sources),
        "machines/headlines.html": _headlines(machines, answers, names, sources),
        "machines/predictions.html": forecasts.table_of_all(answers, names),
        "machines/predictions-picture.html": forecasts.picture(answers),
        "machines/history.html": _history(machines, summaries, names),
    }


def _experiments(machines: Machines) -> list[str]:
    found = {record.experiment for records in machines.values() for record in records}
    return [name for name in find_experiments() if name in found]


def _title(experiment: str) -> str:
    return find_experiment(experiment).title


def _hardware(records: Sequence[AnyRecord]) -> str:
    """GPU, CPU and cores, whatever of it the experiments used."""
    machine = records[0].machine
    return escape(" + ".join(filter(None, [machine.gpu, processor(machine)])))


def _table(machines: Machines, sources: Sources) -> str:
    """Every machine with what it measured: when, the raw record, and its figures; then versions and reservations."""
    if not machines:
        return _nothing("machines.none")
    experiments = _experiments(machines)
    measured_by = {
        name: sum(any(r.experiment == name for r in mine) for mine in machines.values()) for name in experiments
    }
    bodies = []
    for records in machines.values():
        by_name = {record.experiment: record for record in records}
        rows = "".join(
            _row(sources[by_name[name].name], has_pages(name) and measured_by[name] > 1)
            for name in experiments
            if name in by_name
        )
        bodies.append(
            f'<tbody><tr class="machine"><th scope=rowgroup colspan=3>{_hardware(records)}</th></tr>{rows}'
            f'<tr class="remarks"><td colspan=3>{_details(records)}</td></tr></tbody>'
        )
    head = _heads("machines.measured", "machines.when", "machines.record")
    return _figure(say("machines.experiments"), f"<thead><tr>{head}</tr></thead>{''.join(bodies)}", "machines")


def _row(source: Provenance, has_page: bool) -> str:
    record = source.record
    notes = [f'<a href="{raw_url(record)}">JSON</a>']
    if has_page:
        page = escape(page_name(record.machine.slug, record.experiment))
        notes.append(f'<a href="{SCHEME}machines/{page}">{say("machines.tables")}</a>')
    if record.quick:
        notes.append(say("provenance.quick"))
    if source.stale:
        notes.append(source.stale)
    return (
        f"<tr><th scope=row>{escape(_title(record.experiment))}</th><td>{day(record.measured_at)}</td>"
        f"<td>{', '.join(notes)}</td></tr>"
    )


def _details(records: Sequence[AnyRecord]) -> str:
    """Versions and code of everything that ran, then what was not controlled and what else there is to say."""
    versions: dict[str, str] = {}
    for record in reversed(records):  # the most trusted has the last word
        versions |= record.versions
    with_what = escape(", ".join(f"{name}{NBSP}{version}" for name, version in sorted(versions.items())))
    commits = dict.fromkeys(filter(None, map(code, records)))
    notes: dict[str, None] = {}
    for record in records:
        if record.origin == "published":
            notes[say("original.tables", year=record.measured_at[:4])] = None
        if record.quick:
            notes[say("machines.quick", experiment=_title(record.experiment))] = None
        notes |= dict.fromkeys(filter(None, (note for _, note in find_experiment(record.experiment).remarks(record))))
    if set_aside := sorted({name for record in records for name in record.set_aside}):
        notes[say("machines.set_aside", names=", ".join(set_aside))] = None
    uncontrolled = dict.fromkeys(uncontrolled_note(note) for record in records for note in record.uncontrolled)
    if uncontrolled:
        notes[say("uncontrolled", notes="; ".join(uncontrolled))] = None
    remarks = "".join(f"<li>{escape(note)}</li>" for note in notes)
    return " · ".join(filter(None, [with_what, *commits])) + f"<ul>{remarks}</ul>"


def _short(machines: Machines, sources: Sources) -> str:
    """The machines again, a line each, for the page at the site's root."""
    if not machines:
        return _nothing("machines.none")
    rows = []
    for slug, records in machines.items():
        mine = {record.experiment for record in records}
        what = ", ".join(_title(name) for name in _experiments(machines) if name in mine)
        latest = max(record.measured_at for record in records)
        stale = next(filter(None, (sources[record.name].stale for record in records)), "")
        rows.append(
            f'<tr><th scope=row data-machine="{escape(slug)}">{_hardware(records)} {stale}</th><td>{escape(what)}</td>'
            f"<td>{day(latest)}</td></tr>"
        )
    head = _heads("machines.machine", "machines.measured", "machines.when")
    return _figure(say("machines.title"), f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody>", "machines")


def _spreads(records: Sequence[AnyRecord]) -> dict[str, float | None]:
    """How far the repeats of each of a machine's headline numbers lie apart."""
    return {each.name: each.spread for record in records for each in summarise(record).headlines}


def _headlines(
    machines: Machines,
    answers: Mapping[str, Values],
    names: Mapping[str, str],
    sources: Sources,
) -> str:
    """Headline numbers in rows, machines in columns; `compare.js` adds a choice of two and their ratios."""
    bodies, spreads = [], [_spreads(mine) for mine in machines.values()]
    for experiment in _experiments(machines):
        rows = []
        for headline in (each for each in headlines().values() if each.name.startswith(f"{experiment}.")):
            cells = [_answer(headline, values, sources) for values in answers.values()]
            if any(cells):
                better = f' data-better="{headline.about.better}"' if headline.about.better else ""
                columns = "".join(
                    f"<td{_spread(known.get(headline.name))}>{cell or '—'}</td>"
                    for known, cell in zip(spreads, cells, strict=True)
                )
                rows.append(f"<tr{better}><th scope=row>{escape(headline.title)}</th>{columns}</tr>")
        if rows:
            section = (
                f'<tr class="section"><th colspan={len(machines) + 1} scope=colgroup>{_title(experiment)}</th></tr>'
            )
            bodies.append(f"<tbody>{section}{''.join(rows)}</tbody>")
    if not bodies:  # a talk whose experiments have no headline numbers has nothing to compare
        return "\n" if machines else _nothing("machines.none")
    head = f"<th scope=col>{say('machines.number')}</th>" + "".join(
        f'<th scope=col data-machine="{escape(slug)}">{escape(names[slug])}</th>' for slug in machines
    )
    table = _figure(
        say("machines.headlines"),
        f"<thead><tr>{head}</tr></thead>{''.join(bodies)}",
        "machines headlines",
        "operators",
    )
    titles = {name: say(f"machines.{name}") for name in ("first", "second")}
    selects = "".join(f'<label>{title} <select name="{name}"></select></label>' for name, title in titles.items())
    scrolled = f'<div class="table-scroll" role="group" aria-label="{titles["first"]}, {titles["second"]}" tabindex=0'
    form = f'<form class="machine-pair" hidden>{selects}{scrolled} aria-live="polite"></div></form>'
    return f"{table}\n{form}\n"


def _spread(share: float | None) -> str:
    return "" if share is None else f' data-spread="{share:.3g}"'


def _answer(headline: Headline, values: Values, sources: Sources) -> str:
    found = values.get(headline.name)
    if found is None:
        return ""
    is_stale = bool(sources[found.record.name].changed)
    return measured.element(found, headline.text(found.value.number), stale=is_stale)


def _history(machines: Machines, summaries: Sequence[Summary], names: Mapping[str, str]) -> str:
    """Of each machine's experiment that was measured more than once: every headline number at each moment."""
    moved = {(move.after.machine, move.headline.name) for move in latest_moves(summaries)}
    worse = {(each.machine, each.name): each for each in find_setbacks(summaries)}
    tables = []
    for slug in machines:
        for experiment in _experiments(machines):
            mine = [each for each in summaries if (each.machine, each.experiment) == (slug, experiment)]
            if len(mine) > 1:
                tables.append(_history_table(mine, f"{_title(experiment)}, {names[slug]}", moved, worse))
    if not tables:
        return _nothing("history.none")
    return "\n".join(tables)


def _history_table(
    summaries: Sequence[Summary],
    title: str,
    moved: set[tuple[str, str]],
    worse: Mapping[tuple[str, str], Setback],
) -> str:
    """The newest first: it is what a phone shows beside the names; the course runs from left to right all the same."""
    shown, moved_title = summaries[-_MOMENTS:][::-1], escape(say("history.moved"))
    rows = []
    for headline in headlines().values():
        moments = [{each.name: each for each in summary.headlines}.get(headline.name) for summary in summaries]
        known = [each for each in moments if each is not None]
        if not known:
            continue
        now, *before = (
            f"<td>{'—' if each is None else headline.text(each.number)}</td>"
            for each in moments[: -len(shown) - 1 : -1]
        )
        change = _change(known[-1].number / known[-2].number - 1) if len(known) > 1 and known[-2].number else "—"
        mark, place = "", (summaries[0].machine, headline.name)
        if setback := worse.get(place):
            lost, usual = quantity(setback.lost, "share", decimals=0), headline.text(setback.usual)
            said = escape(say("history.worse", lost=lost, usual=usual, count=setback.former))
            mark = f' <mark class="moved" title="{said}">!!</mark>'
        elif place in moved:
            mark = f' <mark class="moved" title="{moved_title}">!</mark>'
        rows.append(
            f"<tr><th scope=row>{escape(headline.title)}</th>{now}<td>{change}{mark}</td>"
            f"<td>{_sparkline(known, headline)}</td>{''.join(before)}</tr>"
        )
    first, *others = (
        f"<th scope=col>{_moment(summary, older)}</th>"
        for summary, older in zip_longest(shown, summaries[-_MOMENTS - 1 : -1][::-1])
    )
    head = _heads("machines.number") + first + _heads("history.change", "history.course") + "".join(others)
    return _figure(
        title,
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody>",
        "machines history",
        "operators",
        caption=escape(title),
    )


def _nothing(key: str) -> str:
    return f'<p class="nothing-measured">{say(key)}</p>\n'


def _heads(*keys: str) -> str:
    return "".join(f"<th scope=col>{escape(say(key))}</th>" for key in keys)


def _change(share: float) -> str:
    text = quantity(share, "share", decimals=0)
    return f"+{text}" if share > 0 and not text.startswith("0") else text


def _moment(summary: Summary, older: Summary | None) -> str:
    """A measurement as a column's heading: its day and code, and PyTorch's version where the older's differs."""
    with_what = [f"{name}{NBSP}{version}" for name, version in sorted(summary.versions.items())]
    lines = [day(summary.measured_at)]
    torch = summary.versions.get("torch")
    if torch and (older is None or older.versions.get("torch") != torch):
        lines.append(f"torch{NBSP}{torch}")
    if summary.commit:
        lines.append(f"{summary.commit[:7]}{'+' if summary.dirty else ''}")
    if summary.quick:
        lines.append(say("provenance.quick"))
    return f'<span title="{escape(", ".join(with_what))}">{"<br>".join(map(escape, lines))}</span>'


_SPARK_WIDTH, _SPARK_HEIGHT, _SPARK_STEP = 96, 24, 3


def _sparkline(moments: Sequence[Measured], headline: Headline) -> str:
    """The numbers one after another as steps over the bands of their spreads, the last in pink; from the least up."""
    bands = [
        (each.number - reach, each.number + reach)
        for each in moments
        for reach in [abs(each.number) * (each.spread or 0) / 2]
    ]
    lowest, highest = min(low for low, _ in bands), max(high for _, high in bands)
    width, room = _SPARK_WIDTH / len(moments), _SPARK_HEIGHT - _SPARK_STEP

    def level(number: float) -> float:
        """The upper edge of a step at that height."""
        return room * (highest - number) / (highest - lowest) if highest > lowest else room / 2

    def rect(kind: str, index: int, top: float, height: float) -> str:
        return (
            f'<rect{kind} x="{index * width:.1f}" y="{top:.1f}" width="{width - 1:.1f}" '
            f'height="{height + _SPARK_STEP:.1f}"/>'
        )

    drawn = []
    for index, (each, (low, high)) in enumerate(zip(moments, bands, strict=True)):
        if each.spread:
            drawn.append(rect(' class="spread"', index, level(high), level(low) - level(high)))
        drawn.append(rect(' class="last"' if index == len(moments) - 1 else "", index, level(each.number), 0))
    told = escape(f"{headline.title}: {', '.join(headline.text(each.number) for each in moments)}")
    return (
        f'<svg class="sparkline" viewBox="0 0 {_SPARK_WIDTH} {_SPARK_HEIGHT}" role="img" aria-label="{told}" '
        f'translate="no">{"".join(drawn)}</svg>'
    )


def _figure(label: str, table: str, kind: str, table_class: str = "machines", caption: str = "") -> str:
    """A wide table in a figure that scrolls, with the keyboard too. One line: Markdown takes it as one block."""
    above = f'<figcaption><span class="caption">{caption}</span></figcaption>' if caption else ""
    return (
        f'<figure class="{kind}">{above}<div class="table-scroll" role="group" aria-label="{escape(label)}" tabindex=0>'
        f'<table class="{table_class}">{table}</table></div></figure>\n'
    )
