"""Circle 7. Many machines: the matrices are sharded over a grid of processes, which broadcast panels to each other.

SUMMA: R. van de Geijn, J. Watts, SUMMA: scalable universal matrix multiplication algorithm (1997). Process (i, j) of a
grid owns the blocks A[i, j], B[i, j] and C[i, j]. Every step a panel of A's columns crosses its row of the grid, a
panel of B's rows crosses its column, and each process adds their product to its block. Processes of a CPU talk over
gloo; where there are two GPUs or more, each process has one, and they talk over NCCL.

It runs under torchrun, which starts all processes anew when one dies: each has saved its sum on disk.
"""

import json
import math
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.distributed as dist

from talk.measure.launcher import Launcher
from talk.measure.progress import Progress
from talk.measure.workers import meet, process_group
from talk.records.schema import Device

from ..experiment import NAME
from ..record import Distributed

_BYTES = 4  # of a float32
_TCP_BYTES_RECEIVED = 128  # offset in Linux's struct tcp_info of an unsigned 64-bit counter
_PATIENCE_S = 300
_RESTARTS = 2


@dataclass(frozen=True)
class Task:
    """A product of n×n matrices over a grid of processes, each block in `panels` parts or more.

    The process `kill`, where there is one, dies at `kill_step` of its first life.
    """

    n: int
    rows: int
    columns: int
    panels: int
    device: Device = "cpu"
    kill: int | None = None
    kill_step: int = 0

    @property
    def processes(self) -> int:
        """How many there are."""
        return self.rows * self.columns

    @property
    def steps(self) -> int:
        """Panels that cross the grid, one after another: none of them has two owners in A or in B."""
        return math.lcm(self.rows, self.columns) * self.panels

    @property
    def predicted_bytes(self) -> int:
        """What all processes send: A's panels reach the others of their row, B's those of their column."""
        return (self.rows + self.columns - 2) * self.n * self.n * _BYTES


def tasks(devices: list[Device], gpus: int, quick: bool) -> list[Task]:
    """What is measured: on a CPU a grid of 2×2, then one with a killed process; on two GPUs or more, a grid of them."""
    found = []
    if "cpu" in devices:
        found.append(Task(n=512 if quick else 1024, rows=2, columns=2, panels=2))
        if not quick:
            found.append(Task(n=1024, rows=2, columns=2, panels=2, kill=3, kill_step=2))
    if "cuda" in devices and gpus >= 2:
        rows = 2 if gpus >= 4 else 1
        found.append(Task(n=2048 if quick else 8192, rows=rows, columns=2, panels=2, device="cuda"))
    return found


def run_tasks(launcher: Launcher, devices: list[Device], quick: bool, progress: Progress) -> Iterator[Distributed]:
    """Every task that there are devices for, one after another."""
    for task in tasks(devices, torch.cuda.device_count() if "cuda" in devices else 0, quick):
        death = "" if task.kill is None else ", one of which is killed"
        progress.say(f"{NAME}: {task.processes} processes under torchrun on {task.device}{death}")
        yield measure_distributed(launcher, task)


def measure_distributed(launcher: Launcher, task: Task) -> Distributed:
    """Run the task under torchrun. Raises TalkError when it ends badly."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = [json.dumps(asdict(task)), folder]
        return Distributed(**launcher.run(__name__, arguments, task.processes, task.device, _RESTARTS))


class Shard:
    """One process's part of the product."""

    def __init__(self, task: Task, folder: Path, rank: int, device: torch.device) -> None:
        self.task, self.folder, self.rank, self.device = task, folder, rank, device
        self.i, self.j = divmod(rank, task.columns)
        a, b = (torch.from_numpy(x) for x in operands(task.n))
        left, right = a[self._rows].to(device, torch.float64), b[:, self._columns].to(device, torch.float64)
        self._exact = left @ right
        self.a = a[self._rows, self._columns].contiguous().to(device)
        self.b = b[self._rows, self._columns].contiguous().to(device)
        self.c = torch.zeros(self._exact.shape, device=device)
        down, across = range(task.rows), range(task.columns)
        # Every process takes part in making every group, in the same order.
        rows = [dist.new_group([i * task.columns + j for j in across]) for i in down]
        columns = [dist.new_group([i * task.columns + j for i in down]) for j in across]
        self.row, self.column = rows[self.i], columns[self.j]

    def multiply(self, start: int) -> None:
        """C[i, j] += Σ A[i, k]·B[k, j] over the panels k from `start` on."""
        # --8<-- [start:heart]
        for step in range(start, self.task.steps):
            a_panel, a_owner = self._panel_of_a(step)
            b_panel, b_owner = self._panel_of_b(step)
            dist.broadcast(a_panel, a_owner, group=self.row)
            dist.broadcast(b_panel, b_owner, group=self.column)
            if self._is_to_die(step):
                os.kill(os.getpid(), signal.SIGKILL)
            self.c.addmm_(a_panel, b_panel)
            self.save(step + 1)
        # --8<-- [end:heart]

    def save(self, step: int) -> None:
        """Write the sum of all steps before `step`, whole or not at all. On a GPU no process is killed, nor saved."""
        if self.device.type == "cuda":
            return
        unfinished = self._saved(step).with_suffix(".unfinished")
        with unfinished.open("wb") as file:
            np.save(file, self.c.cpu().numpy())
        unfinished.rename(self._saved(step))

    def restore(self) -> int:
        """Load the sum of the last step that every process has saved; returns that step."""
        kept = max((int(path.stem.split("-")[1]) for path in self.folder.glob(f"{self.rank}-?.npy")), default=0)
        agreed = torch.tensor([kept], device=self.device)
        dist.all_reduce(agreed, dist.ReduceOp.MIN)
        start = int(agreed.item())
        if start:
            self.c = torch.from_numpy(np.load(self._saved(start))).to(self.device)
        return start

    def error(self) -> float:
        """The largest deviation of any process's block from float64, as a share of the largest number."""
        worst = torch.stack([(self.c - self._exact).abs().max(), self._exact.abs().max()])
        dist.all_reduce(worst, dist.ReduceOp.MAX)
        return float(worst[0] / worst[1])

    @property
    def _rows(self) -> slice:
        return part(self.task.n, self.task.rows, self.i)

    @property
    def _columns(self) -> slice:
        return part(self.task.n, self.task.columns, self.j)

    def _panel_of_a(self, step: int) -> tuple[torch.Tensor, int]:
        """The step's panel of A, an empty buffer where another process of this row owns it; and the owner's rank."""
        owner, inside = self._place(step, self.task.columns)
        room = torch.empty(len(self.a), inside.stop - inside.start, device=self.device)
        return self.a[:, inside].contiguous() if self.j == owner else room, self.i * self.task.columns + owner

    def _panel_of_b(self, step: int) -> tuple[torch.Tensor, int]:
        """The step's panel of B in the same way; its owner is in this column."""
        owner, inside = self._place(step, self.task.rows)
        room = torch.empty(inside.stop - inside.start, self.b.shape[1], device=self.device)
        return self.b[inside].contiguous() if self.i == owner else room, owner * self.task.columns + self.j

    def _place(self, step: int, blocks: int) -> tuple[int, slice]:
        """Which of `blocks` blocks along the sum holds the step's panel, and where in that block it lies."""
        whole = _panel(self.task, step)
        owner = next(index for index in range(blocks) if whole.start < part(self.task.n, blocks, index).stop)
        start = part(self.task.n, blocks, owner).start
        return owner, slice(whole.start - start, whole.stop - start)

    def _is_to_die(self, step: int) -> bool:
        first_life = os.environ.get("TORCHELASTIC_RESTART_COUNT", "0") == "0"
        return first_life and self.rank == self.task.kill and step == self.task.kill_step

    def _saved(self, step: int) -> Path:
        return self.folder / f"{self.rank}-{step}.npy"


def operands(n: int) -> tuple[np.ndarray, np.ndarray]:
    """The same two matrices in every process."""
    random = np.random.default_rng(n)
    return random.standard_normal((n, n), np.float32), random.standard_normal((n, n), np.float32)


def part(length: int, parts: int, index: int) -> slice:
    """Where part `index` of `parts` nearly equal ones lies."""
    return slice(index * length // parts, (index + 1) * length // parts)


def _panel(task: Task, step: int) -> slice:
    """Where the step's panel lies along the sum. No panel crosses a border between two blocks, of A or of B."""
    block = part(task.n, task.steps // task.panels, step // task.panels)
    inside = part(block.stop - block.start, task.panels, step % task.panels)
    return slice(block.start + inside.start, block.start + inside.stop)


def received_bytes() -> int | None:
    """Payload that the TCP sockets of this process have received so far, by the kernel's count; None off Linux."""
    folder = Path("/proc/self/fd")
    if not folder.is_dir() or not hasattr(socket, "TCP_INFO"):
        return None
    total = 0
    for descriptor in [int(each.name) for each in folder.iterdir()]:
        try:
            with socket.socket(fileno=os.dup(descriptor)) as one:
                if one.type == socket.SOCK_STREAM and one.family in (socket.AF_INET, socket.AF_INET6):
                    info = one.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
                    total += int.from_bytes(info[_TCP_BYTES_RECEIVED : _TCP_BYTES_RECEIVED + 8], sys.byteorder)
        except OSError:
            continue  # no socket, or closed meanwhile
    return total


def main(words: Sequence[str]) -> dict[str, Any] | None:
    """One process of the grid. `words` are its task, and the folder that outlives it."""
    task, folder = Task(**json.loads(words[0])), Path(words[1])
    torch.set_num_threads(1)
    with process_group(task.device, _PATIENCE_S) as device:
        shard = Shard(task, folder, dist.get_rank(), device)
        start = shard.restore()
        if device.type == "cuda":  # NCCL makes its connections at the first call of each kind
            shard.multiply(0)
            shard.c.zero_()
        meet(device)
        before, began = received_bytes(), time.perf_counter()
        shard.multiply(start)
        meet(device)
        time_s, after = time.perf_counter() - began, received_bytes()
        error = shard.error()
        received: list[int | None] = [None] * task.processes
        mine = None if before is None or after is None or device.type != "cpu" else after - before
        dist.all_gather_object(received, mine)
        if shard.rank != 0:
            return None
        counted = [each for each in received if each is not None]
        return asdict(
            Distributed(
                grid_rows=task.rows,
                grid_columns=task.columns,
                n=task.n,
                steps=task.steps,
                time_s=time_s,
                sent_bytes=sum(counted) if len(counted) == len(received) and start == 0 else None,
                predicted_bytes=task.predicted_bytes,
                killed=task.kill,
                restarts=int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0")),
                resumed_at=start,
                error=error,
                device=task.device,
            )
        )
