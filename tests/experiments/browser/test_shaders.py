"""Every WGSL kernel, on shapes that fill no tile, against NumPy's float64 product. SwiftShader is right, not fast."""

import math
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from .conftest import Serve, script_of

SHAPES = [(1, 1, 1), (5, 7, 3), (33, 18, 65), (70, 21, 259)]
STEPS = ["naive", "coalesced", "workgroup", "thread", "vec4", "half", "subgroups"]
_RUN = """
const SHAPES = %s;
window.products = async () => {
  const card = await Card.open(1e-4);
  const found = { features: card.features, names: GPU_STEPS.map(({ shader }) => shader), made: {} };
  const [a, b] = [randomNumbers(10000, 1), randomNumbers(10000, 2)];
  found.operands = { a: [...a], b: [...b] };
  for (const step of GPU_STEPS) {
    for (const [n, m, p] of SHAPES) {
      const name = `${step.shader} ${n}x${m}x${p}`;
      try {
        found.made[name] = [...(await gpuProduct(card, step, { n, m, p }, a.slice(0, n * m), b.slice(0, m * p)))];
      } catch (error) {
        found.made[name] = error.reason ?? String(error);
      }
    }
  }
  const shape = { n: 37, m: 50, p: 1 };
  const x = await card.matrix(a.slice(0, 37 * 50), 37, 50);
  const turned = await card.buffer(4 * 50 * 40);
  card.submit([await card.transposed(x, shape, turned, card.shape(shape))]);
  found.turned = [...(await card.read(turned, 50, 37))];
  found.gradient = await (async () => {
    const run = new Run(() => {});
    await gpuGradient(run, card);
    return run.data.gradients[0];
  })();
  const once = (step) => gpuProduct(card, step, { n: 1, m: 1, p: 1 }, a.slice(0, 1), b.slice(0, 1));
  found.refused = await once({ ...GPU_STEPS[0], shader: "broken" }).catch((error) => error.reason);
  found.after = [...(await once(GPU_STEPS[0]))];
  card.device.destroy();
  found.lost = await once(GPU_STEPS[4]).catch((error) => error.reason);
  return found;
};
BUILT.shaders.broken = "@compute fn main( {}";
"""


@pytest.fixture(scope="module")
def told(page: Page, serve: Serve) -> Any:
    parts = ["clock.js", "operands.js", "cpu.js", "pool.js", "gpu.js", "run.js"]
    serve({"kernels.js": script_of(parts, _RUN % [list(shape) for shape in SHAPES])})
    return page.evaluate("products()")


def test_every_step_is_tried(told: Any) -> None:
    assert told["names"] == STEPS


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_step_makes_the_product(told: Any, step: str, shape: tuple[int, int, int]) -> None:
    n, m, p = shape
    made = told["made"][f"{step} {n}x{m}x{p}"]
    feature = {"half": "shader-f16", "subgroups": "subgroups"}.get(step)
    if feature is not None and feature not in told["features"]:
        assert made == f"no_feature:{feature}"
        return
    assert not isinstance(made, str), made
    a, b = (np.array(told["operands"][name]) for name in "ab")
    expected = a[: n * m].reshape(n, m) @ b[: m * p].reshape(m, p)
    apart = np.abs(np.array(made).reshape(n, p) - expected).max()
    assert apart <= error_of(step, m) * np.abs(expected).max()


def error_of(step: str, depth: int) -> float:
    """What a sum of so many products may be off by, as a share of the largest."""
    return 2e-3 * math.sqrt(depth) if step == "half" else 1e-5


def test_a_matrix_is_transposed(told: Any) -> None:
    a = np.array(told["operands"]["a"][: 37 * 50]).reshape(37, 50)
    assert (np.array(told["turned"]).reshape(50, 37) == a.T).all()


def test_backward_is_timed(told: Any) -> None:
    assert told["gradient"]["forward_times_s"]
    assert told["gradient"]["backward_times_s"]


def test_a_shader_that_does_not_compile_ends_its_step_alone(told: Any) -> None:
    assert told["refused"].startswith("no_shader:")
    assert len(told["after"]) == 1


def test_a_lost_card_says_so(told: Any) -> None:
    assert told["lost"] == "device_lost"
