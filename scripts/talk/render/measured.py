"""A measured number as HTML: `<data class="measured">` with its exact value, its record and where it is from.

Pages and tables write it by this module alone, so that a stale number is marked wherever it is shown. So do pages of a
sentence that asserts a relation.
"""

from html import escape

from talk.render.claims import Verdict
from talk.render.values import Found
from talk.words import day, say


def attributes(found: Found, *, stale: bool) -> dict[str, str]:
    """Attributes of the element. A count is exact, other numbers have six significant digits."""
    value = found.value
    is_count = value.dimension == "count" and value.number == round(value.number)
    return {
        "class": "measured stale" if stale else "measured",
        "value": f"{value.number:.0f}" if is_count else f"{value.number:.6g}",
        "data-record": found.record.name,
        "title": origin(found, stale=stale),
        "translate": "no",
    }


def element(found: Found, text: str, *, stale: bool) -> str:
    """The whole element around `text`, as HTML."""
    written = "".join(f' {name}="{escape(each)}"' for name, each in attributes(found, stale=stale).items())
    return f"<data{written}>{escape(text)}</data>"


def of_claim(verdict: Verdict) -> dict[str, str]:
    """Attributes of a sentence that the verdict is about: whether it holds, by which records, in numbers."""
    told = {"machine": verdict.machines, "left": verdict.left, "relation": verdict.sign, "right": verdict.right}
    return {
        "data-holds": "true" if verdict.holds else "false",
        "data-record": " ".join(record.name for record in verdict.records),
        "title": say("claim.holds" if verdict.holds else "claim.refuted", **told),
    }


def origin(found: Found, *, stale: bool) -> str:
    """How the number was computed, where and when, and whether its code changed since: the text of its tooltip."""
    record = found.record
    source = say("original.short") if record.origin == "published" else record.machine.slug
    parts = [found.value.how, f"{source}, {day(record.measured_at)}"]
    if record.quick:
        parts.append(say("provenance.quick"))
    if stale:
        parts.append(say("value.stale"))
    return "; ".join(parts)
