"""What follows from changes once they are committed: proposals, diagnostics, and other regions.

The instance follows its own arrival order, gathers the regions that a burst of changes touches, and
recomputes each of them once. How far it has come is kept with the data, so that a process that ends
in the midst of it loses nothing, and two that do the same announce it once. A full pass does the
same for all regions; what time alone changes (evidence grows old) is found by it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from engine.graph import Basis
from engine.model import OWN_ACTORS, EventKind, Region, RegionKind, Role, Viewer
from resolvers import consolidation, graph, sharing, standing
from resolvers.context import Context, Instance
from storage import arrival, integration, lesson, log
from storage import region as stored_region
from storage import standing as stored
from storage.arrival import Arrival
from storage.database import Session

SETTLED_SECONDS = 0.5  # without another change: a person's edits come in bursts
LONGEST_SECONDS = 5.0  # after the first change, however busy it is
RETRY_SECONDS = 5.0
ITSELF = Viewer(f"{OWN_ACTORS}follow-up", Role.ADMIN)
DERIVED = frozenset(
    {EventKind.INDEX_CHANGED, EventKind.VERIFICATION_CHANGED, EventKind.PROPOSALS_CHANGED}
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

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What a full pass did."""

    regions: int
    changed: int  # regions about which there was something to tell
    learned: int | None  # corrections that the classifier knows now; None: it was not asked to


async def run(instance: Instance) -> None:
    """Follow up what is committed, until cancelled."""
    async with instance.database.read() as session:
        done = await stored.followed_up(session)
    while True:
        await _settled(instance, done)
        try:
            done = await caught_up(instance, done)
        except Exception:
            logger.exception("a change could not be followed up; trying again")
            await asyncio.sleep(RETRY_SECONDS)


async def caught_up(instance: Instance, done: int) -> int:
    """Follow up all that came after an arrival; return the last one."""
    while True:
        async with instance.database.read() as session:
            page = await arrival.after(session, done, log.PAGE)
            touched = await _touched(session, page)
        if not page:
            return done
        for code in sorted(touched):
            await recompute(instance, code)
        done = page[-1].number
        async with instance.database.write() as session:
            await stored.move(session, done)


async def everything(
    instance: Instance,
    *,
    learn: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Recomputed:
    """Recompute all regions; with `learn` the classifier first takes up people's corrections."""
    learned = None
    if learn:
        async with instance.database.write() as session:
            learned = await lesson.learn(session)
    async with instance.database.read() as session:
        codes = await log.regions(session)
    changed = 0
    for number, code in enumerate(codes, start=1):
        changed += await recompute(instance, code)
        progress(number, len(codes))
    return Recomputed(len(codes), changed, learned)


async def recompute(instance: Instance, code: str) -> bool:
    """Announce what is new about a region; say whether there was anything to tell."""
    context = Context(instance, ITSELF)
    region = await context.regions.load(code)
    if region is None:
        return False
    candidates = await sharing.found(context, region)
    recorded = await context.inventories.load(code)
    proposals = await consolidation.of_recorded(context, recorded, candidates)
    await graph.diagnosed(context, code, Basis.COUNTED)  # kept for whoever asks next
    at = instance.clock()
    async with instance.database.read() as session:
        news = await instance.standings.of_verifications(session, code, at)
        news += await standing.of_proposals(session, code, proposals)
    if not news:
        return False
    async with log.writing(instance.database, code, instance.clock) as transaction:
        # Looked at again now that nobody else can change the region.
        session = transaction.session
        recorded = await instance.shelf.of_region(session, code)
        proposals = await consolidation.of_recorded(context, recorded, candidates)
        news = await instance.standings.of_verifications(session, code, transaction.at)
        news += await standing.of_proposals(session, code, proposals)
        await standing.announce(transaction, news)
    instance.bus.announce(transaction.arrival)
    return any(each.event is not None for each in news)


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


async def _touched(session: Session, arrivals: Sequence[Arrival]) -> set[str]:
    """The regions for which these arrivals may change something."""
    own = [each for each in arrivals if each.kind not in DERIVED]
    touched = {each.region for each in own}
    touched |= await integration.regions_at(session, {each.subject for each in own})
    shared = {each.region for each in own if each.kind in SHARED}
    regions = await stored_region.by_code(session, shared)
    provinces = {_province(each) for each in regions.values()}
    for province in filter(None, provinces):
        touched |= {province, *await stored_region.members(session, province, sharing.WITHIN)}
    return touched


def _province(region: Region) -> str | None:
    return region.code if region.kind is RegionKind.PROVINCE else region.parent
