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

    def biconnected_components(self, size: int, arcs: Sequence[Arc]) -> list[Collection[int]]:
        """Return the biconnected components, which ignore direction.

        The nodes of a component stay connected when any one of them fails.
        """


class NetworkxBackend:
    """The reference backend, on networkx."""

    def strong_components(self, size: int, arcs: Sequence[Arc]) -> list[Collection[int]]:
        network = networkx.DiGraph()
        network.add_nodes_from(range(size))
        network.add_edges_from(arcs)
        return list(networkx.strongly_connected_components(network))

    def biconnected_components(self, size: int, arcs: Sequence[Arc]) -> list[Collection[int]]:
        network = networkx.Graph()
        network.add_edges_from(arcs)
        return list(networkx.biconnected_components(network))


class RustworkxBackend:
    """The accelerated backend. rustworkx is an optional dependency, so the module is passed in."""

    def __init__(self, rustworkx: ModuleType) -> None:
        self._rustworkx = rustworkx

    def strong_components(self, size: int, arcs: Sequence[Arc]) -> list[Collection[int]]:
        network = self._rustworkx.PyDiGraph(multigraph=False)
        network.add_nodes_from(range(size))
        network.add_edges_from_no_data(list(arcs))
        return list(self._rustworkx.strongly_connected_components(network))

    def biconnected_components(self, size: int, arcs: Sequence[Arc]) -> list[Collection[int]]:
        network = self._rustworkx.PyGraph(multigraph=False)
        network.add_nodes_from(range(size))
        network.add_edges_from_no_data(list(arcs))
        nodes_of_block: dict[int, set[int]] = {}
        for ends, block in self._rustworkx.biconnected_components(network).items():
            nodes_of_block.setdefault(block, set()).update(ends)
        return list(nodes_of_block.values())


def select_backend(accelerated: bool = True) -> Backend:
    """Return the accelerated backend if it is requested and installed, or else the reference."""
    if accelerated and find_spec("rustworkx") is not None:
        return RustworkxBackend(import_module("rustworkx"))
    return NetworkxBackend()


def reachable_pairs(size: int, arcs: Sequence[Arc], backend: Backend) -> int:
    """Count the ordered pairs of two nodes with a path from the first to the second."""
    components = backend.strong_components(size, arcs)
    component_of = [0] * size
    for number, component in enumerate(components):
        for node in component:
            component_of[node] = number
    successors: list[set[int]] = [set() for _ in components]
    for source, target in arcs:
        if component_of[source] != component_of[target]:
            successors[component_of[source]].add(component_of[target])

    reached = [0] * len(components)
    pairs = 0
    for number in _sinks_first(successors):
        mask = 0
        for node in components[number]:
            mask |= 1 << node
        for successor in successors[number]:
            mask |= reached[successor]
        reached[number] = mask
        pairs += len(components[number]) * (mask.bit_count() - 1)  # without (node, node)
    return pairs


def cut_points(size: int, arcs: Sequence[Arc], backend: Backend) -> dict[int, int]:
    """Return the nodes whose failure cuts off others, each with a bit mask of those nodes.

    Direction is ignored. The largest piece counts as the rest of the network; of equally large
    pieces, the one with the lowest node.
    """
    blocks = backend.biconnected_components(size, [arc for arc in arcs if arc[0] != arc[1]])
    blocks_of: dict[int, list[int]] = {}
    for number, block in enumerate(blocks):
        for node in block:
            blocks_of.setdefault(node, []).append(number)
    cuts = {node for node, node_blocks in blocks_of.items() if len(node_blocks) > 1}

    # The nodes of each block and of the blocks under it.
    nodes_below = [sum(1 << node for node in block) for block in blocks]
    parent: list[int | None] = [None] * len(blocks)  # the cut node above each block
    seen = [False] * len(blocks)
    cut_off: dict[int, int] = {}
    for root in range(len(blocks)):
        if seen[root]:
            continue
        order = [root]
        seen[root] = True
        children: dict[int, list[int]] = {}
        for number in order:  # breadth first: the list grows during the loop
            for node in blocks[number]:
                if node in cuts and node != parent[number]:
                    child_blocks = [child for child in blocks_of[node] if not seen[child]]
                    children[node] = child_blocks
                    for child in child_blocks:
                        seen[child], parent[child] = True, node
                    order.extend(child_blocks)
        block_above = {
            node: number for number in order for node in blocks[number] if node != parent[number]
        }
        for number in reversed(order):
            parent_node = parent[number]
            if parent_node is not None:
                nodes_below[block_above[parent_node]] |= nodes_below[number]
        for node, child_blocks in children.items():
            pieces = [nodes_below[child] & ~(1 << node) for child in child_blocks]
            pieces.append(nodes_below[root] & ~(1 << node) & ~sum(pieces))
            pieces.sort(key=lambda piece: (-piece.bit_count(), piece & -piece))
            cut_off[node] = sum(pieces[1:])
    return cut_off


def mask_nodes(mask: int) -> Iterator[int]:
    """Yield the nodes of a bit mask, lowest first."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def _sinks_first(successors: Sequence[Collection[int]]) -> list[int]:
    """Sort the nodes of an acyclic network so that each follows all its successors."""
    remaining = [len(following) for following in successors]
    predecessors: list[list[int]] = [[] for _ in successors]
    for node, node_successors in enumerate(successors):
        for successor in node_successors:
            predecessors[successor].append(node)
    order = [node for node, count in enumerate(remaining) if not count]
    for node in order:  # the list grows during the loop
        for predecessor in predecessors[node]:
            remaining[predecessor] -= 1
            if not remaining[predecessor]:
                order.append(predecessor)
    return order
