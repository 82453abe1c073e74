"""Story 9. Where algorithms already hide in your framework: four of them, each as small as it gets.

Topological sort
    Autograd runs a node once everything that uses its result has been run: `Engine::compute_dependencies` and
    `ReadyQueue` in torch/csrc/autograd/engine.cpp.
Interval colouring
    A memory planner gives one buffer to tensors that never live at once: torch/_inductor/codegen/memory_planning.py
    and `MemoryPlanningState` in wrapper.py beside it.
Hash-consing
    A compiler computes an operator of the same inputs once: `fx_graph_cse` in torch/_functorch/compile_utils.py.
Union-find
    Operators are joined into what runs as one: `UnionFind` in torch/fx/experimental/optimization.py.
"""

import heapq
import operator
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import Any, Protocol

import torch
from torch.fx import Graph, Node
from torch.utils._pytree import tree_flatten

Step = Any  # torch.autograd.graph.Node: a step of the backward pass; its `next_functions` lead to the steps after it
Rule = Callable[[Node], bool]  # which nodes may be joined
Life = tuple[int, int]  # the first and the last moment that need a tensor, both counted

_UNSAFE_VIEW = torch.ops.aten._unsafe_view.default


# --8<-- [start:topological]
def execution_order(root: Step) -> list[Step]:
    """The steps of a backward pass, each after all that lead to it."""
    waits = Counter(edges(root))
    ready, order = [(0, id(root), root)], []
    while ready:
        *_, step = heapq.heappop(ready)
        order.append(step)
        for following in after(step):
            waits[following] -= 1
            if not waits[following]:
                made_last_first = -following._sequence_nr()
                place = (made_last_first, id(following), following)
                heapq.heappush(ready, place)
    return order


# --8<-- [end:topological]


def after(step: Step) -> Iterator[Step]:
    """The steps that a step hands its gradients to."""
    return (following for following, _ in step.next_functions if following is not None)


def edges(root: Step) -> Iterator[Step]:
    """The step that each edge of the graph behind `root` leads to."""
    seen, waiting = {root}, [root]
    while waiting:
        for following in after(waiting.pop()):
            yield following
            if following not in seen:
                seen.add(following)
                waiting.append(following)


def walk_every_path(root: Step) -> int:
    """Steps taken where every path is walked by itself, as the chain rule is written."""
    return 1 + sum(map(walk_every_path, after(root)))


def count_steps_of_paths(root: Step) -> int:
    """The same number without walking: a step is taken as often as there are paths to it."""
    paths = Counter({root: 1})
    for step in execution_order(root):
        for following in after(step):
            paths[following] += paths[step]
    return paths.total()


# --8<-- [start:colouring]
def share_buffers(lives: Sequence[Life]) -> list[int]:
    """Each tensor's buffer: as few as there are tensors at once."""
    buffers, free, busy = [0] * len(lives), list[int](), list[Life]()
    for tensor in sorted(range(len(lives)), key=lives.__getitem__):
        start, end = lives[tensor]
        while busy and busy[0][0] < start:
            free.append(heapq.heappop(busy)[1])
        buffer = free.pop() if free else len(busy)
        heapq.heappush(busy, (end, buffer))
        buffers[tensor] = buffer
    return buffers


# --8<-- [end:colouring]


def share_by_scanning(lives: Sequence[Life]) -> list[int]:
    """The same by comparing each tensor with all before it."""
    buffers: dict[int, int] = {}
    order = sorted(range(len(lives)), key=lives.__getitem__)
    for place, tensor in enumerate(order):
        taken = {buffers[other] for other in order[:place] if lives[other][1] >= lives[tensor][0]}
        buffers[tensor] = next(buffer for buffer in range(place + 1) if buffer not in taken)
    return [buffers[tensor] for tensor in range(len(lives))]


# --8<-- [start:consing]
def first_of_each(graph: Graph) -> dict[Node, Node]:
    """For each node the first that computes the same."""
    seen: dict[Any, Node] = {}
    first: dict[Node, Node] = {}
    for node in graph.nodes:
        first[node] = seen.setdefault(computed_by(node, first), node)
    return first


def computed_by(node: Node, first: dict[Node, Node]) -> Any:
    """The function and its inputs, each the first of its kind."""
    leaves, shape = tree_flatten((node.args, node.kwargs))
    inputs = tuple((type(x), first.get(x, x)) for x in leaves)
    return (node.target, shape, inputs) if is_pure(node) else node


# --8<-- [end:consing]


def first_by_comparing(graph: Graph) -> dict[Node, Node]:
    """The same by comparing each node with all before it."""
    known: list[tuple[Any, Node]] = []
    first: dict[Node, Node] = {}
    for node in graph.nodes:
        key = computed_by(node, first)
        first[node] = next((other for computed, other in known if computed == key), node)
        known.append((key, node))
    return first


def is_pure(node: Node) -> bool:
    """Whether the node gives the same whenever it is given the same, and does nothing else."""
    schema = getattr(node.target, "_schema", None)
    random = torch.Tag.nondeterministic_seeded in getattr(node.target, "tags", ())
    return node.op == "call_function" and not random and not (schema is not None and schema.is_mutable)


class Groups(Protocol):
    """Sets of nodes, each node alone at first."""

    def find(self, node: Node) -> Node:
        """The one node that stands for all of its set."""

    def join(self, a: Node, b: Node) -> None:
        """From now on the two are in one set."""


class UnionFind:
    """Sets of nodes as trees, each node with the way to a parent; the root stands for all."""

    def __init__(self) -> None:
        self._parent: dict[Node, Node] = {}
        self._others: Counter[Node] = Counter()

    # --8<-- [start:union_find]
    def find(self, node: Node) -> Node:
        """The root of the node's tree."""
        parent = self._parent
        while parent.setdefault(node, node) is not node:
            parent[node] = parent[parent[node]]  # half the way next time
            node = parent[node]
        return node

    def join(self, a: Node, b: Node) -> None:
        """The smaller tree is hung under the larger."""
        roots = self.find(a), self.find(b)
        small, large = sorted(roots, key=self._others.__getitem__)
        if small is not large:
            self._parent[small] = large
            self._others[large] += 1 + self._others[small]

    # --8<-- [end:union_find]


class Relabelled:
    """The same sets with a label on each node: to join two is to write one's label on all of the other's."""

    def __init__(self) -> None:
        self._label: dict[Node, Node] = {}

    def find(self, node: Node) -> Node:
        """The label of the node."""
        return self._label.setdefault(node, node)

    def join(self, a: Node, b: Node) -> None:
        """Visits every label."""
        old, new = self.find(a), self.find(b)
        for node, label in self._label.items():
            if label is old:
                self._label[node] = new


# --8<-- [start:fusion]
def fuse(graph: Graph, joins: Rule, groups: Groups) -> None:
    """Join what may run as one loop: no way leads out and back in."""
    barriers: dict[Node, int] = {}
    for node in graph.nodes:
        before = node.all_input_nodes
        together = [x for x in before if joins(x) and joins(node)]
        passed = [barriers[x] + (x not in together) for x in before]
        barriers[node] = max(passed, default=0)
        for x in together:
            if barriers[x] == barriers[node]:
                groups.join(x, node)


# --8<-- [end:fusion]


def is_view(node: Node) -> bool:
    """Whether the node computes nothing: its result is another view of the same memory."""
    return (
        node.target is operator.getitem or bool(getattr(node.target, "is_view", False)) or node.target is _UNSAFE_VIEW
    )


def is_loop(node: Node) -> bool:
    """Whether each number of the result depends on one of each input: such nodes can be one loop over memory."""
    return torch.Tag.pointwise in getattr(node.target, "tags", ()) or is_view(node)


def buffers_bytes(lives: Sequence[Life], sizes: Sequence[int]) -> int:
    """Bytes of all buffers where tensors share them with those of their own size, as Inductor has it."""
    of_size: defaultdict[int, list[Life]] = defaultdict(list)
    for life, size in zip(lives, sizes, strict=True):
        of_size[size].append(life)
    return sum(size * (max(share_buffers(alike)) + 1) for size, alike in of_size.items())


def most_at_once(lives: Sequence[Life], sizes: Sequence[int]) -> int:
    """Bytes of the tensors alive at the fullest moment: no plan can do with less."""
    change: Counter[int] = Counter()
    for (start, end), size in zip(lives, sizes, strict=True):
        change[start] += size
        change[end + 1] -= size
    return max(accumulate(change[moment] for moment in sorted(change)), default=0)
