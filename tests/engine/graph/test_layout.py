"""Layout of nodes: deterministic, inside the picture, and without overlap."""

from __future__ import annotations

from datetime import date

from engine.graph.graph import GraphEdge, GraphNode, GraphNodeKind
from engine.graph.layout import STRIP, node_positions
from engine.model import (
    Integration,
    IntegrationDirection,
    IntegrationMode,
    IntegrationStatus,
    Provenance,
)


def node(id: str) -> GraphNode:
    return GraphNode(id, id, GraphNodeKind.APPLICATION, "32.11", "opd")


def edge(source: str, target: str) -> GraphEdge:
    integration = Integration(
        id=source + target,
        region="32.11",
        source=source,
        target=target,
        target_name="",
        data_object="",
        mode=IntegrationMode.API,
        direction=IntegrationDirection.ONE_WAY,
        status=IntegrationStatus.ACTIVE,
        evidence_grade=2,
        version=1,
        provenance=Provenance("test"),
        verified_on=date(2026, 11, 24),
    )
    return GraphEdge(integration.id, integration, source, target, (), "")


NODES = [node(id) for id in "abcdefghij"]
EDGES = [edge("a", "b"), edge("b", "c"), edge("c", "a"), edge("c", "d"), edge("e", "f")]


def test_the_places_do_not_depend_on_the_order_of_the_input() -> None:
    assert node_positions(NODES, EDGES) == node_positions(NODES[::-1], EDGES[::-1])


def test_every_node_has_a_place_of_its_own_inside_the_picture() -> None:
    found = node_positions(NODES, EDGES)
    assert set(found) == set("abcdefghij")
    assert len(set(found.values())) == 10
    assert all(-1 <= each <= 1 for place in found.values() for each in place)


def test_nodes_without_an_edge_stand_in_a_strip_below_the_others() -> None:
    found = node_positions(NODES, EDGES)
    assert {id for id, (_, y) in found.items() if y > STRIP} == set("ghij")


def test_nodes_without_any_edge_fill_the_picture_in_rows() -> None:
    assert node_positions([node("a"), node("b")], []) == {"a": (-0.75, 0.0), "b": (-0.25, 0.0)}
    assert node_positions([], []) == {}
