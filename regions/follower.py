"""Replicates the regions that other instances own: one task per region, over few connections.

An endpoint that cannot be reached, or that violates the protocol, only makes the replicas of its own
regions stale. It is retried for ever, after growing delays with jitter.

stamina cannot compute these delays, so this module does. stamina counts the attempts of one call,
whereas a connection that has worked starts again with the shortest delay when it fails later. It
retries only on exceptions, and an owner that ends a feed raises none. Its longest delay has no jitter,
so all replicas of an owner would reconnect at the same moment.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from engine.log.entry import BrokenChain, Entry, verified_prefix
from engine.log.snapshot import SnapshotRow
from engine.log.source import Source, SourceState
from engine.model import EventKind
from regions import contract
from regions.contract import ContractViolation, RemoteFeedFrame
from regions.directory import Endpoint, EndpointDirectory
from regions.peer import PeerConnection, PeerUnreachable, ProtocolError, RejectedByPeer

FIRST_SECONDS = 0.5  # before the second attempt; then twice as long each time
LONGEST_SECONDS = 30.0
DIVERGED_SECONDS = 60.0  # before a retry; a diverged log does not recover by itself
PAGE_SECONDS = 15.0  # for one page of a snapshot
ROWS_MOST = 200_000  # in one snapshot
SNAPSHOT_REQUIRED = "SNAPSHOT_REQUIRED"
# An owner serves at least 100 operations on one connection. A region uses one, which is its feed or a
# page of its snapshot, and two for a moment when one follows the other.
REGIONS_OF_A_CONNECTION = 80
OWNED_SECONDS = 2.0  # between checks whether a region that is owned here was handed over

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReplicaPosition:
    """The newest entry that the replica of a region has."""

    sequence: int
    hash: str
    handed_over: bool = False  # the entry hands the region over; the new owner may not have it yet


class OwnerBehind(Exception):
    """The new owner of a region does not have its whole log yet."""

    def __init__(self) -> None:
        super().__init__("the new owner has not yet all of the log")


class ReplicaStore(Protocol):
    """The storage of the replicas."""

    async def place(self, region: str, url: str) -> ReplicaPosition | None:
        """Return the position of the replica of a region that `url` owns; None if owned here."""

    async def accept(self, region: str, entries: Sequence[Entry], *, more: bool) -> bool:
        """Store verified entries, all or none; return whether the region is still owned elsewhere.

        `more` states that further entries are at hand.
        """

    async def restore(self, region: str, newest: Entry, rows: Sequence[SnapshotRow]) -> None:
        """Replace the replica by the rows of a snapshot, whose newest entry is `newest`."""

    def note(self, source: Source) -> None:
        """Record the state of the connection to the owner of a region."""


@dataclass
class ReplicationClient:
    """Replicates the regions that the directory of endpoints lists."""

    copies: ReplicaStore
    clock: Callable[[], datetime]
    diverged_seconds: float = DIVERGED_SECONDS
    _reported: dict[str, str] = field(default_factory=dict)  # the last logged failure by region
    _endpoints: dict[Endpoint, asyncio.Task[None]] = field(default_factory=dict)

    async def run(self, directories: AsyncIterator[EndpointDirectory]) -> None:
        """Replicate from the first directory, then from each that replaces it, until cancelled."""
        async with asyncio.TaskGroup() as group:
            async for directory in directories:
                gone = self._endpoints.keys() - set(directory.endpoints)
                for endpoint in gone:
                    self._endpoints.pop(endpoint).cancel()
                for endpoint in directory.endpoints:
                    if endpoint not in self._endpoints:
                        task = group.create_task(self._endpoint(endpoint))
                        self._endpoints[endpoint] = task

    async def _endpoint(self, endpoint: Endpoint) -> None:
        """Stay connected to an endpoint, with as many connections as its regions need."""
        regions, most = endpoint.regions, REGIONS_OF_A_CONNECTION
        async with asyncio.TaskGroup() as group:
            for first in range(0, len(regions), most):
                group.create_task(self._connection(endpoint, regions[first : first + most]))

    async def _connection(self, endpoint: Endpoint, regions: Sequence[str]) -> None:
        """Replicate regions over one connection at a time; open the next when one ends."""
        backoff = _Backoff()
        while True:
            try:
                if not await self._elsewhere(endpoint, regions):
                    await asyncio.sleep(OWNED_SECONDS)
                    continue
                async with PeerConnection.opened(endpoint) as peer, asyncio.TaskGroup() as group:
                    for region in regions:
                        group.create_task(self._region(endpoint, peer, region, backoff))
            except* (PeerUnreachable, ProtocolError, RejectedByPeer) as failures:
                reason = str(_first(failures))
                for region in regions:
                    self._note(endpoint, region, SourceState.UNREACHABLE, reason)
            except* Exception:
                logger.exception("%s cannot be followed; trying again", endpoint.url)
            await backoff.wait()

    async def _elsewhere(self, endpoint: Endpoint, regions: Sequence[str]) -> bool:
        """Return whether another instance owns at least one of these regions."""
        places = [await self.copies.place(each, endpoint.url) for each in regions]
        return any(place is not None for place in places)

    async def _region(
        self, endpoint: Endpoint, peer: PeerConnection, region: str, connected: _Backoff
    ) -> None:
        """Replicate one region for as long as a connection lasts."""
        backoff = _Backoff()
        document = contract.FEED
        while True:
            seconds = 0.0
            try:
                place = await self.copies.place(region, endpoint.url)
                if place is None:
                    await asyncio.sleep(OWNED_SECONDS)
                    continue
                variables = {"region": region, "after": place.sequence}
                async with aclosing(peer.subscribe(document, variables)) as frames:
                    async for data in frames:
                        frame = contract.parse_feed_frame(region, data)
                        place = await self._take(endpoint, region, place, frame)
                        backoff.reset()
                        connected.reset()
                        if place is None:
                            break
                if place is None:
                    continue
                reason, state = "the owner ended the feed", SourceState.UNREACHABLE
            except BrokenChain as broken:
                state, reason = SourceState.DIVERGED, str(broken)
                seconds = self.diverged_seconds
            except RejectedByPeer as refusal:
                if peer.is_closed:  # the token may have expired; the next connection reads it again
                    raise
                if document is contract.FEED and refusal.code in contract.NOT_IN_SCHEMA:
                    document = contract.FEED_WITHOUT_OWNER  # the owner may have an earlier schema
                    continue
                if refusal.code == SNAPSHOT_REQUIRED and await self._restored(peer, region):
                    continue
                state, reason = SourceState.UNREACHABLE, str(refusal)
            except OwnerBehind as behind:
                state, reason = SourceState.STALE, str(behind)
            except ContractViolation as failure:
                state, reason = SourceState.UNREACHABLE, str(failure)
            except (PeerUnreachable, ProtocolError):
                raise
            except Exception as failure:
                logger.exception("region %s cannot be copied; trying again", region)
                state, reason = SourceState.STALE, f"cannot be copied: {type(failure).__name__}"
            self._note(endpoint, region, state, reason)
            await backoff.wait(seconds)

    async def _take(
        self, endpoint: Endpoint, region: str, place: ReplicaPosition, frame: RemoteFeedFrame
    ) -> ReplicaPosition | None:
        """Store the entries of a frame; return the new position, or None if the region is owned here.

        Raises:
            BrokenChain: the log of the owner does not continue the replica.
            OwnerBehind: the new owner does not have the whole log yet.
            ContractViolation: entries are missing.
        """
        now = self.clock()
        entries, broken = verified_prefix(
            frame.entries, sequence=place.sequence, previous_hash=place.hash
        )
        if entries:
            more = frame.head.sequence > entries[-1].sequence
            if not await self.copies.accept(region, entries, more=more):
                logger.warning("region %s is owned here now", region)
                return None
            newest = entries[-1]
            handed_over = newest.kind is EventKind.REGION_HANDED_OVER
            place = ReplicaPosition(newest.sequence, newest.hash, handed_over)
        if broken is not None:
            raise broken
        head = frame.head
        if head.sequence < place.sequence and place.handed_over:
            raise OwnerBehind
        if head.sequence < place.sequence:
            raise BrokenChain(
                region, head.sequence + 1, f"the copy has {place.sequence} entries, its owner fewer"
            )
        if head.sequence > place.sequence:
            if not entries:
                raise ContractViolation("the entries up to the end of the log", "none")
            return place  # more entries follow at once
        if head.hash != place.hash:
            raise BrokenChain(region, head.sequence, "the owner has another entry there")
        if self._reported.pop(region, None) is not None:
            logger.warning("region %s at %s: followed again", region, endpoint.url)
        self.copies.note(Source(region, endpoint.url, SourceState.FRESH, now, owner=head.owner))
        return place

    async def _restored(self, peer: PeerConnection, region: str) -> bool:
        """Replace the replica by a snapshot of the owner; return whether that succeeded."""
        rows: list[SnapshotRow] = []
        after = None
        try:
            while True:
                variables = {"region": region, "after": after}
                data = await peer.query(contract.SNAPSHOT, variables, PAGE_SECONDS)
                page = contract.parse_snapshot_page(region, data)
                rows += page.rows
                if len(rows) > ROWS_MOST:
                    raise ContractViolation(f"a region of at most {ROWS_MOST} rows", "more")
                if page.cursor is None:
                    break
                after = page.cursor
        except (RejectedByPeer, ContractViolation) as failure:
            logger.warning("region %s: no snapshot: %s", region, failure)
            return False
        newest = page.newest
        before = newest.sequence - 1
        _, broken = verified_prefix([newest], sequence=before, previous_hash=newest.previous_hash)
        if broken is not None:
            logger.warning("region %s: no snapshot: %s", region, broken)
            return False
        try:
            await self.copies.restore(region, newest, rows)
        except Exception:
            logger.exception("region %s: its snapshot cannot be taken", region)
            return False
        return True

    def _note(self, endpoint: Endpoint, region: str, state: SourceState, reason: str) -> None:
        if self._reported.get(region) != reason:  # logged once, however often the retries fail
            self._reported[region] = reason
            logger.warning("region %s at %s: %s: %s", region, endpoint.url, state.value, reason)
        self.copies.note(Source(region, endpoint.url, state, None, reason))


@dataclass
class _Backoff:
    """Doubles the delay with each failure up to a maximum, minus a random part of up to half."""

    seconds: float = FIRST_SECONDS

    def reset(self) -> None:
        self.seconds = FIRST_SECONDS

    async def wait(self, least: float = 0.0) -> None:
        await asyncio.sleep(max(least, self.seconds) * random.uniform(0.5, 1.0))
        self.seconds = min(LONGEST_SECONDS, 2 * self.seconds)


def _first(failures: BaseExceptionGroup[Exception]) -> BaseException:
    found: BaseException = failures
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found
