"""Announces changes of a region's verifications and proposals as derived events.

A change passes four steps: load the record of the region, analyse it, compare the analysis with what
was last announced, and save the difference, which is returned as events for the transaction to append.
Three things are announced: the bounds of each instrument with rules; for each kind of assessment in
CLAIMS, the newest assessment with levels and the newest published one; and the proposals.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from cachetools import LRUCache

from engine.consolidation.proposal import Proposal
from engine.document import to_document, value_of
from engine.model import AssessmentKind, EventKind, Visibility
from engine.verification.verification_state import (
    ProposalsChange,
    ProposalsState,
    of_proposals,
    proposals_news,
)
from facts.rule_table import rule_tables
from resolvers.region_analysis import (
    Analyses,
    OutcomeChanges,
    analyse_region,
    find_verification_changes,
)
from storage import announcement
from storage import assessment as stored
from storage.database import Session
from storage.inventory import KEPT, InventoryCache, RegionInventoryRecord
from storage.log import Derive, DerivedEvent, LogTransaction

CLAIMS = (
    AssessmentKind.SELF,
    AssessmentKind.INTERIM,
    AssessmentKind.EXTERNAL,
    AssessmentKind.OFFICIAL,
)
UNRELATED = frozenset(
    {EventKind.REGION_RECORDED, EventKind.RESULT_RECORDED, EventKind.EFFORT_EDITED}
)
PROPOSALS = "proposals"  # the subject of the proposals of a region


def analysis_cache() -> Analyses:
    """Return an empty cache of the last analysis per region, as large as the inventory cache."""
    return LRUCache(maxsize=KEPT)


def verification_deriver(inventories: InventoryCache, analyses: Analyses) -> Derive:
    """Return the function that derives changed verifications from a transaction's entries."""

    async def derive(transaction: LogTransaction) -> list[DerivedEvent]:
        if not transaction.kinds - UNRELATED:
            return []
        recorded = await inventories.of_region(
            transaction.session, transaction.region, unsettled=transaction.subjects
        )
        changes = await verification_changes(
            analyses, transaction.session, recorded, transaction.at
        )
        return await announce_changes(transaction, changes)

    return derive


async def verification_changes(
    analyses: Analyses, session: Session, recorded: RegionInventoryRecord, at: datetime
) -> OutcomeChanges:
    """Return how a region's verifications as of a moment differ from those last announced."""
    region = recorded.region
    followed = await stored.list_newest_assessments(session, region, CLAIMS, tuple(rule_tables()))
    announced = await announcement.announcements_by_subject(session, region)
    analysis = analyse_region(recorded, followed, at, analyses.get(region))
    analyses[region] = analysis
    return find_verification_changes(analysis, announced)


async def announced_proposals(session: Session, region: str) -> Mapping[str, Any] | None:
    """Return the proposals of a region as they were last announced, as a document."""
    return (await announcement.announcements_by_region(session, [region], PROPOSALS)).get(region)


async def proposal_changes(
    session: Session, region: str, proposals: Iterable[Proposal]
) -> OutcomeChanges:
    """Return how a region's proposals differ from those last announced."""
    announced = await announced_proposals(session, region)
    outcome = of_proposals(proposals)
    if announced is None:
        return OutcomeChanges({PROPOSALS: outcome})
    event = proposals_news(f"region-{region}", value_of(ProposalsState, announced), outcome)
    if event is None:
        return OutcomeChanges({})
    return OutcomeChanges({PROPOSALS: outcome}, (), [(event, Visibility.PUBLIC)])


async def announce_changes(
    transaction: LogTransaction, changes: OutcomeChanges
) -> list[DerivedEvent]:
    """Save the outcomes as announced; return the events for the transaction to append."""
    session, region = transaction.session, transaction.region
    for subject, outcome in changes.outcomes.items():
        await announcement.save_announcement(session, region, subject, outcome, transaction.at)
    await announcement.delete_announcements(session, region, changes.forgotten)
    return [
        DerivedEvent(
            EventKind.PROPOSALS_CHANGED
            if isinstance(event, ProposalsChange)
            else EventKind.VERIFICATION_CHANGED,
            event.topic,
            to_document(event),
            visibility,
        )
        for event, visibility in changes.events
    ]
