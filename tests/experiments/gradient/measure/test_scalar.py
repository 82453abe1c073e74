import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.gradient.autograd import Dual, GraphError, Value
from tests.experiments.gradient.measure.programs import Step, programs, run, torch_gradients, torch_slope

# NumPy warns of what IEEE 754 answers with ∞ and NaN; torch is silent.
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")

tame = st.integers(-40, 40).map(lambda n: n / 16)
wild = st.sampled_from([0.0, -1.0, 1e-320, 1e200, -1e200, 800.0, np.inf, -np.inf, np.nan])
numbers = st.one_of(tame, tame, wild)


def same(ours: object, truth: object) -> bool:
    return np.allclose(np.asarray(ours, float), np.asarray(truth, float), rtol=1e-7, atol=1e-12, equal_nan=True)


@settings(max_examples=120, derandomize=True, deadline=None)
@given(programs, st.lists(numbers, min_size=1, max_size=3))
def test_reverse_mode_agrees_with_torch(program: list[Step], inputs: list[float]) -> None:
    value, gradients = torch_gradients(program, inputs)
    leaves = [Value(each) for each in inputs]
    result = run(program, leaves)
    result.backward()
    assert same(result.data, value)
    assert same([leaf.grad for leaf in leaves], gradients)


@settings(max_examples=80, derandomize=True, deadline=None)
@given(programs, st.lists(tame, min_size=1, max_size=3))
def test_forward_mode_agrees_with_torch(program: list[Step], inputs: list[float]) -> None:
    value, _ = torch_gradients(program, inputs)
    for index in range(len(inputs)):
        dual = run(program, [Dual(each, float(place == index)) for place, each in enumerate(inputs)])
        assert same(dual.value, value)
        truth = torch_slope(program, inputs, index)
        assert same(dual.slope, truth) or not np.isfinite([value, truth]).all()  # ∞ meets 0 in another order


@pytest.mark.parametrize(
    ("program", "x"),
    [
        ([Step("one over", 1, 1)], 0.0),  # ∞, and a slope of −∞
        ([Step("div", 1, 1)], 0.0),  # 0 / 0
        ([Step("log", 1, 1)], -1.0),
        ([Step("log", 1, 1)], 0.0),
        ([Step("power", 1, 1)], -2.0),  # a root of a negative
        ([Step("exp", 1, 1)], 800.0),  # overflow
        ([Step("square", 1, 1), Step("cube", 1, 1)], 1e200),
        ([Step("relu", 1, 1)], np.nan),
        ([Step("tanh", 1, 1), Step("mul", 1, 2)], np.inf),
    ],
)
def test_where_there_is_no_number_torch_decides(program: list[Step], x: float) -> None:
    value, gradients = torch_gradients(program, [x])
    leaf = Value(x)
    result = run(program, [leaf])
    result.backward()
    assert not np.isfinite([value, gradients[0]]).all()
    assert same(result.data, value)
    assert same(leaf.grad, gradients[0])


def test_a_power_of_zero_passes_no_gradient_not_even_an_infinite_one() -> None:
    # 1 / x at 0 has an infinite slope by its numerator, x⁰; torch lets none of it through.
    program = [Step("constant", 1, 1), Step("div", 1, 2)]
    leaf = Value(0.0)
    run(program, [leaf]).backward()
    assert same(leaf.grad, torch_gradients(program, [0.0])[1][0])
    # 0 / 0 is NaN, and NaN⁰ is 1, of slope 0.
    program = [Step("div", 1, 1), Step("constant", 1, 1)]
    dual = run(program, [Dual(0.0, 1.0)])
    assert (dual.value, dual.slope) == (1.0, torch_slope(program, [0.0], 0)) == (1.0, 0.0)


def test_forward_over_reverse_gives_the_second_derivative() -> None:
    x = Value(Dual(0.3, 1.0))
    y = (x * x).exp() * x.tanh() / (x + 2) + x**3
    y.backward()

    import torch

    t = torch.tensor(0.3, dtype=torch.float64, requires_grad=True)
    f = (t * t).exp() * t.tanh() / (t + 2) + t**3
    (first,) = torch.autograd.grad(f, t, create_graph=True)
    (second,) = torch.autograd.grad(first, t)
    assert x.grad.value == pytest.approx(first.item())
    assert x.grad.slope == pytest.approx(second.item())


def test_a_value_used_twice_gets_both_gradients() -> None:
    x = Value(3.0)
    shared = x * x
    (shared * shared + shared).backward()
    assert x.grad == 4 * 3**3 + 2 * 3


def test_backward_twice_gives_the_same() -> None:
    x = Value(2.0)
    y = x**3
    y.backward()
    y.backward()
    assert x.grad == 12.0


def test_a_hundred_thousand_nodes_deep() -> None:
    x = Value(1.0)
    y = x
    for _ in range(100_000):
        y = y + x
    y.backward()
    assert x.grad == 100_001


def test_numpy_numbers_on_the_left() -> None:
    x = Value(2.0)
    y = np.float64(3) * x + np.float64(1)
    y.backward()
    assert (y.data, x.grad) == (7.0, 3.0)


def test_backward_starts_at_one_number() -> None:
    y = Value(np.ones(2)) * 2
    with pytest.raises(GraphError, match=r"×\(array\(\[2., 2.\]\)\): backward starts at one number"):
        y.backward()


def test_a_cycle_is_refused_by_name() -> None:
    x = Value(2.0)
    y = x * x
    z = y + x
    y.inputs = (z, x)
    with pytest.raises(GraphError, match=r"×\(4\) is made of itself|\+\(6\) is made of itself"):
        z.backward()
