"""Numerical differentiation: the error of difference quotients against the step, in four precisions."""

from typing import Any

import torch

from ..record import DifferenceCurve, Formula, Precision, StepError

PRECISIONS: dict[Precision, torch.dtype] = {
    "fp16": torch.float16,
    "bf16": torch.bfloat16,
    "fp32": torch.float32,
    "fp64": torch.float64,
}
FORMULAS: tuple[Formula, ...] = ("forward", "central", "complex")
_FINEST = 60  # halvings of 1: far below the spacing of doubles
_POINTS = 500


def curves() -> list[DifferenceCurve]:
    """Errors for every formula and precision, for f(x) = eˣ·sin x on [1/2, 1]."""
    return [_curve(formula, precision) for precision in PRECISIONS for formula in FORMULAS]


def _curve(formula: Formula, precision: Precision) -> DifferenceCurve:
    dtype = PRECISIONS[precision]
    x = (0.5 + 0.5 * torch.rand(_POINTS, generator=torch.Generator().manual_seed(1), dtype=torch.float64)).to(dtype)
    truth = _slope(x.double())
    errors = []
    for halvings in range(1, _FINEST + 1):
        h = torch.tensor(2.0**-halvings, dtype=dtype)
        quotient = derivative(formula, x, h)
        error = ((quotient.double() - truth) / truth).abs().median().item()
        if h == 0 or not torch.isfinite(quotient).all():
            break
        errors.append(StepError(halvings=halvings, error=error))
    return DifferenceCurve(formula=formula, precision=precision, epsilon=torch.finfo(dtype).eps, errors=errors)


# --8<-- [start:quotients]
def derivative(formula: Formula, x: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
    """f′(x) by a difference quotient with the step h."""
    if formula == "forward":
        return (f(x + h) - f(x)) / h
    if formula == "central":
        return (f(x + h) - f(x - h)) / (2 * h)
    return imaginary_f(x, h) / h


def f(x: torch.Tensor) -> torch.Tensor:
    """The function that is differentiated: eˣ·sin x."""
    return torch.exp(x) * torch.sin(x)
    # --8<-- [end:quotients]


def imaginary_f(x: Any, h: Any) -> torch.Tensor:
    """The imaginary part of f(x + ih), in real arithmetic: half precision has no complex numbers."""
    turned: torch.Tensor = torch.sin(h) * torch.sin(x) * torch.cosh(h) + torch.cos(h) * torch.cos(x) * torch.sinh(h)
    return torch.exp(x) * turned


def _slope(x: torch.Tensor) -> torch.Tensor:
    return torch.exp(x) * (torch.sin(x) + torch.cos(x))
