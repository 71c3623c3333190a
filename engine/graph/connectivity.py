"""Computes the connectivity of a network: reachable pairs and cut points.

networkx is the reference. rustworkx, if it is installed, finds the same components faster; a
property test checks that both give equal results. Nodes are numbers from 0. A set of nodes is an
int used as a bit mask, so that a union over a few hundred nodes is a single operation.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Protocol

import networkx

Arc = tuple[int, int]


class Backend(Protocol):
    """A graph library that splits a network into components, in any order."""

    def strong_components(self, size: int, arcs: Sequence[Arc]) -> list[Collection[int]]:
        """Return the strongly connected components: sets of nodes that all reach each other."""

    def blocks(self, size: int, arcs: Sequence[Arc]) -> list[Collection[int]]:
        """Return the biconnected components, which ignore direction.

        The nodes of a component stay connected when any one of them fails.
        """


class Networkx:
    """The reference backend, on networkx."""

    def strong_components(self, size: int, arcs: Sequence[Arc]) -> list[Collection[int]]:
        network = networkx.DiGraph()
        network.add_nodes_from(range(size))
        network.add_edges_from(arcs)
        return list(networkx.strongly_connected_components(network))

    def blocks(self, size: int, arcs: Sequence[Arc]) -> list[Collection[int]]:
        network = networkx.Graph()
        network.add_edges_from(arcs)
        return list(networkx.biconnected_components(network))


class Rustworkx:
    """The accelerated backend. rustworkx is an optional dependency, so the module is passed in."""

    def __init__(self, rustworkx: ModuleType) -> None:
        self._rustworkx = rustworkx

    def strong_components(self, size: int, arcs: Sequence[Arc]) -> list[Collection[int]]:
        network = self._rustworkx.PyDiGraph(multigraph=False)
        network.add_nodes_from(range(size))
        network.add_edges_from_no_data(list(arcs))
        return list(self._rustworkx.strongly_connected_components(network))

    def blocks(self, size: int, arcs: Sequence[Arc]) -> list[Collection[int]]:
        network = self._rustworkx.PyGraph(multigraph=False)
        network.add_nodes_from(range(size))
        network.add_edges_from_no_data(list(arcs))
        found: dict[int, set[int]] = {}
        for ends, block in self._rustworkx.biconnected_components(network).items():
            found.setdefault(block, set()).update(ends)
        return list(found.values())


def select_backend(accelerated: bool = True) -> Backend:
    """Return the accelerated backend if it is requested and installed, or else the reference."""
    if accelerated and find_spec("rustworkx") is not None:
        return Rustworkx(import_module("rustworkx"))
    return Networkx()


def reachable_pairs(size: int, arcs: Sequence[Arc], backend: Backend) -> int:
    """Count the ordered pairs of two nodes with a path from the first to the second."""
    components = backend.strong_components(size, arcs)
    component_of = [0] * size
    for at, component in enumerate(components):
        for node in component:
            component_of[node] = at
    successors: list[set[int]] = [set() for _ in components]
    for source, target in arcs:
        if component_of[source] != component_of[target]:
            successors[component_of[source]].add(component_of[target])

    reached = [0] * len(components)
    pairs = 0
    for at in _sinks_first(successors):
        mask = 0
        for node in components[at]:
            mask |= 1 << node
        for successor in successors[at]:
            mask |= reached[successor]
        reached[at] = mask
        pairs += len(components[at]) * (mask.bit_count() - 1)  # without (node, node)
    return pairs


def cut_points(size: int, arcs: Sequence[Arc], backend: Backend) -> dict[int, int]:
    """Return the nodes whose failure cuts off others, each with a bit mask of those nodes.

    Direction is ignored. The largest piece counts as the rest of the network; of equally large
    pieces, the one with the lowest node.
    """
    blocks = backend.blocks(size, [arc for arc in arcs if arc[0] != arc[1]])
    blocks_of: dict[int, list[int]] = {}
    for at, block in enumerate(blocks):
        for node in block:
            blocks_of.setdefault(node, []).append(at)
    cuts = {node for node, within in blocks_of.items() if len(within) > 1}

    below = [
        sum(1 << node for node in block) for block in blocks
    ]  # nodes of a block and of the blocks under it
    parent: list[int | None] = [None] * len(blocks)  # the cut node above each block
    seen = [False] * len(blocks)
    found: dict[int, int] = {}
    for root in range(len(blocks)):
        if seen[root]:
            continue
        order = [root]
        seen[root] = True
        children: dict[int, list[int]] = {}
        for at in order:  # breadth first: the list grows during the loop
            for node in blocks[at]:
                if node in cuts and node != parent[at]:
                    hanging = [each for each in blocks_of[node] if not seen[each]]
                    children[node] = hanging
                    for each in hanging:
                        seen[each], parent[each] = True, node
                    order.extend(hanging)
        above = {each: at for at in order for each in blocks[at] if each != parent[at]}
        for at in reversed(order):
            hook = parent[at]
            if hook is not None:
                below[above[hook]] |= below[at]
        for node, hanging in children.items():
            pieces = [below[each] & ~(1 << node) for each in hanging]
            pieces.append(below[root] & ~(1 << node) & ~sum(pieces))
            pieces.sort(key=lambda piece: (-piece.bit_count(), piece & -piece))
            found[node] = sum(pieces[1:])
    return found


def nodes_of_mask(mask: int) -> Iterator[int]:
    """Yield the nodes of a bit mask, lowest first."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def _sinks_first(successors: Sequence[Collection[int]]) -> list[int]:
    """Sort the nodes of an acyclic network so that each follows all its successors."""
    waiting = [len(each) for each in successors]
    predecessors: list[list[int]] = [[] for _ in successors]
    for at, following in enumerate(successors):
        for each in following:
            predecessors[each].append(at)
    order = [at for at, count in enumerate(waiting) if not count]
    for at in order:  # the list grows during the loop
        for each in predecessors[at]:
            waiting[each] -= 1
            if not waiting[each]:
                order.append(each)
    return order
