"""Topological order of a computation graph: every node comes after all its inputs."""

from collections.abc import Sequence
from typing import Protocol, Self, TypeVar


class Node(Protocol):
    """What `topological_order` needs of a node."""

    @property
    def inputs(self) -> Sequence[Self]:
        """The nodes it was made of."""


class GraphError(ValueError):
    """The graph cannot be differentiated; the message names the node."""


N = TypeVar("N", bound=Node)


# --8<-- [start:order]
def topological_order(last: N) -> list[N]:
    """All that `last` depends on, inputs first. Raises GraphError for a cycle."""
    order: dict[int, N] = {}
    entered, stack = set(), [last]
    while stack:
        node = stack[-1]
        if id(node) in entered:  # by now all its inputs are in the order
            order.setdefault(id(stack.pop()), node)
            continue
        entered.add(id(node))
        for each in node.inputs:
            if id(each) in entered and id(each) not in order:
                raise GraphError(f"{node!r} is made of itself: the graph has a cycle")
            stack.append(each)
    return list(order.values())


# --8<-- [end:order]
