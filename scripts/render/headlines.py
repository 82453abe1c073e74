"""The numbers that machines and moments are compared by: what pages call them, and which way is better."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from scripts.records.summary import Headline as Measured
from scripts.records.summary import Summary
from scripts.render.russian import NBSP, Dimension, quantity


@dataclass(frozen=True)
class Headline:
    """`name` as pages refer to it; `title` in Russian; `unit` it is shown in, the natural one where it is None."""

    name: str
    title: str
    dimension: Dimension
    better: Literal["more", "less"] | None = None
    unit: str | None = None

    def text(self, number: float) -> str:
        """The number as pages show it."""
        return quantity(number, self.dimension, self.unit)


HEADLINES = {
    headline.name: headline
    for headline in (
        Headline("profiling.cpu.faster_than_real_time", "Conformer на CPU быстрее речи", "ratio", "more", "×"),
        Headline("profiling.cuda.faster_than_real_time", "Conformer на GPU быстрее речи", "ratio", "more", "×"),
        Headline("profiling.speedup", "GPU быстрее CPU, весь прогон", "ratio", "more", "×"),
        Headline("profiling.cuda.idle_share", "GPU простаивал", "share", "less"),
        Headline("matmul.overlap.flop_rate", "Умножение в один поток", "flop_rate", "more"),
        Headline("matmul.threads.flop_rate", "Умножение на всех потоках", "flop_rate", "more"),
        Headline("matmul.gpu_triton.flop_rate", "Умножение на GPU, Triton", "flop_rate", "more"),
        Headline("matmul.whole_descent", "Спуск от Python до всех потоков", "ratio", "more", "×"),
        Headline("gradient.ways.reverse.time_1000", "Обратный режим, тысяча входов", "time", "less"),
        Headline("gradient.price.ours_over_torch", "Шаг обучения: наш движок / PyTorch", "ratio", "less"),
        Headline("gradient.cpu.backward.time_ratio", "Conformer на CPU: назад / вперёд", "ratio"),
        Headline("gradient.cuda.backward.time_ratio", "Conformer на GPU: назад / вперёд", "ratio"),
        Headline("gradient.learning.error", "Неверных букв после обучения", "share", "less"),
        Headline("algorithms.ctc.race.speedup", "CTC: время PyTorch / наше", "ratio", "more"),
        Headline("algorithms.edit_distance.race.ratio", "Левенштейн: наше время / rapidfuzz", "ratio", "less"),
        Headline("algorithms.batching.cpu.gain", "Пачки по длине быстрее случайных, CPU", "ratio", "more", "×"),
        Headline("algorithms.batching.cuda.gain", "Пачки по длине быстрее случайных, GPU", "ratio", "more", "×"),
        Headline("algorithms.attention.speedup", "Внимание плитками быстрее целого", "ratio", "more", "×"),
        Headline("algorithms.ring.ring_time", "Сумма по кольцу", "time", "less"),
    )
}


@dataclass(frozen=True)
class Move:
    """A headline that two full measurements of one machine, one after the other, disagree on by more than they vary."""

    before: Summary
    after: Summary
    headline: Headline
    was: Measured
    now: Measured

    @property
    def change(self) -> float:
        """By what share of what it was."""
        return self.now.number / self.was.number - 1

    def __str__(self) -> str:
        """What `talk check` says of it: a measurement of another day may differ, so it is no problem."""
        spread = max(each.spread for each in (self.was, self.now) if each.spread is not None)
        changed = [
            f"{name} {self.before.versions.get(name, '—')} → {version}"
            for name, version in sorted(self.after.versions.items())
            if self.before.versions.get(name) != version
        ]
        why = f" ({', '.join(changed)})" if changed else ""
        return (
            f"{self.after.machine}/{self.headline.name} went from {self.headline.text(self.was.number)} to "
            f"{self.headline.text(self.now.number)}, {self.change:+.0%}, since {self.before.measured_at[:10]}{why}: "
            f"more than its spread, {spread:.0%}"
        ).replace(NBSP, " ")


def latest_moves(summaries: Iterable[Summary]) -> list[Move]:
    """What moved between the last two full measurements of each machine's experiment, by more than the larger spread.

    A number that neither of the two repeated has no known spread, and is not judged.
    """
    runs: dict[tuple[str, str], list[Summary]] = {}
    for summary in sorted(summaries, key=lambda each: each.measured_at):
        if not summary.quick:
            runs.setdefault((summary.machine, summary.experiment), []).append(summary)
    return [move for history in runs.values() for pair in list(pairwise(history))[-1:] for move in _moves(*pair)]


def _moves(before: Summary, after: Summary) -> list[Move]:
    found = []
    former = {each.name: each for each in before.headlines}
    for now in after.headlines:
        was, headline = former.get(now.name), HEADLINES.get(now.name)
        spreads = [each.spread for each in (was, now) if each and each.spread is not None]
        if was is None or headline is None or not spreads or was.number == 0:
            continue
        move = Move(before, after, headline, was, now)
        if abs(move.change) > max(spreads):
            found.append(move)
    return found
