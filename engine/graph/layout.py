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
DECIMAL_PLACES = 4  # further decimal places differ between machines
ISOLATED_TOP = 0.7  # y at which nodes without an edge begin; y grows downwards
WIDTH_TO_HEIGHT = 8  # ratio of the block of nodes without an edge


def node_positions(
    nodes: Iterable[GraphNode], edges: Iterable[GraphEdge]
) -> dict[str, tuple[float, float]]:
    """Return the position (x, y) of every node, with coordinates from -1 to 1.

    Nodes without an edge are in rows below the connected nodes.
    """
    by_id = {node.id: node for node in nodes}
    pairs = sorted(
        {
            (min(edge.source, edge.target), max(edge.source, edge.target))
            for edge in edges
            if edge.source in by_id and edge.target in by_id and edge.source != edge.target
        }
    )
    connected = sorted({end for pair in pairs for end in pair})
    isolated = sorted(by_id.keys() - set(connected), key=lambda id: (by_id[id].opd or "", id))
    positions: dict[str, tuple[float, float]] = {}
    if connected:
        network = networkx.Graph()
        network.add_nodes_from(connected)
        network.add_edges_from(pairs)
        drawn = networkx.spring_layout(
            network,
            pos={id: _start_position(by_id[id]) for id in connected},
            iterations=ITERATIONS,
            method="force",
            seed=0,
        )
        extent = max(abs(float(value)) for position in drawn.values() for value in position) or 1.0
        positions = {id: (float(x) / extent, float(y) / extent) for id, (x, y) in drawn.items()}

    bottom = ISOLATED_TOP if isolated else 1.0
    for id, (x, y) in positions.items():
        positions[id] = (
            round(x, DECIMAL_PLACES),
            round((y + 1) / 2 * (bottom + 1) - 1, DECIMAL_PLACES),
        )
    columns = math.ceil(math.sqrt(len(isolated) * WIDTH_TO_HEIGHT)) or 1
    rows = math.ceil(len(isolated) / columns)
    top = ISOLATED_TOP if connected else -1.0
    for index, id in enumerate(isolated):
        row, column = divmod(index, columns)
        x = (2 * column + 1) / columns - 1
        y = top + (1 - top) * (row + 0.5) / rows
        positions[id] = (round(x, DECIMAL_PLACES), round(y, DECIMAL_PLACES))
    return positions


def _start_position(node: GraphNode) -> tuple[float, float]:
    """Return a start position: the angle depends on the OPD, the distance on the node."""
    angle = _hash_to_fraction(node.opd or node.id) * 2 * math.pi
    distance = 0.5 + _hash_to_fraction(node.id) / 2
    return (distance * math.cos(angle), distance * math.sin(angle))


def _hash_to_fraction(text: str) -> float:
    """Hash a text to a number from 0 to 1 that is the same on every machine."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) / 2**32
