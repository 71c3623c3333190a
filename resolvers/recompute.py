"""What follows from changes once they are committed: proposals, and what lies in other regions.

The instance follows its own arrival order, gathers the regions that all changes up to now touch, and
recomputes each of them once, however many changes there are; between two regions, clients that wait go
first. How far it has come is kept with the data, so that a process that ends in the middle of it loses
nothing, and two that do the same announce it once. A full pass does the
same for all regions; what time alone changes (evidence grows old) is found by it.
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
LONGEST_SECONDS = 5.0  # after the first change, however busy it is
RESTS = 50  # times as long as it worked, and no longer than that: whoever asks goes before
RETRY_SECONDS = 5.0
PATIENCE_SECONDS = 1.0  # that a region waits while clients are served without a pause
LOOKS_MOST = 3  # at a region that others change while it is computed
ITSELF = Viewer(f"{OWN_ACTORS}follow-up", Role.ADMIN)
# What leaves an inventory as it was. What it makes of verifications is told with the change itself.
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
# What a sister region's candidates to share are made of.
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

AnnouncedOutcome = Mapping[str, Any]  # an outcome, as it is kept

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RecomputeSummary:
    """What a full pass did."""

    regions: int
    changed: int  # regions about which there was something to tell
    failed: tuple[str, ...]  # regions that could not be recomputed; the log says why
    learned: int | None  # corrections that the classifier knows now; None: it was not asked to


@dataclass
class RecomputeWorker:
    """Follows one instance; `failed` are regions to try again."""

    instance: Instance
    failed: set[str] = field(default_factory=set)

    async def run(self) -> None:
        """Follow up what is committed, until cancelled."""
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
                logger.exception("what is committed cannot be followed up; trying again")
                await asyncio.sleep(RETRY_SECONDS)

    async def catch_up(self, done: int) -> None:
        """Follow up all that came after an arrival by now, and what failed before."""
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
        """Follow up regions of one province together: what sisters have is read once."""
        async with self.instance.database.read() as session:
            announced = await announcement.announcements_by_region(
                session, codes, announcements.PROPOSALS
            )
        context = Context(self.instance, ITSELF, OperationBudget(bounded=False))
        for code in codes:
            await self.instance.requests.idle(PATIENCE_SECONDS)
            await self._region(context, code, announced.get(code))

    async def _region(self, context: Context, code: str, told: AnnouncedOutcome | None) -> None:
        try:
            if await context.loaders.regions.load(code) is not None:
                await _recomputed(context, code, told)
                await graph.diagnose_region_graph(
                    context, code, GraphBasis.COUNTED
                )  # kept for whoever asks next
        except Exception:
            logger.exception("region %s cannot be followed up; trying again", code)
            self.failed.add(code)


async def recompute_in_background(instance: Instance) -> None:
    """Follow up what is committed, until cancelled."""
    await RecomputeWorker(instance).run()


async def recompute_all_regions(
    instance: Instance,
    *,
    learn: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> RecomputeSummary:
    """Recompute all regions; with `learn` the classifier first takes up people's corrections."""
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
    """Announce what is new about a region; say whether there was anything to tell."""
    context = Context(instance, ITSELF, OperationBudget(bounded=False))
    return await _recomputed(context, code, await _told(context, code))


async def _recomputed(context: Context, code: str, told: AnnouncedOutcome | None) -> bool:
    """With what was told of its proposals before all that they rest on was read."""
    for _ in range(LOOKS_MOST):
        found = await _announced(context, code, told)
        if found is not None:
            return found
        context.loaders.forget()
        told = await _told(context, code)
    return False  # whoever changes it all the time leaves arrivals that are followed up next


async def _told(context: Context, code: str) -> AnnouncedOutcome | None:
    async with context.read() as session:
        return await announcements.announced_proposals(session, code)


async def _announced(context: Context, code: str, before: AnnouncedOutcome | None) -> bool | None:
    """None: somebody changed the region meanwhile, or told of it, so that nothing is told."""
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
        # Looked at again now that nobody else can change the region: nothing is computed here.
        session = transaction.session
        again = await instance.inventories.of_region(session, code)
        if again.inputs != recorded.inputs:
            return None
        # What was told meanwhile may rest on something newer in a sister region than this does.
        if await announcements.announced_proposals(session, code) != before:
            return None
        told = [
            await announcements.verification_changes(
                instance.analyses, session, again, transaction.at
            ),
            await announcements.proposal_changes(session, code, proposals),
        ]
        for each in told:
            transaction.add_derived(await announcements.announce_changes(transaction, each))
    instance.bus.announce(transaction.arrival)
    return any(each.events for each in told)


async def _settled(instance: Instance, done: int) -> None:
    """Return once something new has arrived and then nothing more for a while."""
    async with aclosing(instance.tail.follow(done)) as arrivals:
        await anext(arrivals)
    loop = asyncio.get_running_loop()
    latest = loop.time() + LONGEST_SECONDS
    seen = -1
    while seen != instance.tail.newest and loop.time() < latest:
        seen = instance.tail.newest
        await asyncio.sleep(SETTLED_SECONDS)


async def _touched(session: Session, after: int, head: int) -> set[str]:
    """The regions for which the arrivals between two numbers may change something."""
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
