"""Announces changes of a region's verifications and proposals as derived events.

A change passes four steps: load the record of the region, analyse it, compare the analysis with
what was last announced, and save the difference, which is returned as events for the transaction to
append.

Three things are announced: the bounds of each instrument with rules; for each kind of assessment in
ANNOUNCED_KINDS, the newest assessment with levels and the newest published one; and the proposals.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from cachetools import LRUCache

from engine.consolidation.proposal import Proposal
from engine.document import from_document, to_document
from engine.identifier import region_id
from engine.model import AssessmentKind, EventKind, Visibility
from engine.verification.verification_state import (
    ProposalsChange,
    ProposalsState,
    proposals_change,
    summarise_proposals,
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
from storage.combined_query import CombinedQuery
from storage.database import Session
from storage.log import Derive, LogTransaction, lock_log
from storage.pending_arrivals import DerivedEvent
from storage.region_inventory import (
    CACHED_REGIONS,
    NOTHING_UNSETTLED,
    InventoryCache,
    RegionInventoryRecord,
)

ANNOUNCED_KINDS = (
    AssessmentKind.SELF,
    AssessmentKind.INTERIM,
    AssessmentKind.EXTERNAL,
    AssessmentKind.OFFICIAL,
)
UNRELATED_KINDS = frozenset(
    {
        EventKind.REGION_RECORDED,
        EventKind.RESULT_RECORDED,
        EventKind.EFFORT_EDITED,
        EventKind.HANDOVER_OFFERED,
        EventKind.HANDOVER_WITHDRAWN,
    }
)
_CLAIMS_AND_ANNOUNCEMENTS = CombinedQuery(
    assessments=stored.NEWEST, levels=stored.NEWEST_LEVELS, announcements=announcement.BY_REGION
)
PROPOSALS_SUBJECT = "proposals"  # the subject of the proposals of a region


def analysis_cache() -> Analyses:
    """Return an empty cache of the last analysis per region, as large as the inventory cache."""
    return LRUCache(maxsize=CACHED_REGIONS)


def verification_deriver(inventories: InventoryCache, analyses: Analyses) -> Derive:
    """Return the function that derives changed verifications from a transaction's entries."""

    async def derive(transaction: LogTransaction) -> list[DerivedEvent]:
        events: list[DerivedEvent] = []
        for region, kinds in sorted(transaction.kinds_by_region.items()):
            if not kinds - UNRELATED_KINDS:
                continue
            is_own = region == transaction.region
            if not is_own:  # a result in the log of the region's parent
                await lock_log(transaction.session, region)
            record = await inventories.load_region_inventory(
                transaction.session,
                region,
                unsettled=transaction.versioned if is_own else NOTHING_UNSETTLED,
            )
            transaction.after_commit.append(partial(inventories.settle, record))
            changes = await verification_changes(
                analyses, transaction.session, record, transaction.at
            )
            events += await announce_changes(transaction, region, changes)
        return events

    return derive


async def verification_changes(
    analyses: Analyses, session: Session, record: RegionInventoryRecord, at: datetime
) -> OutcomeChanges:
    """Return how a region's verifications as of a moment differ from those last announced."""
    region = record.region
    rows = await _CLAIMS_AND_ANNOUNCEMENTS.read(
        session, stored.newest_parameters(region, ANNOUNCED_KINDS, tuple(rule_tables()))
    )
    assessments = stored.assessments_from_rows(rows["assessments"], rows["levels"])
    announced_outcomes = {row.subject: row.body for row in rows["announcements"]}
    analysis = analyse_region(record, assessments, at, analyses.get(region))
    analyses[region] = analysis
    return find_verification_changes(analysis, announced_outcomes)


async def announced_proposals(session: Session, region: str) -> Mapping[str, Any] | None:
    """Return the proposals of a region as they were last announced, as a document."""
    return (await announcement.announcements_by_region(session, [region], PROPOSALS_SUBJECT)).get(
        region
    )


async def proposal_changes(
    session: Session, region: str, proposals: Iterable[Proposal]
) -> OutcomeChanges:
    """Return how a region's proposals differ from those last announced."""
    previous = await announced_proposals(session, region)
    outcome = summarise_proposals(proposals)
    if previous is None:
        return OutcomeChanges({PROPOSALS_SUBJECT: outcome})
    event = proposals_change(region_id(region), from_document(ProposalsState, previous), outcome)
    if event is None:
        return OutcomeChanges({})
    return OutcomeChanges({PROPOSALS_SUBJECT: outcome}, (), [(event, Visibility.PUBLIC)])


async def announce_changes(
    transaction: LogTransaction, region: str, changes: OutcomeChanges
) -> list[DerivedEvent]:
    """Save the outcomes of a region as announced; return the events for the transaction."""
    session = transaction.session
    await announcement.save_announcements(session, region, changes.outcomes, transaction.at)
    await announcement.delete_announcements(session, region, changes.removed_subjects)
    return [
        DerivedEvent(
            region,
            EventKind.PROPOSALS_CHANGED
            if isinstance(event, ProposalsChange)
            else EventKind.VERIFICATION_CHANGED,
            event.topic,
            to_document(event),
            visibility,
        )
        for event, visibility in changes.events
    ]
