"""Computes a region's verifications from its record, and compares them with those announced.

Both steps are pure functions of the region's record and its claims. They cover the bounds of each
instrument with rules, and the claims of the followed assessments.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from engine.document import from_document
from engine.graph.graph import IntegrationGraph, changed_edge_ends, with_integration
from engine.identifier import region_id
from engine.model import Assessment, AssessmentState, Visibility
from engine.verification.inventory import Inventory
from engine.verification.verification import Verification, update_verification, verify_levels
from engine.verification.verification_state import (
    ProposalsChange,
    ProposalsState,
    VerificationChange,
    VerificationState,
    summarise_verification,
    verification_change,
)
from facts.instrument import instrument_by_id
from facts.rule_table import rule_tables
from resolvers.region_record import build_graph, inventory_for_rules
from storage.announcement import VERIFICATION_PREFIX
from storage.region_inventory import RegionInventoryRecord

SMALL_CHANGE = 20  # exchanges; a graph is rebuilt if more of them have changed


@dataclass(frozen=True, slots=True)
class VerifiedClaims:
    """A verification with all its inputs."""

    claims: Assessment | None  # None: only the bounds
    year: int
    inventory: Inventory
    levels: Mapping[int, int]
    verification: Verification

    @property
    def assessment_id(self) -> str | None:
        """The id of the assessment; None if nothing is claimed."""
        return None if self.claims is None else self.claims.id

    @property
    def visibility(self) -> Visibility:
        """Public, unless the verification is about claims that are not published."""
        published = self.claims is None or self.claims.state is AssessmentState.PUBLISHED
        return Visibility.PUBLIC if published else Visibility.REGION


@dataclass(frozen=True, slots=True)
class RegionAnalysis:
    """A region's graph and verifications at one moment, and the record they are computed from."""

    record: RegionInventoryRecord
    graph: IntegrationGraph
    verifications: Mapping[str, VerifiedClaims]  # by subject


Analyses = MutableMapping[str, RegionAnalysis]  # the last cached analysis of each region


@dataclass(frozen=True, slots=True)
class OutcomeChanges:
    """Outcomes that differ from those last announced, and the events that announce them."""

    outcomes: Mapping[str, VerificationState | ProposalsState]  # by subject
    removed_subjects: Collection[str] = ()  # subjects that are no longer followed
    events: Sequence[tuple[VerificationChange | ProposalsChange, Visibility]] = ()

    def __bool__(self) -> bool:
        return bool(self.outcomes or self.removed_subjects)


def analyse_region(
    record: RegionInventoryRecord,
    assessments: Iterable[Assessment],
    at: datetime,
    previous: RegionAnalysis | None,
) -> RegionAnalysis:
    """Verify a region as of a moment.

    Parts that equal the previous analysis are not computed again. They are compared by value, since
    the previous analysis may come from a transaction that was rolled back.
    """
    graph = _update_graph(record, at.date(), previous)
    edges = None if previous is None else changed_edge_ends(previous.graph, graph)
    verifications: dict[str, VerifiedClaims] = {}
    bounds: list[tuple[str, Assessment | None]] = [(id, None) for id in rule_tables()]
    for id, claims in [
        *bounds,
        *((assessment.instrument, assessment) for assessment in assessments),
    ]:
        year = at.year if claims is None else claims.year
        levels = {claim.indicator: claim.level for claim in claims.levels} if claims else {}
        inventory = inventory_for_rules(graph, record, id, year, claims)
        subject = f"{VERIFICATION_PREFIX}{id if claims is None else claims.id}"
        last_verified = None if previous is None else previous.verifications.get(subject)
        if (
            last_verified is not None
            and edges is not None
            and _differ_in_edges_only(last_verified, inventory, levels)
        ):
            result = update_verification(
                last_verified.verification,
                instrument_by_id(id),
                rule_tables()[id],
                levels,
                inventory,
                changed=edges,
            )
        else:
            result = verify_levels(instrument_by_id(id), rule_tables()[id], levels, inventory)
        verifications[subject] = VerifiedClaims(claims, year, inventory, levels, result)
    return RegionAnalysis(record, graph, verifications)


def find_verification_changes(
    analysis: RegionAnalysis, announced_outcomes: Mapping[str, Mapping[str, Any]]
) -> OutcomeChanges:
    """Compare an analysis with the outcomes that were last announced, given as documents.

    The first outcome of bounds makes no event, since nothing has been claimed yet.
    """
    outcomes: dict[str, VerificationState | ProposalsState] = {}
    events: list[tuple[VerificationChange | ProposalsChange, Visibility]] = []
    for subject, verified_claims in analysis.verifications.items():
        outcome = summarise_verification(
            verified_claims.verification, verified_claims.year, verified_claims.claims
        )
        document = announced_outcomes.get(subject)
        before = None if document is None else from_document(VerificationState, document)
        if before == outcome:
            continue
        outcomes[subject] = outcome
        topic = verified_claims.assessment_id or region_id(analysis.record.region)
        event = verification_change(topic, before, outcome)
        if event is not None and not (before is None and verified_claims.claims is None):
            events.append((event, verified_claims.visibility))
    # Newer assessments have replaced those that are no longer verified.
    announced_subjects = {
        subject for subject in announced_outcomes if subject.startswith(VERIFICATION_PREFIX)
    }
    return OutcomeChanges(
        outcomes, sorted(announced_subjects - analysis.verifications.keys()), events
    )


def _update_graph(
    record: RegionInventoryRecord, today: date, previous: RegionAnalysis | None
) -> IntegrationGraph:
    """Return the graph, updated from the previous one if only a few exchanges have changed."""
    if previous is None or previous.graph.today != today:
        return build_graph(record, today)
    previous_integrations = {
        integration.id: integration for integration in previous.record.integrations
    }
    changed_integrations = [
        integration
        for integration in record.integrations
        if previous_integrations.pop(integration.id, None) != integration
    ]
    same_ends = (previous.record.applications, previous.record.foreign_applications) == (
        record.applications,
        record.foreign_applications,
    )
    if previous_integrations or not same_ends or len(changed_integrations) > SMALL_CHANGE:
        return build_graph(record, today)
    graph = previous.graph
    for integration in changed_integrations:
        graph = with_integration(graph, integration)
    return graph


def _differ_in_edges_only(
    last: VerifiedClaims, inventory: Inventory, levels: Mapping[int, int]
) -> bool:
    """Return whether the inputs differ from the last ones in the edges of the graph at most."""
    # The graphs share their known nodes if one was derived from the other.
    same_ends = last.inventory.graph.known_nodes is inventory.graph.known_nodes
    same_rest = replace(last.inventory, graph=inventory.graph) == inventory
    return same_ends and same_rest and last.levels == levels
