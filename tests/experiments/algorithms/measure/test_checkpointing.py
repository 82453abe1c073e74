"""Schedules against a search over everything a machine with few slots can do, gradients against plain backward."""

import heapq
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.algorithms.measure import checkpointing
from experiments.algorithms.measure.checkpointing import backward, by_formula, by_trying_all, cheapest
from talk.errors import TalkError
from talk.measure.memory import peak_allocated_bytes


def by_search(length: int, slots: int) -> float:
    """Fewest forward steps by Dijkstra over states: inputs kept, the input at hand, the layers still to go back over.

    Knows nothing of how the others cut the chain: at any time it may go a layer forward, keep what it holds, drop what
    it keeps, take up what it keeps, or, with the last layer's input at hand, go back over that layer.
    """
    start = (frozenset({0}), 0, length)
    cost, waiting, tie = {start: 0}, [(0, 0, start)], 0
    while waiting:
        paid, _, state = heapq.heappop(waiting)
        kept, hand, end = state
        if not end:
            return paid
        if paid > cost[state]:
            continue
        moves = [((kept, place, end), 0) for place in kept] + [((kept - {place}, hand, end), 0) for place in kept]
        if 0 <= hand < end - 1:
            moves.append(((kept, hand + 1, end), 1))
        if hand == end - 1:
            moves.append(((kept, -1, end - 1), 0))  # and nothing is at hand
        if hand >= 0 and len(kept) < slots:
            moves.append(((kept | {hand}, hand, end), 0))
        for following, price in moves:
            if paid + price < cost.get(following, math.inf):
                cost[following] = paid + price
                tie += 1
                heapq.heappush(waiting, (paid + price, tie, following))
    raise AssertionError("no way back")


@pytest.mark.parametrize("slots", [1, 2, 3])
@pytest.mark.parametrize("length", range(1, 9))
def test_no_machine_with_so_few_slots_does_better(length: int, slots: int) -> None:
    expected = by_search(length, slots)
    assert cheapest(length, slots)[0] == expected
    assert by_trying_all(length, slots) == expected
    assert by_formula(length, slots) == expected


@given(st.integers(1, 120), st.integers(1, 12))
@settings(max_examples=60, deadline=None)
def test_the_schedule_is_as_cheap_as_the_binomials_say(length: int, slots: int) -> None:
    assert cheapest(length, slots)[0] == by_formula(length, slots)


def chain(length: int) -> list[torch.nn.Module]:
    torch.manual_seed(length)
    return [torch.nn.Sequential(torch.nn.Linear(6, 6), torch.nn.Tanh()).double() for _ in range(length)]


@given(st.integers(1, 12), st.integers(1, 14))
@settings(max_examples=40, deadline=None)
def test_gradients_are_those_of_plain_backward(length: int, slots: int) -> None:
    layers, advanced = chain(length), []
    x = torch.randn(3, 6, dtype=torch.float64, requires_grad=True)
    torch.nn.Sequential(*layers)(x).sin().sum().backward()
    expected = [p.grad.clone() for layer in layers for p in layer.parameters()]
    for layer in layers:
        layer.zero_grad()

    def counted(layer: torch.nn.Module) -> checkpointing.Layer:
        def forward(y: torch.Tensor) -> torch.Tensor:
            if not torch.is_grad_enabled():
                advanced.append(layer)
            return layer(y)

        return forward

    last = counted(layers[-1])
    steps = [*map(counted, layers[:-1]), lambda y: last(y).sin().sum()]
    found = backward(steps, x.detach(), slots)
    assert torch.equal(found, x.grad)
    parameters = [p for layer in layers for p in layer.parameters()]
    assert all(torch.equal(p.grad, gradient) for p, gradient in zip(parameters, expected, strict=True))
    assert len(advanced) == by_formula(length, slots)


def test_fewer_slots_take_less_memory() -> None:
    layers, x = checkpointing.recurrent_chain(64)
    gradient = torch.ones_like(x)
    checkpointing._keep_all(layers, x, gradient)

    def peak(slots: int) -> int:
        return peak_allocated_bytes(lambda: backward(layers, x, slots, gradient), "cpu")

    state = x.numel() * x.element_size()
    assert peak(12) - peak(4) == 8 * state
    assert peak(4) < peak_allocated_bytes(lambda: checkpointing._keep_all(layers, x, gradient), "cpu") / 4


@pytest.mark.parametrize(("length", "slots"), [(0, 1), (3, 0)])
def test_nothing_to_go_back_through_and_nowhere_to_keep_it_is_named(length: int, slots: int) -> None:
    with pytest.raises(TalkError, match=f"{length} layers and {slots} slots"):
        backward([torch.sin] * length, torch.ones(1), slots)
    with pytest.raises(TalkError, match="at least one of each"):
        by_formula(length, slots)
