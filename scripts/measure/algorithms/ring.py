"""Story 8. More than one machine: summing over workers in a ring, each talking to its neighbour only.

Started by `torchrun --nproc-per-node P -m scripts.measure.algorithms.ring`, whose worker 0 prints what was measured.
Workers of a CPU talk over gloo; where there are two GPUs or more, each worker has one, and they talk over NCCL.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

import torch
import torch.distributed as dist

from scripts.errors import TalkError
from scripts.measure.progress import Advance
from scripts.measure.workers import meet, process_group
from scripts.paths import ROOT
from scripts.records.algorithms import Ring, RingRun
from scripts.records.profiling import Device

_NUMBERS = 4 << 20  # float32: 16 MiB, as much as two of the Conformer's layers have gradients
_PATIENCE_S = 20
_RESULT = "ring result: "


class Counted:
    """Point-to-point messages of this worker, and how many bytes it has sent."""

    def __init__(self) -> None:
        self.sent_bytes = 0

    def exchange(self, message: torch.Tensor, to: int, received: torch.Tensor, origin: int) -> None:
        """Send one tensor and receive another at the same time."""
        self.sent_bytes += message.numel() * message.element_size()
        both = [dist.P2POp(dist.isend, message, to), dist.P2POp(dist.irecv, received, origin)]
        for request in dist.batch_isend_irecv(both):  # NCCL has to be told of both at once
            request.wait()

    def send(self, message: torch.Tensor, to: int) -> None:
        """Send one tensor."""
        self.sent_bytes += message.numel() * message.element_size()
        dist.send(message, to)


def ring_all_reduce(numbers: torch.Tensor, messages: Counted) -> None:
    """Sum `numbers`, a vector, over all p workers, in place; each sends 2(p − 1)/p of it."""
    p, rank = dist.get_world_size(), dist.get_rank()
    # --8<-- [start:heart]
    parts = list(numbers.tensor_split(p))
    following, previous = (rank + 1) % p, (rank - 1) % p
    for step in range(p - 1):  # each part goes round and gathers its sum
        incoming = parts[(rank - step - 1) % p]
        received = torch.empty_like(incoming)
        messages.exchange(parts[(rank - step) % p], following, received, previous)
        incoming += received
    for step in range(p - 1):  # each sum goes round to the rest
        ready, missing = parts[(rank - step + 1) % p], parts[(rank - step) % p]
        messages.exchange(ready, following, missing, previous)
    # --8<-- [end:heart]


def star_all_reduce(numbers: torch.Tensor, messages: Counted) -> None:
    """The same through worker 0: everybody sends all of it there, and it sends all of the sum to everybody."""
    p, rank = dist.get_world_size(), dist.get_rank()
    if rank:
        messages.send(numbers, 0)
        dist.recv(numbers, 0)
        return
    received = torch.empty_like(numbers)
    for other in range(1, p):
        dist.recv(received, other)
        numbers += received
    for other in range(1, p):
        messages.send(numbers, other)


def measure(devices: Sequence[Device], quick: bool, advance: Advance) -> Ring:
    """Ring, star and the library's own over 2 and 4 workers of this machine (quick: 2), and over as many GPUs."""
    counts = (2,) if quick else (2, 4)
    repeats = 3 if quick else 5
    runs = []
    for workers in counts:
        runs.append(launch(workers, repeats))
        advance(1 / len(counts))
    gpus = torch.cuda.device_count() if "cuda" in devices else 0
    gpu_runs = [launch(workers, repeats, "cuda") for workers in gpu_counts(gpus)]
    return Ring(bytes_a_worker=_NUMBERS * 4, runs=runs, gpu_runs=gpu_runs)


def gpu_counts(gpus: int) -> list[int]:
    """Over how many GPUs to sum where there are `gpus`: 2, 4, 8 and on, as far as they go; one sums nothing."""
    return [2**power for power in range(1, gpus.bit_length()) if 2**power <= gpus]


def launch(workers: int, repeats: int, device: Device = "cpu", environment: dict[str, str] | None = None) -> RingRun:
    """Start the workers under torchrun and wait for what they measured. Raises TalkError when one of them fails."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={workers}"]
    command += ["-m", "scripts.measure.algorithms.ring", str(repeats), device]
    surroundings = os.environ | {"OMP_NUM_THREADS": "1", "TORCH_CPP_LOG_LEVEL": "ERROR"} | (environment or {})
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=surroundings, timeout=300)
    lines = [line for line in done.stdout.splitlines() if line.startswith(_RESULT)]
    if done.returncode or not lines:
        last = (done.stderr.strip().splitlines() or ["no word why"])[-1]
        raise TalkError("ring", f"one of {workers} workers failed ({last})", "run again, and look for what killed it")
    return RingRun(**json.loads(lines[0].removeprefix(_RESULT)))


def _work(repeats: int, kind: Device) -> None:
    """What every worker does."""
    with process_group(kind, _PATIENCE_S) as device:
        p, rank = dist.get_world_size(), dist.get_rank()
        if os.environ.get("RING_WORKER_TO_DIE") == str(rank):  # for the test of what is said then
            os._exit(9)
        ways: dict[str, Callable[[torch.Tensor, Counted], object]] = {
            "ring": ring_all_reduce,
            "star": star_all_reduce,
            "library": lambda numbers, _: dist.all_reduce(numbers),
        }
        times: dict[str, list[float]] = {name: [] for name in ways}
        sent: dict[str, int] = {}
        own = torch.arange(_NUMBERS, dtype=torch.float32, device=device).remainder(97)
        expected = own * p + p * (p - 1) / 2
        agree = True
        for turn in range(repeats + 1):
            for name, way in ways.items():
                numbers = own + rank
                messages = Counted()
                meet(device)
                start = time.perf_counter()
                way(numbers, messages)
                meet(device)
                if turn:  # the first is the warm-up: connections are made
                    times[name].append(time.perf_counter() - start)
                sent[name] = messages.sent_bytes
                agree = agree and torch.equal(numbers, expected)
        most = torch.tensor([sent["ring"], sent["star"], not agree], device=device)
        dist.all_reduce(most, dist.ReduceOp.MAX)
        if rank == 0:
            ring_bytes, star_bytes, wrong = most.tolist()
            result = {
                "workers": p,
                "ring_times_s": times["ring"],
                "star_times_s": times["star"],
                "library_times_s": times["library"],
                "ring_sent_bytes": ring_bytes,
                "star_sent_bytes": star_bytes,
                "agree": not wrong,
                "device": kind,
            }
            print(_RESULT + json.dumps(result), flush=True)


if __name__ == "__main__":
    _work(int(sys.argv[1]), "cuda" if sys.argv[2] == "cuda" else "cpu")
