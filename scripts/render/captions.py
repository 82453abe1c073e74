"""Figures and their captions: where the numbers of a table or picture come from, said under each of them.

Everything that comes from a record is escaped here or by `escape`: a machine may be called `<script>`.
"""

import re
from collections.abc import Iterable
from html import escape
from pathlib import Path

from scripts.paths import ROOT
from scripts.records.profiling import Device
from scripts.records.schema import AnyRecord, Machine
from scripts.records.sources import changed_sources
from scripts.render.russian import NBSP, day, plural

# Every page with figures but a lab lies one level below the site's root (/gpu/, /slides/): one link serves all.
RESULTS_URL = "../results/"

_TRADEMARK = re.compile(r"\((?:R|TM|C)\)", re.IGNORECASE)
_VERSION_TITLES = {"torch": "PyTorch", "nemo_toolkit": "NeMo", "nemo": "NeMo", "numba": "Numba"}


def raw_url(record: AnyRecord, base: str = RESULTS_URL) -> str:
    """Address of the record's JSON, where `base` leads from the page to the records."""
    return escape(f"{base}{record.name}.json")


def hardware(record: AnyRecord, device: Device | None = None) -> str:
    """The machine in words, as HTML: its CPU and cores, and before them its GPU unless only the CPU is spoken of."""
    machine = record.machine
    parts = [processor(machine)]
    ran_on = getattr(record.data, "run_on", lambda _: None)
    if machine.gpu and (device == "cuda" or (device is None and ran_on("cuda"))):
        parts.insert(0, machine.gpu)
    return escape(" + ".join(parts))


def processor(machine: Machine) -> str:
    """The machine's CPU and cores in words, not escaped."""
    cores = f"{machine.cpu_cores}{NBSP}{plural(machine.cpu_cores, 'ядро', 'ядра', 'ядер')}"
    return f"{_TRADEMARK.sub('', machine.cpu)}, {cores}"


def versions(record: AnyRecord) -> str:
    """The versions that matter most, as HTML: «PyTorch 2.13.0, NeMo 3.0.0»."""
    named = [f"{title}{NBSP}{record.versions[key]}" for key, title in _VERSION_TITLES.items() if key in record.versions]
    return escape(", ".join(named))


def code(record: AnyRecord) -> str:
    """The commit that measured, short, as HTML; empty where it is not known."""
    commit = record.code.commit
    if commit is None:
        return ""
    return f"код{NBSP}<code>{escape(commit[:7])}</code>" + (" с правками" if record.code.dirty else "")


class Provenance:
    """Says in captions where the numbers of one record come from. Reads the sources once, to know what is stale.

    `remarks` (HTML) are what else the experiment has to say of the record in each caption. `stands_in`: the published
    record is shown because no machine has measured the like yet, and the caption says so.
    """

    def __init__(
        self, record: AnyRecord, remarks: Iterable[str] = (), stands_in: bool = False, root: Path = ROOT
    ) -> None:
        self.record = record
        self.remarks = list(remarks)
        self.stands_in = stands_in
        self.changed = changed_sources(record, root)

    @property
    def stale(self) -> str:
        """The mark of a record whose code has changed since, naming what changed; empty when it is fresh."""
        if not self.changed:
            return ""
        shown = ", ".join(self.changed[:3]) + (f" и ещё {len(self.changed) - 3}" if len(self.changed) > 3 else "")
        title = f"Код измерения изменился: {shown}"
        return f'<mark class="stale" title="{escape(title)}">устарело: код с тех пор изменился</mark>'

    def sentence(self, device: Device | None = None, base: str = RESULTS_URL) -> str:
        """Machine, date, versions, code, reservations and the link to the raw record (see `raw_url`), as HTML."""
        record = self.record
        if record.origin == "published":
            table = "Свежего прогона ещё нет, таблица из" if self.stands_in else "Таблица из"
            parts = [
                f"{table} доклада 2024{NBSP}года",
                hardware(record),
                day(record.measured_at),
                versions(record),
            ]
        else:
            parts = [hardware(record, device), day(record.measured_at), versions(record), code(record)]
            if record.quick:
                parts.append("быстрый прогон")
        parts += self.remarks
        parts.append(f'<a href="{raw_url(record, base)}">данные</a>')
        return " · ".join(part for part in [*parts, self.stale] if part)

    def figure(
        self,
        body: str,
        caption: str,
        kind: str,
        device: Device | None = None,
        others: Iterable["Provenance"] = (),
    ) -> str:
        """A whole figure of this record: `body` and `caption` (HTML), then where it is from.

        `kind` is one more class of the figure; `device` is the one it shows, None for both; `others` are records it
        shows besides. One line, so that Markdown takes it as one block wherever it is included.
        """
        sources = "".join(f'<span class="provenance">{source.sentence(device)}</span>' for source in (self, *others))
        html = (
            f'<figure class="measured {kind}" data-record="{escape(self.record.name)}">{body}'
            f'<figcaption><span class="caption">{caption}</span>{sources}</figcaption></figure>'
        )
        return " ".join(html.split("\n")) + "\n"
