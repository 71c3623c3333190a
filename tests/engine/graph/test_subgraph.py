"""The neighbourhood of a graph that a page draws, and the counts of what it leaves out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from engine.graph.graph import (
    GraphBasis,
    IntegrationDefect,
    IntegrationGraph,
    build_integration_graph,
)
from engine.graph.impact import NotInGraph
from engine.graph.subgraph import ArgumentOutOfBounds, Neighbourhood, extract_neighbourhood
from engine.model import (
    Application,
    ApplicationStatus,
    EvidenceGrade,
    Integration,
    IntegrationDirection,
    IntegrationMode,
    IntegrationStatus,
    Provenance,
)

TODAY = date(2026, 11, 24)
SOURCE = Provenance("test")


def exchange(ends: str, grade: int = 2) -> Integration:
    return Integration(
        id=ends,
        region="32.11",
        source=ends[0],
        target=ends[1],
        target_name="",
        data_object="",
        mode=IntegrationMode.API,
        direction=IntegrationDirection.ONE_WAY,
        status=IntegrationStatus.ACTIVE,
        evidence_grade=EvidenceGrade(grade),
        version=1,
        provenance=SOURCE,
        verified_on=TODAY,
    )


def graph_of(*integrations: Integration) -> IntegrationGraph:
    """Return the graph of applications a to h."""
    own = [
        Application(id, "32.11", f"opd-{id}", id, ApplicationStatus.ACTIVE, 1, SOURCE, "fungsi")
        for id in "abcdefgh"
    ]
    return build_integration_graph("32.11", own, integrations, today=TODAY)


CHAIN = graph_of(*map(exchange, ("ab", "bc", "cd", "de", "ef", "fg", "bh", "ba")))


def node_ids(neighbourhood: Neighbourhood) -> str:
    return "".join(node.node.id for node in neighbourhood.nodes)


@pytest.mark.parametrize(
    ("around", "depth", "nodes", "edges"),
    [
        ("a", 1, "ab", ["ab", "ba"]),
        ("a", 2, "abch", ["ab", "ba", "bc", "bh"]),
        ("a", 3, "abchd", ["ab", "ba", "bc", "bh", "cd"]),
        ("a", 5, "abchdef", ["ab", "ba", "bc", "bh", "cd", "de", "ef"]),
        ("d", 1, "dce", ["cd", "de"]),
    ],
)
def test_nodes_come_nearest_first_and_among_equals_those_with_more_edges(
    around: str, depth: int, nodes: str, edges: list[str]
) -> None:
    neighbourhood = extract_neighbourhood(CHAIN, around, depth=depth)
    assert node_ids(neighbourhood) == nodes
    assert [edge.id for edge in neighbourhood.edges] == edges
    assert neighbourhood.omitted.nodes_over_limit == 0
    assert neighbourhood.omitted.nodes_beyond == 8 - len(nodes)
    assert neighbourhood.omitted.edges == 8 - len(edges)


def test_the_limit_keeps_the_nearest_and_counts_what_it_leaves_out() -> None:
    neighbourhood = extract_neighbourhood(CHAIN, "a", depth=2, limit=3)
    assert node_ids(neighbourhood) == "abc"
    assert neighbourhood.omitted.nodes_over_limit == 1
    assert neighbourhood.omitted.nodes_beyond == 4
    centre, b, c = neighbourhood.nodes
    assert (centre.degree, centre.distance, centre.hidden) == (2, 0, 0)
    assert (b.degree, b.distance, b.hidden) == (4, 1, 1)  # h is hidden
    assert (c.degree, c.distance, c.hidden) == (2, 2, 1)  # d is hidden
    assert (b.node.opd, b.node.function) == ("opd-b", "fungsi")


def test_without_a_centre_it_shows_the_nodes_with_the_most_edges_up_to_the_limit() -> None:
    neighbourhood = extract_neighbourhood(CHAIN, limit=4)
    assert node_ids(neighbourhood) == "bacd"
    assert {node.distance for node in neighbourhood.nodes} == {None}
    assert (neighbourhood.omitted.nodes_over_limit, neighbourhood.omitted.nodes_beyond) == (4, 0)


def test_uncounted_exchanges_are_summed_by_defect_and_shown_on_request() -> None:
    mixed = graph_of(exchange("ab"), exchange("ac", 0), replace(exchange("ad"), verified_on=None))
    neighbourhood = extract_neighbourhood(mixed, "a")
    assert node_ids(neighbourhood) == "ab"
    assert neighbourhood.omitted.not_counted == {
        IntegrationDefect.UNDOCUMENTED: 1,
        IntegrationDefect.DATE_UNKNOWN: 1,
    }
    recorded = extract_neighbourhood(mixed, "a", basis=GraphBasis.RECORDED)
    assert node_ids(recorded) == "abcd"
    assert [edge.is_counted for edge in recorded.edges] == [True, False, False]


@pytest.mark.parametrize(
    ("depth", "limit", "message"),
    [
        (0, 300, "depth: expected 1 to 5, got 0"),
        (6, 300, "depth: expected 1 to 5, got 6"),
        (2, 0, "limit: expected 1 to 1000, got 0"),
        (2, 1001, "limit: expected 1 to 1000, got 1001"),
    ],
)
def test_more_than_a_page_can_draw_is_refused(depth: int, limit: int, message: str) -> None:
    with pytest.raises(ArgumentOutOfBounds) as raised:
        extract_neighbourhood(CHAIN, "a", depth=depth, limit=limit)
    assert str(raised.value) == message


def test_a_centre_that_is_not_in_the_graph_is_refused() -> None:
    with pytest.raises(NotInGraph):
        extract_neighbourhood(CHAIN, "x")
