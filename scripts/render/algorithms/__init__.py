"""Rendering the algorithms experiment: records → fragments of HTML."""

from collections.abc import Iterable
from dataclasses import replace

from scripts.records.algorithms import Algorithms, Curve
from scripts.records.order import by_trust
from scripts.records.schema import Record

_NOTHING = '<p class="nothing-measured">Этого ещё не измерила ни одна машина.</p>\n'
_NAMES = (
    "ctc-growth",
    "edit-growth",
    "padding",
    "padding-slide",
    "convolution-growth",
    "attention-memory",
    "attention-growth",
    "ring",
    "decoding",
)


def fragments(records: Iterable[Record[Algorithms]]) -> dict[str, str]:
    """Path under `snippets/generated/` → fragment, for every picture of the algorithms experiment.

    Every path is always there: what no record can answer says so. Drawn pictures need no record.
    """
    return _measured(records) | _drawn()


def _drawn() -> dict[str, str]:
    from scripts.render.algorithms.lattices import ctc_picture, edit_picture
    from scripts.render.algorithms.ring_picture import ring_picture

    made = {"lattice-ctc": ctc_picture, "lattice-edits": edit_picture, "ring-steps": ring_picture}
    return {
        f"algorithms/{name}{'-slide' if steps else ''}.html": draw(steps)
        for name, draw in made.items()
        for steps in (False, True)
    }


def _measured(records: Iterable[Record[Algorithms]]) -> dict[str, str]:
    from scripts.render.algorithms import batches, figures
    from scripts.render.captions import Provenance

    mine = [record for record in by_trust(records) if record.experiment == "algorithms"]
    if not mine:
        return {f"algorithms/{name}.html": _NOTHING for name in _NAMES}
    source, data = Provenance(mine[0]), mine[0].data
    brute, forward = data.ctc.brute_force, data.ctc.forward
    by_frames = [
        Curve(name=curve.name, points=[replace(p, size=size) for p, size in zip(curve.points, frames, strict=True)])
        for curve, frames in ((brute, data.ctc.brute_force_frames), (forward, data.ctc.forward_frames))
    ]
    on_cpu = next((each for each in data.batching if each.device == "cpu"), data.batching[0])
    pictures = (
        figures.growth(
            source,
            by_frames,
            ["экспонента", "2"],
            "ctc-growth",
            "Перебор выравниваний и динамическое программирование",
            "кадров",
            "Время от длины фразы. Перебор — кривая, которая только притворяется прямой",
        ),
        figures.growth(
            source,
            data.edit_distance.curves,
            ["2"] * len(data.edit_distance.curves),
            "edit-growth",
            "Расстояние Левенштейна четырьмя способами",
            "букв в тексте",
            "Время от длины текста",
        ),
        figures.padding(source, on_cpu),
        batches.padding_slide(source, on_cpu),
        figures.growth(
            source,
            [way.curve for way in data.convolution.depthwise],
            ["1", "0", "1"],
            "convolution-growth",
            "Глубинная свёртка тремя способами",
            "размер ядра",
            "Время от размера ядра",
        ),
        figures.memory(source, data.attention),
        figures.growth(
            source,
            [way.curve for way in data.attention.ways],
            ["2"] * 3,
            "attention-growth",
            "Внимание тремя способами",
            "длина последовательности",
            "Время от длины последовательности",
        ),
        figures.ring(source, data.ring),
        figures.decoding(source, data.decoding) if data.decoding else _NOTHING,
    )
    return {f"algorithms/{name}.html": picture for name, picture in zip(_NAMES, pictures, strict=True)}
