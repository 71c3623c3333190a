"""The diagnoses of small graphs, each worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import networkx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.graph.connectivity import Networkx, select_backend
from engine.graph.diagnostics import CutPoint, SharedData, diagnose_graph
from engine.graph.exchange import RequiredExchange, between_agencies, between_services
from engine.graph.graph import GraphBasis, IntegrationGraph, build_integration_graph
from engine.model import (
    Application,
    ApplicationStatus,
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
        evidence_grade=2,
        version=1,
        provenance=SOURCE,
        verified_on=TODAY,
    )


def graph(opds: dict[str, str | None], *integrations: Integration) -> IntegrationGraph:
    """Return the graph of applications, each with its OPD."""
    own = [
        Application(id, "32.11", opd, id, ApplicationStatus.ACTIVE, 1, SOURCE)
        for id, opd in opds.items()
    ]
    return build_integration_graph("32.11", own, integrations, today=TODAY)


def test_a_graph_without_exchanges_has_no_shares_and_only_isolated_applications() -> None:
    found = diagnose_graph(graph({"a": "x", "b": None}))
    assert (found.applications, found.outside, found.edges) == (2, 0, 0)
    assert (found.bus.value, found.required.value, found.reciprocity.value) == (None, None, None)
    assert found.silo is None
    assert found.owner_unknown == 1
    assert found.propagation.value is None
    assert found.isolated == ("a", "b")
    assert found.cut_points == ()


def test_only_exchanges_that_count_are_diagnosed_unless_all_recorded_are_asked_for() -> None:
    claimed = replace(exchange("ab"), evidence_grade=0)
    found = graph({"a": "x", "b": "y"}, claimed)
    assert diagnose_graph(found).edges == 0
    assert diagnose_graph(found, basis=GraphBasis.RECORDED).edges == 1
    assert diagnose_graph(found, basis=GraphBasis.RECORDED).isolated == ()


def test_the_bus_share_states_how_many_modes_are_unknown() -> None:
    opds = dict.fromkeys("abcd", "x")
    unknown = exchange("cd", IntegrationMode.UNKNOWN)
    found = diagnose_graph(
        graph(opds, exchange("ab", HUB), exchange("bc"), exchange("ad"), unknown)
    )
    assert found.bus.value == "0.25"
    assert found.mode_unknown == 1


def test_an_exchange_beside_the_bus_is_debt_only_where_both_ends_are_on_the_bus() -> None:
    opds = dict.fromkeys("abcd", "x")
    on_bus = (exchange("ab", HUB), exchange("bc", HUB))
    beside = (exchange("ac"), exchange("ca", FILE), exchange("ad"))
    unknown = exchange("ba", IntegrationMode.UNKNOWN)
    found = diagnose_graph(graph(opds, *on_bus, *beside, unknown))
    assert found.point_to_point_debt == ("ac-API", "ca-FILE")


def test_a_single_point_of_failure_names_what_it_cuts_off_the_worst_first() -> None:
    opds = dict.fromkeys("abcdef", "x")
    edges = [exchange(ends) for ends in ("ab", "bc", "cd", "de", "ef", "fd")]
    assert diagnose_graph(graph(opds, *edges)).cut_points == (
        CutPoint("c", ("a", "b")),
        CutPoint("d", ("e", "f")),
        CutPoint("b", ("a",)),
    )


def test_propagation_is_the_share_of_pairs_with_a_way_of_data_between_them() -> None:
    opds = dict.fromkeys("abc", "x")
    assert diagnose_graph(
        graph(opds, exchange("ab"), exchange("bc"))
    ).propagation.exact == Fraction(3, 6)
    both = exchange("ab", both_ways=True)
    assert diagnose_graph(graph(opds, both, exchange("bc"))).propagation.exact == Fraction(4, 6)


def test_the_silo_index_is_high_where_exchanges_stay_within_an_opd() -> None:
    opds: dict[str, str | None] = {"a": "x", "b": "x", "c": "y", "d": "y", "e": None}
    within = diagnose_graph(
        graph(opds, exchange("ab"), exchange("ba"), exchange("cd"), exchange("ae"))
    )
    assert within.silo == Fraction(1, 2)
    across = diagnose_graph(graph(opds, exchange("ac"), exchange("bd")))
    assert across.silo == Fraction(-1, 2)


@settings(deadline=None)  # a busy machine must not fail the test
@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), max_size=14))
def test_the_silo_index_is_the_modularity_that_networkx_finds(pairs: list[tuple[str, str]]) -> None:
    opds = {"a": "x", "b": "x", "c": "y", "d": "y", "e": "y", "f": "z"}
    ends = {one + other for one, other in pairs if one != other}
    found = diagnose_graph(graph({**opds}, *map(exchange, sorted(ends)))).silo
    network = networkx.Graph([(each[0], each[1]) for each in ends])
    if not ends:
        assert found is None
        return
    network.add_nodes_from(opds)
    partition = [{"a", "b"}, {"c", "d", "e"}, {"f"}]
    assert found is not None
    assert float(found) == pytest.approx(networkx.community.modularity(network, partition))


def test_data_with_several_producers_is_named_without_regard_to_case_and_spaces() -> None:
    opds = dict.fromkeys("abcd", "x")
    edges = (
        exchange("ad", data="Data pegawai"),
        exchange("bd", data=" data  PEGAWAI"),
        exchange("ac", data="peta"),
        exchange("cd", data=""),
    )
    found = diagnose_graph(graph(opds, *edges))
    assert found.several_producers == (
        SharedData("data pegawai", ("a", "b"), ("ad-API", "bd-API")),
    )
    assert found.producers.exact == Fraction(1, 2)  # one producer too many over two data objects


PAY = RequiredExchange("pay", "t", "gaji", frozenset("a"), frozenset("b"), True, Fraction(3))
MAP = RequiredExchange("map", "t", "peta", frozenset("a"), frozenset("cd"), False, Fraction(1))
LAW = RequiredExchange("law", "t", "hukum", frozenset("a"), frozenset(), False, Fraction(1))


@pytest.mark.parametrize(
    ("ends", "coverage", "reciprocity"),
    [
        ([], "0.00", None),
        (["ab"], "0.75", "0.00"),
        (["ab", "ba"], "0.75", "1.00"),
        (["da"], "0.25", None),
        (["ab", "da"], "1.00", "0.00"),
    ],
)
def test_required_exchanges_are_covered_by_weight_and_answered_where_both_ways_are_asked(
    ends: list[str], coverage: str, reciprocity: str | None
) -> None:
    edges = map(exchange, ends)
    found = diagnose_graph(graph(dict.fromkeys("abcd", "x"), *edges), [PAY, MAP, LAW])
    assert found.required.value == coverage
    assert found.reciprocity.value == reciprocity
    assert found.inapplicable == ("law",)


def test_a_two_way_exchange_answers_itself() -> None:
    found = diagnose_graph(graph(dict.fromkeys("ab", "x"), exchange("ab", both_ways=True)), [PAY])
    assert found.reciprocity.value == "1.00"
    assert found.exchanges[0].edges == ("ab-API",)


def test_the_work_of_agencies_asks_for_exchanges_between_their_applications() -> None:
    opds = [
        Opd("o1", "32.11", "Badan Kepegawaian dan Pengembangan Sumber Daya Manusia", "", SOURCE),
        Opd("o2", "32.11", "Badan Keuangan", "BKAD", SOURCE),
        Opd("o3", "32.11", "Dinas Baru", "DB", SOURCE),
    ]
    assert exchange_patterns().roles(opds) == {"o1": "bkpsdm", "o2": "bpkad"}
    nodes = graph({"a": "o1", "b": "o2", "c": "o3", "d": None}).applications
    asked = {each.id: each for each in between_agencies(exchange_patterns(), opds, nodes)}
    assert len(asked) == 20
    applicable = [each for each in asked.values() if each.applicable]
    assert [(each.id, each.one, each.other, each.both_ways) for each in applicable] == [
        ("bkpsdm-bpkad", frozenset("a"), frozenset("b"), True)
    ]
    assert applicable[0].rule == "opd-exchanges/0.1"


def test_an_application_that_serves_both_partners_needs_no_exchange_with_itself() -> None:
    spbe = instrument_by_id("spbe-2020")
    alone = between_services(spbe, {"a": [32, 33]})
    assert [each.id for each in alone if each.applicable] == []
    two = between_services(spbe, {"a": [32, 33], "b": [33]})
    assert [each.id for each in two if each.applicable] == ["32-33"]


@settings(deadline=None)  # a busy machine must not fail the test
@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef"))))
def test_the_diagnoses_are_equal_with_and_without_the_accelerator(
    pairs: list[tuple[str, str]],
) -> None:
    ends = {one + other for one, other in pairs if one != other}
    found = graph(dict.fromkeys("abcdef", "x"), *map(exchange, sorted(ends)))
    assert diagnose_graph(found, [PAY, MAP], backend=select_backend()) == diagnose_graph(
        found, [PAY, MAP], backend=Networkx()
    )
