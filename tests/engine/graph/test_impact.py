"""The applications upstream and downstream of an application, and the path to each."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from engine.graph.graph import GraphBasis, IntegrationGraph, build_integration_graph
from engine.graph.impact import NotInGraph, ReachedNode, trace_impact
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


def exchange(ends: str, *, both_ways: bool = False) -> Integration:
    return Integration(
        id=ends,
        region="32.11",
        source=ends[0],
        target=ends[1],
        target_name="",
        data_object="",
        mode=IntegrationMode.API,
        direction=IntegrationDirection.TWO_WAY if both_ways else IntegrationDirection.ONE_WAY,
        status=IntegrationStatus.ACTIVE,
        evidence_grade=EvidenceGrade.CONFIRMED,
        version=1,
        provenance=SOURCE,
        verified_on=TODAY,
    )


def graph_of(*integrations: Integration) -> IntegrationGraph:
    """Return the graph of applications a to f; z belongs to another region."""

    def application(id: str, region: str) -> Application:
        return Application(id, region, None, id, ApplicationStatus.ACTIVE, 1, SOURCE)

    own = [application(id, "32.11") for id in "abcdef"]
    return build_integration_graph(
        "32.11", own, integrations, today=TODAY, elsewhere=[application("z", "32")]
    )


def test_downstream_applications_receive_data_and_upstream_applications_provide_it() -> None:
    impact = trace_impact(graph_of(*map(exchange, ("ab", "bc", "cd", "bd"))), "b")
    assert impact.upstream == (ReachedNode("a", ("b", "a"), ("ab",)),)
    assert impact.downstream == (
        ReachedNode("c", ("b", "c"), ("bc",)),
        ReachedNode("d", ("b", "d"), ("bd",)),
    )
    assert [reached.distance for reached in impact.downstream] == [1, 1]


def test_the_path_is_the_shortest_one() -> None:
    impact = trace_impact(graph_of(*map(exchange, ("ab", "bc", "ce", "ad", "de"))), "a")
    assert impact.downstream[-1] == ReachedNode("e", ("a", "d", "e"), ("ad", "de"))


def test_a_two_way_exchange_is_on_both_sides_and_a_cycle_ends() -> None:
    impact = trace_impact(
        graph_of(exchange("ab", both_ways=True), exchange("bc"), exchange("ca")), "a"
    )
    assert [reached.node for reached in impact.downstream] == ["b", "c"]
    assert [reached.node for reached in impact.upstream] == ["b", "c"]


def test_a_path_ends_outside_the_region() -> None:
    impact = trace_impact(graph_of(exchange("az"), exchange("zb")), "a")
    assert [reached.node for reached in impact.downstream] == ["z"]
    from_outside = trace_impact(graph_of(exchange("az"), exchange("zb"), exchange("bc")), "z")
    assert [reached.node for reached in from_outside.downstream] == ["b", "c"]


def test_an_exchange_without_evidence_is_left_out_only_on_request() -> None:
    graph = graph_of(replace(exchange("ab"), evidence_grade=EvidenceGrade.CLAIMED))
    assert [reached.node for reached in trace_impact(graph, "a").downstream] == ["b"]
    assert trace_impact(graph, "a", basis=GraphBasis.COUNTED).downstream == ()


def test_an_application_that_is_not_in_the_graph_is_refused() -> None:
    with pytest.raises(NotInGraph) as raised:
        trace_impact(graph_of(), "nowhere")
    assert str(raised.value) == "expected a node of the graph, got 'nowhere'"
