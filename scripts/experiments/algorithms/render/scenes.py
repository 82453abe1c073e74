"""Two ideas of decoding drawn: why CTC needs a blank, and how a beam merges what reads the same."""

from collections import defaultdict

from talk.render.scene import Figure, Scene, arrow, slab, stroke, words

from .lattices import BLANK

_SPOKEN = (("аннна", "без пустого"), (f"анн{BLANK}на", "с пустым"))


def read(spoken: str) -> str:
    """What an alignment reads as: repeats become one, then blanks are dropped."""
    kept = [letter for at, letter in enumerate(spoken) if at == 0 or letter != spoken[at - 1]]
    return "".join(letter for letter in kept if letter != BLANK)


def blank() -> str:
    """Letters of each frame, and what is left of them: two letters in a row need a blank between them."""
    cell, left = 84.0, 4.0
    base, frames = "", []
    for row, (spoken, title) in enumerate(_SPOKEN):
        y = 60.0 + row * 200
        tone = (1, 4)[row]
        base += words((left, y - 18), title, kind="quiet")
        for at, letter in enumerate(spoken):
            kind = "" if letter == BLANK or (at and letter == spoken[at - 1]) else "lit"
            base += slab((left + at * cell, y), (cell - 8, cell - 8), tone, kind)
            base += words((left + at * cell + cell / 2 - 4, y + 50), letter, "middle", "large on" if kind else "large")
        end = left + len(spoken) * cell
        frames.append(
            arrow((end + 6, y + cell / 2 - 4), (end + 66, y + cell / 2 - 4), tone)
            + words((796, y + 54), f"«{read(spoken)}»", "end", "large", tone)
        )
    told = "; ".join(f"{title}: {spoken} читается «{read(spoken)}»" for spoken, title in _SPOKEN)
    scene = Scene("Зачем пустой знак", told, base, 360, frames)
    return scene.unmeasured("Подряд стоящие одинаковые буквы сливаются в одну: без пустого знака «нн» не написать")


# What a toy network says of three frames.
_TOKENS = BLANK + "ан"
_SAID = ((0.2, 0.6, 0.2), (0.3, 0.4, 0.3), (0.3, 0.1, 0.6))
_KEPT = 3


def beam_steps() -> list[tuple[dict[str, float], dict[str, set[str]]]]:
    """After each frame: probabilities of all beginnings, and those before that each came from.

    Probabilities of a beginning that ends in a blank and in a letter are kept apart, as a repeat needs.
    """
    kept: dict[str, tuple[float, float]] = {"": (1.0, 0.0)}  # ends in a blank, in its last letter
    steps = []
    for said in _SAID:
        found: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        came: dict[str, set[str]] = defaultdict(set)
        for text, (in_blank, in_letter) in kept.items():
            for token, p in zip(_TOKENS, said, strict=True):
                if token == BLANK:
                    grown = [(text, 0, p * (in_blank + in_letter))]
                elif text.endswith(token):
                    grown = [(text, 1, p * in_letter), (text + token, 1, p * in_blank)]
                else:
                    grown = [(text + token, 1, p * (in_blank + in_letter))]
                for after, end, share in grown:
                    if share:
                        found[after][end] += share
                        came[after].add(text)
        best = sorted(found, key=lambda text: -sum(found[text]))
        steps.append(({text: sum(found[text]) for text in best}, dict(came)))
        kept = {text: (found[text][0], found[text][1]) for text in best[:_KEPT]}
    return steps


def beam() -> str:
    """A beam of three beginnings over three frames: those that read the same are one, the rest is dropped."""
    wide, high, across, down, top = 120.0, 54.0, 212.0, 84.0, 70.0
    places = {(0, ""): (4.0, top + down)}
    frames, told = [], []
    base = slab((4, top + down), (wide, high), 2) + words((4 + wide / 2, top + down + 38), "…", "middle")
    base += words((4, 36), "начало", kind="quiet")
    for frame, (found, came) in enumerate(beam_steps(), start=1):
        x = 4.0 + frame * across
        base += words((x, 36), f"кадр {frame}", kind="quiet")
        drawn, edges = "", ""
        for row, text in enumerate(list(found)[: _KEPT + 1]):
            y = top + row * down
            sources = [places[frame - 1, each] for each in sorted(came[text]) if (frame - 1, each) in places]
            merged = len(sources) > 1
            kept = row < _KEPT
            if kept:
                places[frame, text] = (x, y)
                tone = 4 if merged else 2
                edges += "".join(
                    stroke([(from_x + wide, from_y + high / 2), (x, y + high / 2)], tone, "" if merged else "thin")
                    for from_x, from_y in sources
                )
                drawn += slab((x, y), (wide, high), tone, "lit" if merged else "")
            else:
                drawn += slab((x, y), (wide, high), 1, "waiting")
            style = "on" if kept and merged else "" if kept else "quiet"
            drawn += words((x + wide / 2, y + 38), text or "…", "middle", style)
        frames.append(edges + drawn)
        told.append(f"кадр {frame}: " + ", ".join(text or "ничего" for text in list(found)[:_KEPT]))
    figures = [
        Figure(str(_KEPT), "начала в луче", 2),
        Figure("+", "сошлись: одно начало, вероятности складываются", 4, 1),
        Figure("–", "дальше не идёт", 1, 0),
    ]
    scene = Scene("Луч", "; ".join(told), base, round(top + (_KEPT + 1) * down), frames, figures)
    return scene.unmeasured(
        "Поиск лучом на игрушечной сети: разные дороги к одному началу сливаются, лишние начала брошены"
    )
