"""Replicates the regions that other instances own: one task per region, over few connections.

An endpoint that cannot be reached, or that violates the protocol, only makes the replicas of its
own regions stale. It is retried for ever, after growing delays with jitter.

stamina cannot compute these delays, so this module does. stamina counts the attempts of one call,
whereas a connection that has worked starts again with the shortest delay when it fails later. It
retries only on exceptions, and an owner that ends a feed raises none. Its longest delay has no
jitter, so all replicas of an owner would reconnect at the same moment.
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

from engine.log.entry import BrokenChain, Entry, LogEntry, verified_prefix
from engine.log.snapshot import SnapshotRow
from engine.log.source import Source, SourceProblem, SourceState
from engine.model import EventKind
from regions import contract
from regions.contract import ContractViolation, RemoteLogFrame
from regions.endpoint_directory import Endpoint, EndpointDirectory
from regions.peer import PeerConnection, PeerUnreachable, ProtocolError, RejectedByPeer

SHORTEST_DELAY_SECONDS = 0.5  # before the second attempt; then twice as long each time
LONGEST_DELAY_SECONDS = 30.0
DIVERGED_SECONDS = 60.0  # before a retry; a diverged log does not recover by itself
PAGE_SECONDS = 15.0  # for one page of a snapshot
ROWS_MOST = 200_000  # in one snapshot
SNAPSHOT_REQUIRED = "SNAPSHOT_REQUIRED"
# An owner serves at least 100 operations on one connection. A region uses one, which is its feed or
# a page of its snapshot, and two for a moment when one follows the other.
REGIONS_PER_CONNECTION = 80
OWNED_POLL_SECONDS = 2.0  # between checks whether a region that is owned here was handed over

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReplicaPosition:
    """The newest entry that the replica of a region has."""

    sequence: int
    hash: str
    handed_over: bool = False  # the entry hands the region over to an owner that may lack it


class RegionNotListed(LookupError):
    """This instance's list of regions does not have the region."""

    def __init__(self, region: str) -> None:
        super().__init__(f"region {region} is not in the list of regions of this instance")


class OwnerBehind(Exception):
    """The new owner of a region does not have its whole log yet."""

    def __init__(self) -> None:
        super().__init__("the new owner does not have the whole log yet")


class ReplicaStore(Protocol):
    """The storage of the replicas."""

    async def find_position(self, region: str, url: str) -> ReplicaPosition | None:
        """Return the position of the replica of a region that `url` owns; None if owned here."""

    async def store_entries(self, region: str, entries: Sequence[LogEntry], *, more: bool) -> bool:
        """Store verified entries, all or none; return whether the region is still owned elsewhere.

        `more` states that further entries are at hand.
        """

    async def restore_snapshot(
        self, region: str, newest: LogEntry, rows: Sequence[SnapshotRow]
    ) -> None:
        """Replace the replica by the rows of a snapshot, whose newest entry is `newest`."""

    def record_state(self, source: Source) -> None:
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
                removed = self._endpoints.keys() - set(directory.endpoints)
                for endpoint in removed:
                    self._endpoints.pop(endpoint).cancel()
                for endpoint in directory.endpoints:
                    if endpoint not in self._endpoints:
                        task = group.create_task(self._follow_endpoint(endpoint))
                        self._endpoints[endpoint] = task

    async def _follow_endpoint(self, endpoint: Endpoint) -> None:
        """Stay connected to an endpoint, with as many connections as its regions need."""
        regions, limit = endpoint.regions, REGIONS_PER_CONNECTION
        async with asyncio.TaskGroup() as group:
            for first in range(0, len(regions), limit):
                group.create_task(self._follow_regions(endpoint, regions[first : first + limit]))

    async def _follow_regions(self, endpoint: Endpoint, regions: Sequence[str]) -> None:
        """Replicate regions over one connection at a time; open the next when one ends."""
        backoff = _Backoff()
        while True:
            try:
                if not await self._has_remote_owner(endpoint, regions):
                    await asyncio.sleep(OWNED_POLL_SECONDS)
                    continue
                async with PeerConnection.open(endpoint) as peer, asyncio.TaskGroup() as group:
                    for region in regions:
                        group.create_task(self._follow_region(endpoint, peer, region, backoff))
            except* (PeerUnreachable, ProtocolError, RejectedByPeer) as failures:
                failure = _first_exception(failures)
                is_token_refused = isinstance(failure, RejectedByPeer) and failure.code == "4401"
                hint = f"; the token is that in {endpoint.token_file}" if is_token_refused else ""
                for region in regions:
                    self._record_failure(
                        endpoint,
                        region,
                        SourceState.UNREACHABLE,
                        _problem_of(failure),
                        str(failure),
                        hint,
                    )
            except* Exception:
                logger.exception("replication from %s failed; trying again", endpoint.url)
            await backoff.wait()

    async def _has_remote_owner(self, endpoint: Endpoint, regions: Sequence[str]) -> bool:
        """Return whether another instance owns at least one of these regions."""
        positions = [await self.copies.find_position(region, endpoint.url) for region in regions]
        return any(position is not None for position in positions)

    async def _follow_region(
        self, endpoint: Endpoint, peer: PeerConnection, region: str, connection_backoff: _Backoff
    ) -> None:
        """Replicate one region for as long as a connection lasts."""
        backoff = _Backoff()
        while True:
            least_seconds = 0.0
            try:
                position = await self.copies.find_position(region, endpoint.url)
                if position is None:
                    await asyncio.sleep(OWNED_POLL_SECONDS)
                    continue
                variables = {"regionCode": region, "afterSequence": position.sequence}
                async with aclosing(peer.subscribe(contract.LOG, variables)) as frames:
                    async for data in frames:
                        frame = contract.parse_log_frame(region, data)
                        position = await self._store_frame(endpoint, region, position, frame)
                        backoff.reset()
                        connection_backoff.reset()
                        if position is None:
                            break
                if position is None:
                    continue
                state, problem, detail = (
                    SourceState.UNREACHABLE,
                    SourceProblem.FEED_ENDED,
                    "the owner ended the feed",
                )
            except BrokenChain as broken:
                state, problem, detail = (
                    SourceState.DIVERGED,
                    SourceProblem.HISTORY_CHANGED,
                    str(broken),
                )
                least_seconds = self.diverged_seconds
            except RejectedByPeer as refusal:
                if peer.is_closed:  # the token may have expired; the next connection reads it again
                    raise
                if refusal.code == SNAPSHOT_REQUIRED and await self._restore_snapshot(peer, region):
                    continue
                state, problem, detail = (
                    SourceState.UNREACHABLE,
                    SourceProblem.REJECTED,
                    str(refusal),
                )
            except RegionNotListed as unlisted:
                state, problem, detail = (
                    SourceState.UNREACHABLE,
                    SourceProblem.NOT_LISTED,
                    str(unlisted),
                )
            except OwnerBehind as behind:
                state, problem, detail = (
                    SourceState.STALE,
                    SourceProblem.OWNER_BEHIND,
                    str(behind),
                )
            except ContractViolation as failure:
                state, problem, detail = (
                    SourceState.UNREACHABLE,
                    SourceProblem.PROTOCOL_VIOLATION,
                    str(failure),
                )
            except (PeerUnreachable, ProtocolError):
                raise
            except Exception as failure:
                logger.exception("region %s cannot be replicated; trying again", region)
                state, problem = SourceState.STALE, SourceProblem.NOT_STORED
                detail = f"cannot be replicated: {type(failure).__name__}"
            self._record_failure(endpoint, region, state, problem, detail)
            await backoff.wait(least_seconds)

    async def _store_frame(
        self, endpoint: Endpoint, region: str, position: ReplicaPosition, frame: RemoteLogFrame
    ) -> ReplicaPosition | None:
        """Store the entries of a frame; return the new position; None if the region is owned here.

        Raises:
            BrokenChain: the log of the owner does not continue the replica.
            OwnerBehind: the new owner does not have the whole log yet.
            ContractViolation: entries are missing.
        """
        now = self.clock()
        if frame.entries and frame.entries[0].sequence != position.sequence + 1:
            # A repeated or lost frame does not contradict the replica.
            raise ContractViolation(
                f"entry {position.sequence + 1} next", f"entry {frame.entries[0].sequence}"
            )
        entries, broken = verified_prefix(
            frame.entries, sequence=position.sequence, previous_hash=position.hash
        )
        if entries:
            more = frame.head.sequence > entries[-1].sequence
            if not await self.copies.store_entries(region, entries, more=more):
                logger.warning("region %s is now owned by this instance", region)
                return None
            newest = entries[-1]
            handed_over = isinstance(newest, Entry) and newest.kind is EventKind.REGION_HANDED_OVER
            position = ReplicaPosition(newest.sequence, newest.hash, handed_over)
        if broken is not None:
            raise broken
        head = frame.head
        if head.sequence < position.sequence and position.handed_over:
            raise OwnerBehind
        if head.sequence < position.sequence:
            raise BrokenChain(
                region,
                head.sequence + 1,
                f"the replica has {position.sequence} entries, and the owner has fewer",
            )
        if head.sequence > position.sequence:
            if not entries:
                raise ContractViolation("the entries up to the end of the log", "none")
            return position  # more entries follow at once
        if head.hash != position.hash:
            raise BrokenChain(region, head.sequence, "the owner has a different entry")
        if self._reported.pop(region, None) is not None:
            logger.warning("region %s at %s: replicated again", region, endpoint.url)
        self.copies.record_state(
            Source(region, endpoint.url, SourceState.FRESH, now, owner=head.owner_url)
        )
        return position

    async def _restore_snapshot(self, peer: PeerConnection, region: str) -> bool:
        """Replace the replica by a snapshot of the owner; return whether that succeeded."""
        rows: list[SnapshotRow] = []
        after = None
        try:
            while True:
                variables = {"regionCode": region, "after": after}
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
            await self.copies.restore_snapshot(region, newest, rows)
        except Exception:
            logger.exception("region %s: the snapshot cannot be stored", region)
            return False
        return True

    def _record_failure(
        self,
        endpoint: Endpoint,
        region: str,
        state: SourceState,
        problem: SourceProblem,
        detail: str,
        hint: str = "",
    ) -> None:
        """Record the state of a region's source, and log each new reason once.

        Args:
            hint: what only the operator may read, and the log has after the reason.
        """
        if self._reported.get(region) != detail:
            self._reported[region] = detail
            logger.warning(
                "region %s at %s: %s: %s%s", region, endpoint.url, state.value, detail, hint
            )
        self.copies.record_state(Source(region, endpoint.url, state, None, problem, detail))


@dataclass
class _Backoff:
    """Doubles the delay with each failure up to a maximum, minus a random part of up to half."""

    seconds: float = SHORTEST_DELAY_SECONDS

    def reset(self) -> None:
        self.seconds = SHORTEST_DELAY_SECONDS

    async def wait(self, least: float = 0.0) -> None:
        await asyncio.sleep(max(least, self.seconds) * random.uniform(0.5, 1.0))
        self.seconds = min(LONGEST_DELAY_SECONDS, 2 * self.seconds)


def _problem_of(failure: BaseException) -> SourceProblem:
    if isinstance(failure, RejectedByPeer):
        return SourceProblem.REJECTED
    if isinstance(failure, ProtocolError):
        return SourceProblem.PROTOCOL_VIOLATION
    return SourceProblem.NO_CONNECTION


def _first_exception(failures: BaseExceptionGroup[Exception]) -> BaseException:
    exception: BaseException = failures
    while isinstance(exception, BaseExceptionGroup):
        exception = exception.exceptions[0]
    return exception
