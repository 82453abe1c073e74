"""Figures and their captions: where the numbers of a table or picture come from, said under each of them.

Everything that comes from a record is escaped here: a machine may be called `<script>`. What is HTML already says so by
its type, `markupsafe.Markup`, whose `format` escapes what it is given.
"""

import re
from collections.abc import Container, Iterable, Mapping
from html import escape
from pathlib import Path

import markupsafe

from talk.addresses import SCHEME
from talk.experiment import find_experiment
from talk.paths import ROOT
from talk.records.conditions import Library
from talk.records.schema import AnyRecord, Device, Machine
from talk.records.sources import changed_sources, old_versions
from talk.words import NBSP, counted, day, say

_TRADEMARK = re.compile(r"\((?:R|TM|C)\)", re.IGNORECASE)


def raw_url(record: AnyRecord) -> str:
    """Address of the record's JSON, as fragments write it (`talk.addresses`)."""
    return escape(f"{SCHEME}results/{record.name}.json")


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
    return f"{_TRADEMARK.sub('', machine.cpu)}, {counted(machine.cpu_cores, 'core')}"


def versions(record: AnyRecord) -> str:
    """The versions that its experiment shows in captions, as HTML: «PyTorch 2.13.0, NeMo 3.0.0»."""
    shown = find_experiment(record.experiment).about.shown_versions
    named = [f"{title}{NBSP}{record.versions[key]}" for key, title in shown.items() if key in record.versions]
    return escape(", ".join(named))


def code(record: AnyRecord) -> str:
    """The commit that measured, short, as HTML; empty where it is not known."""
    commit = record.code.commit
    if commit is None:
        return ""
    return say("provenance.code_edited" if record.code.dirty else "provenance.code", commit=_short(commit))


def _short(commit: str) -> str:
    return f"<code>{escape(commit[:7])}</code>"


# Libraries that compute products of matrices in float32.
MULTIPLY = frozenset({"OpenBLAS", "MKL", "BLIS"})


# What a library runs in float32 where the widest that it has computes in shorter numbers alone.
_IN_FLOAT32 = {"AMX": "AVX-512"}


def _kernel(library: Library, *, short: bool) -> str:
    """The library and its kernel: a core's name where it has no words of its own for what it uses."""
    if library.kernel is None:
        return f"{library.name}, {say('provenance.kernel_untold')}"
    kernel = library.kernel if short else _IN_FLOAT32.get(library.kernel, library.kernel)
    is_core = library.said is None
    return f"{library.name}, {say('provenance.kernel', kernel=kernel) if is_core else kernel}"


def _listed(parts: Iterable[str]) -> str:
    return " · ".join(part for part in parts if part)


class Provenance:
    """Says in captions where the numbers of one record come from. Reads the sources once, to know what is stale.

    `stands_in`: the published record is shown because no machine has measured the like yet, and the caption says so.
    """

    def __init__(self, record: AnyRecord, *, stands_in: bool = False, root: Path = ROOT) -> None:
        self.record = record
        self.stands_in = stands_in
        self.changed = changed_sources(record, root)

    @property
    def remarks(self) -> list[str]:
        """What else the experiment has to say of the record in each caption, as HTML."""
        found = find_experiment(self.record.experiment).remarks(self.record)
        return [
            f'<span title="{escape(at_length)}">{escape(short)}</span>' if at_length else escape(short)
            for short, at_length in found
        ]

    @property
    def stale(self) -> str:
        """The mark of a record whose code has changed since, naming what changed; empty when it is fresh."""
        if not self.changed:
            return ""
        shown = ", ".join(self.changed[:3])
        if len(self.changed) > 3:
            shown = say("provenance.and_more", files=shown, count=len(self.changed) - 3)
        title = say("provenance.changed", files=shown)
        return f'<mark class="stale" title="{escape(title)}">{say("provenance.stale")}</mark>'

    @property
    def doubtful(self) -> str:
        """The mark of a record that contradicts itself, saying in what; empty where it does not."""
        if not self.record.doubtful:
            return ""
        told = (doubt.partition(": ") for doubt in self.record.doubtful)
        title = "; ".join(f"{say(f'doubt.{kind}')}: {about}" for kind, _, about in told)
        return f'<mark class="stale" title="{escape(title)}">{say("provenance.doubtful")}</mark>'

    @property
    def broken(self) -> str:
        """The mark of a record that lacks what broke off while it was measured; empty where nothing did."""
        if not self.record.broken:
            return ""
        return f'<mark class="stale" title="{escape("; ".join(self.record.broken))}">{say("provenance.broken")}</mark>'

    def kernels(self, titles: Mapping[str, str], libraries: Container[str] = MULTIPLY, *, short: bool = False) -> str:
        """Which of `libraries` each package (as imported: as it is called) runs on, and which of its kernels, in words.

        "NumPy: OpenBLAS, SkylakeX kernel; torch: MKL, AVX2"; empty where the record does not tell. `short`: in numbers
        shorter than float32.
        """
        found = {each.serves: each for each in self.record.libraries if each.name in libraries}
        shown = (
            f"{title}: {_kernel(found[package], short=short)}" for package, title in titles.items() if package in found
        )
        return "; ".join(shown).replace("-", "-\N{WORD JOINER}")  # AVX-512 stays in one line

    @property
    def old(self) -> str:
        """The mark of a record that was measured by other versions than the talk has now; empty where none was."""
        versions = old_versions(self.record)
        if not versions:
            return ""
        return f'<mark class="stale" title="{escape("; ".join(versions))}">{say("provenance.old")}</mark>'

    def sentence(self, device: Device | None = None) -> str:
        """Machine and date, then versions, code, remarks and the link to the raw record (see `raw_url`), which slides
        show when asked, then what the record is short of: HTML.
        """
        record = self.record
        if record.origin == "published":
            key = "original.stands_in" if self.stands_in else "original.table"
            parts = [say(key, year=record.measured_at[:4]), hardware(record), day(record.measured_at)]
        else:
            parts = [hardware(record, device), day(record.measured_at)]
        data = f'<a href="{raw_url(record)}">{say("provenance.data")}</a>'
        marks = [mark for mark in (self.doubtful, self.broken, self.stale, self.old) if mark]
        at_length = [versions(record), "" if record.origin == "published" else code(record), *self.remarks, data]
        short_of = [say("provenance.quick") if record.quick else "", *marks[:1]]
        return _listed([f"{_listed(parts)}<small> · {_listed([*at_length, *marks[1:]])}</small>", *short_of])

    def figure(
        self,
        body: str,
        caption: str,
        kind: str,
        device: Device | None = None,
        others: Iterable["Provenance"] = (),
    ) -> str:
        """A whole figure of this record: `body` (HTML) and `caption`, then where it is from. Of captions only
        Markup is taken for HTML.

        `kind` is one more class of the figure; `device` is the one it shows, None for both; `others` are records it
        shows besides. One line, so that Markdown takes it as one block wherever it is included.
        """
        sources = "".join(f'<span class="provenance">{source.sentence(device)}</span>' for source in (self, *others))
        html = (
            f'<figure class="measured {kind}" data-record="{escape(self.record.name)}">{body}'
            f'<figcaption><span class="caption">{markupsafe.escape(caption)}</span>{sources}</figcaption></figure>'
        )
        return " ".join(html.split("\n")) + "\n"
