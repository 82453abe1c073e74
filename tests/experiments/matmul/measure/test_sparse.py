"""2:4 on a GPU, with cuSPARSELt's three functions played by the CPU."""

import pytest
import torch

from experiments.matmul.measure.circle8_sparse import sparse_product, two_of_four


def test_the_kernel_is_chosen_once_and_every_call_is_told_which(monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[torch.Tensor] = []
    plans: list[int] = []

    def search(left: torch.Tensor, right: torch.Tensor) -> int:
        assert left.dtype == right.dtype == torch.bfloat16
        searched.append(left)
        return 7

    def multiply(left: torch.Tensor, right: torch.Tensor, alg_id: int) -> torch.Tensor:
        plans.append(alg_id)
        return left @ right

    monkeypatch.setattr(torch, "_cslt_compress", lambda x: x)
    monkeypatch.setattr(torch, "_cslt_sparse_mm_search", search)
    monkeypatch.setattr(torch, "_cslt_sparse_mm", multiply)
    a, b, c = torch.randn(16, 32), torch.randn(32, 24), torch.full((16, 24), torch.nan)
    call = sparse_product(a, b, c)
    call()
    call()
    assert (len(searched), plans) == (1, [7, 7, 7])
    exact = two_of_four(a).double() @ b.double()
    assert float((c - exact).abs().max() / exact.abs().max()) < 2e-2
