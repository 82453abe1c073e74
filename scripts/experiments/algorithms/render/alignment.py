"""A text laid along its sound: the lattice of a real utterance, how likely each state is when, and Viterbi's way."""

from collections.abc import Sequence
from itertools import groupby

from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter

from talk.render import charts
from talk.render.captions import Provenance
from talk.render.charts import MUTED, PINK, VIOLET
from talk.words import NBSP, number, quantity

from ..record import Decoding

_HEIGHT = 4.8
_LETTER = 15  # points: the rows of a short phrase leave room for no more
_LEAST = 0.02  # a smaller likelihood is too pale to be seen


@charts.in_house_style
def picture(source: Provenance, measured: Decoding) -> str:
    """Rows are the letters of the text with blanks between them, columns frames; the voice's loudness lies below."""
    laid = measured.alignment
    frames, states = len(laid.posterior), len(laid.posterior[0])
    figure, axes = charts.canvas(_HEIGHT)
    for frame, row in enumerate(laid.posterior):
        for state, likely in enumerate(row):
            if likely > _LEAST:
                axes.add_patch(Rectangle((frame, state), 1, 1, facecolor=PINK, alpha=min(1.0, likely), linewidth=0))
    way = states_of_path(laid.tokens, laid.text)
    axes.step(
        [*range(frames), frames],
        [*(s + 0.5 for s in way), way[-1] + 0.5],
        where="post",
        color=VIOLET,
        linewidth=2,
        zorder=3,
    )
    loudest = max(laid.loudness) or 1.0
    room = 0.12 * states
    axes.bar(
        [frame + 0.5 for frame in range(frames)],
        [-room * each / loudest for each in laid.loudness],
        bottom=states + 1.6 * room,
        width=0.7,
        color=MUTED,
    )
    axes.set_xlim(0, frames)
    axes.set_ylim(states + 1.7 * room, -0.5)
    axes.set_yticks([2 * place + 1.5 for place in range(len(laid.text))], list(laid.text), fontsize=_LETTER)
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda frame, _: number(frame * laid.frame_s, 1)))
    axes.set_xlabel("секунды")
    words = word_times(laid.tokens, laid.text, laid.frame_s)
    told = [f"«{word}» с {number(start, 2)} по {number(end, 2)}{NBSP}с" for word, start, end in words]
    drawing = charts.svg(figure, "alignment", "Текст, разложенный по звуку", "; ".join(told))
    share = quantity(laid.likelihood, "share", "%", 0)
    caption = (
        f"Строки — буквы фразы «{laid.text}» и пустое между ними, ярче — вероятнее, линия — лучшее выравнивание; "
        f"на него одно приходится {share} вероятности текста. Внизу громкость"
    )
    return source.figure(drawing, caption, "plot", "cpu")


def states_of_path(tokens: Sequence[int], text: str) -> list[int]:
    """The state of the lattice at each frame: blanks at the even ones, letter i of the text at 2i + 1."""
    states, letter = [], -1
    before = 0
    for token in tokens:
        if token and token != before:
            letter += 1
        states.append(2 * letter + 1 if token else 2 * letter + 2)
        before = token
    assert letter == len(text) - 1
    return states


def word_times(tokens: Sequence[int], text: str, frame_s: float) -> list[tuple[str, float, float]]:
    """Each word with the seconds where its first letter begins and its last one ends."""
    states = states_of_path(tokens, text)
    frames_of: dict[int, list[int]] = {}
    for frame, state in enumerate(states):
        if state % 2:
            frames_of.setdefault(state // 2, []).append(frame)
    found = []
    for is_word, places in groupby(range(len(text)), key=lambda place: text[place] != " "):
        if is_word:
            here = list(places)
            first, last = here[0], here[-1]
            frames = [frame for place in here for frame in frames_of[place]]
            found.append((text[first : last + 1], frames[0] * frame_s, (frames[-1] + 1) * frame_s))
    return found
