import math
import subprocess
import sys

import numpy as np
import pytest
import torch

from experiments.gradient.measure import descent, differences, prices, ways
from experiments.gradient.measure.reading import learning
from experiments.gradient.record import DifferenceCurve


@pytest.mark.parametrize("h", [0.5, 1e-3, 1e-9])
def test_the_complex_step_in_real_arithmetic_is_the_complex_step(h: float) -> None:
    x = np.linspace(0.5, 1.0, 7)
    truth = (np.exp(x + 1j * h) * np.sin(x + 1j * h)).imag
    ours = differences.imaginary_f(torch.from_numpy(x), torch.tensor(h, dtype=torch.float64))
    np.testing.assert_allclose(ours.numpy(), truth, rtol=1e-12)


@pytest.fixture(scope="module")
def curves() -> dict[tuple[str, str], DifferenceCurve]:
    return {(curve.formula, curve.precision): curve for curve in differences.curves()}


@pytest.mark.parametrize("precision", ["fp16", "bf16", "fp32", "fp64"])
def test_the_best_step_is_where_theory_expects_it(
    curves: dict[tuple[str, str], DifferenceCurve], precision: str
) -> None:
    for formula, power in (("forward", 1 / 2), ("central", 1 / 3)):
        curve = curves[formula, precision]
        best = min(curve.errors, key=lambda each: each.error)
        assert 1 / 4 <= 2.0**-best.halvings / curve.epsilon**power <= 4


def test_the_complex_step_has_no_far_side(curves: dict[tuple[str, str], DifferenceCurve]) -> None:
    finest = curves["complex", "fp64"].errors[-1]
    assert finest.halvings == 60
    assert finest.error < 1e-15


def test_four_ways_lead_to_one_gradient() -> None:
    inputs = ways.numbers(6)
    whole = math.prod(inputs)
    truth = [whole / each for each in inputs]
    assert ways.by_differences(inputs) == pytest.approx(truth, rel=1e-6)
    for way in (ways.by_formula, ways.by_forward_mode, ways.by_reverse_mode):
        assert way(inputs) == pytest.approx(truth, rel=1e-14)


def test_the_derivative_swells_faster_than_the_formula() -> None:
    found = ways.swell(4)
    ratios = [each.derivative_operations / each.function_operations for each in found]
    assert found[0].function_operations == 3
    assert ratios == sorted(ratios)
    assert ratios[-1] > 5


def test_both_perceptrons_learn_alike() -> None:
    generator = np.random.default_rng(5)
    weights = [generator.normal(size=shape).astype(np.float32) / 4 for shape in ((4, 8), (8,), (8, 3), (3,))]
    x = generator.normal(size=(16, 4)).astype(np.float32)
    classes = generator.integers(0, 3, 16)
    ours, theirs = prices.OurPerceptron(weights), prices.TorchPerceptron(weights)
    target = np.eye(3, dtype=np.float32)[classes]
    for _ in range(5):
        ours.learn(prices.Array(x, asks=False), prices.Array(target, asks=False))
        theirs.times(torch.from_numpy(x), torch.from_numpy(classes))
    for mine, other in zip(ours.weights, theirs.weights, strict=True):
        np.testing.assert_allclose(mine.data, other.detach().numpy(), atol=1e-5)


def test_descent_keeps_the_rate_that_theory_has() -> None:
    found = {(each.function, each.method): each for each in descent.descents()}
    plain = found["quadratic", "gradient"]
    low, high = descent.CURVATURES
    factor = (plain.losses[-1] / plain.losses[0]) ** (1 / (2 * (len(plain.losses) - 1)))
    assert factor == pytest.approx((high - low) / (high + low), abs=0.01)
    assert len(found["quadratic", "momentum"].losses) < len(plain.losses)
    assert found["rosenbrock", "lbfgs"].losses[-1] < 1e-20
    assert len(found["rosenbrock", "gradient"].points) == descent.KEPT + 1
    slope, intercept, _ = descent.lowest_line()
    assert found["line", "gradient"].points[-1] == pytest.approx([slope, intercept], abs=1e-5)


def test_past_the_limit_each_step_leads_away() -> None:
    for each in descent.stability():
        assert each.measured_factor == pytest.approx(each.predicted_factor, abs=1e-9)
        assert (each.measured_factor > 1 + 1e-9) == (each.rate_share > 1)


def test_a_path_that_leaves_for_infinity_is_told() -> None:
    task = descent._Task(descent.quadratic, (1.0, 1.0), 0.0, 200, {"gradient": 1.0}, 0.0)
    path = descent._descend("quadratic", "gradient", task)
    assert path.diverged
    assert all(math.isfinite(loss) for loss in path.losses)
    assert len(path.losses) < 200


def test_labels_collapse_as_ctc_does() -> None:
    blank = len(learning.LETTERS)
    а, б = learning.LETTERS.index("а"), learning.LETTERS.index("д")
    assert learning.collapse([blank, а, а, blank, а, б, б, blank]) == "аад"
    assert learning.collapse([]) == ""


def test_products_with_jacobian_and_hessian_have_their_shapes() -> None:
    shapes = {each.name: (each.rows, each.columns) for each in prices.products(repeats=1, inputs=5, outputs=3)}
    assert shapes["jvp"] == (3, 1)
    assert shapes["vjp"] == (1, 5)
    assert shapes["jacobian_reverse"] == (3, 5)
    assert shapes["hessian"] == (5, 5)


def test_speech_is_the_same_in_each_process() -> None:
    code = (
        "import hashlib; from shared import speech as s\n"
        "taught, kept = s.split_voices(); assert not set(taught) & set(kept) and len(kept) >= 10\n"
        "sounds = list(s.speak(s.plan(20, taught, 1, 4) + s.plan(10, kept, 2, 4)))\n"
        "assert all(0.3 < len(x) / s.SAMPLE_RATE_HZ < 6 and abs(x).max() <= 1 for x in sounds)\n"
        "print(hashlib.sha256(b''.join(x.tobytes() for x in sounds)).hexdigest())"
    )
    runs = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout for _ in "ab"
    }
    assert len(runs) == 1
