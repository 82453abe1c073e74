"""Processes of a group: NCCL and a GPU each where it is asked for, gloo else."""

from typing import Any

import pytest
import torch
import torch.distributed as dist

from talk.measure.workers import process_group


@pytest.mark.parametrize(("kind", "backend", "place"), [("cpu", "gloo", "cpu"), ("cuda", "nccl", "cuda:3")])
def test_a_process_has_the_device_and_the_backend_of_its_kind(
    kind: Any, backend: str, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []
    chosen: list[torch.device] = []
    monkeypatch.setenv("LOCAL_RANK", "3")
    monkeypatch.setattr(dist, "init_process_group", lambda name, **_: begun.append(name))
    monkeypatch.setattr(dist, "destroy_process_group", lambda: begun.append("end"))
    monkeypatch.setattr(torch.cuda, "set_device", chosen.append)
    with process_group(kind, 1) as device:
        assert device == torch.device(place)
    assert begun == [backend, "end"]
    assert chosen == ([device] if kind == "cuda" else [])
