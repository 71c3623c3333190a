"""Where regions come from, and how the copies of those of other instances are kept."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from engine.document import value_of
from engine.log.entry import Entry
from engine.log.snapshot import SnapshotRow
from engine.log.source import Handover, Source, SourceState
from engine.model import EventKind
from regions.follower import ReplicaPosition
from resolvers.context import Context, Instance
from storage import log
from storage import ownership as stored

KEEP_SECONDS = 4.0  # between writes of how owners stand to us; a change of state is written at once

logger = logging.getLogger(__name__)


async def list_region_sources(context: Context) -> list[Source]:
    """Return the sources of all regions that other instances own, by code."""
    async with context.read() as session:
        return await stored.list_all_sources(session)


@dataclass
class DatabaseReplicaStore:
    """The copies of regions that other instances own, as a follower needs them."""

    instance: Instance
    _unwritten: set[str] = field(default_factory=set)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def place(self, region: str, url: str) -> ReplicaPosition | None:
        """Return how far the copy goes of a region that `url` owns; None: it is owned here.

        A region that is not known at all is taken to be owned there from now on.
        """
        async with self.instance.database.read() as session:
            sequence, hash = await log.read_log_head(session, region)
            known = (await stored.sources_by_region(session, [region])).get(region)
            newest = await log.list_log_entries(session, region, after=sequence - 1, limit=1)
        if known is None:
            if sequence:
                return None
            known = Source(region, url, SourceState.UNREACHABLE, None, "it was not yet reached")
            async with self.instance.database.write() as session:
                await stored.insert_source(session, known)
        self.instance.followed.setdefault(region, known)
        kinds = [each.kind for each in newest]
        return ReplicaPosition(sequence, hash, kinds == [EventKind.REGION_HANDED_OVER])

    async def accept(self, region: str, entries: Sequence[Entry], *, more: bool) -> bool:
        """Take verified entries in one transaction; return whether it is still owned elsewhere.

        What follows from them is told with the last of those that are at hand.

        Raises:
            engine.log.entry.BrokenChain: they do not follow on the copy.
            storage.projection.ForeignRegionError: one changes what is another region's.
            pydantic.ValidationError: a body is none of its kind.
        """
        instance = self.instance
        derive = None if more else instance.derive
        async with log.begin_log_transaction(
            instance.database, region, instance.clock, derive
        ) as transaction:
            await transaction.accept(entries)
            ours = not more and self._is_ours(entries[-1])
            if ours and await stored.find_replica_base(transaction.session, region):
                logger.error("region %s is handed over to us, but its log is not all here", region)
                ours = False
            if ours:
                await stored.delete_source(transaction.session, region)
        if ours:
            self._unwritten.discard(region)
            instance.followed.pop(region, None)
        instance.bus.announce(transaction.arrival)
        return not ours

    async def restore(self, region: str, newest: Entry, rows: Sequence[SnapshotRow]) -> None:
        """Begin the copy anew with a snapshot, in one transaction with all that follows from it.

        Raises:
            storage.projection.ForeignRegionError: a row is another region's.
            pydantic.ValidationError: a row is none of its kind.
        """
        instance = self.instance
        derive = instance.derive
        async with log.begin_log_transaction(
            instance.database, region, instance.clock, derive
        ) as transaction:
            await transaction.restore(newest, rows)
        instance.bus.announce(transaction.arrival)

    def note(self, source: Source) -> None:
        """Note how the owner of a region stands to us; without `as_of` that and `owner` stay.

        A region that is owned here has no such owner, also where an endpoint is listed for it.
        """
        before = self.instance.followed.get(source.region)
        if before is None:
            return
        if source.as_of is None:
            owner = before.owner if before.url == source.url else None
            source = replace(source, as_of=before.as_of, owner=owner)
        if replace(before, as_of=source.as_of) != source:
            self._changed.set()
        self.instance.followed[source.region] = source
        self._unwritten.add(source.region)

    async def keep(self) -> None:
        """Write down what is noted, until cancelled."""
        while True:
            try:
                async with asyncio.timeout(KEEP_SECONDS):
                    await self._changed.wait()
            except TimeoutError:
                pass
            self._changed.clear()
            followed = self.instance.followed  # a region may have become our own meanwhile
            news = [followed[region] for region in sorted(self._unwritten) if region in followed]
            self._unwritten.clear()
            if not news:
                continue
            try:
                async with self.instance.database.write() as session:
                    await stored.update_sources(session, news)
            except Exception:
                logger.exception("sources cannot be written down; trying again")
                self._unwritten.update(each.region for each in news)
                await asyncio.sleep(KEEP_SECONDS)

    def _is_ours(self, newest: Entry) -> bool:
        """Whether the owner hands the region over to this instance by its last word."""
        if newest.kind is not EventKind.REGION_HANDED_OVER or newest.body is None:
            return False
        return value_of(Handover, newest.body).url == self.instance.url
