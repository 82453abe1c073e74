"""The process that measures on the GPU, on a pretended one: who fails is left out, and what was measured is told."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
import torch

from experiments.matmul.measure import gpu_worker
from experiments.matmul.measure.circle8_gpu import GpuEntry, entries
from experiments.matmul.measure.gpu_worker import Begins, Ends, Knows, Left, Measured, Plan, copies, work
from experiments.matmul.sample import sample
from tests.experiments.matmul.measure.pretended_cuda import Card, pretended

SHAPES = ((8, 8, 8), (16, 16, 16))
GPU = sample().gpu
Tensor = torch.Tensor


class Wires(list[Any]):
    def send(self, message: Any, /) -> None:
        self.append(message)

    def of(self, kind: type) -> list[Any]:
        return [each for each in self if isinstance(each, kind)]


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> Iterator[Card]:
    monkeypatch.setattr("experiments.matmul.measure.gpu_timing.GAP_S", 0.0)
    monkeypatch.setattr(gpu_worker, "after_products", lambda gpu: gpu)
    with pretended(monkeypatch) as found:
        yield found


def right(a: Tensor, b: Tensor, c: Tensor) -> Callable[[], object]:
    return lambda: torch.mm(a, b, out=c)


def measured(monkeypatch: pytest.MonkeyPatch, *those: GpuEntry, **asked: Any) -> Wires:
    monkeypatch.setattr(gpu_worker, "entries", lambda: list(those))
    wires = Wires()
    with suppress(SystemExit):
        work(wires, Plan(**{"shapes": SHAPES, "rounds": 3, "gpu": GPU} | asked))
    return wires


@pytest.mark.usefixtures("card")
def test_all_points_are_told_with_times_host_time_and_error(monkeypatch: pytest.MonkeyPatch) -> None:
    told = measured(monkeypatch, GpuEntry("ours", 6, right), GpuEntry("small", 6, right, largest=8))
    assert [(each.shape, sorted(each.points)) for each in told.of(Measured)] == [
        (SHAPES[0], ["ours", "small"]),
        (SHAPES[1], ["ours"]),
    ]
    point = told.of(Measured)[1].points["ours"]
    assert (point.n, point.m, point.p, len(point.times_s)) == (16, 16, 16, 3)
    assert point.error < 1e-6
    assert point.host_time_s > 0
    assert told[-1] == Ends()
    assert told.of(Knows)[0].gpu == GPU


def test_short_calls_are_recorded_into_a_graph_with_operands_that_no_cache_holds(
    monkeypatch: pytest.MonkeyPatch, card: Card
) -> None:
    made: list[tuple[int, ...]] = []

    def make(a: Tensor, b: Tensor, c: Tensor) -> Callable[[], object]:
        made.append((a.data_ptr(), b.data_ptr(), c.data_ptr()))
        return right(a, b, c)

    entry = GpuEntry("ours", 6, make)
    told = measured(monkeypatch, entry, shapes=SHAPES[:1])
    assert card.graphs == 1
    assert len(made) == copies(entry, SHAPES[0], GPU.l2_bytes) > 1
    assert len(told.of(Measured)) == 1


@pytest.mark.usefixtures("card")
def test_whose_times_are_far_apart_is_visited_more_often(monkeypatch: pytest.MonkeyPatch) -> None:
    def visit(steady: Any) -> None:
        # Both begin unlike: one settles, the other does not.
        at = len(steady.times_s)
        steady.times_s.append(1.0 + (at % 2 if len(steady.calls) > 1 or at < 6 else 0))

    monkeypatch.setattr(gpu_worker, "copies", lambda entry, *_: 1 if entry.name == "settles" else 2)
    monkeypatch.setattr(gpu_worker.Steady, "visit", visit)
    told = measured(
        monkeypatch, GpuEntry("settles", 6, right), GpuEntry("never", 6, right), shapes=SHAPES[:1], rounds=6
    )
    (found,) = told.of(Measured)
    assert {name: len(point.times_s) for name, point in found.points.items()} == {"settles": 13, "never": 18}


@pytest.mark.parametrize(
    ("side", "dtype", "count"),
    [(1024, "float32", 10), (2048, "float32", 3), (4096, "float32", 1), (4096, "bfloat16", 2), (8192, "bfloat16", 1)],
)
def test_operands_of_calls_in_a_row_are_twice_the_l2_together(side: int, dtype: Any, count: int) -> None:
    assert copies(GpuEntry("x", 6, right, dtype), (side,) * 3, 60 << 20) == count


def off(a: Tensor, b: Tensor, c: Tensor) -> Callable[[], object]:
    return lambda: c.copy_(1.01 * (a @ b))


def off_in_the_end(a: Tensor, b: Tensor, c: Tensor) -> Callable[[], object]:
    calls = 0

    def call() -> None:
        nonlocal calls
        calls += 1
        c.copy_(a @ b if calls < 3 else 1.01 * (a @ b))

    return call


@pytest.mark.usefixtures("card")
@pytest.mark.parametrize("make", [off, off_in_the_end])
def test_a_wrong_product_is_told_and_the_others_are_measured(
    monkeypatch: pytest.MonkeyPatch, make: Callable[..., Any]
) -> None:
    told = measured(monkeypatch, GpuEntry("wrong", 6, make), GpuEntry("ours", 6, right))
    (left,) = told.of(Left)
    assert (left.name, left.at, left.wrong) == ("wrong", SHAPES[0], True)
    assert left.reason.startswith("broke:its product is off by ")
    assert [[*each.points] for each in told.of(Measured)] == [["ours"], ["ours"]]


@pytest.mark.usefixtures("card")
@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (torch.cuda.OutOfMemoryError("tried to allocate"), "out_of_memory"),
        (RuntimeError("Failed to find\nC compiler"), "failed:RuntimeError: Failed to find C compiler"),
    ],
)
def test_who_cannot_start_is_left_out_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str
) -> None:
    def make(a: Tensor, b: Tensor, c: Tensor) -> Callable[[], object]:
        if len(a) == 16:
            raise error
        return right(a, b, c)

    told = measured(monkeypatch, GpuEntry("large", 6, make), GpuEntry("ours", 6, right))
    assert told.of(Left) == [Left("large", reason, SHAPES[1])]
    assert [[*each.points] for each in told.of(Measured)] == [["large", "ours"], ["ours"]]


@pytest.mark.usefixtures("card")
def test_operands_that_do_not_fit_leave_out_their_shape_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def exact(a: Tensor, b: Tensor) -> Tensor:
        if len(a) == 16:
            raise torch.cuda.OutOfMemoryError("tried to allocate")
        return a.double() @ b.double()

    told = measured(monkeypatch, GpuEntry("ours", 6, right, exact=exact))
    assert told.of(Left) == [Left("ours", "out_of_memory", SHAPES[1])]
    assert [[*each.points] for each in told.of(Measured)] == [["ours"]]
    assert told[-1] == Ends()


@pytest.mark.parametrize("at_call", [1, 12])
def test_a_kernel_that_ruins_the_gpu_ends_the_process_and_is_named(
    monkeypatch: pytest.MonkeyPatch, card: Card, at_call: int
) -> None:
    calls = 0

    def make(a: Tensor, b: Tensor, c: Tensor) -> Callable[[], object]:
        def call() -> object:
            nonlocal calls
            calls += len(a) == 16
            card.broken = calls >= at_call
            card.ask()
            return torch.mm(a, b, out=c)

        return call

    told = measured(monkeypatch, GpuEntry("ours", 6, right), GpuEntry("misaligned", 6, make))
    assert told[-1].name == "misaligned"
    assert told[-1].reason == "broke:RuntimeError: CUDA error: an illegal memory access was encountered"
    assert [[*each.points] for each in told.of(Measured)] == [["ours", "misaligned"]]
    assert told.of(Begins)[-1] == Begins("misaligned")


@pytest.mark.usefixtures("card")
def test_time_that_is_up_names_the_shapes_that_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    told = measured(monkeypatch, GpuEntry("ours", 6, right), until=0.0)
    assert told[-1] == Ends(SHAPES)
    assert told.of(Measured) == []


@pytest.mark.usefixtures("card")
def test_a_compiler_that_does_not_load_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(module: str, _: str) -> None:
        raise AttributeError("np.row_stack") if "gpu" in module else ImportError(module)

    monkeypatch.setattr(gpu_worker, "import_module", load)
    those = [GpuEntry("numba", 6, right, package="numba-cuda"), GpuEntry("triton", 6, right, package="triton")]
    told = measured(monkeypatch, *those, GpuEntry("ours", 6, right))
    assert told.of(Left) == [
        Left("numba", "failed:AttributeError: np.row_stack"),
        Left("triton", "no_package:triton"),
    ]
    assert [[*each.points] for each in told.of(Measured)] == [["ours"], ["ours"]]


@pytest.mark.usefixtures("card")
def test_a_card_that_is_too_old_for_bfloat16_measures_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda: (7, 5))
    told = measured(monkeypatch, GpuEntry("half", 8, right, "bfloat16"), GpuEntry("ours", 6, right))
    assert told.of(Left) == [Left("half", "too_old")]
    assert [[*each.points] for each in told.of(Measured)] == [["ours"], ["ours"]]


def test_a_card_that_another_program_has_to_itself_is_one_reason(monkeypatch: pytest.MonkeyPatch, card: Card) -> None:
    monkeypatch.setattr(gpu_worker, "measure_ceilings", card.ask)
    card.broken = True
    told = measured(monkeypatch, *entries(), gpu=None)
    assert told[-1] == Ends(failure="failed:RuntimeError: CUDA error: an illegal memory access was encountered")
