"""Sums the profiler's raw events into operators and kernels, as `key_averages()` does, in a tenth of its time.

`key_averages()` makes a Python object with forty fields of every event before it sums anything. Here four fields of
each event are read into arrays, and the nesting of a whole level of events is found at once.
Operators are summed as `torch.autograd.profiler` (2.13) sums them, with three differences: asynchronous operators,
which inference does not have, are summed like any other; a kernel is counted once, under the operator that launched
it, and not also as an operator; and a span of `record_function` is no kernel.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch.autograd import profiler_util
from torch.profiler import profile

from shared.profile import Kernel, Operator
from talk.measure.collector import paused_collector

Integers = NDArray[np.int64]

# Kineto's kinds of activity. The other kinds (spans drawn over the GPU's lane, marks of waiting) repeat time that
# these already count.
_OPERATORS = {"cpu_op", "user_annotation"}
_RUNTIME = {"cuda_runtime", "cuda_driver"}
_ON_HOST = {*_OPERATORS, *_RUNTIME, "overhead"}
_ON_DEVICE = {"kernel", "gpu_memcpy", "gpu_memset"}
# In cudaLaunchKernel, cudaLaunchKernelExC, cuLaunchKernel, cudaGraphLaunch: every call that starts work on the GPU.
_LAUNCH = "Launch"
# What CUPTI's own work is called in Kineto's events, and how CUDA's runtime and driver name their calls.
_OVERHEAD = {
    "Activity Buffer Request",
    "Buffer Flush",
    "Command Buffer Full",
    "Driver Compiler",
    "Instrumentation",
    "Lazy Function Loading",
    "Resource",
    "Runtime Triggered Module Loading",
    "UVM Activity Init",
    "Unrecognized",
}
_CUDA_CALL = re.compile(r"cu(da)?[A-Z]\w*")
_torch_names: Any = profiler_util  # PyTorch's private rules for names, which have no types


@dataclass
class OperatorTable:
    """Operators and kernels of several profiles, summed by name. `add` is called once for each profile, in order.

    `kernel_launches` counts the kernels that the GPU ran, `host_launches` the calls that started them.
    """

    on_gpu: bool
    device_busy_ns: int = 0
    kernel_launches: int = 0
    host_launches: int = 0
    _calls: Counter[str] = field(default_factory=Counter)
    _self_ns: Counter[str] = field(default_factory=Counter)
    _total_ns: Counter[str] = field(default_factory=Counter)
    _device_ns: Counter[str] = field(default_factory=Counter)
    _kernel_calls: Counter[tuple[str, str | None]] = field(default_factory=Counter)
    _kernel_ns: Counter[tuple[str, str | None]] = field(default_factory=Counter)

    def add(self, profiler: profile) -> None:
        """Add the events of a finished profile."""
        finished = profiler.profiler
        if finished is None or finished.kineto_results is None:
            raise RuntimeError("the profiler is still running: leave its `with` block first")
        with paused_collector():  # it would walk hundreds of thousands of new events
            self.add_events(finished.kineto_results.events())

    def add_events(self, events: Sequence[Any]) -> None:
        """Add Kineto's raw events: those of operators, and on a GPU those of the CUDA runtime and of the device."""
        if not events:
            return
        # Methods of the class: to look a method up on every event would double the time.
        event = type(events[0])
        called = [event.name(each) for each in events]
        codes = {name: number for number, name in enumerate(dict.fromkeys(called))}
        code = _integers((codes[name] for name in called), len(events))
        names = [_torch_names._rewrite_name(name, with_wildcard=True) for name in codes]
        start = _integers(map(event.start_ns, events), len(events))
        duration = _integers(map(event.duration_ns, events), len(events))
        thread = _integers(map(event.start_thread_id, events), len(events))
        on_cpu = ~np.array([_torch_names._filter_name(name) for name in codes])[code]
        if self.on_gpu:
            activity = _activities(events, called)
            launcher = _launchers(events, activity)
            # The runtime numbers threads differently: a call belongs to the thread of the operator that made it.
            on_host = _among(_ON_HOST, activity)
            linked = on_host & (launcher >= 0)
            thread[linked] = thread[launcher[linked]]
            on_cpu &= on_host
            launching = np.array([_LAUNCH in name for name in codes])[code]
            self.host_launches += int((launching & _among(_RUNTIME, activity)).sum())
            on_device = np.flatnonzero(_among(_ON_DEVICE, activity))
            self._add_kernels(names, code, start, duration, launcher, on_device)
        self._add_operators(names, code[on_cpu], start[on_cpu], duration[on_cpu], thread[on_cpu])

    def merge(self, other: "OperatorTable") -> None:
        """Add the sums of another table, of another process for example."""
        self.device_busy_ns += other.device_busy_ns
        self.kernel_launches += other.kernel_launches
        self.host_launches += other.host_launches
        self._calls.update(other._calls)
        self._self_ns.update(other._self_ns)
        self._total_ns.update(other._total_ns)
        self._device_ns.update(other._device_ns)
        self._kernel_calls.update(other._kernel_calls)
        self._kernel_ns.update(other._kernel_ns)

    def operators(self) -> list[Operator]:
        """Every operator, the longest self CPU time first."""
        return [
            Operator(
                name=name,
                calls=self._calls[name],
                # CUPTI's clock may end a runtime call after its operator: the self time is then a hair below 0.
                self_cpu_time_us=max(self_ns, 0) / 1000,
                cpu_time_total_us=self._total_ns[name] / 1000,
                self_device_time_us=self._device_ns[name] / 1000 if self.on_gpu else None,
            )
            for name, self_ns in sorted(self._self_ns.items(), key=lambda item: (-item[1], item[0]))
        ]

    def kernels(self) -> list[Kernel]:
        """Every kernel and copy, separately for each operator that launched it, the longest time first."""
        return [
            Kernel(name=name, calls=self._kernel_calls[name, operator], device_time_us=ns / 1000, operator=operator)
            for (name, operator), ns in sorted(
                self._kernel_ns.items(), key=lambda item: (-item[1], item[0][0], item[0][1] or "")
            )
        ]

    def _add_operators(
        self, names: list[str], code: Integers, start: Integers, duration: Integers, thread: Integers
    ) -> None:
        parent = parents(thread, start, start + duration)
        inner = np.flatnonzero(parent >= 0)
        children = np.bincount(parent[inner], minlength=len(code))
        in_children = np.bincount(parent[inner], weights=duration[inner], minlength=len(code))
        # An operator whose only child has its name (another overload or dispatch key of it) is one call with it.
        counted = np.ones(len(code), bool)
        counted[inner] = (code[parent[inner]] != code[inner]) | (children[parent[inner]] > 1)
        calls = np.bincount(code[counted], minlength=len(names))
        self_ns = np.bincount(code, weights=duration - in_children, minlength=len(names))
        total_ns = np.bincount(code[counted], weights=duration[counted], minlength=len(names))
        for index in np.flatnonzero(calls):
            self._calls[names[index]] += int(calls[index])
            self._self_ns[names[index]] += int(self_ns[index])
            self._total_ns[names[index]] += int(total_ns[index])

    def _add_kernels(
        self,
        names: list[str],
        code: Integers,
        start: Integers,
        duration: Integers,
        launcher: Integers,
        on_device: Integers,
    ) -> None:
        for index in on_device:
            name = names[code[index]]
            operator = names[code[launcher[index]]] if launcher[index] >= 0 else None
            self._kernel_calls[name, operator] += 1
            self._kernel_ns[name, operator] += int(duration[index])
            if operator is not None:
                self._device_ns[operator] += int(duration[index])
            self.kernel_launches += not name.startswith(("Memcpy", "Memset"))
        self.device_busy_ns += busy(start[on_device], (start + duration)[on_device])


def parents(thread: Integers, start: Integers, end: Integers) -> Integers:
    """For each interval the index of the innermost interval of its thread that contains it, -1 for none.

    Where two intervals overlap only in part, the later one ends the earlier one, as in PyTorch's own tree of events.
    """
    parent = np.full(len(start), -1, np.int64)
    level = np.lexsort((-end, start, thread))
    group = np.unique(thread, return_inverse=True)[1][level].astype(np.int64)
    origin, width = (start.min(), end.max() - start.min() + 1) if len(start) else (0, 1)
    begins, ends = start - origin, end - origin
    while level.size:
        # Each group is moved to its own stretch of the time axis, so that one running maximum serves all groups.
        begin, stop = group * width + begins[level], group * width + ends[level]
        reached = np.concatenate(([-1], np.maximum.accumulate(stop)[:-1]))
        outermost = (begin >= reached) | (stop > reached)
        owner = (np.cumsum(outermost) - 1)[~outermost]
        parent[level[~outermost]] = level[outermost][owner]
        level, group = level[~outermost], owner
    return parent


def busy(start: Integers, end: Integers) -> int:
    """Length of the union of the intervals: time in which streams overlap is counted once."""
    if not len(start):
        return 0
    order = np.argsort(start)
    begin, reached = start[order], np.maximum.accumulate(end[order])
    idle = np.maximum(begin[1:] - reached[:-1], 0).sum()
    return int(reached[-1] - begin[0] - idle)


def _activities(events: Sequence[Any], called: Sequence[str]) -> list[str]:
    """Kineto's kind of activity of each event; `called` are their names.

    Events tell it from torch 2.12 on. Before, it follows from their device and their name.
    """
    event = type(events[0])
    if hasattr(event, "activity_type"):
        return [event.activity_type(each) for each in events]
    return [
        _activity(name, event.device_type(each) == _torch_names.DeviceType.CUDA, event.is_user_annotation(each))
        for each, name in zip(events, called, strict=True)
    ]


def _activity(name: str, on_device: bool, annotation: bool) -> str:
    if annotation:
        return "gpu_user_annotation" if on_device else "user_annotation"
    if on_device:
        return "gpu_memcpy" if name.startswith("Memcpy") else "gpu_memset" if name.startswith("Memset") else "kernel"
    if name in _OVERHEAD:
        return "overhead"
    if _CUDA_CALL.fullmatch(name):
        return "cuda_runtime"
    return "cpu_op"


def _launchers(events: Sequence[Any], activity: Sequence[str]) -> Integers:
    """For each event the index of the operator that it is linked to, -1 for none.

    Only operators are looked up: correlation ids of CUDA runtime calls are a separate series.
    """
    operator_at = {
        event.correlation_id(): index
        for index, (event, kind) in enumerate(zip(events, activity, strict=True))
        if kind in _OPERATORS
    }
    operator_at[0] = -1  # Kineto links an event to 0 when there is no operator
    return _integers((operator_at.get(event.linked_correlation_id(), -1) for event in events), len(events))


def _among(kinds: set[str], activity: Sequence[str]) -> NDArray[np.bool_]:
    return np.fromiter((kind in kinds for kind in activity), bool, len(activity))


def _integers(values: Iterable[int], length: int) -> Integers:
    return np.fromiter(values, np.int64, length)
