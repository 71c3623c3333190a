"""Layout of nodes: deterministic, inside the picture, and without overlap."""

from __future__ import annotations

from datetime import date

from engine.graph.graph import GraphEdge, GraphNode, GraphNodeKind
from engine.graph.layout import ISOLATED_TOP, node_positions
from engine.model import (
    EvidenceGrade,
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
        evidence_grade=EvidenceGrade.CONFIRMED,
        version=1,
        provenance=Provenance("test"),
        verified_on=date(2026, 11, 24),
    )
    return GraphEdge(integration.id, integration, source, target, (), "")


NODES = [node(id) for id in "abcdefghij"]
EDGES = [edge("a", "b"), edge("b", "c"), edge("c", "a"), edge("c", "d"), edge("e", "f")]


def test_positions_do_not_depend_on_the_order_of_the_input() -> None:
    assert node_positions(NODES, EDGES) == node_positions(NODES[::-1], EDGES[::-1])


def test_every_node_has_its_own_position_inside_the_picture() -> None:
    positions = node_positions(NODES, EDGES)
    assert set(positions) == set("abcdefghij")
    assert len(set(positions.values())) == 10
    assert all(-1 <= coordinate <= 1 for position in positions.values() for coordinate in position)


def test_nodes_without_an_edge_are_in_a_strip_below_the_others() -> None:
    positions = node_positions(NODES, EDGES)
    assert {id for id, (_, y) in positions.items() if y > ISOLATED_TOP} == set("ghij")


def test_nodes_without_any_edge_fill_the_picture_in_rows() -> None:
    assert node_positions([node("a"), node("b")], []) == {"a": (-0.75, 0.0), "b": (-0.25, 0.0)}
    assert node_positions([], []) == {}
