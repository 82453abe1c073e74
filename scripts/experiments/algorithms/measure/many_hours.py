"""Story 8, continued. Many hours of sound: each worker profiles its share, and the profiles are added up.

On one machine:

    torchrun --nproc-per-node 8 -m experiments.algorithms.measure.many_hours --audio DIR --out profile.json

On several add `--nnodes N --rdzv-backend c10d --rdzv-endpoint HOST:PORT`, the same on each; the folder is one that all
of them see. Utterances are dealt out by length, so that all workers end at about the same time. Scheduling on equal
machines is NP-hard; to give the longest left to the least busy takes at most a third longer than the best
(Graham, 1969).
"""

import argparse
import heapq
import itertools
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared.workload import WORKLOAD
from talk.errors import TalkError
from talk.measure.launcher import Launcher
from talk.measure.machine import current_machine
from talk.measure.progress import Advance
from talk.records.files import write_whole
from talk.records.schema import Device

from ..record import ManyHours

if TYPE_CHECKING:
    import torch

    from shared.aggregate import OperatorTable
    from shared.audio import Sound
    from shared.model import Network

_SEED = 2024
_PATIENCE_S = 24 * 3600.0  # how long a worker that is done waits for the others
_AT_ONCE = 16  # utterances in memory
_MOST = 8  # workers of one machine that are compared
_COMPARED_HOURS, _QUICK_HOURS = 0.02, 0.005


# --8<-- [start:heart]
def deal_out(lengths: Sequence[float], workers: int) -> list[list[int]]:
    """The utterances of each worker: the longest is dealt out first,
    each to the worker that has the least to do so far."""
    shares: list[list[int]] = [[] for _ in range(workers)]
    loads = [(0.0, worker) for worker in range(workers)]
    for place in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        load, worker = heapq.heappop(loads)
        shares[worker].append(place)
        heapq.heappush(loads, (load + lengths[place], worker))
    return shares


# --8<-- [end:heart]


class Sounds:
    """The utterances that all workers share out: a folder's, or synthetic ones of the talk's lengths, `hours` of them.

    Raises TalkError for a folder without audio.
    """

    def __init__(self, audio: Path | None, hours: float) -> None:
        from shared.audio import audio_files, synthetic_speech

        self._rate_hz = WORKLOAD["sample_rate_hz"]
        self._paths = audio_files(audio) if audio is not None else []
        # Operators do not depend on what is said: a few sounds are enough, repeated.
        self._synthetic: list[Sound] = []
        if audio is None:
            again = itertools.cycle(synthetic_speech(WORKLOAD["file_lengths_samples"], self._rate_hz, _SEED))
            left = hours * 3600 * self._rate_hz
            while left > 0 or not self._synthetic:
                self._synthetic.append(next(again))
                left -= len(self._synthetic[-1])
        self.lengths = [path.stat().st_size for path in self._paths] or [len(sound) for sound in self._synthetic]

    def read(self, places: Sequence[int]) -> list["Sound"]:
        """The sounds at `places`. Raises TalkError naming a file that the network cannot take."""
        from shared.audio import read_files

        encoder = WORKLOAD["encoder"]
        longest_s = encoder["pos_emb_max_len"] * encoder["subsampling_factor"] * WORKLOAD["hop_samples"] / self._rate_hz
        if self._paths:
            return read_files([self._paths[place] for place in places], self._rate_hz, longest_s)
        return [self._synthetic[place] for place in places]


def profile_share(
    network: "Network", sounds: Sounds, places: Sequence[int], device: Device
) -> tuple["OperatorTable", float]:
    """The profile of the utterances at `places`, a few in memory at a time, and how long all of their sound lasts."""
    import torch

    from shared.aggregate import OperatorTable
    from shared.profiler import profiled_pass, tf32

    table, sound_s = OperatorTable(on_gpu=device == "cuda"), 0.0
    for few in _few(places):
        read = sounds.read(few)
        sound_s += sum(map(len, read)) / WORKLOAD["sample_rate_hz"]
        utterances = [(signal.to(device), length.to(device)) for signal, length in network.spectrograms(read)]
        with torch.inference_mode(), tf32(False):
            table.merge(profiled_pass(network.encoder, utterances, device, lambda _: None).table)
    return table, sound_s


def _few(places: Sequence[int]) -> Iterator[Sequence[int]]:
    return (places[start : start + _AT_ONCE] for start in range(0, len(places), _AT_ONCE))


def measure(launcher: Launcher, devices: Sequence[Device], quick: bool, advance: Advance) -> list[ManyHours]:
    """Profile the same sound by one worker with one thread, by one with all, and by a worker per core or GPU."""
    import torch

    counts: dict[Device, int] = {}
    if current_machine().cpu_cores > 1:
        counts["cpu"] = min(current_machine().cpu_cores, _MOST)
    if "cuda" in devices and torch.cuda.device_count() > 1:
        counts["cuda"] = min(torch.cuda.device_count(), _MOST)
    hours = _QUICK_HOURS if quick else _COMPARED_HOURS
    found = []
    for device, count in counts.items():
        arguments = ["--compare", "--hours", str(hours), "--device", device]
        found.append(ManyHours(**launcher.run(__name__, arguments, count, device)))
    advance(1.0)
    return found


def _compare(network: "Network", sounds: Sounds, kind: Device, device: "torch.device") -> dict[str, Any] | None:
    """Worker 0 profiles all of it alone, with one thread and with one per core; then each worker profiles its share.

    Worker 0 returns the fields of ManyHours.
    """
    import torch
    import torch.distributed as dist

    from talk.measure.workers import meet

    rank, count = dist.get_rank(), dist.get_world_size()
    everything, mine = list(range(len(sounds.lengths))), deal_out(sounds.lengths, count)
    profile_share(network, sounds, everything[:1], kind)  # warm-up
    alone: dict[int, float] = {}
    calls, sound_s = 0, 0.0
    for threads in (1, current_machine().cpu_cores):
        meet(device)
        if rank == 0:
            torch.set_num_threads(threads)
            start = time.perf_counter()
            table, sound_s = profile_share(network, sounds, everything, kind)
            alone[threads] = time.perf_counter() - start
            if threads == 1:  # as in everybody's share: with more, other kernels are chosen
                calls = sum(operator.calls for operator in table.operators())
            torch.set_num_threads(1)
    meet(device)
    start = time.perf_counter()
    table, _ = profile_share(network, sounds, mine[rank], kind)
    took_s = time.perf_counter() - start
    tables, times_s = _gathered(table), _gathered(took_s)
    if rank:
        return None
    loads = [sum(sounds.lengths[place] for place in share) for share in mine]
    whole = _added_up(tables)
    return {
        "device": kind,
        "workers": count,
        "utterances": len(everything),
        "sound_s": sound_s,
        "one_thread_time_s": alone[1],
        "all_threads_time_s": alone[max(alone)],
        "threads": max(alone),
        "share_times_s": times_s,
        "largest_share": max(loads) / sum(loads),
        "calls_alone": calls,
        "calls_together": sum(operator.calls for operator in whole.operators()),
    }


def _gathered(own: Any) -> list[Any]:
    """What every worker has, gathered by worker 0; the others get nothing."""
    import torch.distributed as dist

    found: list[Any] = [None] * dist.get_world_size()
    dist.gather_object(own, found if dist.get_rank() == 0 else None)
    return found if dist.get_rank() == 0 else []


def _added_up(tables: Sequence["OperatorTable"]) -> "OperatorTable":
    whole = tables[0]
    for table in tables[1:]:
        whole.merge(table)
    return whole


def _profile(network: "Network", sounds: Sounds, kind: Device, out: Path | None) -> None:
    """Every worker profiles its share; worker 0 adds the profiles up and writes the sum."""
    import torch.distributed as dist

    share = deal_out(sounds.lengths, dist.get_world_size())[dist.get_rank()]
    start = time.perf_counter()
    table, sound_s = profile_share(network, sounds, share, kind)
    seen = _gathered((table, sound_s, time.perf_counter() - start))
    if dist.get_rank() == 0:
        whole = _added_up([table for table, _, _ in seen])
        content = {
            "workers": len(seen),
            "sound_s": sum(sound_s for _, sound_s, _ in seen),
            "time_s": max(time_s for _, _, time_s in seen),
            "operators": [asdict(operator) for operator in whole.operators()],
        }
        text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
        if out is None:
            print(text)
        else:
            write_whole(out, text)


def main(words: Sequence[str] | None = None) -> dict[str, Any] | None:
    """One worker of those that torchrun or our launcher started."""
    parser = argparse.ArgumentParser(prog=f"torchrun … -m {__package__}.many_hours")
    parser.add_argument("--audio", type=Path, metavar="DIR", help="WAV or FLAC files; without it, synthetic speech")
    parser.add_argument("--hours", type=float, default=1.0, help="of synthetic speech")
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--out", type=Path, metavar="FILE", help="where the profile goes; without it, it is printed")
    parser.add_argument("--compare", action="store_true", help="one worker against all of them, for /algorithms/")
    options = parser.parse_args(words)

    import torch

    from shared.model import seeded
    from talk.measure.workers import process_group

    torch.set_num_threads(1)
    with process_group(options.device, _PATIENCE_S) as device:
        sounds, network = Sounds(options.audio, options.hours), seeded(WORKLOAD)
        encoder: Any = network.encoder.to(device)
        # NeMo would have all workers agree on the longest utterance at every step: here each is at one of its own.
        encoder.sync_max_audio_length = False
        if options.compare:
            return _compare(network, sounds, options.device, device)
        _profile(network, sounds, options.device, options.out)
        return None


if __name__ == "__main__":
    try:
        main()
    except TalkError as error:
        sys.exit(str(error))
