"""Stores the replicas of regions that other instances own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from engine.log.assessment_log import NATION_CODE
from engine.log.entry import Entry, LogEntry, WithheldEntry
from engine.log.snapshot import SnapshotRow
from engine.log.source import Source, SourceState
from engine.model import EventKind
from realtime.tail import EPOCH_POLL_SECONDS, RETRY_SECONDS
from regions.endpoint_directory import EndpointDirectory
from regions.replica_store import RegionNotListed, ReplicaChanged, ReplicaPosition
from resolvers.accepted_handover import is_same_url, take_over_region
from resolvers.context import Instance
from resolvers.derivation_pace import DerivationPace
from resolvers.replica_directory import NATION_IS_OWNED, new_source, record_listed_regions
from resolvers.replica_warnings import ReplicaWarnings
from storage import log, log_entries
from storage import ownership as stored
from storage import region as stored_region
from storage.followed_log import accept_entries, restore_snapshot

# Time between writes of the sources; a change of state is written at once.
WRITE_INTERVAL_SECONDS = 4.0

logger = logging.getLogger(__name__)


@dataclass
class DatabaseReplicaStore:
    """Stores the replicas of regions in the database, for the replication client."""

    instance: Instance
    warnings: ReplicaWarnings = field(default_factory=ReplicaWarnings)
    pace: DerivationPace = field(default_factory=DerivationPace)
    _unwritten_regions: set[str] = field(default_factory=set)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _directory: EndpointDirectory = field(default_factory=EndpointDirectory)
    # Of earlier transactions: what was stored and derived no events, by log and region.
    _underived: dict[str, dict[str, set[EventKind]]] = field(default_factory=dict)
    _epoch: str = field(init=False)

    def __post_init__(self) -> None:
        self._epoch = self.instance.tail.epoch

    async def record_directory(self, directory: EndpointDirectory) -> None:
        """Record the sources and the identities of all regions that the directory lists."""
        if await record_listed_regions(self.instance, directory) and not self._directory.endpoint(
            NATION_CODE
        ):
            logger.warning(NATION_IS_OWNED)
        self._directory = directory

    async def find_position(self, region: str, url: str) -> ReplicaPosition | None:
        """Return the position of the replica of a region that `url` owns.

        Return None if this instance owns the region. An unknown region is recorded as owned by
        `url` from now on.

        Raises:
            RegionNotListed: no list of this instance has the region.
        """
        async with self.instance.database.read() as session:
            sequence, hash = await log_entries.read_log_head(session, region)
            source = (await stored.sources_by_region(session, [region])).get(region)
            newest_entries = await log_entries.list_log_entries(
                session, region, after=sequence - 1, limit=1
            )
        if source is None and sequence:
            return None
        identity = self._directory.identity(region)
        if source is None:
            source = new_source(region, url, identity)
            async with self.instance.database.write() as session:
                await stored.insert_source(session, source, identity)
        known = self.instance.sources_by_region.setdefault(region, source)
        if identity is None:
            raise RegionNotListed(region)
        kinds = [entry.kind for entry in newest_entries if isinstance(entry, Entry)]
        return ReplicaPosition(
            sequence,
            hash,
            handed_over=kinds == [EventKind.REGION_HANDED_OVER],
            has_diverged=known.has_diverged,
        )

    async def store_entries(self, region: str, entries: Sequence[LogEntry], *, more: bool) -> None:
        """Append verified entries in one transaction.

        If `more` entries follow, no events are derived in this transaction, but in the last one or
        in `derive_waiting_events`.

        Raises:
            engine.log.entry.BrokenChain: the entries do not follow the replica's newest one.
        """
        is_derived = not more and self.pace.is_due(region)
        async with self._continue_log(region, is_derived=is_derived) as transaction:
            await accept_entries(transaction, entries)
        self._record_entries(region, transaction)
        self._announce(region, transaction)

    async def derive_waiting_events(self, region: str) -> None:
        """Derive the events of entries that were stored without them, if it is time to."""
        if region in self._underived and self.pace.is_due(region):
            async with self._continue_log(region, is_derived=True) as transaction:
                pass
            self._announce(region, transaction)

    @asynccontextmanager
    async def _continue_log(
        self, region: str, *, is_derived: bool
    ) -> AsyncIterator[log.LogTransaction]:
        """Yield a transaction on a followed log, with what earlier ones have not derived."""
        instance = self.instance
        derive = instance.derive_events if is_derived else None
        async with log.begin_log_transaction(
            instance.database, region, instance.clock, derive
        ) as transaction:
            underived = self._underived.get(region, {})
            for code in await stored_region.regions_by_code(transaction.session, underived):
                transaction.kinds_by_region[code] = set(underived[code])
            yield transaction
            start = self.pace.monotonic()
        if is_derived:
            self.pace.record(region, self.pace.monotonic() - start)
            self._underived.pop(region, None)
        else:
            self._underived[region] = transaction.kinds_by_region

    async def take_over(self, region: str, *, is_accepted: bool) -> bool:
        """Own a region from now on if its newest entry hands it over to this instance.

        Return whether it does.

        Args:
            is_accepted: whether the operator accepts the hand-over.

        Raises:
            HandoverNotAccepted: it does, but the operator does not accept it, or the copy is
                incomplete.
        """
        arrival = await take_over_region(self.instance, region, is_accepted=is_accepted)
        if arrival is None:
            return False
        self._unwritten_regions.discard(region)
        self.instance.sources_by_region.pop(region, None)
        self.instance.bus.announce(arrival)
        return True

    async def restore_snapshot(
        self,
        region: str,
        position: ReplicaPosition,
        newest: LogEntry,
        rows: Sequence[SnapshotRow],
        proof: Sequence[WithheldEntry] = (),
    ) -> None:
        """Replace the replica by a snapshot, in one transaction with the events derived from it.

        Args:
            position: of the replica that the snapshot continues.
            proof: the verified entries between the position and `newest`, whose hashes are stored so
                that this instance can prove the snapshot to its own followers.

        Raises:
            ReplicaChanged: the replica is at another position now.
        """
        instance = self.instance
        derive = instance.derive_events
        async with log.begin_log_transaction(
            instance.database, region, instance.clock, derive
        ) as transaction:
            if (transaction.sequence, transaction.hash) != (position.sequence, position.hash):
                raise ReplicaChanged(region, position.sequence, transaction.sequence)
            await restore_snapshot(transaction, newest, rows, proof)
        self._underived.pop(region, None)
        source = instance.sources_by_region.get(region)
        if source is not None:
            instance.sources_by_region[region] = replace(source, base=newest.sequence)
        self._record_entries(region, transaction)
        self._announce(region, transaction)

    def record_state(self, source: Source) -> None:
        """Record the state of a region's source; without `as_of`, the old `as_of` and `owner` stay.

        A region that is owned here has no source, even if an endpoint is configured for it.
        """
        previous = self.instance.sources_by_region.get(source.region)
        if previous is None:
            return
        if source.as_of is None:
            owner = previous.owner if previous.url == source.url else None
            source = replace(source, as_of=previous.as_of, owner=owner)
        own_url = self.instance.url
        if source.owner and own_url and is_same_url(source.owner, own_url):
            # Just after we handed the region over, the new owner still names us.
            source = replace(source, owner=None)
        source = replace(
            source,
            clock=previous.clock,
            refused_count=previous.refused_count,
            generation=previous.generation,
            base=previous.base,
            has_diverged=source.state is SourceState.DIVERGED
            or (previous.has_diverged and source.state is not SourceState.FRESH),
        )
        if replace(previous, as_of=source.as_of) != source:
            self._changed.set()
        self.instance.sources_by_region[source.region] = source
        self._unwritten_regions.add(source.region)

    async def wait_for_new_epoch(self) -> None:
        """Return when replicas may have been deleted, and forget what is known of them.

        `simpul forget` is another process. It deletes a replica and begins a new epoch.
        """
        tail = self.instance.tail
        while self._epoch == tail.epoch:
            await asyncio.sleep(EPOCH_POLL_SECONDS)
            try:
                await tail.read_epoch()  # also where the tail itself does not run
            except Exception:  # noqa: BLE001  # what writes the sources fails too, and is logged
                await asyncio.sleep(RETRY_SECONDS)
        self._epoch = tail.epoch
        self._unwritten_regions.clear()
        self.instance.sources_by_region.clear()

    async def write_sources(self) -> None:
        """Write the recorded states to the database, and what waits for the log, until cancelled."""
        try:
            await self._write_continuously()
        finally:
            self.warnings.log_rest(is_end=True)

    async def _write_continuously(self) -> None:
        while True:
            try:
                async with asyncio.timeout(WRITE_INTERVAL_SECONDS):
                    await self._changed.wait()
            except TimeoutError:
                pass
            self.warnings.log_rest()
            self._changed.clear()
            followed = (
                self.instance.sources_by_region
            )  # we may have become the owner of a region meanwhile
            changed_sources = [
                followed[region] for region in sorted(self._unwritten_regions) if region in followed
            ]
            self._unwritten_regions.clear()
            if not changed_sources:
                continue
            try:
                async with self.instance.database.write() as session:
                    await stored.update_sources(session, changed_sources)
            except Exception:
                logger.exception("sources cannot be saved; trying again")
                self._unwritten_regions.update(source.region for source in changed_sources)
                await asyncio.sleep(WRITE_INTERVAL_SECONDS)

    def _announce(self, region: str, transaction: log.LogTransaction) -> None:
        """Wake those who wait for the log; entries that are withheld or refused have no arrival."""
        if transaction.arrival:
            self.instance.bus.announce(transaction.arrival)
        else:
            self.instance.tail.announce_silent_change(region)

    def _record_entries(self, region: str, transaction: log.LogTransaction) -> None:
        """Record the refused entries of a log and the clock of its owner, and log what is new."""
        self.warnings.record(region, transaction.refused, transaction.clock)
        source = self.instance.sources_by_region.get(region)
        if source is None:
            return
        if source.has_diverged:
            self._changed.set()
        self._unwritten_regions.add(region)
        self.instance.sources_by_region[region] = replace(
            source,
            has_diverged=False,  # the entries continue the replica
            clock=transaction.clock,
            refused_count=source.refused_count + len(transaction.refused),
        )
