"""Circle 7. More machines than one: the matrices are sharded over a grid of processes, which pass panels round.

SUMMA: R. van de Geijn, J. Watts, SUMMA: scalable universal matrix multiplication algorithm (1997). Process (i, j) of a
q×q grid owns the blocks A[i, j], B[i, j] and C[i, j]. Every step a panel of A's columns crosses its row of the grid, a
panel of B's rows crosses its column, and each process adds their product to its block.

Run by torchrun, which starts the processes and starts them anew when one dies: what each has summed up to is on disk.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist

from scripts.errors import TalkError
from scripts.paths import ROOT
from scripts.records.matmul import Distributed

_BYTES = 4  # of a float32
_TCP_BYTES_RECEIVED = 128  # offset in Linux's struct tcp_info of an unsigned 64-bit counter
_TIMEOUT_S = 300


@dataclass(frozen=True)
class Task:
    """A product of n×n matrices over q×q processes, each block in so many panels; `kill` dies at `kill_step`."""

    n: int
    q: int
    panels: int
    folder: str
    kill: int | None = None
    kill_step: int = 0

    @property
    def steps(self) -> int:
        """Panels that cross the grid, one after another."""
        return self.q * self.panels

    @property
    def predicted_bytes(self) -> int:
        """What all processes send: each panel reaches the q − 1 others of its row or column, so 2(q − 1)n² numbers."""
        return 2 * (self.q - 1) * self.n * self.n * _BYTES


def measure_distributed(task: Task) -> Distributed:
    """Run the task under torchrun. Raises TalkError when it does not end well."""
    q, where = task.q, Path(task.folder)
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={q * q}"]
    command += ["--max-restarts=2", "--monitor-interval=0.1", "-m", __spec__.name, json.dumps(task.__dict__)]
    environment = os.environ | {
        "OMP_NUM_THREADS": "1",
        "GLOO_SOCKET_IFNAME": "lo",
        # A store shared with torchrun keeps the addresses of the dead: https://github.com/pytorch/pytorch/issues/135712
        "TORCH_DISABLE_SHARE_RDZV_TCP_STORE": "1",
    }
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise TalkError("talk measure matmul: circle 7", f"took over {_TIMEOUT_S} s", "stop what else runs") from None
    if done.returncode != 0 or not (where / "result.json").is_file():
        reason = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise TalkError("talk measure matmul: circle 7", f"torchrun failed: {reason}", "run the tests of circle 7")
    return Distributed(**json.loads((where / "result.json").read_text()))


def run_tasks(n: int, with_death: bool) -> Iterator[Distributed]:
    """The product on a 2×2 grid, and once more with a process killed in the middle."""
    for kill in (None, 3) if with_death else (None,):
        with tempfile.TemporaryDirectory() as folder:
            yield measure_distributed(Task(n=n, q=2, panels=2, folder=folder, kill=kill, kill_step=2))


class Shard:
    """One process's part of the product."""

    def __init__(self, task: Task, rank: int, device: torch.device) -> None:
        self.task, self.rank, self.device = task, rank, device
        self.i, self.j = divmod(rank, task.q)
        a, b = operands(task.n)
        self._exact = a[self._rows].astype(np.float64) @ b[:, self._columns].astype(np.float64)
        self.a = torch.from_numpy(a[self._rows, self._columns].copy()).to(device)
        self.b = torch.from_numpy(b[self._rows, self._columns].copy()).to(device)
        self.c = torch.zeros(self._exact.shape, device=device)
        everyone = range(task.q)
        # Every process takes part in making every group, in the same order.
        rows = [dist.new_group([i * task.q + j for j in everyone]) for i in everyone]
        columns = [dist.new_group([i * task.q + j for i in everyone]) for j in everyone]
        self.row, self.column = rows[self.i], columns[self.j]

    def multiply(self, start: int) -> None:
        """C[i, j] += Σ A[i, k]·B[k, j] over the panels k from `start` on."""
        # --8<-- [start:heart]
        for step in range(start, self.task.steps):
            owner = step // self.task.panels
            a_panel = self._panel(self.a, step, owner, across=True)
            b_panel = self._panel(self.b, step, owner, across=False)
            a_source = self.i * self.task.q + owner
            b_source = owner * self.task.q + self.j
            dist.broadcast(a_panel, a_source, group=self.row)
            dist.broadcast(b_panel, b_source, group=self.column)
            if self._is_to_die(step):
                os.kill(os.getpid(), signal.SIGKILL)
            self.c.addmm_(a_panel, b_panel)
            self.save(step + 1)
        # --8<-- [end:heart]

    def save(self, step: int) -> None:
        """Keep what is summed up before `step`, whole or not at all."""
        unfinished = self._saved(step).with_suffix(".unfinished")
        with unfinished.open("wb") as file:
            np.save(file, self.c.cpu().numpy())
        unfinished.rename(self._saved(step))

    def restore(self) -> int:
        """Go back to the last step that every process has kept; returns it."""
        kept = max(
            (int(path.stem.split("-")[1]) for path in self._saved(0).parent.glob(f"{self.rank}-?.npy")), default=0
        )
        agreed = torch.tensor([kept], device=self.device)
        dist.all_reduce(agreed, dist.ReduceOp.MIN)
        start = int(agreed.item())
        if start:
            self.c = torch.from_numpy(np.load(self._saved(start))).to(self.device)
        return start

    def error(self) -> float:
        """The largest deviation of any process's block from float64, as a share of the largest number."""
        found = np.array([np.abs(self.c.cpu().numpy() - self._exact).max(), np.abs(self._exact).max()])
        worst = torch.from_numpy(found.astype(np.float32)).to(self.device)
        dist.all_reduce(worst, dist.ReduceOp.MAX)
        return float(worst[0] / worst[1])

    @property
    def _rows(self) -> slice:
        return part(self.task.n, self.task.q, self.i)

    @property
    def _columns(self) -> slice:
        return part(self.task.n, self.task.q, self.j)

    def _panel(self, own: torch.Tensor, step: int, owner: int, across: bool) -> torch.Tensor:
        """This process's panel when it is the owner, else room for the owner's."""
        block = part(self.task.n, self.task.q, owner)
        inside = part(block.stop - block.start, self.task.panels, step % self.task.panels)
        mine = (self.j if across else self.i) == owner
        if mine:
            return (own[:, inside] if across else own[inside]).contiguous()
        width = inside.stop - inside.start
        shape = (len(own), width) if across else (width, own.shape[1])
        return torch.empty(shape, device=self.device)

    def _is_to_die(self, step: int) -> bool:
        first_life = os.environ.get("TORCHELASTIC_RESTART_COUNT", "0") == "0"
        return first_life and self.rank == self.task.kill and step == self.task.kill_step

    def _saved(self, step: int) -> Path:
        return Path(self.task.folder) / f"{self.rank}-{step}.npy"


def operands(n: int) -> tuple[np.ndarray, np.ndarray]:
    """The same two matrices in every process."""
    random = np.random.default_rng(n)
    return random.standard_normal((n, n), np.float32), random.standard_normal((n, n), np.float32)


def part(length: int, parts: int, index: int) -> slice:
    """Where part `index` of `parts` nearly equal ones lies."""
    return slice(index * length // parts, (index + 1) * length // parts)


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


@contextmanager
def _process_group(processes: int) -> Iterator[torch.device]:
    """NCCL where every process has a GPU of its own, else gloo."""
    with_gpus = torch.cuda.device_count() >= processes
    device = torch.device("cuda", int(os.environ["LOCAL_RANK"])) if with_gpus else torch.device("cpu")
    if with_gpus:
        torch.cuda.set_device(device)
    dist.init_process_group("nccl" if with_gpus else "gloo")
    try:
        yield device
    finally:
        dist.destroy_process_group()


def _work(task: Task) -> None:
    """One process of the grid."""
    torch.set_num_threads(1)
    with _process_group(task.q**2) as device:
        shard = Shard(task, dist.get_rank(), device)
        start = shard.restore()
        dist.barrier()
        before, began = received_bytes(), time.perf_counter()
        shard.multiply(start)
        dist.barrier()
        time_s, after = time.perf_counter() - began, received_bytes()
        error = shard.error()
        received: list[int | None] = [None] * task.q**2
        mine = None if before is None or after is None or device.type != "cpu" else after - before
        dist.all_gather_object(received, mine)
        if shard.rank == 0:
            counted = [each for each in received if each is not None]
            result = Distributed(
                grid_rows=task.q,
                grid_columns=task.q,
                n=task.n,
                steps=task.steps,
                time_s=time_s,
                sent_bytes=sum(counted) if len(counted) == len(received) and start == 0 else None,
                predicted_bytes=task.predicted_bytes,
                killed=task.kill,
                restarts=int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0")),
                resumed_at=start,
                error=error,
            )
            (Path(task.folder) / "result.json").write_text(json.dumps(result.__dict__))


if __name__ == "__main__":
    _work(Task(**json.loads(sys.argv[1])))
