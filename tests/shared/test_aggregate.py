"""The fast sums against PyTorch's own: `key_averages()` for real CPU profiles, its parser for made-up GPU events."""

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.autograd import DeviceType, profiler
from torch.autograd.profiler_util import EventList
from torch.profiler import ProfilerActivity, profile, record_function

from shared.aggregate import OperatorTable, busy, parents


def sums(averages: Any) -> dict[str, tuple[int, float, float]]:
    return {
        each.key: (each.count, each.self_cpu_time_total, each.cpu_time_total)
        for each in averages
        if each.device_type == DeviceType.CPU
    }


def own_sums(table: OperatorTable) -> dict[str, tuple[int, float, float]]:
    return {each.name: (each.calls, each.self_cpu_time_us, each.cpu_time_total_us) for each in table.operators()}


def assert_same_sums(ours: dict[str, tuple[int, float, float]], theirs: dict[str, tuple[int, float, float]]) -> None:
    assert ours.keys() == theirs.keys()
    for name, (calls, self_us, total_us) in theirs.items():
        assert ours[name][0] == calls, name
        assert ours[name][1:] == pytest.approx((self_us, total_us), abs=0.5), name


def work(layer: torch.nn.Module, convolution: torch.nn.Module) -> None:
    with record_function("a user's own span"):
        out = convolution(layer(torch.randn(2, 30, 32)).transpose(1, 2))
    loss = torch.einsum("bij,bij->b", out, out).sum()
    loss.backward()  # operators of another thread
    torch.cumsum(out.detach().to(torch.float64), dim=-1).contiguous().clone()


def test_sums_equal_key_averages() -> None:
    layer = torch.nn.TransformerEncoderLayer(32, nhead=4, dim_feedforward=64, batch_first=True)
    convolution = torch.nn.Conv1d(32, 16, 5)
    with profile(activities=[ProfilerActivity.CPU]) as watched:
        for _ in range(3):
            work(layer, convolution)
    table = OperatorTable(on_gpu=False)
    table.add(watched)
    theirs = sums(watched.key_averages())
    assert len(theirs) > 40
    assert_same_sums(own_sums(table), theirs)
    assert all(operator.self_device_time_us is None for operator in table.operators())


def test_what_a_gpus_table_asks_of_events_the_torch_of_here_has() -> None:
    with profile(activities=[ProfilerActivity.CPU]) as watched:
        work(torch.nn.Linear(32, 32), torch.nn.Conv1d(32, 16, 5))
    without, with_gpu = OperatorTable(on_gpu=False), OperatorTable(on_gpu=True)
    without.add(watched)
    with_gpu.add(watched)
    assert own_sums(with_gpu) == own_sums(without)
    assert with_gpu.kernels() == []


def test_several_profiles_add_up() -> None:
    layer, convolution = torch.nn.Linear(32, 32), torch.nn.Conv1d(32, 16, 5)
    table, apart, calls = OperatorTable(on_gpu=False), OperatorTable(on_gpu=False), 0
    for _ in range(2):
        with profile(activities=[ProfilerActivity.CPU]) as watched:
            work(layer, convolution)
        table.add(watched)
        one = OperatorTable(on_gpu=False)
        one.add(watched)
        apart.merge(one)
        calls += next(each.count for each in watched.key_averages() if each.key == "aten::addmm")
    assert calls > 0
    assert next(each.calls for each in table.operators() if each.name == "aten::addmm") == calls
    assert apart.operators() == table.operators()


def test_the_longest_come_first() -> None:
    with profile(activities=[ProfilerActivity.CPU]) as watched:
        work(torch.nn.Linear(32, 32), torch.nn.Conv1d(32, 16, 5))
    table = OperatorTable(on_gpu=False)
    table.add(watched)
    times = [operator.self_cpu_time_us for operator in table.operators()]
    assert times == sorted(times, reverse=True)


def test_a_running_profile_cannot_be_summed() -> None:
    with pytest.raises(RuntimeError, match="leave its `with` block"):
        OperatorTable(on_gpu=False).add(profile(activities=[ProfilerActivity.CPU]))


# Nesting


def stack_parents(thread: list[int], start: list[int], end: list[int]) -> list[int]:
    """PyTorch's way: one stack a thread."""
    parent = [-1] * len(start)
    stacks: dict[int, list[int]] = {}
    for index in sorted(range(len(start)), key=lambda index: (start[index], -end[index])):
        stack = stacks.setdefault(thread[index], [])
        while stack and (start[index] >= end[stack[-1]] or end[index] > end[stack[-1]]):
            stack.pop()
        if stack:
            parent[index] = stack[-1]
        stack.append(index)
    return parent


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 30), st.integers(0, 12)), max_size=40))
def test_nesting_is_found_as_with_a_stack(intervals: list[tuple[int, int, int]]) -> None:
    thread, start, length = (list(column) for column in zip(*intervals, strict=True)) if intervals else ([], [], [])
    end = [begin + long for begin, long in zip(start, length, strict=True)]
    found = parents(*(np.array(column, np.int64) for column in (thread, start, end)))
    assert found.tolist() == stack_parents(thread, start, end)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 12)), max_size=30))
def test_overlapping_intervals_are_busy_once(intervals: list[tuple[int, int]]) -> None:
    ticks = {tick for begin, length in intervals for tick in range(begin, begin + length)}
    start = np.array([begin for begin, _ in intervals], np.int64)
    assert busy(start, start + np.array([length for _, length in intervals], np.int64)) == len(ticks)


# A GPU's events, made up: what Kineto reports of `linear` under a span of the user's.

LOOP, RUNTIME = 1, 4711  # the same thread, as PyTorch numbers it and as the CUDA runtime does


@dataclass
class FakeEvent:
    """Everything that PyTorch's parser asks of a Kineto event; what is not given here is empty."""

    told: dict[str, Any]

    def __getattr__(self, field: str) -> Any:
        return lambda: self.told.get(field, 0 if field.endswith(("_id", "_nr", "_us", "_type", "_index")) else False)

    def name(self) -> str:
        return str(self.told["name"])

    def start_ns(self) -> int:
        return int(self.told["start_ns"])

    def end_ns(self) -> int:
        return self.start_ns() + self.duration_ns()

    def duration_ns(self) -> int:
        return int(self.told["duration_ns"])

    def start_thread_id(self) -> int:
        return int(self.told["thread"])

    end_thread_id = start_thread_id

    def device_type(self) -> DeviceType:
        on_device = self.told["activity_type"] in ("kernel", "gpu_memcpy", "gpu_memset", "gpu_user_annotation")
        return DeviceType.CUDA if on_device else DeviceType.CPU

    def activity_type(self) -> str:
        return str(self.told["activity_type"])

    def correlation_id(self) -> int:
        return int(self.told.get("correlation_id", 0))

    def linked_correlation_id(self) -> int:
        return int(self.told.get("linked_correlation_id", 0))

    def is_user_annotation(self) -> bool:
        return self.activity_type().endswith("user_annotation")

    def stack(self) -> list[str]:
        return []


# Every method of a Kineto event of torch 2.11, which does not tell the kind of activity.
METHODS_OF_211 = """
concrete_inputs correlation_id cuda_elapsed_us device_index device_resource_id device_type dtypes duration_ns end_ns
end_thread_id flops fwd_thread_id is_async is_hidden_event is_user_annotation kwinputs linked_correlation_id
metadata_json name nbytes overload_name privateuse1_elapsed_us scope sequence_nr shapes stack start_ns start_thread_id
""".split()


class EventOf211:
    """An event of torch 2.11: what it does not have, no event of it has."""

    def __init__(self, told: FakeEvent) -> None:
        self._told = told


for method in METHODS_OF_211:
    setattr(EventOf211, method, lambda self, method=method: getattr(self._told, method)())

Events = Callable[[list[FakeEvent]], list[Any]]
every_torch = pytest.mark.parametrize(
    "told", [list, lambda events: [EventOf211(each) for each in events]], ids=["torch 2.12", "torch 2.11"]
)


def event(name: str, activity: str, start: int, duration: int, thread: int, **more: int) -> FakeEvent:
    told = {"name": name, "activity_type": activity, "start_ns": start, "duration_ns": duration, "thread": thread}
    return FakeEvent(told | more)


def gpu_events() -> list[FakeEvent]:
    return [
        event("span", "user_annotation", 0, 100_000, LOOP, correlation_id=1),
        event("aten::linear", "cpu_op", 5_000, 60_000, LOOP, correlation_id=2),
        event("aten::addmm", "cpu_op", 10_000, 50_000, LOOP, correlation_id=3),
        event("cudaLaunchKernel", "cuda_runtime", 20_000, 9_000, RUNTIME, correlation_id=901, linked_correlation_id=3),
        event("cudaLaunchKernel", "cuda_runtime", 40_000, 6_000, RUNTIME, correlation_id=902, linked_correlation_id=3),
        event("aten::relu", "cpu_op", 70_000, 20_000, LOOP, correlation_id=4),
        event("cudaLaunchKernel", "cuda_runtime", 75_000, 5_000, RUNTIME, correlation_id=903, linked_correlation_id=4),
        # Called outside any operator. The runtime's own count has come to 3: it must not pass for addmm.
        event("cudaDeviceSynchronize", "cuda_runtime", 110_000, 70_000, RUNTIME, correlation_id=905),
        event("sgemm", "kernel", 30_000, 40_000, 7, correlation_id=901, linked_correlation_id=3),
        event("splitKreduce", "kernel", 60_000, 30_000, 8, correlation_id=902, linked_correlation_id=3),
        event("relu_kernel", "kernel", 100_000, 10_000, 7, correlation_id=903, linked_correlation_id=4),
        event("Memcpy HtoD (Pageable -> Device)", "gpu_memcpy", 1_000, 2_000, 7, correlation_id=904),
        event("span", "gpu_user_annotation", 1_000, 109_000, 7, linked_correlation_id=1),
    ]


@every_torch
def test_gpu_sums_equal_pytorchs_parser(told: Events) -> None:
    events = gpu_events()
    theirs = profiler.profile()
    theirs.use_device = "cuda"  # asked for at once, it would be refused: there may be no GPU here
    parsed = theirs._parse_kineto_results(SimpleNamespace(events=lambda: events, trace_start_ns=lambda: 0))
    tree = EventList(parsed, use_device="cuda")
    tree._build_tree()
    averages = tree.key_averages()
    table = OperatorTable(on_gpu=True)
    table.add_events(told(events))
    assert_same_sums(own_sums(table), sums(averages))
    on_device = {each.key: each.self_device_time_total for each in averages if each.device_type == DeviceType.CPU}
    assert on_device.pop("span") == 109  # PyTorch takes the span drawn over the GPU's lane for a kernel; we do not
    assert {each.name: each.self_device_time_us for each in table.operators() if each.name != "span"} == on_device
    assert on_device["aten::addmm"] == 70


@every_torch
def test_each_kernel_is_counted_once_under_the_operator_that_launched_it(told: Events) -> None:
    table = OperatorTable(on_gpu=True)
    table.add_events(told(gpu_events()))
    assert [(each.name, each.calls, each.device_time_us, each.operator) for each in table.kernels()] == [
        ("sgemm", 1, 40, "aten::addmm"),
        ("splitKreduce", 1, 30, "aten::addmm"),
        ("relu_kernel", 1, 10, "aten::relu"),
        ("Memcpy HtoD (Pageable -> Device)", 1, 2, None),
    ]
    assert table.kernel_launches == 3
    assert table.device_busy_ns == 2_000 + 60_000 + 10_000  # two kernels overlap on two streams


@every_torch
def test_a_graph_is_one_launch_of_many_kernels(told: Events) -> None:
    graph = event("cudaGraphLaunch", "cuda_runtime", 120_000, 5_000, RUNTIME, correlation_id=906)
    kernels = [event(name, "kernel", 130_000, 1_000, 7, correlation_id=906) for name in ("sgemm", "relu_kernel")]
    table = OperatorTable(on_gpu=True)
    table.add_events(told(gpu_events()))
    assert (table.host_launches, table.kernel_launches) == (3, 3)
    table.add_events(told([graph, *kernels]))
    assert (table.host_launches, table.kernel_launches) == (4, 5)


@every_torch
def test_merged_tables_have_the_sums_of_both(told: Events) -> None:
    together, merged = OperatorTable(on_gpu=True), OperatorTable(on_gpu=True)
    for _ in range(2):
        together.add_events(told(gpu_events()))
        one = OperatorTable(on_gpu=True)
        one.add_events(told(gpu_events()))
        merged.merge(one)
    assert merged == together
    assert merged.host_launches == 6


@every_torch
def test_a_runtime_call_is_not_taken_for_an_operator_with_its_number(told: Events) -> None:
    unlinked = event("cudaDeviceSynchronize", "cuda_runtime", 110_000, 70_000, RUNTIME, correlation_id=3)
    table = OperatorTable(on_gpu=True)
    table.add_events(told([*gpu_events(), unlinked]))
    assert {each.operator for each in table.kernels()} == {"aten::addmm", "aten::relu", None}
    assert next(each for each in table.operators() if each.name == "aten::addmm").self_device_time_us == 70


@every_torch
def test_self_time_is_never_negative(told: Events) -> None:
    late = event("cudaLaunchKernel", "cuda_runtime", 1_000, 60_000, RUNTIME, linked_correlation_id=1)
    table = OperatorTable(on_gpu=True)
    events = [
        event("outer", "cpu_op", 0, 61_000, LOOP, correlation_id=9),
        event("inner", "cpu_op", 500, 59_000, LOOP, correlation_id=1),
        late,  # its clock ends it after the operator that made the call
    ]
    table.add_events(told(events))
    assert {each.name: each.self_cpu_time_us for each in table.operators()}["outer"] == 0


def test_what_events_of_torch_211_do_not_tell_follows_from_their_names() -> None:
    events = [
        *gpu_events(),
        event("Memset (Device)", "gpu_memset", 4_000, 1_000, 7, correlation_id=907, linked_correlation_id=2),
        event("cuLaunchKernelEx", "cuda_driver", 80_000, 1_000, RUNTIME, correlation_id=908, linked_correlation_id=4),
        event("custom::cumsum", "cpu_op", 85_000, 1_000, LOOP, correlation_id=9),
        event("fused", "kernel", 120_000, 1_000, 7, correlation_id=908, linked_correlation_id=9),
        # CUPTI's own work, whose number is that of addmm.
        event("Lazy Function Loading", "overhead", 200_000, 3_000, 12, correlation_id=3),
    ]
    tells, does_not = OperatorTable(on_gpu=True), OperatorTable(on_gpu=True)
    tells.add_events(events)
    does_not.add_events([EventOf211(each) for each in events])
    assert does_not == tells
    assert (tells.host_launches, tells.kernel_launches) == (4, 4)
    launched_by = {each.name: each.operator for each in does_not.kernels()}
    assert launched_by["sgemm"] == "aten::addmm"
    assert launched_by["Memset (Device)"] == "aten::linear"
    assert launched_by["fused"] == "custom::cumsum"
