"""Ideas of decoding drawn: why no card is fast enough for trying all, why CTC needs a blank, and how a beam merges."""

from collections import defaultdict
from collections.abc import Sequence

from talk.render.captions import Provenance
from talk.render.given import given
from talk.render.scene import Figure, Play, Scene, arrow, slab, stroke, words
from talk.words import number, plural

from ..record import Ctc
from .lattices import BLANK, alignments

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
            moved = BLANK in spoken
            base += slab((left + at * cell, y), (cell - 8, cell - 8), tone, kind, f"cell-{at}" if moved else "")
            base += words(
                (left + at * cell + cell / 2 - 4, y + 50),
                letter,
                "middle",
                "large on" if kind else "large",
                part=f"letter-{at}" if moved else "",
            )
        end = left + len(spoken) * cell
        frames.append(
            arrow((end + 6, y + cell / 2 - 4), (end + 66, y + cell / 2 - 4), tone)
            + words((796, y + 54), f"«{read(spoken)}»", "end", "large", tone, "read" if moved else "")
        )
    told = "; ".join(f"{title}: {spoken} читается «{read(spoken)}»" for spoken, title in _SPOKEN)
    play = Play("blank", {"spoken": _SPOKEN[0][0], "blank": BLANK, "at": _SPOKEN[1][0].index(BLANK)})
    scene = Scene("Зачем пустой знак", told, base, 360, frames, play=play)
    return scene.unmeasured("Подряд стоящие одинаковые буквы сливаются в одну: без пустого знака «нн» не написать")


# Who tries all alignments, and how many powers of ten faster than the first of them.
_TRYING = (
    ("все варианты подряд", 0),
    (given("карта в 10 раз быстрее", reason="такая взята для примера"), 1),
    (given("миллион таких карт", reason="столько взято для примера"), 7),
)


def digits_left(source: Provenance, measured: Ctc) -> str:
    """A strip as long as the number of alignments has digits; each power of ten of speed takes one off its end."""
    count = alignments(measured.frames, measured.labels)
    whole = len(str(count))
    left, across, high, apart = 4.0, 760.0, 64.0, 134.0
    digit = across / whole
    rows = []
    for row, (who, powers) in enumerate(_TRYING):
        y = 48.0 + row * apart
        kept = len(str(count // 10**powers))
        drawn = words((left, y - 14), who)
        drawn += slab((left, y), (kept * digit, high), 2)
        if kept < whole:
            drawn += slab((left + kept * digit, y), ((whole - kept) * digit, high), 1, "solid")
        rows.append(drawn + words((900, y + high - 8), str(kept), "end", "number", 2 if kept == whole else 1))
    first, *faster = rows
    base = words((900, 34), plural(whole, "цифра", "цифры", "цифр"), "end", "quiet") + first
    told = f"В числе выравниваний {whole} {plural(whole, 'цифра', 'цифры', 'цифр')}; " + ", ".join(
        f"{who} — останется {len(str(count // 10**powers))}" for who, powers in _TRYING[1:]
    )
    scene = Scene("Множитель против показателя", told, base, round(48 + 2 * apart + high + 8), faster, width=900)
    caption = "Длина полосы — сколько цифр в числе выравниваний одной фразы; розовое — сколько вычеркнула скорость"
    return source.figure(scene.html, caption, "drawn", "cpu")


# What a toy network says of three frames: a beam of each width hears another word, and the widest is right.
_TOKENS = BLANK + "ан"
_SAID = ((0.5, 0.4, 0.1), (0.3, 0.3, 0.4), (0.5, 0.1, 0.4))
_KEPT = 3
_WIDE, _HIGH, _ACROSS, _DOWN, _TOP = 120.0, 54.0, 212.0, 84.0, 70.0


def beam_steps(width: int = _KEPT) -> list[tuple[dict[str, float], dict[str, set[str]]]]:
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
        kept = {text: (found[text][0], found[text][1]) for text in best[:width]}
    return steps


def beam() -> str:
    """A beam of three beginnings over three frames: those that read the same are one, the rest is dropped."""
    base = slab((4, _TOP + _DOWN), (_WIDE, _HIGH), 2) + words((4 + _WIDE / 2, _TOP + _DOWN + 38), "…", "middle")
    base += words((4, 36), "начало", kind="quiet")
    base += "".join(words((4 + at * _ACROSS, 36), f"кадр {at}", kind="quiet") for at in range(1, len(_SAID) + 1))
    base += "".join(
        slab((4 + frame * _ACROSS, _TOP + row * _DOWN), (_WIDE, _HIGH), 2, "ghost")
        for frame, (found, _) in enumerate(beam_steps(), start=1)
        for row in range(min(len(found), _KEPT + 1))
    )
    told = [
        f"кадр {frame}: " + ", ".join(text or "ничего" for text in list(found)[:_KEPT])
        for frame, (found, _) in enumerate(beam_steps(), start=1)
    ]
    figures = [
        Figure(str(_KEPT), plural(_KEPT, *_BEGINNINGS), 2, part="width"),
        Figure("+", "сошлись: одно начало, вероятности складываются", 4, 1),
        Figure("–", "дальше не идёт", 1, 0),
    ]
    widths = range(1, _KEPT + 1)
    play = Play(
        "beam",
        {
            "drawn": ["".join(_grown(beam_steps(width), width)) for width in widths],
            "words": [plural(width, *_BEGINNINGS) for width in widths],
            "said": [_heard(beam_steps(width), width) for width in widths],
            "top": _TOP,
            "down": _DOWN,
        },
    )
    height = round(_TOP + (_KEPT + 1) * _DOWN)
    scene = Scene("Луч", "; ".join(told), base, height, _grown(beam_steps(), _KEPT), figures, play=play)
    return scene.unmeasured(
        "Поиск лучом на игрушечной сети: разные дороги к одному началу сливаются, лишние начала брошены"
    )


_BEGINNINGS = ("начало в луче", "начала в луче", "начал в луче")


def _grown(steps: Sequence[tuple[dict[str, float], dict[str, set[str]]]], width: int) -> list[str]:
    """What each frame adds to the drawing: the beginnings that are kept, those merged lit, and the first dropped."""
    places, frames = {(0, ""): (4.0, _TOP + _DOWN)}, []
    for frame, (found, came) in enumerate(steps, start=1):
        x = 4.0 + frame * _ACROSS
        drawn, edges = "", ""
        for row, text in enumerate(list(found)[: _KEPT + 1]):
            y = _TOP + row * _DOWN
            sources = [places[frame - 1, each] for each in sorted(came[text]) if (frame - 1, each) in places]
            kept = row < width
            merged = kept and len(sources) > 1
            tone = 4 if merged else 2 if kept else 1
            drawn += slab((x, y), (_WIDE, _HIGH), tone, "lit" if merged else "" if kept else "waiting")
            drawn += words((x + _WIDE / 2, y + 38), text or "…", "middle", "on" if merged else "" if kept else "quiet")
            if kept:
                places[frame, text] = (x, y)
                edges += "".join(
                    stroke([(from_x + _WIDE, from_y + _HIGH / 2), (x, y + _HIGH / 2)], tone, "" if merged else "thin")
                    for from_x, from_y in sources
                )
        frames.append(edges + drawn)
    return frames


def _heard(steps: Sequence[tuple[dict[str, float], dict[str, set[str]]]], width: int) -> str:
    """Who wins at this width, in a sentence, beside who would with nothing dropped."""
    won, right = (next(iter(each[-1][0].items())) for each in (steps, beam_steps(len(_TOKENS) ** len(_SAID))))
    heard = f"Ширина {width}: победило «{won[0]}» с вероятностью {number(won[1], 2)}"
    if won[0] == right[0]:
        return f"{heard}. Если не бросать никого, победит оно же."
    return f"{heard}. Если не бросать никого, победит «{right[0]}», {number(right[1], 2)}: его начало выпало по дороге."
