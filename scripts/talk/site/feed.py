"""An Atom feed of measurements: what was measured, when, and which numbers changed by more than they vary."""

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from talk.experiment import find_experiments
from talk.records.schema import moment
from talk.records.summary import Summary, read_summaries
from talk.render.headlines import headlines, latest_moves
from talk.render.values import current_values
from talk.words import language, say

NAME = "feed.xml"
_ATOM = "http://www.w3.org/2005/Atom"
_LONGEST = 40  # entries

_Name = tuple[str, str, str]  # of a measurement: when it began, its machine, its experiment


def write_feed(site: Path, title: str, author: str, address: str) -> None:
    """Write the feed into the folder `site`; its links start with `address` where it is known."""
    summaries = read_summaries()
    measured: dict[_Name, Summary | None] = {
        (record.measured_at, record.machine.slug, record.experiment): None for record in current_values().records
    }
    measured |= {(each.measured_at, each.machine, each.experiment): each for each in summaries}
    newest = sorted(measured, key=lambda name: (moment(name[0]), *name[1:]), reverse=True)[:_LONGEST]
    changed: dict[_Name, list[str]] = {}
    for move in latest_moves(summaries):
        was, now = (move.headline.text(each.number) for each in (move.was, move.now))
        words = say("feed.changed", number=move.headline.title, was=was, now=now)
        changed.setdefault((move.after.measured_at, move.after.machine, move.after.experiment), []).append(words)
    feed = Element("feed", {"xmlns": _ATOM, "xml:lang": language().code})
    _text(feed, "title", say("feed.title", site=title))
    _text(feed, "id", uuid5(NAMESPACE_URL, f"talk:{title}").urn)
    _text(feed, "updated", (moment(newest[0][0]) if newest else datetime.fromtimestamp(0, UTC)).isoformat())
    _text(SubElement(feed, "author"), "name", author or title)
    SubElement(feed, "link", {"rel": "self", "href": urljoin(address, NAME)})
    for name in newest:
        _entry(feed, name, [*changed.get(name, []), *_numbers(measured[name])], address)
    ElementTree.indent(feed)
    (site / NAME).write_bytes(ElementTree.tostring(feed, "utf-8", xml_declaration=True) + b"\n")


def _entry(feed: Element, name: _Name, told: list[str], address: str) -> None:
    measured_at, machine, experiment = name
    found = find_experiments().get(experiment)
    entry = SubElement(feed, "entry")
    _text(entry, "title", f"{found.title if found else experiment}: {machine}")
    _text(entry, "id", uuid5(NAMESPACE_URL, f"talk:{machine}/{experiment}:{measured_at}").urn)
    _text(entry, "updated", moment(measured_at).isoformat())
    SubElement(entry, "link", {"href": urljoin(address, f"results/{machine}/{experiment}.json")})
    _text(entry, "content", "\n".join(told) or f"{machine}/{experiment}")


def _numbers(summary: Summary | None) -> list[str]:
    known = headlines()
    named = [(known.get(each.name), each.number) for each in (summary.headlines if summary else ())]
    return [f"{headline.title}: {headline.text(number)}" for headline, number in named if headline]


def _text(parent: Element, tag: str, text: str) -> None:
    SubElement(parent, tag).text = text
