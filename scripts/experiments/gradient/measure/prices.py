"""Prices of gradients in evaluations of the function: our arrays, torch, and products with Jacobian and Hessian."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import torch
from threadpoolctl import threadpool_limits

from talk.measure.clock import times_of

from ..autograd import Array
from ..autograd.array import Numbers
from ..record import Engine, EnginePrice, Product

BATCH, WIDTHS = 1024, (256, 512, 10)
_RATE = 0.05

Times = tuple[float, float, float]  # seconds of forward, backward, update


class OurPerceptron:
    """Two layers over our arrays, single precision."""

    def __init__(self, weights: list[Numbers]) -> None:
        self.weights = [Array(weight.copy(), f"weight {index}") for index, weight in enumerate(weights)]

    # --8<-- [start:perceptron]
    def loss(self, x: Array, target: Array) -> Array:
        """Cross-entropy of a batch: `x` (batch, features), `target` (batch, classes) of ones and zeros."""
        w1, b1, w2, b2 = self.weights
        hidden = (x @ w1 + b1).relu()
        return -((hidden @ w2 + b2).log_softmax() * target).sum() / x.shape[0]

    def learn(self, x: Array, target: Array) -> float:
        """One step down the gradient; returns the loss before it."""
        loss = self.loss(x, target)
        loss.backward()
        for weight in self.weights:
            assert weight.grad is not None
            weight.step_(-_RATE * weight.grad)
        return float(loss.data)
        # --8<-- [end:perceptron]

    def times(self, x: Array, target: Array) -> Times:
        """Seconds of one step's parts."""
        start = perf_counter()
        loss = self.loss(x, target)
        there = perf_counter()
        loss.backward()
        back = perf_counter()
        for weight in self.weights:
            assert weight.grad is not None
            weight.step_(-_RATE * weight.grad)
        return there - start, back - there, perf_counter() - back


class TorchPerceptron:
    """The same two layers in torch, eager, with its own optimiser."""

    def __init__(self, weights: list[Numbers]) -> None:
        self.weights = [torch.tensor(weight, requires_grad=True) for weight in weights]
        self.optimizer = torch.optim.SGD(self.weights, lr=_RATE)

    def loss(self, x: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """Cross-entropy of a batch: `target` are class numbers."""
        w1, b1, w2, b2 = self.weights
        hidden = torch.addmm(b1, x, w1).relu()
        return torch.nn.functional.cross_entropy(torch.addmm(b2, hidden, w2), target)

    def times(self, x: torch.Tensor, target: torch.Tensor) -> Times:
        """Seconds of one step's parts."""
        self.optimizer.zero_grad()
        start = perf_counter()
        loss = self.loss(x, target)
        there = perf_counter()
        loss.backward()  # type: ignore[no-untyped-call]
        back = perf_counter()
        self.optimizer.step()
        return there - start, back - there, perf_counter() - back


def engine_prices(repeats: int) -> list[EnginePrice]:
    """Times of both engines in turn on one thread, `repeats` steps of each after a few to warm up."""
    generator = np.random.default_rng(3)
    shapes = [(WIDTHS[0], WIDTHS[1]), (WIDTHS[1],), (WIDTHS[1], WIDTHS[2]), (WIDTHS[2],)]
    weights = [(generator.normal(size=shape) / 16).astype(np.float32) for shape in shapes]
    x = generator.normal(size=(BATCH, WIDTHS[0])).astype(np.float32)
    classes = generator.integers(0, WIDTHS[2], BATCH)
    ours, theirs = OurPerceptron(weights), TorchPerceptron(weights)
    our_batch = Array(x, asks=False), Array(np.eye(WIDTHS[2], dtype=np.float32)[classes], asks=False)
    their_batch = torch.from_numpy(x), torch.from_numpy(classes)
    with _one_thread():
        times = [(ours.times(*our_batch), theirs.times(*their_batch)) for _ in range(3 + repeats)][3:]
    return [_price("ours", [each for each, _ in times]), _price("torch", [each for _, each in times])]


@contextmanager
def _one_thread() -> Iterator[None]:
    """Run NumPy and torch on one thread each."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(limits=1):
            yield
    finally:
        torch.set_num_threads(threads)


def _price(engine: Engine, times: list[Times]) -> EnginePrice:
    forward_s, backward_s, _ = (median(part) for part in zip(*times, strict=True))
    return EnginePrice(
        engine=engine,
        batch_size=BATCH,
        widths=list(WIDTHS),
        forward_time_s=forward_s,
        backward_time_s=backward_s,
        training_step_time_s=median(sum(each) for each in times),
    )


def products(repeats: int, inputs: int = 512, hidden: int = 4096, outputs: int = 64) -> list[Product]:
    """Products with Jacobian and Hessian, and the whole of each, of a two-layer network ℝⁿ → ℝᵐ: torch, one thread.

    The network is so wide that arithmetic takes longer than the calls of torch.
    """
    generator = torch.Generator().manual_seed(4)
    first = torch.randn(inputs, hidden, generator=generator) / inputs**0.5
    second = torch.randn(hidden, outputs, generator=generator) / hidden**0.5
    x, direction = torch.randn(2, inputs, generator=generator)
    weight = torch.randn(outputs, generator=generator)

    def f(x: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = torch.tanh(x @ first) @ second
        return result

    def energy(x: torch.Tensor) -> torch.Tensor:
        return f(x).square().sum()

    def vjp() -> Any:
        return torch.func.vjp(f, x)[1](weight)

    def hvp() -> Any:
        return torch.func.vjp(torch.func.grad(energy), x)[1](direction)  # H is symmetric: vᵀH is Hv

    def cost(name: Any, shape: tuple[int, int], run: Callable[[], object], function: Callable[[], object]) -> Product:
        return Product(
            name=name,
            rows=shape[0],
            columns=shape[1],
            time_s=median(times_of(run, repeats)),
            function_time_s=median(times_of(function, repeats)),
        )

    with _one_thread():
        return [
            cost("jvp", (outputs, 1), lambda: torch.func.jvp(f, (x,), (direction,)), lambda: f(x)),
            cost("vjp", (1, inputs), vjp, lambda: f(x)),
            cost("jacobian_forward", (outputs, inputs), lambda: torch.func.jacfwd(f)(x), lambda: f(x)),
            cost("jacobian_reverse", (outputs, inputs), lambda: torch.func.jacrev(f)(x), lambda: f(x)),
            cost("hvp", (inputs, 1), hvp, lambda: energy(x)),
            cost("hessian", (inputs, inputs), lambda: torch.func.hessian(energy)(x), lambda: energy(x)),
        ]
