"""What an experiment draws its tables and figures from: the records of its machines, each with its provenance."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from talk.errors import TalkError, unforeseen
from talk.experiment import Found
from talk.paths import RESULTS
from talk.records.order import by_trust, original_of
from talk.records.schema import AnyRecord, Device
from talk.records.store import record_path
from talk.render.captions import Provenance
from talk.render.prediction import Promise, made, predicted
from talk.render.values import Values
from talk.settings import settings
from talk.words import say


@dataclass(frozen=True)
class Drawing:
    """Records of one experiment, the most trusted first.

    `alone`: they are one machine's among several, drawn for a page of its own: what looks the same on every machine may
    be left out. `published` is the record of the talk's own published numbers, whether or not it is among `sources`.
    """

    sources: list[Provenance]
    values: Values
    published: Provenance | None = None
    alone: bool = False

    def best(self, has: Callable[[Any], object] = lambda data: data) -> Provenance | None:
        """The most trusted record for whose data `has` is true; None where there is none."""
        return next((source for source in self.sources if has(source.record.data)), None)

    def promises(self, source: Provenance, device: Device | None = None) -> list[Promise]:
        """What the experiment promises of the source's steps, of those on `device` alone where one is given."""
        return [each for each in self.values.promises(source.record) if device in (None, each.device)]

    def predicted(
        self, caption: str, device: Device | None = None, shown: Callable[[Promise], bool] = lambda _: True
    ) -> str:
        """What was promised beside what was measured, of the most trusted record of which anything was promised.

        Of all promises those that are to be `shown`. Where nothing was for lack of numbers, it says what is lacking.
        """
        of_all = [(source, [*filter(shown, self.promises(source, device))]) for source in self.sources]
        found = [each for each in of_all if each[1]]
        found.sort(key=lambda each: not made(each[1]))
        return predicted(*found[0], caption) if found else nothing_measured()

    def draw(self, draw: Callable[..., str], part: Callable[[Any], Any] | None = None) -> str:
        """`draw(source)` of the most trusted record, `draw(source, part(data))` of the one whose `part` is there.

        Where no record has it, a line that says so: a page that shows the figure stays whole.
        """
        for source in self.sources:
            if part is None:
                return draw(source)
            if found := part(source.record.data):
                return draw(source, found)
        return nothing_measured()


def nothing_measured() -> str:
    """The line in the place of a figure that no machine has measured yet."""
    return f'<p class="nothing-measured">{say("figure.unmeasured")}</p>\n'


def drawing_of(
    experiment: Found,
    records: Iterable[AnyRecord],
    published: AnyRecord | None = None,
    *,
    alone: bool = False,
    values: Values | None = None,
) -> Drawing:
    """The drawing of those of `records` that are the experiment's.

    `values` are those of all records of their machines, which predictions are made from; without them, of these alone.
    """
    mine = [record for record in by_trust(records) if record.experiment == experiment.name]
    if published is None:
        published = original_of(mine, settings().original)
    return Drawing(
        [Provenance(record) for record in mine],
        values or Values(mine),
        Provenance(published) if published is not None and published.experiment == experiment.name else None,
        alone,
    )


def fragments_of(
    experiment: Found,
    records: Iterable[AnyRecord],
    published: AnyRecord | None = None,
    *,
    alone: bool = False,
    values: Values | None = None,
) -> dict[str, str]:
    """The experiment's tables and figures by name. Raises TalkError naming the record that cannot be drawn."""
    mine = [record for record in records if record.experiment == experiment.name]
    try:
        return experiment.fragments(drawing_of(experiment, mine, published, alone=alone, values=values))
    except TalkError:
        raise
    except Exception as error:
        raise unforeseen(error, _culprit(experiment, mine, published) or experiment.folder) from error


def _culprit(experiment: Found, records: Iterable[AnyRecord], published: AnyRecord | None) -> Path | None:
    """The first record that cannot be drawn by itself either."""
    for record in records:
        try:
            experiment.fragments(drawing_of(experiment, [record], published))
        except Exception:
            return record_path(RESULTS, record.machine.slug, record.experiment)
    return None
