import gc
import weakref

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.gradient.autograd import Array, GraphError
from tests.experiments.gradient.measure.programs import Step, programs, run, torch_gradients

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")

# Shapes that broadcast with one another.
shapes = st.lists(
    st.sampled_from([(), (1,), (3,), (2, 1), (2, 3), (1, 3), (4, 1, 1), (4, 2, 3)]), min_size=1, max_size=3
)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(programs, shapes, st.integers(0, 10**6), st.booleans())
def test_gradients_agree_with_torch(program: list[Step], shapes: list[tuple[int, ...]], seed: int, wild: bool) -> None:
    generator = np.random.default_rng(seed)
    inputs = [np.asarray(generator.integers(-40, 40, shape) / 16) for shape in shapes]
    if wild:
        for each in inputs:
            each[...] = np.where(generator.random(each.shape) < 0.3, generator.choice([0, np.inf, np.nan, 1e300]), each)
    value, gradients = torch_gradients(program, inputs)
    leaves = [Array(each) for each in inputs]
    result = run(program, leaves)
    result.sum().backward()
    assert result.shape == value.shape
    np.testing.assert_allclose(result.data, value, rtol=1e-7, atol=1e-12)
    for leaf, gradient in zip(leaves, gradients, strict=True):
        ours = np.zeros(leaf.shape) if leaf.grad is None else leaf.grad
        assert ours.shape == gradient.shape
        np.testing.assert_allclose(ours, gradient, rtol=1e-7, atol=1e-12)


def test_a_perceptron_agrees_with_torch() -> None:
    generator = np.random.default_rng(1)
    x, w, b, v = (generator.normal(size=shape) for shape in ((5, 4), (4, 7), (7,), (7, 3)))
    target = np.eye(3)[[0, 2, 1, 1, 0]]

    ours = [Array(each) for each in (x, w, b, v)]
    logits = (ours[0] @ ours[1] + ours[2]).tanh().relu() @ ours[3].T.T
    loss = -(logits.log_softmax() * target).sum(axis=1).mean()
    loss.backward()

    theirs = [torch.tensor(each, requires_grad=True) for each in (x, w, b, v)]
    hidden = (theirs[0] @ theirs[1] + theirs[2]).tanh().relu()
    truth = torch.nn.functional.cross_entropy(hidden @ theirs[3], torch.tensor([0, 2, 1, 1, 0]))
    truth.backward()
    assert float(loss.data) == pytest.approx(truth.item())
    for mine, theirs_ in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine.grad, theirs_.grad.numpy(), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("axis", [None, 0, 1, -1, (0, 2)])
@pytest.mark.parametrize("keepdims", [False, True])
def test_sums_over_axes(axis: int | tuple[int, ...] | None, keepdims: bool) -> None:
    data = np.random.default_rng(2).normal(size=(2, 3, 4))
    ours = Array(data)
    (ours.sum(axis=axis, keepdims=keepdims) ** 2).sum().backward()
    theirs = torch.tensor(data, requires_grad=True)
    (theirs.sum(dim=axis, keepdim=keepdims) ** 2).sum().backward()
    np.testing.assert_allclose(ours.grad, theirs.grad.numpy())


def test_reshape_passes_gradients_back() -> None:
    x = Array(np.arange(6.0))
    (x.reshape(2, 3) * np.array([[1.0], [10.0]])).sum().backward()
    np.testing.assert_array_equal(x.grad, [1, 1, 1, 10, 10, 10])


def test_single_precision_stays_single() -> None:
    x = Array(np.ones((2, 2), np.float32))
    loss = ((x * 2.0 + 1) @ x).relu().mean()
    loss.backward()
    assert loss.data.dtype == x.grad.dtype == np.float32


def test_constants_are_not_asked_for_and_not_kept() -> None:
    x, w = Array(np.ones((2, 3)), "x", asks=False), Array(np.ones((3, 1)), "w")
    unused = x * 2
    (x @ w).sum().backward()
    assert x.grad is None
    assert unused.inputs == ()
    assert w.grad.tolist() == [[2.0], [2.0], [2.0]]


def test_backward_starts_at_one_number() -> None:
    product = Array(np.ones((2, 3)), "x") @ Array(np.ones((3, 2)), "w")
    with pytest.raises(
        GraphError, match=r"matmul\(x, w\) of shape \(2, 2\): backward starts at one number, here are 4"
    ):
        product.backward()


def test_shapes_that_do_not_multiply_are_named() -> None:
    with pytest.raises(GraphError, match=r"x of shape \(2, 3\) @ w of shape \(2, 3\)"):
        Array(np.ones((2, 3)), "x") @ Array(np.ones((2, 3)), "w")


def test_what_was_changed_after_use_is_refused_by_name() -> None:
    x, w = Array(np.ones((2, 3)), "x"), Array(np.ones((3, 2)), "w")
    loss = (x @ w).sum()
    w.step_(np.full((3, 2), 0.5))
    with pytest.raises(
        GraphError, match=r"matmul\(x, w\) of shape \(2, 2\): its input w of shape \(3, 2\) was changed"
    ):
        loss.backward()


def test_numbers_that_others_share_are_read_only() -> None:
    x, y = Array(np.ones(3), "x"), Array(np.ones(3), "y")
    (x + y).sum().backward()
    for numbers in (x.data, x.grad):
        with pytest.raises(ValueError, match="read-only"):
            numbers *= 2
    assert y.grad.tolist() == [1, 1, 1]


def test_a_cycle_is_refused_by_name() -> None:
    x = Array(1.0, "x")
    y = x.exp()
    z = y.log()
    y.inputs = (z,)
    with pytest.raises(GraphError, match=r"(exp|log)\(\w+\(…\)\) of shape \(\) is made of itself"):
        z.backward()


def test_a_used_graph_is_let_go() -> None:
    x = Array(np.ones(3), "x")
    loss = (x * x).sum()
    middle = weakref.ref(loss.inputs[0])
    loss.backward()
    del loss
    gc.collect()
    assert middle() is None
