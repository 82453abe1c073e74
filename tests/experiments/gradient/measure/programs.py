"""Random programs that every engine can run, so that one can be asked for the truth about another."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from hypothesis import strategies as st
from torch.autograd import forward_ad

BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "two minus": lambda x, _: 2 - x,
    "one over": lambda x, _: 1 / x,
}
UNARY: dict[str, Callable[[Any], Any]] = {
    "neg": lambda x: -x,
    "square": lambda x: x**2,
    "cube": lambda x: x**3,
    # Not 1.5: of its slope torch takes a square root, which of −∞ is NaN where IEEE 754's power is ∞.
    "power": lambda x: x**2.5,
    "inverse": lambda x: x**-1,
    "constant": lambda x: x**0,
    "exp": lambda x: x.exp(),
    "log": lambda x: x.log(),
    "tanh": lambda x: x.tanh(),
    # IEEE 754 leaves open which zero is the greater of −0 and 0; adding 0 forgets the sign.
    "relu": lambda x: x.relu() + 0.0,
}


@dataclass(frozen=True)
class Step:
    """An operation on two of the results so far, named by how far back they lie; a unary one uses the first."""

    name: str
    first: int
    second: int


steps = st.builds(Step, st.sampled_from([*BINARY, *UNARY]), st.integers(1, 6), st.integers(1, 6))
programs = st.lists(steps, min_size=1, max_size=10)


def run(program: list[Step], inputs: list[Any]) -> Any:
    """The last result. Steps reach back at most to the first input: many share what they use."""
    results = list(inputs)
    for step in program:
        x, y = (results[-min(back, len(results))] for back in (step.first, step.second))
        results.append(BINARY[step.name](x, y) if step.name in BINARY else UNARY[step.name](x))
    return results[-1]


def torch_gradients(program: list[Step], inputs: list[Any]) -> tuple[Any, list[Any]]:
    """What torch says of the sum of the program's result: the result, and the derivative by each input."""
    tensors = [torch.tensor(each, dtype=torch.float64, requires_grad=True) for each in inputs]
    result = run(program, tensors)
    if result.requires_grad:
        result.sum().backward()
    return (
        result.detach().numpy(),
        [(torch.zeros_like(each) if each.grad is None else each.grad).numpy() for each in tensors],
    )


def torch_slope(program: list[Step], inputs: list[float], index: int) -> float:
    """What torch's forward mode says of the derivative by the input `index`."""
    with forward_ad.dual_level():
        duals = [
            forward_ad.make_dual(*(torch.tensor(number, dtype=torch.float64) for number in (each, float(i == index))))
            for i, each in enumerate(inputs)
        ]
        tangent = forward_ad.unpack_dual(run(program, duals)).tangent
    return 0.0 if tangent is None else tangent.item()
