"""The applications upstream and downstream of an application, and the path to each."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from engine.graph.graph import GraphBasis, IntegrationGraph, build_integration_graph
from engine.graph.impact import NotInGraph, Reached, trace_impact
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
        evidence_grade=2,
        version=1,
        provenance=SOURCE,
        verified_on=TODAY,
    )


def graph(*integrations: Integration) -> IntegrationGraph:
    """Return the graph of applications a to f; z belongs to another region."""

    def application(id: str, region: str) -> Application:
        return Application(id, region, None, id, ApplicationStatus.ACTIVE, 1, SOURCE)

    own = [application(id, "32.11") for id in "abcdef"]
    return build_integration_graph(
        "32.11", own, integrations, today=TODAY, elsewhere=[application("z", "32")]
    )


def test_downstream_is_what_gets_its_data_and_upstream_what_it_gets_data_from() -> None:
    found = trace_impact(graph(*map(exchange, ("ab", "bc", "cd", "bd"))), "b")
    assert found.upstream == (Reached("a", ("b", "a"), ("ab",)),)
    assert found.downstream == (
        Reached("c", ("b", "c"), ("bc",)),
        Reached("d", ("b", "d"), ("bd",)),
    )
    assert [each.distance for each in found.downstream] == [1, 1]


def test_the_way_is_the_shortest_one() -> None:
    found = trace_impact(graph(*map(exchange, ("ab", "bc", "ce", "ad", "de"))), "a")
    assert found.downstream[-1] == Reached("e", ("a", "d", "e"), ("ad", "de"))


def test_a_two_way_exchange_is_on_both_sides_and_a_circle_ends() -> None:
    found = trace_impact(graph(exchange("ab", both_ways=True), exchange("bc"), exchange("ca")), "a")
    assert [each.node for each in found.downstream] == ["b", "c"]
    assert [each.node for each in found.upstream] == ["b", "c"]


def test_a_way_ends_outside_the_region() -> None:
    found = trace_impact(graph(exchange("az"), exchange("zb")), "a")
    assert [each.node for each in found.downstream] == ["z"]
    from_outside = trace_impact(graph(exchange("az"), exchange("zb"), exchange("bc")), "z")
    assert [each.node for each in from_outside.downstream] == ["b", "c"]


def test_an_exchange_without_evidence_is_left_out_only_where_asked() -> None:
    found = graph(replace(exchange("ab"), evidence_grade=0))
    assert [each.node for each in trace_impact(found, "a").downstream] == ["b"]
    assert trace_impact(found, "a", basis=GraphBasis.COUNTED).downstream == ()


def test_an_application_that_is_not_in_the_graph_is_refused() -> None:
    with pytest.raises(NotInGraph) as refused:
        trace_impact(graph(), "nowhere")
    assert str(refused.value) == "expected a node of the graph, got 'nowhere'"
