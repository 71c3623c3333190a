"""Recomputes proposals and verifications after commits, and announces their changes as events.

The worker follows the arrival order of its instance, collects the regions that the new arrivals
affect, and recomputes each of them once, however many changes there are. Between two regions it
lets client operations go first. Its position is stored in the database, so that a process that ends
early loses nothing, and two workers announce a change once. A full pass does the same for all
regions; it also finds what time alone changes, such as evidence that expires.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from engine.graph.graph import GraphBasis
from engine.log.assessment_log import NATION_CODE
from engine.model import OWN_ACTOR_PREFIX, EventKind, Region, RegionKind, Role, Viewer
from realtime.tail import GapError
from resolvers import announcements, consolidation, graph
from resolvers.context import Context, Instance
from resolvers.operation_budget import OperationBudget
from storage import announcement, arrival, integration, log, log_entries, training_set
from storage import region as stored_region
from storage.database import Session, batch_ids

QUIET_SECONDS = 0.5  # time without another change, since edits come in bursts
WAIT_SECONDS_MOST = 5.0  # longest wait after the first change
REST_RATIO = 50  # seconds of rest per second of work, up to WAIT_SECONDS_MOST
RETRY_SECONDS = 5.0
IDLE_WAIT_SECONDS = 1.0  # longest wait of a region for client operations to end
ATTEMPTS_MOST = 3  # attempts for a region that changes while it is computed
RECOMPUTE_VIEWER = Viewer(f"{OWN_ACTOR_PREFIX}follow-up", Role.ADMIN)
# Events that leave an inventory unchanged. Their transactions announce changed verifications.
KINDS_OUTSIDE_INVENTORY = frozenset(
    {
        EventKind.INDEX_CHANGED,
        EventKind.VERIFICATION_CHANGED,
        EventKind.PROPOSALS_CHANGED,
        EventKind.LEVEL_CLAIMED,
        EventKind.ASSESSMENT_STARTED,
        EventKind.ASSESSMENT_SUBMITTED,
        EventKind.ASSESSMENT_RETURNED,
        EventKind.RESULT_RECORDED,
        EventKind.EFFORT_EDITED,
        EventKind.INVENTORY_IMPORTED,
        EventKind.IMPORT_UNDONE,
        EventKind.HANDOVER_OFFERED,
        EventKind.HANDOVER_WITHDRAWN,
    }
)
# Events that change the reuse candidates of the other regions in the province.
REUSE_KINDS = frozenset(
    {
        EventKind.OPD_RECORDED,
        EventKind.OPD_UPDATED,
        EventKind.OPD_DISSOLVED,
        EventKind.APPLICATION_REGISTERED,
        EventKind.APPLICATION_UPDATED,
        EventKind.APPLICATION_RETIRED,
        EventKind.FUNCTION_CORRECTED,
        EventKind.ASSESSMENT_PUBLISHED,
    }
)

AnnouncedOutcome = Mapping[str, Any]  # an announced outcome, as a document

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RecomputeSummary:
    """The result of a full pass."""

    regions: int
    changed: int  # regions with changes to announce
    failed: tuple[str, ...]  # regions that could not be recomputed; the log has the reason
    learned: int | None  # corrections that the classifier has learned; None: it was not trained


@dataclass
class RecomputeWorker:
    """Recomputes regions after changes to one instance; `failed` holds the regions to retry."""

    instance: Instance
    failed: set[str] = field(default_factory=set)

    async def run(self) -> None:
        """Recompute after commits, until cancelled."""
        while True:
            try:
                async with self.instance.database.read() as session:
                    position = await announcement.read_derived_head(session)
                if self.failed:
                    await asyncio.sleep(RETRY_SECONDS)
                else:
                    await _wait_until_quiet(self.instance, position)
                start = time.monotonic()
                await self.catch_up(position)
                await asyncio.sleep(min(WAIT_SECONDS_MOST, REST_RATIO * (time.monotonic() - start)))
            except Exception:
                logger.exception("committed changes cannot be recomputed; trying again")
                await asyncio.sleep(RETRY_SECONDS)

    async def catch_up(self, position: int) -> None:
        """Recompute the regions that arrivals after a position affect, and those that failed."""
        async with self.instance.database.read() as session:
            head = (await arrival.read_arrival_position(session)).arrival
            regions = await _affected_regions(session, position, head) | self.failed
        self.failed = set()
        for _, codes in groupby(sorted(regions), key=lambda code: code.partition(".")[0]):
            await self._recompute_province(list(codes))
        if head > position:
            async with self.instance.database.write() as session:
                await announcement.advance_derived_head(session, head)

    async def _recompute_province(self, codes: Sequence[str]) -> None:
        """Recompute regions of one province together, so that their shared data is read once."""
        async with self.instance.database.read() as session:
            announced_proposals = await announcement.announcements_by_region(
                session, codes, announcements.PROPOSALS_SUBJECT
            )
        context = Context(self.instance, RECOMPUTE_VIEWER, OperationBudget(bounded=False))
        for code in codes:
            await self.instance.active_operations.wait_until_idle(IDLE_WAIT_SECONDS)
            await self._recompute_region(context, code, announced_proposals.get(code))

    async def _recompute_region(
        self, context: Context, code: str, previous_proposals: AnnouncedOutcome | None
    ) -> None:
        try:
            if await context.loaders.regions.load(code) is not None:
                await _recompute_with_retries(context, code, previous_proposals)
                # This warms the cache for the next query.
                await graph.diagnose_region_graph(context, code, GraphBasis.COUNTED)
        except Exception:
            logger.exception("region %s cannot be recomputed; trying again", code)
            self.failed.add(code)


async def recompute_in_background(instance: Instance) -> None:
    """Recompute regions of an instance after commits, until cancelled."""
    await RecomputeWorker(instance).run()


async def recompute_all_regions(
    instance: Instance,
    *,
    learn: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> RecomputeSummary:
    """Recompute all regions; with `learn` the classifier first learns people's corrections.

    `progress` is called with the number of regions done and their total.
    """
    learned = None
    if learn:
        async with instance.database.write() as session:
            learned = await training_set.refresh_training_set(session)
    async with instance.database.read() as session:
        codes = await log_entries.list_regions_with_log(session)
    codes = [code for code in codes if code != NATION_CODE]
    changed, failed = 0, []
    for number, code in enumerate(codes, start=1):
        try:
            changed += await recompute_region(instance, code)
        except Exception:
            logger.exception("region %s cannot be recomputed", code)
            failed.append(code)
        progress(number, len(codes))
    return RecomputeSummary(len(codes), changed, tuple(failed), learned)


async def recompute_region(instance: Instance, code: str) -> bool:
    """Recompute a region and announce its changes; return whether there were any."""
    context = Context(instance, RECOMPUTE_VIEWER, OperationBudget(bounded=False))
    return await _recompute_with_retries(
        context, code, await _load_announced_proposals(context, code)
    )


async def _recompute_with_retries(
    context: Context, code: str, previous_proposals: AnnouncedOutcome | None
) -> bool:
    """Recompute a region, and retry while others change it.

    `previous_proposals` are those last announced, read before the inputs of the new ones.
    """
    for _ in range(ATTEMPTS_MOST):
        has_changed = await _try_to_announce(context, code, previous_proposals)
        if has_changed is not None:
            return has_changed
        context.loaders.forget()
        previous_proposals = await _load_announced_proposals(context, code)
    return False  # the arrivals of those changes start the next attempt


async def _load_announced_proposals(context: Context, code: str) -> AnnouncedOutcome | None:
    async with context.read() as session:
        return await announcements.announced_proposals(session, code)


async def _try_to_announce(
    context: Context, code: str, previous_proposals: AnnouncedOutcome | None
) -> bool | None:
    """Announce a region's changes and return whether there were any.

    None: the region or its announced proposals changed meanwhile, and nothing was announced.
    """
    instance, now = context.instance, context.instance.clock()
    region = await context.loaders.regions.load(code)
    if region is None:
        return False
    province_context = await consolidation.load_province_context(context, region)
    record = await context.loaders.inventories.load(code)
    proposals = await consolidation.compute_proposals(context, record, province_context)
    async with instance.database.read() as session:
        changed_proposals = await announcements.proposal_changes(session, code, proposals)
        if not changed_proposals and not await announcements.verification_changes(
            instance.analyses, session, record, now
        ):
            return False
    async with log.begin_log_transaction(instance.database, code, instance.clock) as transaction:
        # The region is locked now: compare its record again, without computing anything.
        session = transaction.session
        locked_record = await instance.inventories.load_region_inventory(session, code)
        if locked_record.digest != record.digest:
            return None
        # Proposals announced meanwhile may be based on newer data of a sister region than these do.
        if await announcements.announced_proposals(session, code) != previous_proposals:
            return None
        changes = [
            await announcements.verification_changes(
                instance.analyses, session, locked_record, transaction.at
            ),
            await announcements.proposal_changes(session, code, proposals),
        ]
        for change in changes:
            transaction.add_derived_events(
                await announcements.announce_changes(transaction, code, change)
            )
    instance.bus.announce(transaction.arrival)
    return any(change.events for change in changes)


async def _wait_until_quiet(instance: Instance, position: int) -> None:
    """Return after a new arrival, once no other has followed for a while."""
    async with aclosing(instance.tail.follow(position)) as arrivals:
        try:
            await anext(arrivals)
        except GapError:
            return  # what has changed is in the database
    loop = asyncio.get_running_loop()
    deadline = loop.time() + WAIT_SECONDS_MOST
    newest = -1
    while newest != instance.tail.newest and loop.time() < deadline:
        newest = instance.tail.newest
        await asyncio.sleep(QUIET_SECONDS)


async def _affected_regions(session: Session, after: int, head: int) -> set[str]:
    """Return the regions that the arrivals between two numbers may affect."""
    affected, reuse_regions, subjects = set[str](), set[str](), set[str]()
    async for row in arrival.iterate_arrival_topics(session, after, head):
        if row.kind in KINDS_OUTSIDE_INVENTORY:
            continue
        affected.add(row.region)
        subjects.add(row.topic)
        if row.kind in REUSE_KINDS:
            reuse_regions.add(row.region)
    affected |= await integration.integration_regions(session, subjects)
    regions: dict[str, Region] = {}
    for batch in batch_ids(reuse_regions):
        regions |= await stored_region.regions_by_code(session, batch)
    for province in filter(None, {_province_code(region) for region in regions.values()}):
        affected |= {
            province,
            *await stored_region.list_member_codes(session, province, stored_region.MEMBER_KINDS),
        }
    return affected - {NATION_CODE}  # it has no OPDs and no claims


def _province_code(region: Region) -> str | None:
    return region.code if region.kind is RegionKind.PROVINCE else region.parent
