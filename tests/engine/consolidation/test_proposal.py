"""Consolidation proposals: their grounds, and the inventory that remains after them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.consolidation.consolidation import consolidation_proposals
from engine.consolidation.proposal import (
    Confidence,
    Costs,
    Proposal,
    ProposalImpact,
    ProposalKind,
    ProposalReason,
    drop_rejected_proposals,
    yearly_saving,
)
from engine.consolidation.region_facts import MissingExchange, RegionFacts
from engine.consolidation.reuse import ReuseCandidate
from engine.consolidation.what_if import apply_proposals
from engine.matching.function_classifier import FunctionTag
from engine.matching.overlap import Cluster, Overlap
from engine.model import (
    Application,
    ApplicationStatus,
    CommonApplication,
    CommonApplicationClassification,
    EvidenceGrade,
    Integration,
    IntegrationDirection,
    IntegrationMode,
    IntegrationStatus,
    Provenance,
)

SOURCE = Provenance("test")
SRIKANDI = CommonApplication(
    "srikandi",
    "SRIKANDI",
    "ANRI",
    CommonApplicationClassification.COMMON_APPLICATION,
    "KepmenPANRB 679/2020",
    (37,),
    SOURCE,
)


def application(id: str, status: str = "ACTIVE", **values: Any) -> Application:
    return Application(
        id=id,
        region=values.pop("region", "A"),
        opd=None,
        name=id,
        status=ApplicationStatus[status],
        version=1,
        provenance=SOURCE,
        **values,
    )


def edge(
    id: str, source: str, target: str | None, mode: str = "API", grade: int = 1
) -> Integration:
    return Integration(
        id=id,
        region="A",
        source=source,
        target=target,
        target_name=target or "Dukcapil",
        data_object="data",
        mode=IntegrationMode[mode],
        direction=IntegrationDirection.ONE_WAY,
        status=IntegrationStatus.ACTIVE,
        evidence_grade=EvidenceGrade(grade),
        version=1,
        provenance=SOURCE,
    )


def region_facts(functions: dict[str, str | None], **values: Any) -> RegionFacts:
    tags = {id: FunctionTag(function, 0.9, (), ()) for id, function in functions.items()}
    values.setdefault("completeness", 0.8)
    values.setdefault("mandates", {})
    return RegionFacts(tags=tags, **values)


def cluster(function: str, *ids: str) -> Cluster:
    return Cluster("A", function, ids, 0.9, (Overlap(ids[0], ids[1], 0.7, function, ()),))


def test_an_inactive_application_retires_once_its_consumers_are_repointed() -> None:
    (proposal,) = consolidation_proposals(
        "A",
        [application("old", "INACTIVE"), application("user")],
        [edge("e1", "old", "user"), edge("e2", "old", None)],
        region_facts({}),
    )
    assert proposal.kind is ProposalKind.RETIRE
    assert proposal.reasons == (
        ProposalReason("REPORTED_INACTIVE"),
        ProposalReason("AFTER_REPOINTING", (("integrations", "2"),)),
    )
    assert proposal.impact == ProposalImpact(("e1", "e2"), ("user",), ("Dukcapil",))
    assert proposal.evidence == ("e1", "e2")


def test_a_local_copy_of_a_mandated_application_is_replaced_with_its_legal_basis() -> None:
    (proposal,) = consolidation_proposals(
        "A",
        [application("tnde"), application("ours", common_application="srikandi")],
        [],
        region_facts({"tnde": "records", "ours": None}, mandates={"records": SRIKANDI}),
    )
    assert (proposal.kind, proposal.applications) == (ProposalKind.REPLACE, ("tnde",))
    assert (proposal.survivor, proposal.legal_basis) == ("srikandi", "KepmenPANRB 679/2020")
    assert proposal.saving.display == "tidak diketahui"


def test_only_a_confirmed_basis_is_a_mandate() -> None:
    unconfirmed = replace(SRIKANDI, provenance=Provenance("press", confirmed=False))
    for mandate, code, legal_basis in (
        (SRIKANDI, "MANDATED", "KepmenPANRB 679/2020"),
        (unconfirmed, "NOT_CONFIRMED", ""),
    ):
        facts = region_facts({"tnde": "records"}, mandates={"records": mandate})
        (proposal,) = consolidation_proposals("A", [application("tnde")], [], facts)
        assert [reason.code for reason in proposal.survivor_because] == [code]
        assert proposal.legal_basis == legal_basis
        exception = [reason.code for reason in proposal.reasons if reason.code == "EXCEPTION_PATH"]
        assert bool(exception) is bool(legal_basis)  # without a mandate there is no exception
        assert ("whether it is mandated" in proposal.missing) is not bool(legal_basis)


def test_infrastructure_mandates_no_replacement() -> None:
    network = replace(SRIKANDI, classification=CommonApplicationClassification.NETWORK)
    facts = region_facts({"jdih": "records"}, mandates={"records": network})
    (proposal,) = consolidation_proposals("A", [application("jdih")], [], facts)
    assert proposal.kind is ProposalKind.KEEP


def test_the_survivor_of_a_merger_is_on_the_hub_before_it_is_well_used() -> None:
    facts = region_facts({"a": "roads", "b": "roads"}, clusters=[cluster("roads", "a", "b")])
    applications = [application("a", users=900), application("b", users=10)]
    (proposal,) = consolidation_proposals(
        "A", applications, [edge("e1", "b", None, "HUB", 3)], facts
    )
    assert (proposal.kind, proposal.survivor) == (ProposalKind.MERGE, "b")
    assert proposal.survivor_because == (
        ProposalReason("ON_HUB", (("survivor", "yes"), ("next", "no"))),
    )
    assert proposal.confidence == Confidence(
        (("cluster", 0.7), ("completeness", 0.8), ("evidence grade", 1.0))
    )
    assert proposal.confidence.value == 0.7


def test_between_equals_the_better_evidenced_then_the_better_used_survives() -> None:
    applications = [application("a"), application("b")]
    facts = region_facts({"a": "roads", "b": "roads"}, clusters=[cluster("roads", "a", "b")])
    (by_degree,) = consolidation_proposals(
        "A", applications, [edge("e1", "b", None, grade=2)], facts
    )
    (by_users,) = consolidation_proposals(
        "A", [applications[0], replace(applications[1], users=5)], [], facts
    )
    (by_nothing,) = consolidation_proposals("A", applications, [], facts)
    assert by_degree.survivor_because[0] == ProposalReason(
        "EVIDENCED_DEGREE", (("survivor", "0.75"), ("next", "0"))
    )
    assert by_users.survivor_because[0] == ProposalReason(
        "USERS", (("survivor", "5"), ("next", "unknown"))
    )
    assert (by_nothing.survivor, by_nothing.survivor_because[0].code) == (
        "a",
        "ALIKE_IN_ALL_THAT_IS_KNOWN",
    )


def test_relistings_of_one_system_are_never_merged_for_a_saving() -> None:
    facts = region_facts(
        {"a": "roads", "b": "roads"},
        clusters=[cluster("roads", "a", "b")],
        listing_groups=[("a", "b")],
    )
    proposals = consolidation_proposals("A", [application("a"), application("b")], [], facts)
    assert [(proposal.kind, proposal.applications) for proposal in proposals] == [
        (ProposalKind.KEEP, ("a",))
    ]


def test_exchanges_that_bypass_the_hub_or_are_missing_are_integrated() -> None:
    applications = [application("a"), application("b"), application("c")]
    edges = [
        edge("h1", "a", None, "HUB"),
        edge("h2", "b", None, "HUB"),
        edge("p", "a", "b", "FILE"),
    ]
    facts = region_facts(
        {},
        missing_exchanges=[MissingExchange(frozenset("b"), frozenset("c"), "gaji", "exchange/1")],
    )
    past, missing = consolidation_proposals("A", applications, edges, facts)
    assert past.reasons == (ProposalReason("PAST_THE_HUB", (("mode", "FILE"), ("data", "data"))),)
    assert past.evidence == ("p",)
    assert missing.reasons[0].code == "REQUIRED_EXCHANGE_MISSING"
    assert missing.applications == ("b", "c")


def test_among_candidates_an_active_one_on_the_hub_is_integrated() -> None:
    applications = [
        application("a"),
        application("b"),
        application("c", "INACTIVE"),
        application("d"),
    ]
    edges = [edge("h", "b", None, "HUB")]
    gap = MissingExchange(frozenset("ab"), frozenset("cd"), "gaji", "exchange/1")
    _, proposal = consolidation_proposals(
        "A", applications, edges, region_facts({}, missing_exchanges=[gap])
    )
    assert proposal.applications == ("b", "d")
    assert proposal.missing == (
        "whether the work here asks for it",
        "which of the 2 applications beside b would do",
    )
    (retired,) = consolidation_proposals(
        "A", applications[2:3], [], region_facts({}, missing_exchanges=[gap])
    )
    assert retired.kind is ProposalKind.RETIRE  # no application remains on one side


def test_a_saving_is_stated_where_the_inventory_knows_all_costs() -> None:
    applications = [
        application("a", yearly_cost=90, migration_cost=30),
        application("b", users=5, added_cost=20),
    ]
    facts = region_facts({"a": "roads", "b": "roads"}, clusters=[cluster("roads", "a", "b")])
    (merge,) = consolidation_proposals("A", applications, [], facts)
    assert (merge.survivor, merge.saving.yearly) == ("b", 60)  # 90 - 20 - 30 / 3


def test_sharing_is_proposed_only_where_the_sisters_level_is_known() -> None:
    offer = ReuseCandidate("A", "records", "b1", "B", 4, None, 0.8, 3)
    facts = region_facts({}, reuse_candidates=[offer, replace(offer, system="c1", level=None)])
    (proposal,) = consolidation_proposals("A", [], [], facts)
    assert (proposal.kind, proposal.survivor) == (ProposalKind.SHARE, "b1")
    assert proposal.missing == (
        "whether the function is needed here",
        "whether the source may be given on",
    )


def test_a_saving_needs_every_cost_and_names_those_it_lacks() -> None:
    costs = Costs({"a": 90}, {"a": 30}, {"b": 20})
    assert yearly_saving(["a"], "b", costs).yearly == 60  # 90 - 20 - 30 / 3
    lacking = yearly_saving(["a", "c"], "b", costs)
    assert lacking.yearly is None
    assert lacking.unknown == ("yearly cost of c", "migration cost of c")
    assert (
        yearly_saving(["a"], "b", Costs({"a": 90_000_000}, {"a": 0}, {"b": 0})).display
        == "Rp90.000.000"
    )


def test_confidence_is_unknown_while_completeness_is() -> None:
    (proposal,) = consolidation_proposals(
        "A", [application("a", "INACTIVE")], [], region_facts({}, completeness=None)
    )
    assert proposal.confidence.value is None
    assert proposal.missing[-1] == "completeness of the inventory"


def _merge_proposal(users: int | None = None, **values: Any) -> Proposal:
    facts = region_facts(
        {"a": "roads", "b": "roads"}, clusters=[cluster("roads", "a", "b")], **values
    )
    (proposal,) = consolidation_proposals(
        "A", [application("a", users=users), application("b")], [], facts
    )
    return proposal


def test_a_rejected_proposal_comes_back_only_when_its_inputs_change() -> None:
    rejected = {_merge_proposal().id: _merge_proposal().inputs}
    assert drop_rejected_proposals([_merge_proposal()], rejected) == ()
    assert drop_rejected_proposals([_merge_proposal(completeness=0.1)], rejected) == ()
    changed = _merge_proposal(users=3)
    assert changed.id in rejected
    assert drop_rejected_proposals([changed], rejected) == (changed,)


def test_what_if_a_merger_repoints_integrations_and_does_not_change_the_originals() -> None:
    applications = [application("a"), application("b"), application("c")]
    edges = [
        edge("e1", "c", "b"),
        edge("e2", "c", "a", grade=3),  # application a becomes the survivor
        edge("e3", "a", "b"),
        edge("e4", "b", None),
    ]
    facts = region_facts({"a": "roads", "b": "roads"}, clusters=[cluster("roads", "a", "b")])
    (merge,) = consolidation_proposals("A", applications, edges, facts)
    after = apply_proposals([merge], applications, edges)
    status = {row.id: row.status.value for row in after.applications}
    assert (merge.survivor, status) == ("a", {"a": "ACTIVE", "b": "RETIRED", "c": "ACTIVE"})
    assert after.repointed == ("e4",)
    # Application a already has the exchange e1; e3 would connect a with itself.
    assert after.lost == ("e1", "e3")
    assert {e.id: e.source for e in after.integrations if e.id == "e4"} == {"e4": "a"}
    assert applications[1].status is ApplicationStatus.ACTIVE


def test_what_if_a_replacement_points_to_the_common_application() -> None:
    applications = [application("tnde"), application("hr")]
    edges = [edge("e1", "hr", "tnde"), edge("e2", "tnde", "hr")]
    facts = region_facts({"tnde": "records"}, mandates={"records": SRIKANDI})
    (replaced,) = consolidation_proposals("A", applications, edges, facts)
    after = apply_proposals([replaced], applications, edges)
    targets = {
        integration.id: (integration.target, integration.target_name)
        for integration in after.integrations
    }
    assert targets["e1"] == (None, "srikandi")
    assert (after.repointed, after.lost) == (("e1",), ("e2",))


def test_what_if_an_exchange_is_added_it_counts_as_documented() -> None:
    applications = [application("a"), application("b")]
    facts = region_facts(
        {},
        missing_exchanges=[MissingExchange(frozenset("a"), frozenset("b"), "gaji", "exchange/1")],
    )
    (connect,) = consolidation_proposals("A", applications, [], facts)
    (added,) = apply_proposals([connect], applications, []).integrations
    assert (added.source, added.target, added.data_object) == ("a", "b", "gaji")
    assert (added.mode, added.evidence_grade) == (IntegrationMode.HUB, 1)
    assert added.provenance.confirmed is False
