"""The order in which a computation graph is walked: every node after all that it was made of."""

from collections.abc import Sequence
from typing import Protocol, Self, TypeVar


class Node(Protocol):
    """What `topological_order` asks of a node."""

    @property
    def inputs(self) -> Sequence[Self]:
        """The nodes it was made of."""


class GraphError(ValueError):
    """The graph cannot be differentiated; the message names the node."""


N = TypeVar("N", bound=Node)


# --8<-- [start:order]
def topological_order(last: N) -> list[N]:
    """Every node that `last` depends on, inputs before what is made of them. Raises GraphError for a cycle."""
    order, entered, done = [], set(), set()
    stack = [last]
    while stack:
        node = stack.pop()
        if id(node) in done:
            continue
        if id(node) in entered:  # seen before: by now all its inputs are done
            done.add(id(node))
            order.append(node)
            continue
        entered.add(id(node))
        stack.append(node)
        for each in node.inputs:
            if id(each) in entered and id(each) not in done:
                raise GraphError(f"{node!r} is made of itself: the graph has a cycle")
            stack.append(each)
    return order


# --8<-- [end:order]
