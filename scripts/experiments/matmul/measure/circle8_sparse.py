"""Circle 8. Structured sparsity, 2:4: of every four neighbours two are zero, and a GPU's tensor cores skip them.

A. Mishra et al., Accelerating sparse deep neural networks (2021). The two numbers kept of each four lie side by side,
with two bits each of where they stood: half the multiplications and little more than half the bytes. A CPU has no
instruction that picks operands by such bits, so there is nothing to gain on one.
"""

from collections.abc import Callable
from functools import partial

import torch


# --8<-- [start:heart]
def two_of_four(x: torch.Tensor) -> torch.Tensor:
    """x, the two smallest of every four neighbours in a row zeroed. Raises ValueError for rows not of whole fours."""
    if x.ndim != 2 or x.shape[1] % 4:
        raise ValueError(f"x is {'×'.join(map(str, x.shape))}: rows of whole fours are expected")
    fours = x.reshape(-1, 4)
    kept = fours.abs().topk(2, dim=1).indices
    mask = torch.zeros_like(fours, dtype=torch.bool).scatter(1, kept, True)
    return torch.where(mask, fours, 0).reshape(x.shape)


# --8<-- [end:heart]


def sparse_product(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor) -> Callable[[], object]:
    """A call that multiplies A, pruned and compressed beforehand as weights are, by B in bfloat16; c sees it once.

    Tensor cores bind it, at half as many multiplications. cuSPARSELt has several kernels, and plans which to run: it is
    asked for the fastest beforehand.
    """
    left, right = torch._cslt_compress(two_of_four(a).bfloat16()), b.bfloat16()
    call = partial(torch._cslt_sparse_mm, left, right, alg_id=torch._cslt_sparse_mm_search(left, right))
    c.copy_(call())
    return call
