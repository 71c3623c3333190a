"""Computes the positions at which the nodes of a graph are drawn.

The same nodes and edges always get the same positions. The force layout starts each node at a
position given by its OPD and a hash of its id, so that a small change of the graph moves little.
Callers should cache the result by `graph.graph_revision`: 500 nodes take half a second.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable

import networkx

from engine.graph.graph import GraphEdge, GraphNode

ITERATIONS = 50
PLACES = 4  # decimal places; further ones differ between machines
STRIP = 0.7  # y at which nodes without an edge begin; y grows downwards
WIDTH_TO_HEIGHT = 8  # ratio of the block of nodes without an edge


def node_positions(
    nodes: Iterable[GraphNode], edges: Iterable[GraphEdge]
) -> dict[str, tuple[float, float]]:
    """Return the position (x, y) of every node, with coordinates from -1 to 1.

    Nodes without an edge are in rows below the connected nodes.
    """
    by_id = {each.id: each for each in nodes}
    pairs = sorted(
        {
            (min(edge.source, edge.target), max(edge.source, edge.target))
            for edge in edges
            if edge.source in by_id and edge.target in by_id and edge.source != edge.target
        }
    )
    joined = sorted({end for pair in pairs for end in pair})
    alone = sorted(by_id.keys() - set(joined), key=lambda id: (by_id[id].opd or "", id))
    placed: dict[str, tuple[float, float]] = {}
    if joined:
        network = networkx.Graph()
        network.add_nodes_from(joined)
        network.add_edges_from(pairs)
        found = networkx.spring_layout(
            network,
            pos={id: _start(by_id[id]) for id in joined},
            iterations=ITERATIONS,
            method="force",
            seed=0,
        )
        reach = max(abs(float(value)) for place in found.values() for value in place) or 1.0
        placed = {id: (float(x) / reach, float(y) / reach) for id, (x, y) in found.items()}

    bottom = STRIP if alone else 1.0
    for id, (x, y) in placed.items():
        placed[id] = (round(x, PLACES), round((y + 1) / 2 * (bottom + 1) - 1, PLACES))
    columns = math.ceil(math.sqrt(len(alone) * WIDTH_TO_HEIGHT)) or 1
    rows = math.ceil(len(alone) / columns)
    top = STRIP if joined else -1.0
    for at, id in enumerate(alone):
        row, column = divmod(at, columns)
        x = (2 * column + 1) / columns - 1
        y = top + (1 - top) * (row + 0.5) / rows
        placed[id] = (round(x, PLACES), round(y, PLACES))
    return placed


def _start(node: GraphNode) -> tuple[float, float]:
    """Return a start position: the angle depends on the OPD, the distance on the node."""
    around = _fraction(node.opd or node.id) * 2 * math.pi
    distance = 0.5 + _fraction(node.id) / 2
    return (distance * math.cos(around), distance * math.sin(around))


def _fraction(text: str) -> float:
    """Hash a text to a number from 0 to 1 that is the same on every machine."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) / 2**32
