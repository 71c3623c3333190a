"""The edges that count in a region's graph; changing one edge equals a full rebuild."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.graph.graph import (
    GraphBasis,
    GraphNodeKind,
    IntegrationDefect,
    IntegrationGraph,
    build_integration_graph,
    changed_edge_ends,
    counts_as_evidence,
    graph_revision,
    integration_defects,
    with_integration,
)
from engine.model import (
    Application,
    ApplicationStatus,
    CommonApplication,
    CommonApplicationClassification,
    Evidence,
    EvidenceGrade,
    EvidenceKind,
    Integration,
    IntegrationDirection,
    IntegrationMode,
    IntegrationStatus,
    Provenance,
)
from facts import tables

TODAY = date(2026, 11, 24)
SOURCE = Provenance("test")
LAPOR = CommonApplication(
    "sp4n-lapor",
    "SP4N-LAPOR!",
    "",
    CommonApplicationClassification.COMMON_APPLICATION,
    "",
    (42,),
    SOURCE,
)
SPSE = CommonApplication(
    "spse",
    "SPSE (LPSE), SiRUP",
    "",
    CommonApplicationClassification.COMMON_APPLICATION,
    "",
    (35,),
    SOURCE,
)
EXCHANGE = Integration(
    id="e",
    region="32.11",
    source="a",
    target="b",
    target_name="",
    data_object="data",
    mode=IntegrationMode.API,
    direction=IntegrationDirection.ONE_WAY,
    status=IntegrationStatus.ACTIVE,
    evidence_grade=EvidenceGrade.DOCUMENTED,
    version=1,
    provenance=SOURCE,
    verified_on=TODAY,
)


def application(
    id: str, status: ApplicationStatus = ApplicationStatus.ACTIVE, region: str = "32.11"
) -> Application:
    return Application(id, region, f"opd-{id}", id.upper(), status, 1, SOURCE)


def graph_of(
    *integrations: Integration,
    retired: Sequence[str] = (),
    inactive: Sequence[str] = (),
) -> IntegrationGraph:
    """Return the graph of applications a, b and c; d belongs to another region."""
    own = [application(id) for id in "abc" if id not in (*retired, *inactive)]
    own += [application(id, ApplicationStatus.RETIRED) for id in retired]
    own += [application(id, ApplicationStatus.INACTIVE) for id in inactive]
    return build_integration_graph(
        "32.11",
        own,
        integrations,
        today=TODAY,
        elsewhere=[application("d", region="32")],
        common=[LAPOR, SPSE],
    )


def verified(days_ago: int) -> date:
    return TODAY - timedelta(days=days_ago)


MODE, STATUS = IntegrationMode, IntegrationStatus


@pytest.mark.parametrize(
    ("integration", "defects"),
    [
        (EXCHANGE, ()),
        (
            replace(EXCHANGE, evidence_grade=EvidenceGrade.CLAIMED),
            (IntegrationDefect.UNDOCUMENTED,),
        ),
        (
            replace(EXCHANGE, evidence_grade=EvidenceGrade.CLAIMED, verified_on=None),
            (IntegrationDefect.UNDOCUMENTED,),
        ),
        (replace(EXCHANGE, verified_on=verified(365)), ()),
        (replace(EXCHANGE, verified_on=verified(366)), (IntegrationDefect.OUT_OF_DATE,)),
        (replace(EXCHANGE, verified_on=None), (IntegrationDefect.DATE_UNKNOWN,)),
        (replace(EXCHANGE, verified_on=verified(-1)), (IntegrationDefect.DATE_UNKNOWN,)),
        (replace(EXCHANGE, status=STATUS.PLANNED), (IntegrationDefect.PLANNED,)),
        (replace(EXCHANGE, status=STATUS.WITHDRAWN), (IntegrationDefect.WITHDRAWN,)),
        (replace(EXCHANGE, mode=MODE.HUB), ()),
        (replace(EXCHANGE, mode=MODE.DATABASE), ()),
        (
            replace(EXCHANGE, mode=MODE.MANUAL, evidence_grade=EvidenceGrade.LOGGED),
            (IntegrationDefect.BY_HAND,),
        ),
        (replace(EXCHANGE, mode=MODE.FILE), (IntegrationDefect.FILE_UNCONFIRMED,)),
        (replace(EXCHANGE, mode=MODE.FILE, evidence_grade=EvidenceGrade.CONFIRMED), ()),
        (replace(EXCHANGE, mode=MODE.UNKNOWN), (IntegrationDefect.MODE_UNKNOWN,)),
        (replace(EXCHANGE, mode=MODE.UNKNOWN, evidence_grade=EvidenceGrade.CONFIRMED), ()),
        (
            replace(
                EXCHANGE,
                mode=MODE.FILE,
                evidence_grade=EvidenceGrade.LOGGED,
                verified_on=verified(90),
            ),
            (),
        ),
        (
            replace(
                EXCHANGE,
                mode=MODE.FILE,
                evidence_grade=EvidenceGrade.LOGGED,
                verified_on=verified(91),
            ),
            (IntegrationDefect.FILE_UNCONFIRMED,),
        ),
        (replace(EXCHANGE, evidence_grade=EvidenceGrade.LOGGED, verified_on=verified(91)), ()),
    ],
)
def test_an_exchange_counts_by_its_status_evidence_age_and_mode(
    integration: Integration, defects: tuple[IntegrationDefect, ...]
) -> None:
    assert integration_defects(integration, TODAY) == defects
    assert counts_as_evidence(integration, TODAY) is (defects == ())


def test_an_exchange_with_an_application_out_of_use_does_not_count() -> None:
    graph = graph_of(EXCHANGE, inactive=["b"])
    assert graph.edges["e"].defects == (IntegrationDefect.END_NOT_IN_USE,)
    assert graph.edges_by_basis(GraphBasis.COUNTED) == []
    assert [edge.id for edge in graph.edges_by_basis(GraphBasis.RECORDED)] == ["e"]


def test_a_retired_application_is_in_the_graph_only_while_an_exchange_names_it() -> None:
    assert set(graph_of(retired=["b"]).nodes) == {"a", "c"}
    assert set(graph_of(EXCHANGE, retired=["b"]).nodes) == {"a", "b", "c"}


def test_a_withdrawn_exchange_is_not_in_the_graph() -> None:
    assert graph_of(replace(EXCHANGE, status=STATUS.WITHDRAWN)).edges == {}


@pytest.mark.parametrize(
    ("name", "node", "kind"),
    [
        ("SP4N LAPOR", "common:sp4n-lapor", GraphNodeKind.COMMON_APPLICATION),
        ("lpse", "common:spse", GraphNodeKind.COMMON_APPLICATION),
        ("SIMPEG", "named:simpeg", GraphNodeKind.NAMED),
    ],
)
def test_a_target_by_name_is_the_common_application_of_that_name_or_a_node_of_its_own(
    name: str, node: str, kind: GraphNodeKind
) -> None:
    graph = graph_of(replace(EXCHANGE, target=None, target_name=name))
    assert graph.edges["e"].target == node
    assert (graph.nodes[node].kind, graph.nodes[node].inside) == (kind, False)


def test_an_application_of_another_region_is_a_node_outside() -> None:
    graph = graph_of(replace(EXCHANGE, source="d", target="a"))
    assert (graph.nodes["d"].kind, graph.nodes["d"].region) == (GraphNodeKind.ELSEWHERE, "32")
    assert [node.id for node in graph.applications] == ["a", "b", "c"]


def test_an_exchange_between_two_other_regions_is_left_out() -> None:
    assert graph_of(replace(EXCHANGE, source="d", target="x")).edges == {}


def test_the_revision_changes_with_an_edge_and_not_with_the_order_of_the_input() -> None:
    second = replace(EXCHANGE, id="f", target="c")
    assert graph_revision(graph_of(EXCHANGE, second)) == graph_revision(graph_of(second, EXCHANGE))
    versions = {
        graph_revision(graph_of(EXCHANGE)),
        graph_revision(graph_of(EXCHANGE, second)),
        graph_revision(graph_of(replace(EXCHANGE, version=2))),
        graph_revision(graph_of(EXCHANGE, retired=["c"])),
    }
    assert len(versions) == 4


INTEGRATIONS = st.builds(
    lambda id, ends, target_name, status, grade, version: replace(
        EXCHANGE,
        id=id,
        source=ends[0],
        target=ends[1],
        target_name=target_name,
        status=status,
        evidence_grade=EvidenceGrade(grade),
        version=version,
    ),
    id=st.sampled_from("efgh"),
    ends=st.sampled_from(
        [(source, target) for source in "abcd" for target in (*"abcd", None) if source != target]
    ),
    target_name=st.sampled_from(["SIMPEG", "SP4N-LAPOR!"]),
    status=st.sampled_from(IntegrationStatus),
    grade=st.sampled_from([0, 1]),
    version=st.integers(1, 3),
)


@settings(deadline=None)  # a busy machine must not fail the test
@given(st.lists(INTEGRATIONS, max_size=12))
def test_a_graph_changed_edge_by_edge_equals_one_rebuilt_from_scratch(
    history: list[Integration],
) -> None:
    changed = graph_of(retired=["c"])
    for integration in history:
        before, changed = changed, with_integration(changed, integration)
        assert (changed_edge_ends(before, changed) == frozenset()) is (before == changed)
    latest = {integration.id: integration for integration in history}
    rebuilt = graph_of(*latest.values(), retired=["c"])
    assert changed == rebuilt
    assert graph_revision(changed) == graph_revision(rebuilt)


def test_no_published_exchange_of_west_java_counts_without_a_verification_date() -> None:
    edges = []
    for region in {application.region for application in tables.west_java_applications()}:
        west_java = build_integration_graph(
            region,
            [
                application
                for application in tables.west_java_applications()
                if application.region == region
            ],
            [
                integration
                for integration in tables.west_java_integrations()
                if integration.region == region
            ],
            today=TODAY,
            common=tables.common_applications(),
        )
        edges += west_java.edges_by_basis(GraphBasis.RECORDED)
        assert west_java.edges_by_basis(GraphBasis.COUNTED) == []
    assert len(edges) == len(tables.west_java_integrations()) == 24
    assert sum(IntegrationDefect.DATE_UNKNOWN in edge.defects for edge in edges) == 15
    assert sum(edge.defects == (IntegrationDefect.UNDOCUMENTED,) for edge in edges) == 9


def test_a_confirmation_counts_although_a_log_is_out_of_date() -> None:
    log = Evidence("Log", "https://a.id", EvidenceKind.MACHINE_LOG, TODAY - timedelta(days=91))
    file = replace(
        EXCHANGE,
        mode=IntegrationMode.FILE,
        evidence_grade=EvidenceGrade.LOGGED,
        verified_on=TODAY - timedelta(days=91),
        evidence=(log,),
    )
    assert integration_defects(file, TODAY) == (IntegrationDefect.FILE_UNCONFIRMED,)
    assert counts_as_evidence(replace(file, confirmed_on=TODAY - timedelta(days=110)), TODAY)
    assert not counts_as_evidence(replace(file, confirmed_on=TODAY - timedelta(days=366)), TODAY)


def test_a_newer_document_renews_no_log() -> None:
    log = Evidence("Log", "https://a.id/l", EvidenceKind.MACHINE_LOG, TODAY - timedelta(days=200))
    paper = Evidence("BA", "https://a.id/b", dated=TODAY - timedelta(days=2))
    file = replace(
        EXCHANGE,
        mode=IntegrationMode.FILE,
        evidence_grade=EvidenceGrade.LOGGED,
        verified_on=paper.dated,
        evidence=(paper, log),
    )
    assert integration_defects(file, TODAY) == (IntegrationDefect.FILE_UNCONFIRMED,)
    assert counts_as_evidence(
        replace(file, evidence=(paper, replace(log, dated=paper.dated))), TODAY
    )
