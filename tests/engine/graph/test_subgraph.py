"""The part of a graph that a page draws, and its summary of the rest."""

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
from engine.graph.subgraph import Neighbourhood, OutOfBounds, extract_neighbourhood
from engine.model import (
    Application,
    ApplicationStatus,
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
        evidence_grade=grade,
        version=1,
        provenance=SOURCE,
        verified_on=TODAY,
    )


def graph(*integrations: Integration) -> IntegrationGraph:
    """Return the graph of applications a to h."""
    own = [
        Application(id, "32.11", f"opd-{id}", id, ApplicationStatus.ACTIVE, 1, SOURCE, "fungsi")
        for id in "abcdefgh"
    ]
    return build_integration_graph("32.11", own, integrations, today=TODAY)


CHAIN = graph(*map(exchange, ("ab", "bc", "cd", "de", "ef", "fg", "bh", "ba")))


def shown(found: Neighbourhood) -> str:
    return "".join(each.node.id for each in found.nodes)


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
    found = extract_neighbourhood(CHAIN, around, depth=depth)
    assert shown(found) == nodes
    assert [edge.id for edge in found.edges] == edges
    assert found.left_out.nodes_over_limit == 0
    assert found.left_out.nodes_beyond == 8 - len(nodes)
    assert found.left_out.edges == 8 - len(edges)


def test_the_limit_keeps_the_nearest_and_counts_what_it_leaves_out() -> None:
    found = extract_neighbourhood(CHAIN, "a", depth=2, limit=3)
    assert shown(found) == "abc"
    assert found.left_out.nodes_over_limit == 1
    assert found.left_out.nodes_beyond == 4
    centre, b, c = found.nodes
    assert (centre.degree, centre.distance, centre.hidden) == (2, 0, 0)
    assert (b.degree, b.distance, b.hidden) == (4, 1, 1)  # h is not shown
    assert (c.degree, c.distance, c.hidden) == (2, 2, 1)  # nor is d
    assert (b.node.opd, b.node.function) == ("opd-b", "fungsi")


def test_without_a_centre_it_shows_the_nodes_with_the_most_edges_up_to_the_limit() -> None:
    found = extract_neighbourhood(CHAIN, limit=4)
    assert shown(found) == "bacd"
    assert {each.distance for each in found.nodes} == {None}
    assert (found.left_out.nodes_over_limit, found.left_out.nodes_beyond) == (4, 0)


def test_exchanges_that_do_not_count_are_counted_by_their_defect_and_shown_where_asked() -> None:
    mixed = graph(exchange("ab"), exchange("ac", 0), replace(exchange("ad"), verified_on=None))
    found = extract_neighbourhood(mixed, "a")
    assert shown(found) == "ab"
    assert found.left_out.not_counted == {
        IntegrationDefect.UNDOCUMENTED: 1,
        IntegrationDefect.DATE_UNKNOWN: 1,
    }
    recorded = extract_neighbourhood(mixed, "a", basis=GraphBasis.RECORDED)
    assert shown(recorded) == "abcd"
    assert [edge.counts for edge in recorded.edges] == [True, False, False]


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
    with pytest.raises(OutOfBounds) as refused:
        extract_neighbourhood(CHAIN, "a", depth=depth, limit=limit)
    assert str(refused.value) == message


def test_a_centre_that_is_not_in_the_graph_is_refused() -> None:
    with pytest.raises(NotInGraph):
        extract_neighbourhood(CHAIN, "x")
