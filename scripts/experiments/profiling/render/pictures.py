"""What a GPU waits for and how a product lies on it, drawn to scale from the record."""

from talk.records.schema import Record
from talk.render.captions import Provenance
from talk.render.scene import WIDTH, Figure, Play, Scene, slab, stroke, words
from talk.words import NBSP, quantity

from ..record import Profiling
from .values import named_values

_LAUNCHES = 6  # are drawn
_LAUNCH, _KERNEL, _IDLE = "cuda.addmm.total_time_per_call", "cuda.addmm.device_time_per_call", "cuda.idle_share"


def launches(source: Provenance, _: object) -> str:
    """The CPU launches addmm after addmm; the GPU computes each, and waits for the next: mean times, to scale."""
    values = named_values(source.record)
    launch, kernel = values[_LAUNCH].number, values[_KERNEL].number
    # A kernel starts when it is launched and the one before it has ended.
    kernels, free = [], 0.0
    for at in range(_LAUNCHES):
        start = max((at + 1) * launch, free)
        free = start + kernel
        kernels.append((start, free))
    scale = (WIDTH - 8) / free
    top, high = 64.0, 110.0
    below = top + high + 90
    base = words((0, 42), "CPU: путь до запуска", tone=1) + words((0, below - 22), "GPU: ядра addmm", tone=3)
    base += "".join(
        slab((4 + at * launch * scale, top), (launch * scale - 5, high), 1, "lit") for at in range(_LAUNCHES)
    )
    work = "".join(
        slab((4 + start * scale, below), ((end - start) * scale - 2, high), 3, "lit") for start, end in kernels
    )
    gaps, ended = "", 0.0
    for start, end in kernels:
        if start > ended:
            gaps += slab((4 + ended * scale, below), ((start - ended) * scale - 2, high), 4, "waiting")
        ended = end
    bottom = below + high + 24
    base += stroke([(4, bottom), (WIDTH - 4, bottom)], 2) + words((4, bottom + 40), "0", kind="quiet")
    base += words((WIDTH - 4, bottom + 40), quantity(free, "time"), "end", "quiet")
    figures = [_timed(launch, "запуск", 1), _timed(kernel, "ядро", 3, "kernel")]
    told = f"Один addmm: путь до запуска {quantity(launch, 'time')}, ядро {quantity(kernel, 'time')}"
    if _IDLE in values:
        idle = quantity(values[_IDLE].number, "share", decimals=0)
        figures.append(Figure(idle.replace(NBSP, ""), "всего прогона карта ждёт", 4, 1, "idle"))
        told += f"; карта ждёт {idle} всего прогона"
    moved = {"launch": launch, "kernel": kernel, "count": _LAUNCHES, "scale": scale, "top": below, "high": high}
    scene = Scene(
        "Запуски над ядрами",
        told,
        base,
        round(bottom + 60),
        [work, gaps],
        figures,
        play=Play("launches", moved, ("time",)),
    )
    caption = "Средние времена одного addmm, в масштабе; пунктиром — карта ждёт следующего запуска"
    return source.figure(scene.html, caption, "drawn", "cuda")


def _timed(seconds: float, said: str, tone: int, part: str = "") -> Figure:
    amount, unit = quantity(seconds, "time").split(NBSP)
    return Figure(amount, f"{unit}, {said}", tone, part=part)


# The talk's card, RTX 3090 Ti, and the kernel that cuBLAS picked for it: ampere_sgemm_64x32_sliced1x4.
_MULTIPROCESSORS, _TILE, _SLICES = 84, (64, 32), 4
_PRODUCT = (100, 512)  # rows and columns of a usual phrase's product


def tiles_on_card(source: Provenance, _: object) -> str:
    """Tiles of a product painted on the multiprocessors that compute them; the rest stands idle."""
    tiles = -(-_PRODUCT[0] // _TILE[0]) * -(-_PRODUCT[1] // _TILE[1])
    idle = _MULTIPROCESSORS - tiles
    columns, cell, top = 14, 56.0, 60.0
    rows = _MULTIPROCESSORS // columns

    def processor(at: int, tone: int, kind: str = "", part: str = "") -> str:
        return slab((4 + at % columns * cell, top + at // columns * cell), (cell - 8, cell - 8), tone, kind, part)

    base = words((4, 40), f"{_MULTIPROCESSORS} мультипроцессора, плитка {_TILE[0]} × {_TILE[1]} каждому")
    base += "".join(processor(at, 2, "waiting", f"sm-{at}") for at in range(_MULTIPROCESSORS))
    painted = "".join(processor(at, 1, "lit") for at in range(tiles))
    figures = [
        Figure(str(tiles), f"плитки в матрице {_PRODUCT[0]} × {_PRODUCT[1]}", 1, 0, "tiles"),
        Figure(str(idle), "процессора без дела", 2, 0, "idle"),
        Figure(f"×{_SLICES}", "режут сумму, но внутри плитки", 4),
    ]
    scene = Scene(
        "Плитки на мультипроцессорах",
        f"Из {_MULTIPROCESSORS} мультипроцессоров плитки достались {tiles}, {idle} стоят; сумму режут на {_SLICES} "
        "части внутри плитки, и стоять их меньше не становится",
        base,
        round(top + rows * cell + 8),
        [painted],
        figures,
        play=Play("card", {"tile": _TILE[0], "columns": -(-_PRODUCT[1] // _TILE[1]), "rows": _PRODUCT[0]}),
    )
    return source.figure(
        scene.html, "Матрица addmm на карте доклада, RTX 3090 Ti: одна клетка — один мультипроцессор", "drawn", "cuda"
    )


# The three answers to «how many times faster», what each counts, and the colour of its column.
_ANSWERS = (
    ("addmm.kernel_speedup", ("ядра", "addmm"), 1),
    ("addmm.speedup", ("addmm", "с запуском"), 2),
    ("speedup", ("весь", "прогон"), 3),
)


def answers(source: Provenance, *_: object) -> str:
    """A column for each answer beside the CPU's one; dashed is what the answer before it has more."""
    values = named_values(source.record)
    times = [values[name].number for name, _, _ in _ANSWERS]
    across, wide, top, bottom = 225.0, 160.0, 90.0, 400.0
    unit = (bottom - top) / max(1.0, *times)

    def column(at: int, low: float, high: float, tone: int, kind: str) -> str:
        """From so many times the CPU's speed to so many."""
        left = at * across + (across - wide) / 2
        return slab((left, bottom - high * unit), (wide, max((high - low) * unit, 3)), tone, kind)

    def named(at: int, lines: tuple[str, ...]) -> str:
        middle = (at + 0.5) * across
        return "".join(words((middle, bottom + 42 + line * 36), said, "middle") for line, said in enumerate(lines))

    drawn = []
    for at, (_name, lines, tone) in enumerate(_ANSWERS, start=1):
        reached, before = times[at - 1], times[max(at - 2, 0)]
        highest = bottom - max(reached, before) * unit
        frame = words(((at + 0.5) * across, highest - 24), quantity(reached, "ratio", "×", 1), "middle", "number", tone)
        if before > reached:
            frame += column(at, reached, before, tone, "waiting")
        drawn.append(frame + column(at, 0, reached, tone, "solid") + named(at, lines))
    first, *later = drawn
    base = stroke([(0, bottom + 2), (4 * across, bottom + 2)], 2)
    base += column(0, 0, 1, 4, "solid") + named(0, ("CPU",)) + first
    told = ", ".join(
        f"{' '.join(lines)} — в {quantity(reached, 'ratio', 'раз', 1)}"
        for reached, (_, lines, _) in zip(times, _ANSWERS, strict=True)
    )
    scene = Scene(
        "Три честных ответа", f"Во сколько раз GPU быстрее CPU: {told}", base, 490, later, width=round(4 * across)
    )
    caption = "Во сколько раз быстрее, чем CPU; пунктиром — сколько потерялось по сравнению с соседом слева"
    return source.figure(scene.html, caption, "drawn")


def answered(record: Record[Profiling]) -> bool:
    """Whether the record has all three answers: a run on the CPU, one on the GPU, and the time of its kernels."""
    return {name for name, _, _ in _ANSWERS} <= named_values(record).keys()


def launched(record: Record[Profiling]) -> bool:
    """Whether the record tells what a launch of addmm takes, and its kernel."""
    return {_LAUNCH, _KERNEL} <= named_values(record).keys()
