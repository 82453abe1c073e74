"""The talk's six pictures of the derivative, drawn from formulas: nothing in them is measured.

Their gradients are computed by the engine that the page explains.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from talk.render.svg import WIDTH, Picture, Plane, Point, dot, path, shown, text
from talk.words import MINUS

from ..autograd.scalar import Value
from ..landscapes import LINE_START, LINE_X, LINE_Y


def tangent() -> Picture:
    """The path of a car that starts and stops, and its speed at one moment: chords that become a tangent."""
    plane = Plane(-0.2, 4.4, -3, 36)
    moment, spans = 1.0, (1.5, 0.8, 0.3)  # each chord has a slope of its own
    frames = [_chord(plane, moment, span) for span in spans]
    speed = 12 * moment - 3 * moment**2
    place = (moment, way(moment))
    final = (
        plane.through(place, speed, "second", "tangent")
        + plane.dot(place, "point handle", "point")
        + text(plane.at(2.35, 6), f"скорость {shown(speed)}", kind="loud", part="speed")
    )
    return Picture(
        "tangent",
        "Путь, время и касательная",
        f"Кривая пути от времени. Хорды укорачиваются и становятся касательной, её наклон — скорость {speed:g}",
        plane.axes("время", "путь") + plane.curve(((t / 20, way(t / 20)) for t in range(81)), "first"),
        (*frames, final),
        passing=True,
        last=_chord(plane, moment, 1.0, "chord") + final,
        plane=plane,
    )


def way(t: float) -> float:
    """The path s(t) = 6t² − t³ of a car that starts at 0 and stops at 4."""
    return 6 * t * t - t**3


def _chord(plane: Plane, start: float, span: float, part: str = "") -> str:
    ends = [(start, way(start)), (start + span, way(start + span))]
    slope = (ends[1][1] - ends[0][1]) / span
    return (
        plane.through(ends[0], slope, "third", part)
        + "".join(
            plane.dot(end, "point", f"{part}-{name}" if part else "") for end, name in zip(ends, "ab", strict=True)
        )
        + text(
            plane.at(2.35, 11),
            f"хорда {shown(slope * span)} / {shown(span)} = {shown(slope)}",
            part=f"{part}-said" if part else "",
        )
    )


def _project(x: float, y: float, z: float) -> Point:
    return WIDTH / 2 + 62 * (x - y), 55 + 24 * (x + y) - 12 * z


def surface() -> Picture:
    """The hill −(x² + y²), the plane that touches it at (2, −2), and the way up."""
    ticks = [tick / 4 for tick in range(-12, 13)]
    whole = [float(tick) for tick in range(-3, 4)]
    mesh = [[(x, y) for y in ticks] for x in whole] + [[(x, y) for x in ticks] for y in whole]
    base = "".join(path([_project(x, y, hill(x, y)) for x, y in each], "mesh") for each in mesh)
    for name, (x, y), aside in (("x", (0.0, 3.0), -22), ("y", (3.0, 0.0), 22)):
        left, top = _project(x, y, hill(x, y))
        base += text((left + aside, top + 30), name, "middle")
    at = (2.0, -2.0)
    return Picture(
        "surface",
        "Поверхность и касательная плоскость",
        f"Сетка холма минус (x² + y²), плоскость касается его в точке {_pair(at)}, "
        f"стрелка градиента {_pair((-2 * at[0], -2 * at[1]))} смотрит вверх по склону",
        base,
        (touching_point(at), touching_plane(at), uphill(at)),
        last=touching_plane(at) + uphill(at) + touching_point(at),
    )


def _pair(point: Point) -> str:
    return f"({shown(point[0])}, {shown(point[1])})"


def hill(x: float, y: float) -> float:
    """The height −(x² + y²)."""
    return -(x * x + y * y)


def touching_point(at: Point) -> str:
    """The point of the hill over `at`."""
    return dot(_project(*at, hill(*at)), "point handle", "point")


def touching_plane(at: Point, half: float = 1.1) -> str:
    """A square of the plane that touches the hill over `at`."""
    (x, y), z = at, hill(*at)
    corners = [(dx, dy) for dx, dy in ((-half, -half), (half, -half), (half, half), (-half, half))]
    return path(
        [_project(x + dx, y + dy, z - 2 * x * dx - 2 * y * dy) for dx, dy in corners], "sheet", "plane", closed=True
    )


def uphill(at: Point, length: float = 0.25) -> str:
    """The gradient over `at`, drawn along the plane, and its two numbers."""
    (x, y), z = at, hill(*at)
    dx, dy = -2 * x * length, -2 * y * length
    start, end = _project(x, y, z), _project(x + dx, y + dy, z - 2 * x * dx - 2 * y * dy)
    return path([start, end], "second arrow", "gradient") + text(
        (36, 42), f"градиент ({shown(-2 * x)}; {shown(-2 * y)})", kind="loud", part="said"
    )


def fit(residuals: bool) -> Picture:
    """A line that is turned step by step until it fits five points; with `residuals`, its misses and their squares."""
    plane = Plane(-2.9, 2.9, -4.6, 5.4)
    points = list(zip(LINE_X, LINE_Y, strict=True))
    steps = fitting(rate=0.04, steps=12)
    kept = [steps[0], steps[1], steps[2], steps[4], steps[-1]]
    told = "Пять точек и прямая, которая за несколько шагов спуска ложится вдоль них"
    if residuals:  # the other way round, so that a printed slide shows them
        kept = [*reversed(kept[2:]), (1.0, -1.0)]
        told = "Пять точек, прямая и невязки: отрезки от точек до прямой, на каждом построен квадрат"
    name = "residuals" if residuals else "fit"
    return Picture(
        name,
        "Прямая и невязки" if residuals else "Прямая по пяти точкам",
        told,
        plane.axes("x", "y") + "".join(plane.dot(point, "point data") for point in points),
        tuple(_line(plane, *each, residuals) for each in kept),
        passing=True,
        last=_line(plane, 1.0, -1.0, residuals, moved=True),
        plane=plane,
    )


def squares(slope: float, intercept: float) -> float:
    """The sum of squared residuals of the line over the five points."""
    return sum((y - (slope * x + intercept)) ** 2 for x, y in zip(LINE_X, LINE_Y, strict=True))


def fitting(rate: float, steps: int) -> list[tuple[float, float]]:
    """Slope and intercept after each step of descent, the start first; gradients by our own engine."""
    found = [LINE_START]
    for _ in range(steps):
        a, b = Value(found[-1][0]), Value(found[-1][1])
        loss = sum(((y - (a * x + b)) ** 2 for x, y in zip(LINE_X, LINE_Y, strict=True)), start=Value(0.0))
        loss.backward()
        found.append((float(a.data - rate * a.grad), float(b.data - rate * b.grad)))
    return found


def _line(plane: Plane, slope: float, intercept: float, residuals: bool, moved: bool = False) -> str:
    misses = ""
    if residuals:
        for index, (x, y) in enumerate(zip(LINE_X, LINE_Y, strict=True)):
            ends = (plane.at(x, y), plane.at(x, slope * x + intercept))
            misses += path(_square(*ends, slope), "square", f"square-{index}" if moved else "", closed=True)
            misses += path(ends, "third", f"miss-{index}" if moved else "")
    handles = ""
    if moved:
        handles = "".join(
            plane.dot((x, slope * x + intercept), "point handle", name) for name, x in (("left", -2.5), ("right", 2.5))
        )
    said = f"L = {shown(squares(slope, intercept), 2)}"
    return (
        misses
        + plane.through((0, intercept), slope, "first", "line" if moved else "")
        + handles
        + text(plane.at(0.6, -3.4), said, kind="loud", part="loss" if moved else "")
    )


def _square(point: Point, foot: Point, slope: float) -> list[Point]:
    """The square on a residual, on the side away from the line."""
    height = foot[1] - point[1]
    aside = point[0] - height if slope >= 0 else point[0] + height
    return [point, foot, (aside, foot[1]), (aside, point[1])]


TALK_STEPS = (4.5, 3.0, -2.0, 1.0, 0.0)  # where the talk's descent on x² stood


def descent() -> Picture:
    """Descent on x²: the point of each step, with its tangent."""
    plane = Plane(-5.6, 5.6, -4.6, 26)
    curve = plane.curve(((x / 10, (x / 10) ** 2) for x in range(-51, 52)), "first")
    frames = []
    for index, x in enumerate(TALK_STEPS):
        hop = plane.curve([(TALK_STEPS[index - 1], TALK_STEPS[index - 1] ** 2), (x, x * x)], "hop") if index else ""
        frames.append(
            hop + plane.through((x, x * x), 2 * x, "second", reach=1.2) + plane.dot((x, x * x)) + _beside(plane, x)
        )
    rate, start, taken = 0.1, 4.5, [4.5]
    for _ in range(11):
        taken.append(taken[-1] * (1 - 2 * rate))
    last = (
        plane.curve(((x, x * x) for x in taken), "hop", "way")
        + "".join(plane.dot((x, x * x), "point small", f"step-{index}") for index, x in enumerate(taken) if index)
        + plane.through((start, start**2), 2 * start, "second", "tangent", reach=1.2)
        + plane.dot((start, start**2), "point handle", "start")
        + text(
            plane.at(-5.4, -4.2),
            f"η = {shown(rate, 2)}: каждый шаг × {shown(1 - 2 * rate, 2)}",
            kind="loud",
            part="said",
        )
    )
    told = "Парабола x² и спуск по ней: " + ", ".join(shown(x) for x in TALK_STEPS) + "; в каждой точке касательная"
    return Picture(
        "descent",
        "Спуск по параболе",
        told,
        plane.axes("x", "x²", below=False) + curve,
        tuple(frames),
        last=last,
        plane=plane,
    )


def _beside(plane: Plane, x: float) -> str:
    """The number under a point of the parabola near its bottom, else beside it, outside."""
    if abs(x) < 2:
        return text(plane.at(x - 0.15, -3.5), shown(x), "end")
    return text(plane.at(x + math.copysign(0.3, x), x * x - 1.0), shown(x), "start" if x > 0 else "end")


@dataclass(frozen=True)
class _Box:
    """A node of the drawn graph: its title, column and row."""

    node: Value
    title: str
    column: int
    row: float


@dataclass(frozen=True)
class _Edge:
    """What one node takes from another, and the derivative by it."""

    source: _Box
    target: _Box
    factor: float


GRAPH_POINTS = ((1.0, 3.0), (2.0, 5.0))
_BOX = (94, 104)


def graph() -> Picture:
    """The graph of L = Σ(yᵢ − (a·xᵢ + b))² over two points, filled by the forward pass and then by the backward one."""
    boxes = _boxes(1.0, 1.0)
    a, b, loss = (boxes[at].node for at in (0, 1, -1))
    loss.backward()
    edges = _edges(boxes)
    wires = "".join(_arrow(_wire(each), "wire") for each in edges)
    columns = range(max(box.column for box in boxes) + 1)
    there = [_filled(boxes, [column], _value) for column in columns]
    # With the gradients of a column come what it took them over, and by how much each way multiplied them.
    back = [
        "".join(_arrow(_wire(each), "wire taken") + _factor(each) for each in edges if each.source.column == column)
        + _filled(boxes, [column], _grad)
        for column in reversed(columns)
    ]
    formula = f"L = {' + '.join(f'({shown(y)} {MINUS} (a · {shown(x)} + b))²' for x, y in GRAPH_POINTS)}"
    return Picture(
        "graph",
        "Граф вычислений",
        f"Граф L для точек {' и '.join(map(_pair, GRAPH_POINTS))} при a = {shown(a.data)}, b = {shown(b.data)}: прямой "
        f"проход заполняет значения слева направо, L = {shown(loss.data)}; обратный — градиенты справа налево, "
        f"по a {shown(a.grad)}, по b {shown(b.grad)}",
        text((WIDTH / 2, 30), formula, "middle", "op")
        + wires
        + "".join(_frame(box, f"node-{index}") for index, box in enumerate(boxes)),
        (*there, *back),
        last="".join(_value(box, f"value-{index}") + _grad(box, f"grad-{index}") for index, box in enumerate(boxes)),
    )


def _boxes(slope: float, intercept: float) -> list[_Box]:
    """Nodes in the order in which they are computed."""
    a, b = Value(slope), Value(intercept)
    boxes = [_Box(a, "a", 0, 0.3), _Box(b, "b", 0, 1.2)]
    total = Value(0.0)
    found = []
    for row, (x, y) in zip((0.0, 2.0), GRAPH_POINTS, strict=True):
        scaled = a * x
        line = scaled + b
        # y − line in one node, as the talk draws it.
        missed = Value(y - line.data, "−", (line,), lambda grad: (-grad,))
        squared = missed**2
        found.append(squared)
        boxes += [
            _Box(scaled, f"· {shown(x)}", 1, row),
            _Box(line, "+ b", 2, row),
            _Box(missed, f"{shown(y)} {MINUS} …", 3, row),
            _Box(squared, "( )²", 4, row),
        ]
    total = found[0] + found[1]
    return [*boxes, _Box(total, "L", 5, 1.0)]


def _edges(boxes: Sequence[_Box]) -> list[_Edge]:
    drawn = {id(box.node): box for box in boxes}
    return [
        _Edge(drawn[id(each)], box, float(factor))
        for box in boxes
        if box.node.pull
        for each, factor in zip(box.node.inputs, box.node.pull(1.0), strict=True)
        if id(each) in drawn
    ]


def _place(box: _Box) -> Point:
    return 62 + box.column * 135.0, 107 + box.row * 135.0


_APART = 14  # ends of two edges at one side of a box


def _wire(edge: _Edge) -> list[Point]:
    """From a box to one that was made of it, at right angles: to its side, or to its edge past a box in the way."""
    (x0, y0), (x1, y1) = _place(edge.source), _place(edge.target)
    half_width, half_height = _BOX[0] / 2, _BOX[1] / 2
    start = (x0 + half_width, y0)
    side = math.copysign(1, y1 - y0)
    if edge.target.column - edge.source.column > 1:
        return [start, (x1, y0), (x1, y1 - side * half_height)]
    if y0 == y1:
        return [start, (x1 - half_width, y1)]
    lane = (start[0] + x1 - half_width) / 2 - 3
    end = y1 - side * _APART if edge.target.title == "L" else y1
    return [start, (lane, y0), (lane, end), (x1 - half_width, end)]


def _arrow(way: Sequence[Point], kind: str) -> str:
    """A line with a head at its end, which is level or upright."""
    (x0, y0), (x, y) = way[-2:]
    along = ((x > x0) - (x < x0), (y > y0) - (y < y0))
    neck = (x - 10 * along[0], y - 10 * along[1])
    wings = [(neck[0] + side * 7 * along[1], neck[1] + side * 7 * along[0]) for side in (1, -1)]
    return path([*way[:-1], neck], kind) + path([(x, y), *wings], f"{kind} tip", closed=True)


def _factor(edge: _Edge) -> str:
    """Beside an edge what a gradient is multiplied by on the way back along it; nothing where it passes as it is."""
    if edge.factor == 1:
        return ""
    way = _wire(edge)
    said = f"×{shown(edge.factor, 2)}"
    (x0, y0), (x1, _) = way[-2:]
    if len(way) == 2:
        return text(((x0 + x1) / 2, y0 - 12), said, "middle", "factor")
    return text((x0 - 6, y0 - 6), said, "end", "factor")  # beside its bend


def _frame(box: _Box, part: str) -> str:
    x, y = _place(box)
    width, height = _BOX
    return (
        f'<rect class="box" data-part="{part}" x="{x - width / 2:.1f}" y="{y - height / 2:.1f}" '
        f'width="{width}" height="{height}"/>' + text((x, y - 24), box.title, "middle", "op")
    )


def _value(box: _Box, part: str = "") -> str:
    x, y = _place(box)
    return text((x, y + 9), shown(float(box.node.data), 2), "middle", "forward", part)


def _grad(box: _Box, part: str = "") -> str:
    x, y = _place(box)
    return text((x, y + 41), f"∂ {shown(float(box.node.grad), 2)}", "middle", "backward", part)


def _filled(boxes: Sequence[_Box], columns: Iterable[int], write: Callable[[_Box], str]) -> str:
    wanted = set(columns)
    return "".join(write(box) for box in boxes if box.column in wanted)


_CAPTIONS = {
    "tangent": "Двигайте момент и отрезок времени: чем он короче, тем ближе хорда к касательной",
    "surface": "Двигайте точку: плоскость касается холма, стрелка показывает, куда круче вверх",
    "fit": "Тяните прямую за концы: L — сумма квадратов промахов",
    "residuals": "То же с невязками: L — сумма площадей. «Шаг» двигает прямую против градиента",
    "descent": "Двигайте начало и скорость обучения η. За единицей спуск уходит вверх",
    "graph": "Двигайте a и b, потом листайте шаги: прямой проход слева направо, обратный справа налево",
}


def pictures() -> list[Picture]:
    """All six, in the talk's order."""
    return [tangent(), surface(), fit(residuals=False), fit(residuals=True), descent(), graph()]


def fragments() -> dict[str, str]:
    """Name → figure: each picture for the article and, in steps, for a slide."""
    made = {}
    for picture in pictures():
        made[picture.name] = picture.still(_CAPTIONS[picture.name])
        made[f"{picture.name}-slide"] = picture.stepped()
    return made
