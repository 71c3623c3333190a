"""Recomputes proposals and diagnostics in the background, after changes are committed.

The worker follows the arrival order of its instance, collects the regions that the new arrivals
affect, and recomputes each of them once, however many changes there are. Between two regions it lets
client operations go first. Its position is stored in the database, so that a process that ends early
loses nothing, and two workers announce a change once. A full pass does the same for all regions; it
also finds what time alone changes, such as evidence that grows old.
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
from engine.model import OWN_ACTORS, EventKind, Region, RegionKind, Role, Viewer
from resolvers import announcements, consolidation, graph
from resolvers.context import Context, Instance
from resolvers.operation_budget import OperationBudget
from storage import announcement, arrival, integration, log, training_set
from storage import region as stored_region
from storage.database import Session, batch_ids

SETTLED_SECONDS = 0.5  # without another change: a person's edits come in bursts
LONGEST_SECONDS = 5.0  # longest wait after the first change
RESTS = 50  # rest per time of work, up to LONGEST_SECONDS: client operations go first
RETRY_SECONDS = 5.0
PATIENCE_SECONDS = 1.0  # longest wait of a region for client operations to end
LOOKS_MOST = 3  # attempts for a region that changes while it is computed
ITSELF = Viewer(f"{OWN_ACTORS}follow-up", Role.ADMIN)
# Events that leave an inventory unchanged. Their transactions announce changed verifications.
BESIDE_THE_INVENTORY = frozenset(
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
    }
)
# Events that change the reuse candidates of the other regions in the province.
SHARED = frozenset(
    {
        EventKind.OPD_RECORDED,
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
    learned: int | None  # corrections that the classifier knows now; None: it did not learn


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
                    done = await announcement.followed_up(session)
                if self.failed:
                    await asyncio.sleep(RETRY_SECONDS)
                else:
                    await _settled(self.instance, done)
                start = time.monotonic()
                await self.catch_up(done)
                await asyncio.sleep(min(LONGEST_SECONDS, RESTS * (time.monotonic() - start)))
            except Exception:
                logger.exception("committed changes cannot be recomputed; trying again")
                await asyncio.sleep(RETRY_SECONDS)

    async def catch_up(self, done: int) -> None:
        """Recompute the regions that arrivals after `done` affect, and those that failed before."""
        async with self.instance.database.read() as session:
            head = (await arrival.newest_position(session)).arrival
            regions = await _touched(session, done, head) | self.failed
        self.failed = set()
        for _, codes in groupby(sorted(regions), key=lambda code: code.partition(".")[0]):
            await self._province(list(codes))
        if head > done:
            async with self.instance.database.write() as session:
                await announcement.advance_derived_head(session, head)

    async def _province(self, codes: Sequence[str]) -> None:
        """Recompute regions of one province together, so that their shared data is read once."""
        async with self.instance.database.read() as session:
            announced = await announcement.announcements_by_region(
                session, codes, announcements.PROPOSALS
            )
        context = Context(self.instance, ITSELF, OperationBudget(bounded=False))
        for code in codes:
            await self.instance.requests.idle(PATIENCE_SECONDS)
            await self._region(context, code, announced.get(code))

    async def _region(
        self, context: Context, code: str, announced: AnnouncedOutcome | None
    ) -> None:
        try:
            if await context.loaders.regions.load(code) is not None:
                await _recomputed(context, code, announced)
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
        codes = await log.list_regions_with_log(session)
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
    context = Context(instance, ITSELF, OperationBudget(bounded=False))
    return await _recomputed(context, code, await _announced_proposals(context, code))


async def _recomputed(context: Context, code: str, announced: AnnouncedOutcome | None) -> bool:
    """Recompute a region, and retry while others change it.

    `announced` are its proposals as last announced, read before the inputs of the new ones.
    """
    for _ in range(LOOKS_MOST):
        found = await _announced(context, code, announced)
        if found is not None:
            return found
        context.loaders.forget()
        announced = await _announced_proposals(context, code)
    return False  # the arrivals of those changes start the next attempt


async def _announced_proposals(context: Context, code: str) -> AnnouncedOutcome | None:
    async with context.read() as session:
        return await announcements.announced_proposals(session, code)


async def _announced(context: Context, code: str, before: AnnouncedOutcome | None) -> bool | None:
    """Announce a region's changes and return whether there were any.

    None: the region or its announced proposals changed meanwhile, and nothing was announced.
    """
    instance, now = context.instance, context.instance.clock()
    region = await context.loaders.regions.load(code)
    if region is None:
        return False
    beside = await consolidation.load_province_context(context, region)
    recorded = await context.loaders.inventories.load(code)
    proposals = await consolidation.compute_proposals(context, recorded, beside)
    async with instance.database.read() as session:
        found = await announcements.proposal_changes(session, code, proposals)
        if not found and not await announcements.verification_changes(
            instance.analyses, session, recorded, now
        ):
            return False
    async with log.begin_log_transaction(instance.database, code, instance.clock) as transaction:
        # The region is locked now: compare its record again, without computing anything.
        session = transaction.session
        again = await instance.inventories.of_region(session, code)
        if again.inputs != recorded.inputs:
            return None
        # Proposals announced meanwhile may rest on newer data of a sister region than these do.
        if await announcements.announced_proposals(session, code) != before:
            return None
        changes = [
            await announcements.verification_changes(
                instance.analyses, session, again, transaction.at
            ),
            await announcements.proposal_changes(session, code, proposals),
        ]
        for each in changes:
            transaction.add_derived(await announcements.announce_changes(transaction, each))
    instance.bus.announce(transaction.arrival)
    return any(each.events for each in changes)


async def _settled(instance: Instance, done: int) -> None:
    """Return after a new arrival, once no other has followed for a while."""
    async with aclosing(instance.tail.follow(done)) as arrivals:
        await anext(arrivals)
    loop = asyncio.get_running_loop()
    latest = loop.time() + LONGEST_SECONDS
    seen = -1
    while seen != instance.tail.newest and loop.time() < latest:
        seen = instance.tail.newest
        await asyncio.sleep(SETTLED_SECONDS)


async def _touched(session: Session, after: int, head: int) -> set[str]:
    """Return the regions that the arrivals between two numbers may affect."""
    touched, shared, subjects = set[str](), set[str](), set[str]()
    async for each in arrival.iterate_arrival_topics(session, after, head):
        if each.kind in BESIDE_THE_INVENTORY:
            continue
        touched.add(each.region)
        subjects.add(each.topic)
        if each.kind in SHARED:
            shared.add(each.region)
    touched |= await integration.regions_at(session, subjects)
    regions: dict[str, Region] = {}
    for some in batch_ids(shared):
        regions |= await stored_region.by_code(session, some)
    for province in filter(None, {_province(each) for each in regions.values()}):
        touched |= {
            province,
            *await stored_region.list_member_codes(session, province, stored_region.WITHIN),
        }
    return touched


def _province(region: Region) -> str | None:
    return region.code if region.kind is RegionKind.PROVINCE else region.parent
