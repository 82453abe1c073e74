"""Processes that torchrun started: which device each has, and how they talk.

gloo between processes of a CPU; NCCL where each has a GPU of its own.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import torch
import torch.distributed as dist

from talk.records.schema import Device

BACKENDS: dict[Device, str] = {"cpu": "gloo", "cuda": "nccl"}


@contextmanager
def process_group(kind: Device, patience_s: float) -> Iterator[torch.device]:
    """Inside, this process is one of the group and has this device: the GPU of its number, or the CPU."""
    device = torch.device("cuda", int(os.environ["LOCAL_RANK"])) if kind == "cuda" else torch.device("cpu")
    if kind == "cuda":
        torch.cuda.set_device(device)
    dist.init_process_group(BACKENDS[kind], timeout=timedelta(seconds=patience_s))
    try:
        yield device
    finally:
        dist.destroy_process_group()


def meet(device: torch.device, group: dist.ProcessGroup | None = None) -> None:
    """Wait for all processes of the group, all there are by default, and for what this one gave its GPU to do."""
    dist.barrier(group)
    if device.type == "cuda":
        torch.cuda.synchronize(device)
