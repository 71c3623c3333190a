"""Computes a region's verifications from its record, and compares them with those announced.

Both steps are pure functions of the region's record and its claims. They cover the bounds of each
instrument with rules, and the claims of the followed assessments.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from engine.document import value_of
from engine.graph.graph import IntegrationGraph, changed_edge_ends, with_integration
from engine.model import Assessment, AssessmentState, Visibility
from engine.verification.inventory import Inventory
from engine.verification.verification import Verification, verify_again, verify_levels
from engine.verification.verification_state import (
    ProposalsChange,
    ProposalsState,
    VerificationChange,
    VerificationState,
    of_verification,
    verification_news,
)
from facts.instrument import instrument_by_id
from facts.rule_table import rule_tables
from resolvers.region_record import build_graph, inventory_for_rules
from storage.inventory import RegionInventoryRecord

SMALL_CHANGE = 20  # exchanges; a graph is rebuilt if more of them have changed
VERIFICATION = "verification "  # the prefix of the subjects of verifications


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

    recorded: RegionInventoryRecord
    graph: IntegrationGraph
    verified: Mapping[str, VerifiedClaims]  # by subject


Analyses = MutableMapping[str, RegionAnalysis]  # the last cached analysis of each region


@dataclass(frozen=True, slots=True)
class OutcomeChanges:
    """Outcomes that differ from those last announced, and the events that announce them."""

    outcomes: Mapping[str, VerificationState | ProposalsState]  # by subject
    forgotten: Collection[str] = ()  # subjects that are no longer followed
    events: Sequence[tuple[VerificationChange | ProposalsChange, Visibility]] = ()

    def __bool__(self) -> bool:
        return bool(self.outcomes or self.forgotten)


def analyse_region(
    recorded: RegionInventoryRecord,
    followed: Iterable[Assessment],
    at: datetime,
    previous: RegionAnalysis | None,
) -> RegionAnalysis:
    """Verify a region as of a moment.

    Parts that equal the previous analysis are not computed again. They are compared by value, since
    the previous analysis may come from a transaction that was rolled back.
    """
    drawn = _graph_as_of(recorded, at.date(), previous)
    edges = None if previous is None else changed_edge_ends(previous.graph, drawn)
    verified: dict[str, VerifiedClaims] = {}
    bounds: list[tuple[str, Assessment | None]] = [(id, None) for id in rule_tables()]
    for id, claims in [*bounds, *((each.instrument, each) for each in followed)]:
        year = at.year if claims is None else claims.year
        levels = {each.indicator: each.level for each in claims.levels} if claims else {}
        inventory = inventory_for_rules(drawn, recorded, id, year, claims)
        subject = f"{VERIFICATION}{id if claims is None else claims.id}"
        last = None if previous is None else previous.verified.get(subject)
        if (
            last is not None
            and edges is not None
            and _differ_in_edges_only(last, inventory, levels)
        ):
            result = verify_again(
                last.verification,
                instrument_by_id(id),
                rule_tables()[id],
                levels,
                inventory,
                changed=edges,
            )
        else:
            result = verify_levels(instrument_by_id(id), rule_tables()[id], levels, inventory)
        verified[subject] = VerifiedClaims(claims, year, inventory, levels, result)
    return RegionAnalysis(recorded, drawn, verified)


def find_verification_changes(
    analysis: RegionAnalysis, announced: Mapping[str, Mapping[str, Any]]
) -> OutcomeChanges:
    """Compare an analysis with the outcomes that were last announced, given as documents.

    The first outcome of bounds makes no event, since nothing has been claimed yet.
    """
    outcomes: dict[str, VerificationState | ProposalsState] = {}
    events: list[tuple[VerificationChange | ProposalsChange, Visibility]] = []
    for subject, verified in analysis.verified.items():
        outcome = of_verification(verified.verification, verified.year, verified.claims)
        document = announced.get(subject)
        before = None if document is None else value_of(VerificationState, document)
        if before == outcome:
            continue
        outcomes[subject] = outcome
        about = verified.assessment_id or f"region-{analysis.recorded.region}"
        event = verification_news(about, before, outcome)
        if event is not None and not (before is None and verified.claims is None):
            events.append((event, verified.visibility))
    # Newer assessments have replaced those that are no longer verified.
    past = {subject for subject in announced if subject.startswith(VERIFICATION)}
    return OutcomeChanges(outcomes, sorted(past - analysis.verified.keys()), events)


def _graph_as_of(
    recorded: RegionInventoryRecord, today: date, previous: RegionAnalysis | None
) -> IntegrationGraph:
    """Return the graph, updated from the previous one if only a few exchanges have changed."""
    if previous is None or previous.graph.today != today:
        return build_graph(recorded, today)
    before = {each.id: each for each in previous.recorded.integrations}
    changed = [each for each in recorded.integrations if before.pop(each.id, None) != each]
    same_ends = (previous.recorded.applications, previous.recorded.elsewhere) == (
        recorded.applications,
        recorded.elsewhere,
    )
    if before or not same_ends or len(changed) > SMALL_CHANGE:
        return build_graph(recorded, today)
    drawn = previous.graph
    for each in changed:
        drawn = with_integration(drawn, each)
    return drawn


def _differ_in_edges_only(
    last: VerifiedClaims, inventory: Inventory, levels: Mapping[int, int]
) -> bool:
    """Return whether the inputs differ from the last ones in the edges of the graph at most."""
    same_ends = last.inventory.graph.known is inventory.graph.known  # one was made from the other
    same_rest = replace(last.inventory, graph=inventory.graph) == inventory
    return same_ends and same_rest and last.levels == levels
