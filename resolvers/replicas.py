"""Stores the replicas of regions that other instances own, and lists their sources."""

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

KEEP_SECONDS = 4.0  # between writes of the sources; a change of state is written at once

logger = logging.getLogger(__name__)


async def list_region_sources(context: Context) -> list[Source]:
    """Return the sources of all regions that other instances own, by code."""
    async with context.read() as session:
        return await stored.list_all_sources(session)


@dataclass
class DatabaseReplicaStore:
    """Stores the replicas of regions in the database, for the replication client."""

    instance: Instance
    _unwritten: set[str] = field(default_factory=set)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def place(self, region: str, url: str) -> ReplicaPosition | None:
        """Return the position of the replica of a region that `url` owns; None: it is owned here.

        An unknown region is recorded as owned by `url` from now on.
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
        """Append verified entries in one transaction; return whether it is still owned elsewhere.

        If `more` entries are at hand, events are derived with the last of them only.

        Raises:
            engine.log.entry.BrokenChain: the entries do not follow the replica's newest one.
            storage.projection.ForeignRegionError: an entry changes a row of another region.
            pydantic.ValidationError: a body is invalid for its kind.
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
        """Replace the replica by a snapshot, in one transaction with the events derived from it.

        Raises:
            storage.projection.ForeignRegionError: a row belongs to another region.
            pydantic.ValidationError: a row is invalid for its kind.
        """
        instance = self.instance
        derive = instance.derive
        async with log.begin_log_transaction(
            instance.database, region, instance.clock, derive
        ) as transaction:
            await transaction.restore(newest, rows)
        instance.bus.announce(transaction.arrival)

    def note(self, source: Source) -> None:
        """Record the state of a region's source; without `as_of`, the old `as_of` and `owner` stay.

        A region that is owned here has no source, even if an endpoint is configured for it.
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
        """Write the recorded states to the database, until cancelled."""
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
        """Return whether the newest entry hands the region over to this instance."""
        if newest.kind is not EventKind.REGION_HANDED_OVER or newest.body is None:
            return False
        return value_of(Handover, newest.body).url == self.instance.url
