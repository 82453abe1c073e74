"""What the algorithms hidden in the framework do for the talk's network, and how each grows beside its brute force."""

import random
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch
from torch._decomp import core_aten_decompositions
from torch.func import functional_call, functionalize, grad
from torch.fx import Graph, Node
from torch.fx.experimental.proxy_tensor import make_fx
from torch.utils._pytree import tree_leaves

from talk.measure.clock import times_of
from talk.measure.progress import Advance

from ..record import Curve, Framework, Hidden, HiddenName, Point
from .checkpointing import conformer_chain
from .framework import (
    Groups,
    Life,
    Relabelled,
    Step,
    UnionFind,
    buffers_bytes,
    count_steps_of_paths,
    edges,
    execution_order,
    first_by_comparing,
    first_of_each,
    fuse,
    is_loop,
    is_view,
    most_at_once,
    share_buffers,
    share_by_scanning,
    walk_every_path,
)

_TRACED = 2  # layers
_LONGEST_LIFE, _RECENT = 50, 12


def executed(loss: torch.Tensor) -> list[Step]:
    """Steps of the backward pass in the order in which autograd itself runs them; it runs them once."""
    steps: list[Step] = []
    for step in {loss.grad_fn, *edges(loss.grad_fn)}:
        step.register_prehook(lambda *_, step=step: steps.append(step))
    loss.backward()  # type: ignore[no-untyped-call]
    return steps


def trace(network: torch.nn.Module, x: torch.Tensor) -> Graph:
    """The operators of one training step, forward and backward, as a compiler sees them: decomposed into simpler ones
    where that is possible, and without writing in place."""

    def gradients(parameters: dict[str, torch.Tensor], x: torch.Tensor) -> Any:
        return grad(lambda each: functional_call(network, each, (x,)).square().mean())(parameters)

    parameters = {name: parameter.detach() for name, parameter in network.named_parameters()}
    simpler: Any = core_aten_decompositions()
    traced = make_fx(functionalize(gradients), simpler, tracing_mode="fake", _allow_non_fake_inputs=True)(parameters, x)
    traced.graph.eliminate_dead_code()
    graph: Graph = traced.graph
    return graph


def lives_of(graph: Graph) -> tuple[list[Life], list[int]]:
    """When the graph needs each tensor that it makes, and their bytes; a view lives in the memory of what it shows."""
    lives: dict[int, Life] = {}
    size_bytes: dict[int, int] = {}
    for moment, node in enumerate(graph.nodes):
        if node.op == "call_function":
            for storage in _storages(node):
                lives.setdefault(storage._cdata, (moment, moment))
                size_bytes[storage._cdata] = storage.nbytes()
        for storage in (storage for x in node.all_input_nodes for storage in _storages(x)):
            if storage._cdata in lives:
                lives[storage._cdata] = (lives[storage._cdata][0], moment)
    return list(lives.values()), [size_bytes[storage] for storage in lives]


def _storages(node: Node) -> list[torch.UntypedStorage]:
    return [leaf.untyped_storage() for leaf in tree_leaves(node.meta.get("val")) if isinstance(leaf, torch.Tensor)]


def measure(encoder: Any, features: int, quick: bool, advance: Advance) -> Framework:
    """What the four algorithms do for the talk's network on the CPU; then how each grows, beside its brute force."""
    layers, x = conformer_chain(encoder, features)
    loss = torch.nn.Sequential(*layers)(x).square().mean()
    order, paths = _inner(execution_order(loss.grad_fn)), count_steps_of_paths(loss.grad_fn)
    agrees = order == _inner(executed(loss))
    encoder.zero_grad()
    advance(0.1)
    graph = trace(torch.nn.Sequential(*layers[:_TRACED]), x)
    advance(0.3)
    lives, sizes = lives_of(graph)
    operators = [node for node in graph.nodes if node.op == "call_function" and not is_view(node)]
    first, groups = first_of_each(graph), UnionFind()
    fuse(graph, is_loop, groups)
    return Framework(
        layers=len(layers),
        steps=len(order),
        paths_digits=len(str(paths)),
        order_agrees=agrees,
        traced_layers=len(layers[:_TRACED]),
        tensors=len(lives),
        tensors_bytes=sum(sizes),
        buffers_bytes=buffers_bytes(lives, sizes),
        live_bytes=most_at_once(lives, sizes),
        operators=len(operators),
        distinct=len({first[node] for node in operators}),
        loops=len({groups.find(node) for node in operators}),
        growths=[_growth(*each, quick=quick, advance=advance) for each in _PROBLEMS],
    )


def _inner(steps: Sequence[Step]) -> list[Step]:
    """The steps without those that only write a parameter's gradient: nothing waits for these, any order is right."""
    return [step for step in steps if step.next_functions]


def _residual_chain(size: int) -> Step:
    """Some `size` steps of a backward pass: each block adds to its input, so paths double with every block."""
    y = torch.ones((), requires_grad=True)
    for _ in range(size // 2):
        y = y + y.sin()
    return y.grad_fn


def _random_lives(size: int) -> list[Life]:
    chance = random.Random(size)
    starts = [chance.randrange(size) for _ in range(size)]
    return [(start, start + chance.randrange(_LONGEST_LIFE)) for start in starts]


def _random_graph(size: int) -> Graph:
    """Operators of one or two of the last few, so that some compute the same; and matrix products between them."""
    chance, graph = random.Random(size), Graph()
    nodes = [graph.placeholder("x")]
    for _ in range(size):
        function: Any
        function, inputs = chance.choice([(torch.sin, 1), (torch.add, 2), (torch.mul, 2), (torch.mm, 2)])
        nodes.append(graph.call_function(function, tuple(chance.choices(nodes[-_RECENT:], k=inputs))))
    return graph


def _fuse_with(groups: Callable[[], Groups]) -> Callable[[Graph], None]:
    return lambda graph: fuse(graph, lambda node: node.target is not torch.mm, groups())


_PROBLEMS: list[tuple[HiddenName, Callable[[int], Any], Callable[[Any], Any], Callable[[Any], Any], Sequence[int]]] = [
    ("topological", _residual_chain, execution_order, walk_every_path, (20, 24, 28, 32)),
    ("colouring", _random_lives, share_buffers, share_by_scanning, (500, 1000, 2000)),
    ("consing", _random_graph, first_of_each, first_by_comparing, (250, 500, 1000)),
    ("union_find", _random_graph, _fuse_with(UnionFind), _fuse_with(Relabelled), (500, 1000, 2000)),
]


def _growth(
    name: HiddenName,
    make: Callable[[int], Any],
    ours: Callable[[Any], Any],
    brute: Callable[[Any], Any],
    brute_sizes: Sequence[int],
    *,
    quick: bool,
    advance: Advance,
) -> Hidden:
    sizes = (1000, 4000) if quick else (1000, 4000, 16_000)

    def curve(work: Callable[[Any], Any], of_sizes: Sequence[int]) -> Curve:
        times = {size: times_of(partial(work, make(size)), 1 if quick else 3) for size in of_sizes}
        return Curve(points=[Point(size=size, times_s=each) for size, each in times.items()])

    grown = Hidden(name=name, ours=curve(ours, sizes), brute=curve(brute, brute_sizes))
    advance(0.15)
    return grown
