"""Diagnostics of small graphs, compared with values computed by hand or by networkx."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import networkx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.graph.connectivity import NetworkxBackend, select_backend
from engine.graph.diagnostics import CutPoint, ProducedDataObject, diagnose_graph
from engine.graph.exchange import (
    RequiredExchange,
    exchanges_between_agencies,
    exchanges_between_services,
)
from engine.graph.graph import GraphBasis, IntegrationGraph, build_integration_graph
from engine.model import (
    Application,
    ApplicationStatus,
    EvidenceGrade,
    Integration,
    IntegrationDirection,
    IntegrationMode,
    IntegrationStatus,
    Opd,
    Provenance,
)
from facts.instrument import instrument_by_id
from facts.rule_table import exchange_patterns

TODAY = date(2026, 11, 24)
SOURCE = Provenance("test")
API, HUB, FILE = IntegrationMode.API, IntegrationMode.HUB, IntegrationMode.FILE


def exchange(
    ends: str, mode: IntegrationMode = API, *, both_ways: bool = False, data: str = ""
) -> Integration:
    """Return a counted exchange between two applications, each named by a letter: "ab"."""
    return Integration(
        id=f"{ends}-{mode.value}",
        region="32.11",
        source=ends[0],
        target=ends[1],
        target_name="",
        data_object=data,
        mode=mode,
        direction=IntegrationDirection.TWO_WAY if both_ways else IntegrationDirection.ONE_WAY,
        status=IntegrationStatus.ACTIVE,
        evidence_grade=EvidenceGrade.CONFIRMED,
        version=1,
        provenance=SOURCE,
        verified_on=TODAY,
    )


def graph_of(opds: dict[str, str | None], *integrations: Integration) -> IntegrationGraph:
    """Return the graph of applications, each with its OPD."""
    own = [
        Application(id, "32.11", opd, id, ApplicationStatus.ACTIVE, 1, SOURCE)
        for id, opd in opds.items()
    ]
    return build_integration_graph("32.11", own, integrations, today=TODAY)


def test_a_graph_without_exchanges_has_no_shares_and_only_isolated_applications() -> None:
    diagnostics = diagnose_graph(graph_of({"a": "x", "b": None}))
    assert (diagnostics.applications, diagnostics.outside, diagnostics.edges) == (2, 0, 0)
    assert (
        diagnostics.bus_usage.exact,
        diagnostics.required_exchange_coverage.exact,
        diagnostics.reciprocity.exact,
    ) == (
        None,
        None,
        None,
    )
    assert diagnostics.silo_index is None
    assert diagnostics.owner_unknown == 1
    assert diagnostics.propagation_cost.exact is None
    assert diagnostics.isolated == ("a", "b")
    assert diagnostics.cut_points == ()


def test_only_counted_exchanges_are_diagnosed_unless_all_are_requested() -> None:
    claimed = replace(exchange("ab"), evidence_grade=EvidenceGrade.CLAIMED)
    graph = graph_of({"a": "x", "b": "y"}, claimed)
    assert diagnose_graph(graph).edges == 0
    assert diagnose_graph(graph, basis=GraphBasis.RECORDED).edges == 1
    assert diagnose_graph(graph, basis=GraphBasis.RECORDED).isolated == ()


def test_the_bus_usage_states_how_many_modes_are_unknown() -> None:
    opds = dict.fromkeys("abcd", "x")
    unknown = exchange("cd", IntegrationMode.UNKNOWN)
    diagnostics = diagnose_graph(
        graph_of(opds, exchange("ab", HUB), exchange("bc"), exchange("ad"), unknown)
    )
    assert diagnostics.bus_usage.exact == Fraction(1, 4)
    assert diagnostics.mode_unknown == 1


def test_an_exchange_that_bypasses_the_bus_is_debt_only_where_both_ends_are_on_it() -> None:
    opds = dict.fromkeys("abcd", "x")
    on_bus = (exchange("ab", HUB), exchange("bc", HUB))
    past_bus = (exchange("ac"), exchange("ca", FILE), exchange("ad"))
    unknown = exchange("ba", IntegrationMode.UNKNOWN)
    diagnostics = diagnose_graph(graph_of(opds, *on_bus, *past_bus, unknown))
    assert diagnostics.point_to_point_debt == ("ac-API", "ca-FILE")


def test_cut_points_name_the_nodes_that_they_cut_off_the_worst_first() -> None:
    opds = dict.fromkeys("abcdef", "x")
    edges = [exchange(ends) for ends in ("ab", "bc", "cd", "de", "ef", "fd")]
    assert diagnose_graph(graph_of(opds, *edges)).cut_points == (
        CutPoint("c", ("a", "b")),
        CutPoint("d", ("e", "f")),
        CutPoint("b", ("a",)),
    )


def test_propagation_is_the_share_of_pairs_with_a_data_path() -> None:
    opds = dict.fromkeys("abc", "x")
    assert diagnose_graph(
        graph_of(opds, exchange("ab"), exchange("bc"))
    ).propagation_cost.exact == Fraction(3, 6)
    both = exchange("ab", both_ways=True)
    assert diagnose_graph(graph_of(opds, both, exchange("bc"))).propagation_cost.exact == Fraction(
        4, 6
    )


def test_the_silo_index_is_high_where_exchanges_stay_within_an_opd() -> None:
    opds: dict[str, str | None] = {"a": "x", "b": "x", "c": "y", "d": "y", "e": None}
    within = diagnose_graph(
        graph_of(opds, exchange("ab"), exchange("ba"), exchange("cd"), exchange("ae"))
    )
    assert within.silo_index == Fraction(1, 2)
    across = diagnose_graph(graph_of(opds, exchange("ac"), exchange("bd")))
    assert across.silo_index == Fraction(-1, 2)


@settings(deadline=None)  # a busy machine must not fail the test
@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), max_size=14))
def test_the_silo_index_is_the_modularity_that_networkx_finds(pairs: list[tuple[str, str]]) -> None:
    opds = {"a": "x", "b": "x", "c": "y", "d": "y", "e": "y", "f": "z"}
    ends = {source + target for source, target in pairs if source != target}
    silo = diagnose_graph(graph_of({**opds}, *map(exchange, sorted(ends)))).silo_index
    network = networkx.Graph([(pair[0], pair[1]) for pair in ends])
    if not ends:
        assert silo is None
        return
    network.add_nodes_from(opds)
    partition = [{"a", "b"}, {"c", "d", "e"}, {"f"}]
    assert silo is not None
    assert float(silo) == pytest.approx(networkx.community.modularity(network, partition))


def test_data_with_several_producers_is_named_without_regard_to_case_and_spaces() -> None:
    opds = dict.fromkeys("abcd", "x")
    edges = (
        exchange("ad", data="Data pegawai"),
        exchange("bd", data=" data  PEGAWAI"),
        exchange("ac", data="peta"),
        exchange("cd", data=""),
    )
    diagnostics = diagnose_graph(graph_of(opds, *edges))
    assert diagnostics.several_producers == (
        ProducedDataObject("data pegawai", ("a", "b"), ("ad-API", "bd-API")),
    )
    # Two data objects have one producer too many.
    assert diagnostics.producer_redundancy.exact == Fraction(1, 2)


PAY = RequiredExchange("pay", "t", "gaji", frozenset("a"), frozenset("b"), True, Fraction(3))
MAP = RequiredExchange("map", "t", "peta", frozenset("a"), frozenset("cd"), False, Fraction(1))
LAW = RequiredExchange("law", "t", "hukum", frozenset("a"), frozenset(), False, Fraction(1))


@pytest.mark.parametrize(
    ("ends", "coverage", "reciprocity"),
    [
        ([], Fraction(0), None),
        (["ab"], Fraction(3, 4), Fraction(0)),
        (["ab", "ba"], Fraction(3, 4), Fraction(1)),
        (["da"], Fraction(1, 4), None),
        (["ab", "da"], Fraction(1), Fraction(0)),
    ],
)
def test_required_exchanges_are_covered_by_weight_and_reciprocated_by_both_ways(
    ends: list[str], coverage: Fraction, reciprocity: Fraction | None
) -> None:
    edges = map(exchange, ends)
    diagnostics = diagnose_graph(graph_of(dict.fromkeys("abcd", "x"), *edges), [PAY, MAP, LAW])
    assert diagnostics.required_exchange_coverage.exact == coverage
    assert diagnostics.reciprocity.exact == reciprocity
    assert diagnostics.inapplicable == ("law",)


def test_a_two_way_exchange_is_reciprocal() -> None:
    diagnostics = diagnose_graph(
        graph_of(dict.fromkeys("ab", "x"), exchange("ab", both_ways=True)), [PAY]
    )
    assert diagnostics.reciprocity.exact == 1
    assert diagnostics.exchanges[0].edges == ("ab-API",)


def test_the_roles_of_agencies_require_exchanges_between_their_applications() -> None:
    opds = [
        Opd("o1", "32.11", "Badan Kepegawaian dan Pengembangan Sumber Daya Manusia", "", SOURCE),
        Opd("o2", "32.11", "Badan Keuangan", "BKAD", SOURCE),
        Opd("o3", "32.11", "Dinas Baru", "DB", SOURCE),
    ]
    assert exchange_patterns().roles_by_agency(opds) == {"o1": "bkpsdm", "o2": "bpkad"}
    nodes = graph_of({"a": "o1", "b": "o2", "c": "o3", "d": None}).applications
    required = {
        requirement.id: requirement
        for requirement in exchanges_between_agencies(exchange_patterns(), opds, nodes)
    }
    assert len(required) == 20
    applicable = [requirement for requirement in required.values() if requirement.applicable]
    assert [
        (
            requirement.id,
            requirement.first_applications,
            requirement.second_applications,
            requirement.is_two_way,
        )
        for requirement in applicable
    ] == [("bkpsdm-bpkad", frozenset("a"), frozenset("b"), True)]
    assert applicable[0].rule == "opd-exchanges/0.1"


def test_an_application_that_serves_both_partners_needs_no_exchange_with_itself() -> None:
    spbe = instrument_by_id("spbe-2020")
    one_application = exchanges_between_services(spbe, {"a": [32, 33]})
    assert [requirement.id for requirement in one_application if requirement.applicable] == []
    two_applications = exchanges_between_services(spbe, {"a": [32, 33], "b": [33]})
    assert [requirement.id for requirement in two_applications if requirement.applicable] == [
        "32-33"
    ]


@settings(deadline=None)  # a busy machine must not fail the test
@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef"))))
def test_the_diagnoses_are_equal_with_and_without_the_accelerator(
    pairs: list[tuple[str, str]],
) -> None:
    ends = {source + target for source, target in pairs if source != target}
    graph = graph_of(dict.fromkeys("abcdef", "x"), *map(exchange, sorted(ends)))
    assert diagnose_graph(graph, [PAY, MAP], backend=select_backend()) == diagnose_graph(
        graph, [PAY, MAP], backend=NetworkxBackend()
    )
