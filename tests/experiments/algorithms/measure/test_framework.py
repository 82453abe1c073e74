"""Each hidden algorithm against the framework's own doing of it, or against trial of everything."""

import inspect
import random
from collections import Counter
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch._functorch.compile_utils import fx_graph_cse
from torch.fx import Graph, GraphModule, Node
from torch.fx.experimental.optimization import UnionFind as TorchUnionFind

from experiments.algorithms.measure import framework, framework_facts
from experiments.algorithms.measure.framework import Relabelled, UnionFind, after, execution_order, first_of_each

LIVES = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 9)), max_size=25).map(
    lambda pairs: [(start, start + length) for start, length in pairs]
)
SEEDS = st.integers(0, 10**6)


def random_loss(seed: int) -> torch.Tensor:
    chance = random.Random(seed)
    values = [torch.rand(3, requires_grad=True) for _ in range(2)]
    for _ in range(chance.randint(1, 12)):
        a, b = chance.choices(values[-4:], k=2)
        values.append(chance.choice([a.sin, a.exp, lambda a=a, b=b: a * b, lambda a=a, b=b: a + b])())
    return sum(value.sum() for value in values[2:])


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_backward_runs_in_our_order(seed: int) -> None:
    loss = random_loss(seed)
    order = execution_order(loss.grad_fn)
    place = {step: index for index, step in enumerate(order)}
    assert len(place) == len(order)
    assert all(place[step] < place[following] for step in order for following in after(step))
    assert framework.count_steps_of_paths(loss.grad_fn) == framework.walk_every_path(loss.grad_fn)
    ran = framework_facts.executed(loss)
    assert set(ran) == set(order)
    assert framework_facts._inner(ran) == framework_facts._inner(order)


def overlap(a: framework.Life, b: framework.Life) -> bool:
    return a[0] <= b[1] and b[0] <= a[1]


@given(LIVES)
def test_there_are_as_few_buffers_as_can_be(lives: list[framework.Life]) -> None:
    for share in (framework.share_buffers, framework.share_by_scanning):
        buffers = share(lives)
        for i, buffer in enumerate(buffers):
            assert not any(overlap(lives[i], lives[j]) for j in range(i) if buffers[j] == buffer)
        at_once = max((sum(start <= moment <= end for start, end in lives) for moment in range(60)), default=0)
        assert set(buffers) == set(range(at_once))


@given(LIVES, st.randoms(use_true_random=False))
def test_buffers_hold_what_lives_at_once(lives: list[framework.Life], chance: random.Random) -> None:
    sizes = [chance.choice([8, 16, 100]) for _ in lives]
    fullest = max(sum(s for (a, b), s in zip(lives, sizes, strict=True) if a <= moment <= b) for moment in range(60))
    assert framework.most_at_once(lives, sizes) == fullest
    assert fullest <= framework.buffers_bytes(lives, sizes) <= sum(sizes)


class Small(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.norm, self.linear = torch.nn.LayerNorm(4), torch.nn.Linear(4, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + torch.softmax(self.linear(self.norm(x)), dim=-1) * self.linear(x).sin() + self.linear(x).sin()


@pytest.fixture(scope="module")
def traced() -> Graph:
    return framework_facts.trace(Small(), torch.randn(5, 4))


def called(nodes: object) -> list[Node]:
    return [node for node in nodes if node.op == "call_function"]


def test_what_is_computed_twice_is_found_as_torch_finds_it(traced: Graph) -> None:
    nodes = called(traced.nodes)
    first = first_of_each(traced)
    assert first == framework.first_by_comparing(traced)
    kept = {first[node] for node in nodes}
    assert len(kept) < len(nodes)
    assert len(kept) == len(called(fx_graph_cse(traced).nodes))
    assert Counter(str(node.target) for node in kept) == Counter(
        str(node.target) for node in called(fx_graph_cse(traced).nodes)
    )


def test_the_training_step_is_the_same_with_each_thing_computed_once() -> None:
    network, x = Small(), torch.randn(5, 4)
    network(x).square().mean().backward()
    graph = framework_facts.trace(network, x)
    for node, first in first_of_each(graph).items():
        if node is not first:
            node.replace_all_uses_with(first)
    graph.eliminate_dead_code()
    found = GraphModule(torch.nn.Module(), graph)({name: p.detach() for name, p in network.named_parameters()}, x)
    for name, parameter in network.named_parameters():
        assert torch.allclose(found[name], parameter.grad, atol=1e-7)


def test_noise_is_never_shared() -> None:
    graph = Graph()
    x = graph.placeholder("x")
    noise = [graph.call_function(torch.ops.aten.rand_like.default, (x,)) for _ in range(2)]
    written = [graph.call_function(torch.ops.aten.add_.Tensor, (x, 1)) for _ in range(2)]
    ones = [graph.call_function(torch.add, (x, one)) for one in (1, 1.0)]  # equal, yet of another type
    first = first_of_each(graph)
    assert all(first[node] is node for node in (*noise, *written, *ones))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 14), st.integers(0, 14)), max_size=20))
def test_sets_are_those_of_torch(pairs: list[tuple[int, int]]) -> None:
    graph = Graph()
    nodes = [graph.placeholder(f"x{i}") for i in range(15)]
    expected = TorchUnionFind(15)
    for i in range(15):
        expected.make_set(i)
    for groups in (UnionFind(), Relabelled()):
        for a, b in pairs:
            groups.join(nodes[a], nodes[b])
            expected.join(a, b)
        for i in range(15):
            for j in range(i):
                assert (groups.find(nodes[i]) is groups.find(nodes[j])) == (expected.find(i) == expected.find(j))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 60))
def test_what_is_fused_can_be_run_in_some_order(size: int) -> None:
    graph = framework_facts._random_graph(size)
    found: list[list[Node]] = []
    for groups in (UnionFind(), Relabelled()):
        framework.fuse(graph, lambda node: node.target is not torch.mm, groups)
        needs: dict[Node, set[Node]] = {}
        for node in graph.nodes:
            group = groups.find(node)
            before = {groups.find(x) for x in node.all_input_nodes}
            needs.setdefault(group, set()).update(before - {group})
        list(TopologicalSorter(needs).static_order())  # raises for a cycle
        found.append([next(n for n in graph.nodes if groups.find(n) is groups.find(m)) for m in graph.nodes])
    assert found[0] == found[1]


def test_a_loop_ends_at_a_product_of_matrices() -> None:
    graph = Graph()
    x = graph.placeholder("x")
    a = graph.call_function(torch.sin, (x,))
    b = graph.call_function(torch.mul, (a, a))
    c = graph.call_function(torch.mm, (b, b))
    d = graph.call_function(torch.add, (c, a))  # were it joined with a, the product would wait for itself
    e = graph.call_function(torch.sin, (d,))
    groups = UnionFind()
    framework.fuse(graph, lambda node: node.op == "call_function" and node.target is not torch.mm, groups)
    assert groups.find(a) is groups.find(b)
    assert groups.find(d) is groups.find(e)
    assert len({groups.find(node) for node in (a, c, d)}) == 3


def test_operators_on_views_are_loops_and_products_are_not(traced: Graph) -> None:
    names = {str(node.target): node for node in called(traced.nodes)}
    assert framework.is_view(names["aten.view.default"])
    assert framework.is_loop(names["aten.sin.default"])
    assert not framework.is_loop(names["aten.addmm.default"])


def test_the_framework_still_hides_them_where_the_page_points() -> None:
    torch_folder = Path(torch.__file__).parent
    engine = (torch_folder / "include/torch/csrc/autograd/engine.h").read_text()
    assert "compute_dependencies" in engine
    assert "class LiveRange" in (torch_folder / "_inductor/codegen/memory_planning.py").read_text()
    assert "hash" in inspect.getsource(fx_graph_cse)
    assert "parent" in inspect.getsource(TorchUnionFind.find)
