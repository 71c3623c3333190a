"""Consolidation proposals: their grounds, and the inventory that remains after them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.consolidation.consolidation import consolidation_proposals
from engine.consolidation.proposal import (
    Confidence,
    ConfidenceFactor,
    Costs,
    MissingInput,
    MissingInputKind,
    Proposal,
    ProposalImpact,
    ProposalKind,
    ProposalReason,
    ProposalReasonCode,
    ReasonValueName,
    Saving,
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
        ProposalReason(ProposalReasonCode.REPORTED_INACTIVE),
        ProposalReason(
            ProposalReasonCode.AFTER_REPOINTING, ((ReasonValueName.INTEGRATION_COUNT, "2"),)
        ),
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
    assert proposal.saving.yearly is None


def test_only_a_confirmed_basis_is_a_mandate() -> None:
    unconfirmed = replace(SRIKANDI, provenance=Provenance("press", confirmed=False))
    for mandate, code, legal_basis in (
        (SRIKANDI, ProposalReasonCode.MANDATED, "KepmenPANRB 679/2020"),
        (unconfirmed, ProposalReasonCode.MANDATE_NOT_CONFIRMED, ""),
    ):
        facts = region_facts({"tnde": "records"}, mandates={"records": mandate})
        (proposal,) = consolidation_proposals("A", [application("tnde")], [], facts)
        assert [reason.code for reason in proposal.survivor_reasons] == [code]
        assert proposal.legal_basis == legal_basis
        codes = [reason.code for reason in proposal.reasons]
        # Without a mandate there is no exception.
        assert (ProposalReasonCode.EXCEPTION_POSSIBLE in codes) is bool(legal_basis)
        is_missing = MissingInput(MissingInputKind.MANDATE) in proposal.missing_inputs
        assert is_missing is not bool(legal_basis)


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
    assert proposal.survivor_reasons == (ProposalReason(ProposalReasonCode.ON_HUB),)
    assert proposal.confidence == Confidence(
        (
            (ConfidenceFactor.FUNCTION, 0.7),
            (ConfidenceFactor.INVENTORY_COMPLETENESS, 0.8),
            (ConfidenceFactor.EVIDENCE_GRADE, 1.0),
        )
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
    assert by_degree.survivor_reasons[0] == ProposalReason(
        ProposalReasonCode.MORE_EVIDENCED_EXCHANGES,
        ((ReasonValueName.SURVIVOR_VALUE, "0.75"), (ReasonValueName.RUNNER_UP_VALUE, "0")),
    )
    assert by_users.survivor_reasons[0] == ProposalReason(
        ProposalReasonCode.MORE_USERS, ((ReasonValueName.SURVIVOR_VALUE, "5"),)
    )
    assert (by_nothing.survivor, by_nothing.survivor_reasons) == (
        "a",
        (ProposalReason(ProposalReasonCode.EQUAL_IN_ALL_KNOWN),),
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
    assert past.reasons == (
        ProposalReason(
            ProposalReasonCode.BYPASSES_HUB,
            ((ReasonValueName.INTEGRATION_MODE, "FILE"), (ReasonValueName.DATA_OBJECT, "data")),
        ),
    )
    assert past.evidence == ("p",)
    assert missing.reasons == (
        ProposalReason(
            ProposalReasonCode.REQUIRED_EXCHANGE_MISSING,
            ((ReasonValueName.DATA_OBJECT, "gaji"), (ReasonValueName.RULE, "exchange/1")),
        ),
    )
    assert missing.applications == ("b", "c")


def test_a_required_exchange_of_services_states_its_rule_only() -> None:
    exchange = MissingExchange(frozenset("a"), frozenset("b"), "", "exchange/1")
    (proposal,) = consolidation_proposals(
        "A",
        [application("a"), application("b")],
        [],
        region_facts({}, missing_exchanges=[exchange]),
    )
    assert [reason.values for reason in proposal.reasons] == [
        ((ReasonValueName.RULE, "exchange/1"),)
    ]


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
    assert proposal.missing_inputs == (
        MissingInput(MissingInputKind.NEED_FOR_EXCHANGE),
        MissingInput(MissingInputKind.CHOICE_OF_APPLICATION, "b", 2),
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
    assert proposal.missing_inputs == (
        MissingInput(MissingInputKind.NEED_FOR_FUNCTION),
        MissingInput(MissingInputKind.SOURCE_CODE_PERMISSION),
    )


def test_a_saving_needs_every_cost_and_names_those_it_lacks() -> None:
    costs = Costs({"a": 90}, {"a": 30}, {"b": 20})
    assert yearly_saving(["a"], "b", costs).yearly == 60  # 90 - 20 - 30 / 3
    lacking = yearly_saving(["a", "c"], "b", costs)
    assert lacking.yearly is None
    assert lacking.missing_inputs == (
        MissingInput(MissingInputKind.YEARLY_COST, "c"),
        MissingInput(MissingInputKind.MIGRATION_COST, "c"),
    )


def test_a_merger_that_costs_more_than_it_ends_has_a_negative_saving() -> None:
    assert yearly_saving(["a"], "b", Costs({"a": 10}, {"a": 0}, {"b": 30})) == Saving(-20)


def test_confidence_is_unknown_while_completeness_is() -> None:
    (proposal,) = consolidation_proposals(
        "A", [application("a", "INACTIVE")], [], region_facts({}, completeness=None)
    )
    assert proposal.confidence.value is None
    assert proposal.missing_inputs[-1] == MissingInput(MissingInputKind.INVENTORY_COMPLETENESS)


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
    after = apply_proposals([connect], applications, [])
    (added,) = after.integrations
    assert (after.added_integrations, after.added_applications) == ((added.id,), ())
    assert (added.source, added.target, added.data_object) == ("a", "b", "gaji")
    assert (added.mode, added.evidence_grade) == (IntegrationMode.HUB, 1)
    assert added.provenance.confirmed is False
