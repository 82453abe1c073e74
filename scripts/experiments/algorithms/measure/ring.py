"""Story 8. More than one machine: summing over workers in a ring, each talking to its neighbour only.

Workers of a CPU talk over gloo; where there are two GPUs or more, each worker has one, and they talk over NCCL.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
import torch.distributed as dist

from talk.errors import TalkError
from talk.measure.launcher import NEIGHBOUR_DIED, Launcher
from talk.measure.progress import Advance
from talk.measure.workers import meet, process_group
from talk.records.schema import Device

from ..record import Ring, RingRun

_NUMBERS = 4 << 20  # float32: 16 MiB, as much as two of the Conformer's layers have gradients
_SUMS = ("ring", "star", "library")
_PATIENCE_S = 20
_NOTICED_S = 2  # by then the launcher knows which worker has died


class Messages:
    """Point-to-point messages of this worker, one of the group's, and how many bytes it has sent.

    All of the group have to have met before: the first messages of a group connect it, and NCCL leaves it undefined
    what comes of some of it alone. Raises TalkError when a neighbour falls silent.
    """

    def __init__(self, group: Any = None) -> None:
        self.group = group
        self.workers = dist.get_world_size(group)
        self.sent_bytes = 0

    def exchange(self, message: torch.Tensor, to: int, received: torch.Tensor, origin: int) -> None:
        """Send one tensor and receive another at the same time."""
        self._note(message)
        both = [
            dist.P2POp(dist.isend, message, to, self.group),
            dist.P2POp(dist.irecv, received, origin, self.group),
        ]
        with _neighbours(to, origin):
            for request in dist.batch_isend_irecv(both):  # NCCL has to be told of both at once
                request.wait()

    def send(self, message: torch.Tensor, to: int) -> None:
        """Send one tensor."""
        self._note(message)
        with _neighbours(to):
            dist.send(message, to, self.group)

    def receive(self, received: torch.Tensor, origin: int) -> None:
        """Receive one tensor."""
        with _neighbours(origin):
            dist.recv(received, origin, self.group)

    def _note(self, message: torch.Tensor) -> None:
        if os.environ.get("RING_WORKER_TO_DIE") == str(dist.get_rank()) and self.sent_bytes:
            os.kill(os.getpid(), signal.SIGKILL)  # in the middle of a sum, for the test of what is said then
        self.sent_bytes += message.numel() * message.element_size()


@contextmanager
def _neighbours(*ranks: int) -> Iterator[None]:
    try:
        yield
    except RuntimeError as error:  # gloo and NCCL raise it when a connection is lost
        who = " or ".join(str(rank) for rank in sorted(set(ranks)))
        mend = "see to what ended it, then start all of them again"
        raise TalkError(f"ring, worker {dist.get_rank()}", f"worker {who} fell silent", mend) from error


def ring_all_reduce(numbers: torch.Tensor, messages: Messages) -> None:
    """Sum `numbers`, a vector, over all p workers, in place; each sends 2(p − 1)/p of it."""
    p, rank = messages.workers, dist.get_rank()
    # --8<-- [start:heart]
    parts = list(numbers.tensor_split(p))
    following, previous = (rank + 1) % p, (rank - 1) % p
    for step in range(p - 1):  # each part goes round and gathers its sum
        incoming = parts[(rank - step - 1) % p]
        received = torch.empty_like(incoming)
        outgoing = parts[(rank - step) % p]
        messages.exchange(outgoing, following, received, previous)
        incoming += received
    for step in range(p - 1):  # each sum goes round to the rest
        ready = parts[(rank - step + 1) % p]
        missing = parts[(rank - step) % p]
        messages.exchange(ready, following, missing, previous)
    # --8<-- [end:heart]


def star_all_reduce(numbers: torch.Tensor, messages: Messages) -> None:
    """The same sum through worker 0: every worker sends it the whole vector, and it sends the whole sum back."""
    p, rank = messages.workers, dist.get_rank()
    if rank:
        messages.send(numbers, 0)
        messages.receive(numbers, 0)
        return
    received = torch.empty_like(numbers)
    for other in range(1, p):
        messages.receive(received, other)
        numbers += received
    for other in range(1, p):
        messages.send(numbers, other)


def pass_on(numbers: torch.Tensor, messages: Messages) -> None:
    """What all sums are made of, alone: the whole vector from worker 0 to worker 1."""
    if dist.get_rank() == 0:
        messages.send(numbers, 1)
    elif dist.get_rank() == 1:
        messages.receive(numbers, 0)


def measure(launcher: Launcher, devices: Sequence[Device], quick: bool, advance: Advance) -> Ring:
    """Time ring, star and the library's own sum over 2 to 6 workers of this machine (quick: 2), and over its GPUs."""
    repeats = 3 if quick else 7
    runs = launch(launcher, [2] if quick else [2, 3, 4, 6], repeats)
    advance(1.0)
    gpus = gpu_counts(torch.cuda.device_count() if "cuda" in devices else 0)
    gpu_runs = launch(launcher, gpus, repeats, "cuda") if gpus else []
    return Ring(bytes_a_worker=_NUMBERS * 4, runs=runs, gpu_runs=gpu_runs)


def gpu_counts(gpus: int) -> list[int]:
    """Over how many GPUs to sum where there are `gpus`: 2, 4, 8 and on, as far as they go; one sums nothing."""
    return [2**power for power in range(1, gpus.bit_length()) if 2**power <= gpus]


def launch(launcher: Launcher, counts: Sequence[int], repeats: int, device: Device = "cpu") -> list[RingRun]:
    """Start the workers, and sum over each number of them in `counts`. Raises TalkError naming one that dies."""
    arguments = [json.dumps(list(counts)), str(repeats), device]
    return [RingRun(**run) for run in launcher.run(__name__, arguments, max(counts), device)]


def main(words: Sequence[str]) -> list[dict[str, Any]]:
    """The work of one worker that `launch` started. If a neighbour falls silent, it says so and ends."""
    counts, repeats, kind = json.loads(words[0]), int(words[1]), words[2]
    try:
        return _work(counts, repeats, "cuda" if kind == "cuda" else "cpu")
    except TalkError as error:
        print(error, file=sys.stderr, flush=True)
        time.sleep(_NOTICED_S)
        os._exit(NEIGHBOUR_DIED)  # at once: closing a connection to a dead worker may never end


def _work(counts: Sequence[int], repeats: int, kind: Device) -> list[dict[str, Any]]:
    """The runs that this worker takes part in; those beyond the smallest count have fewer."""
    with process_group(kind, _PATIENCE_S) as device:
        runs = []
        for count in counts:
            group = dist.new_group(list(range(count)))
            if dist.get_rank() < count:
                runs.append(_sums(count, group, repeats, device))
        meet(device)  # nobody leaves while others still sum
    return runs


def _sums(p: int, group: Any, repeats: int, device: torch.device) -> dict[str, Any]:
    """Time each way to sum over the first `p` workers, of which this is one."""
    ways: dict[str, Callable[[torch.Tensor, Messages], object]] = {
        "ring": ring_all_reduce,
        "star": star_all_reduce,
        "library": lambda numbers, _: dist.all_reduce(numbers, group=group),
        # What they are made of, by turns with them: one message, and a ring that has nothing to carry.
        "pass": pass_on,
        "empty": lambda numbers, messages: ring_all_reduce(numbers[:p], messages),
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    sent: dict[str, int] = {}
    own = torch.arange(_NUMBERS, dtype=torch.float32, device=device).remainder(97)
    expected = own * p + p * (p - 1) / 2
    agree = True
    for turn in range(repeats + 1):
        for name, way in ways.items():
            numbers = own + dist.get_rank()
            messages = Messages(group)
            meet(device, group)
            start = time.perf_counter()
            way(numbers, messages)
            meet(device, group)
            if turn:  # the first is the warm-up: connections are made
                times[name].append(time.perf_counter() - start)
            sent[name] = messages.sent_bytes
            if name in _SUMS:
                agree = agree and torch.equal(numbers, expected)
    most = torch.tensor([sent["ring"], sent["star"], not agree], device=device)
    dist.all_reduce(most, dist.ReduceOp.MAX, group=group)
    ring_bytes, star_bytes, wrong = most.tolist()
    return {
        "workers": p,
        "ring_times_s": times["ring"],
        "star_times_s": times["star"],
        "library_times_s": times["library"],
        "pass_times_s": times["pass"],
        "empty_times_s": times["empty"],
        "ring_sent_bytes": ring_bytes,
        "star_sent_bytes": star_bytes,
        "agree": not wrong,
        "device": device.type,
    }
