"""Every WebAssembly kernel, on shapes that fill no tile, against NumPy's float64 product."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from experiments.browser.measure import kernels
from experiments.browser.measure.script import kernel_files
from experiments.browser.measure.webassembly import link

MOST_BYTES = 40_000
SHAPES = [(1, 1, 1), (7, 5, 3), (12, 512, 24), (13, 600, 29), (103, 257, 130), (48, 24, 96)]
SQUARES = [64, 96, 128, 200]
TILES = [f"{tile.rows}x{tile.columns}" for tile in kernels.TILES]
GUARD = 64  # numbers on either side of C that nobody may write

_RUN = """
const GUARD = %d;
const found = {};
for (const build of buildsHere()) {
  for (const isShared of [false, true]) {
    const memory = memoryOf(8 << 20, isShared);
    const kernels = instantiate(build, memory, isShared);
    const placed = (tile, { n, m, p }, work) => {
      const arena = new Arena();
      const [a, b] = [arena.take(n * m), arena.take(m * p)];
      const c = arena.take(n * p + 2 * GUARD) + 4 * GUARD;
      numbersAt(memory, a, n * m).set(randomNumbers(n * m, 1));
      numbersAt(memory, b, m * p).set(randomNumbers(m * p, 2));
      const around = numbersAt(memory, c - 4 * GUARD, n * p + 2 * GUARD);
      around.fill(777);
      const engine = { kernels, memory, tile };
      const product = plainly({ n, m, p }, a, b, c);
      work(engine, product, tile && takeRoom(arena, product, tile), arena);
      return [...around];
    };
    const keep = (name, tile, shape, work) => {
      const sides = Object.values(shape).join("x");
      found[`${build} ${isShared} ${name} ${tile?.name ?? ""} ${sides}`] = placed(tile, shape, work);
    };
    for (const [n, m, p] of %s) {
      const shape = { n, m, p };
      keep("scalar", null, shape, (_, { a, b, c }) => kernels.scalar(n, m, p, a, m, b, p, c, p));
      keep("order", null, shape, multiplyInOrder);
      for (const tile of BUILT.tiles) {
        keep("registers", tile, shape, multiplyInPlace);
        keep("packing", tile, shape, (engine, product, room) => packAndMultiply(engine, product, room));
        keep("threads", tile, shape, (engine, product, room, arena) => {
          const columns = roundUp(p, tile.columns);
          const half = Math.floor(columns / tile.columns / 2) * tile.columns;
          pack(engine, product, room.packed, half, columns);
          pack(engine, product, room.packed, 0, half);
          const rows = Math.floor(n / tile.rows / 2) * tile.rows;
          multiplyPacked(engine, product, room, rows, n);
          multiplyPacked(engine, product, room, 0, rows);
        });
        keep("turned", tile, shape, (engine, product, room, arena) => {
          // The same product of both operands as they lie when they are transposed.
          const [x, y] = [arena.take(n * m), arena.take(m * p)];
          const [from, to] = [numbersAt(memory, product.a, n * m), numbersAt(memory, x, n * m)];
          for (let i = 0; i < n; i++) for (let k = 0; k < m; k++) to[k * n + i] = from[i * m + k];
          const [source, target] = [numbersAt(memory, product.b, m * p), numbersAt(memory, y, m * p)];
          for (let k = 0; k < m; k++) for (let j = 0; j < p; j++) target[j * m + k] = source[k * p + j];
          const turned = { ...product, a: x, across: 1, along: n, b: y, down: 1, right: m };
          packAndMultiply(engine, turned, room);
        });
      }
    }
    for (const n of %s) {
      keep("strassen", null, { n, m: n, p: n }, (_, { a, b, c }, __, arena) =>
        multiplyStrassen(kernels, n, a, n, b, n, c, n, arena.take(n * n)));
    }
  }
}
const [n, m, p] = [9, 11, 5];
const made = nested(new Float32Array(n * p), p);
multiplyNumbers(nested(randomNumbers(n * m, 1), m), nested(randomNumbers(m * p, 2), p), made);
const { kernels, memory } = (() => {
  const memory = memoryOf(1 << 20);
  return { kernels: instantiate("plain", memory), memory };
})();
numbersAt(memory, 1024, 4096).fill(0.5);
answer({
  found, javascript: made.flat(), operands: { a: [...randomNumbers(40000, 1)], b: [...randomNumbers(40000, 2)] },
  read: kernels.read(1024, 4096, 3),
  peak: Object.fromEntries(buildsHere().map((build) => [build, instantiate(build, memoryOf(1024)).peak(10, 1)])),
  fused: buildsHere().map((build) => {
    const own = memoryOf(1 << 16);
    return [build, isFusedHere({ kernels: instantiate(build, own), memory: own, tile: BUILT.tiles[0] }, new Arena())];
  }),
});
"""


@pytest.fixture(scope="module")
def told(in_node: Callable[[list[str], str], Any]) -> Any:
    code = _RUN % (GUARD, [list(shape) for shape in SHAPES], SQUARES)
    return in_node(["clock.js", "operands.js", "cpu.js"], code)


def exact(told: Any, n: int, m: int, p: int) -> np.ndarray:
    """The float64 product of the operands, whose numbers are the same whatever their shape."""
    a, b = (np.array(told["operands"][name]) for name in "ab")
    return a[: n * m].reshape(n, m) @ b[: m * p].reshape(m, p)


@pytest.mark.parametrize("build", kernels.BUILDS)
@pytest.mark.parametrize("kernel", ["scalar", "order", "registers", "packing", "threads", "turned", "strassen"])
def test_a_kernel_makes_the_product_and_writes_nowhere_else(told: Any, build: str, kernel: str) -> None:
    cases = [name for name in told["found"] if name.startswith((f"{build} true {kernel} ", f"{build} false {kernel} "))]
    tiled = kernel in {"registers", "packing", "threads", "turned"}
    assert len(cases) == 2 * (len(SQUARES) if kernel == "strassen" else len(SHAPES)) * (len(TILES) if tiled else 1)
    for case in cases:
        n, m, p = map(int, case.split()[-1].split("x"))
        made = np.array(told["found"][case])
        assert (made[:GUARD] == 777).all(), case
        assert (made[-GUARD:] == 777).all(), case
        expected = exact(told, n, m, p)
        apart = np.abs(made[GUARD:-GUARD].reshape(n, p) - expected).max() / np.abs(expected).max()
        assert apart < 1e-5, case


def test_loops_over_ordinary_numbers(told: Any) -> None:
    expected = exact(told, 9, 11, 5)
    assert np.allclose(np.array(told["javascript"]).reshape(9, 5), expected, rtol=0, atol=1e-12)


def test_ceilings_do_the_work_that_is_counted(told: Any) -> None:
    # 4096 numbers of a half, three times, over four lanes.
    assert told["read"] == 4096 * 0.5 * 3 / 4
    # With the factor 1: each register of the fused build holds 1 + turns; of the plain one half of them stay 1.
    assert told["peak"]["relaxed"] == kernels.ACCUMULATORS * (1 + 10)
    assert told["peak"]["plain"] == kernels.ACCUMULATORS / 2 * (1 + 1 + 10)


def test_the_plain_build_rounds_twice(told: Any) -> None:
    fused = dict(told["fused"])
    assert fused.pop("plain") is False
    assert fused.pop("relaxed") in {True, False}  # the processor's own affair
    assert not fused


def test_a_hindered_timing_leaves_the_next_one_right(in_node: Callable[[list[str], str], Any]) -> None:
    """The first call seems to take half a second; each takes ten microseconds, by a clock of a hundred."""
    code = """
    let now = 0, calls = 0;
    performance.now = () => Math.floor(now / 100) / 10;
    const call = () => { calls += 1; now += calls === 2 ? 500_000 : 10; };
    const hindered = timedCall(call, 1e-4);
    answer([hindered, timedCall(call, 1e-4, hindered)]);
    """
    hindered, after = in_node(["clock.js"], code)
    assert hindered == {"once_s": 0.5, "repeats": 1}
    assert after["once_s"] == pytest.approx(1e-5, rel=0.05)


def test_kernels_are_warm_when_their_compiler_is_done(in_node: Callable[[list[str], str], Any]) -> None:
    """Two calls take 10 ms; the second one 2 ms once 200 ms are over, as when a browser has compiled it well."""
    code = """
    let now = 0;
    performance.now = () => now;
    const [slow, improving] = [() => (now += 10), () => (now += now < 200 ? 10 : 2)];
    let ever = 1000;
    const faster = () => (now += ever *= 0.7);
    warmUp([slow, improving]).then(async () => {
      const settled = now;
      await warmUp([faster]);
      answer([settled, now - settled]);
    });
    """
    settled, longest = in_node(["clock.js"], code)
    assert 450 <= settled < 500
    assert 2000 <= longest < 2400


def test_the_kernels_are_small() -> None:
    files = kernel_files()
    served = [each["content"] for each in files["builds"].values()] + list(files["shaders"].values())
    assert sum(len(each.encode()) for each in served) <= MOST_BYTES


def test_an_object_that_needs_a_linker_is_none() -> None:
    head = b"\0asm\1\0\0\0"
    with pytest.raises(ValueError, match="no WebAssembly"):
        link(b"\x7fELF", [])
    with pytest.raises(ValueError, match="needs a linker"):
        link(head, ["multiply"])
