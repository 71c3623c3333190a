"""Replicates the regions that other instances own: one task per region, over few connections.

An endpoint that cannot be reached, or that violates the protocol, only makes the replicas of its
own regions stale. It is retried for ever, after growing delays with jitter.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime

from engine.log.entry import Entry, verified_prefix
from engine.log.source import SourceState
from engine.model import EventKind
from regions import contract
from regions.backoff import Backoff
from regions.contract import RemoteLogFrame
from regions.endpoint_directory import Endpoint, EndpointDirectory
from regions.frame_order import check_frame_order, has_all_entries
from regions.peer import PeerConnection, PeerUnreachable, ProtocolError, RejectedByPeer
from regions.replica_store import (
    HandoverNotAccepted,
    RegionNotListed,
    ReplicaPosition,
    ReplicaStore,
)
from regions.replication_failure import (
    KNOWN_FAILURES,
    FeedEnded,
    describe_failure,
    first_exception,
)
from regions.snapshot_restore import SNAPSHOT_REQUIRED, read_snapshot
from regions.source_states import SourceStates

DIVERGED_SECONDS = 60.0  # before a retry; a diverged log does not recover by itself
# An owner serves at least 100 operations on one connection. A region uses one, which is its feed or
# a page of its snapshot, and two for a moment when one follows the other.
REGIONS_PER_CONNECTION = 80
OWNED_POLL_SECONDS = 2.0  # between checks whether a region that is owned here was handed over

logger = logging.getLogger(__name__)


@dataclass
class ReplicationClient:
    """Replicates the regions that the directory of endpoints lists."""

    copies: ReplicaStore
    clock: Callable[[], datetime]
    diverged_seconds: float = DIVERGED_SECONDS
    _states: SourceStates = field(init=False)
    _endpoints: dict[Endpoint, asyncio.Task[None]] = field(default_factory=dict)
    _directory: EndpointDirectory = field(default_factory=EndpointDirectory)

    def __post_init__(self) -> None:
        self._states = SourceStates(self.copies.record_state)

    async def run(self, directories: AsyncIterator[EndpointDirectory]) -> None:
        """Replicate from the first directory, then from each that replaces it, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._follow_in_new_epochs(group))
            async for directory in directories:
                await self._record_directory(directory)
                if directory.regions != self._directory.regions:
                    self._follow_again(group)
                self._directory = directory
                removed = self._endpoints.keys() - set(directory.endpoints)
                for endpoint in removed:
                    self._endpoints.pop(endpoint).cancel()
                for endpoint in directory.endpoints:
                    if endpoint not in self._endpoints:
                        task = group.create_task(self._follow_endpoint(endpoint))
                        self._endpoints[endpoint] = task

    async def _follow_in_new_epochs(self, group: asyncio.TaskGroup) -> None:
        """Follow again when replicas may have been deleted, without waiting for any owner."""
        while True:
            await self.copies.wait_for_new_epoch()
            self._follow_again(group)

    def _follow_again(self, group: asyncio.TaskGroup) -> None:
        self._states.forget_failures()
        for endpoint, task in self._endpoints.items():
            task.cancel()
            self._endpoints[endpoint] = group.create_task(self._follow_endpoint(endpoint))

    async def _record_directory(self, directory: EndpointDirectory) -> None:
        """Record the regions of a directory before any is followed, so that each finds its parent."""
        backoff = Backoff()
        while True:
            try:
                await self.copies.record_directory(directory)
                return
            except Exception:
                logger.exception("the listed regions cannot be recorded; trying again")
                await backoff.wait()

    async def _follow_endpoint(self, endpoint: Endpoint) -> None:
        """Stay connected to an endpoint, with as many connections as its regions need."""
        regions, limit = endpoint.regions, REGIONS_PER_CONNECTION
        async with asyncio.TaskGroup() as group:
            for first in range(0, len(regions), limit):
                group.create_task(self._follow_regions(endpoint, regions[first : first + limit]))

    async def _follow_regions(self, endpoint: Endpoint, regions: Sequence[str]) -> None:
        """Replicate regions over one connection at a time; open the next when one ends."""
        backoff = Backoff()
        while True:
            try:
                if not await self._has_remote_owner(endpoint, regions):
                    await asyncio.sleep(OWNED_POLL_SECONDS)
                    continue
                async with PeerConnection.open(endpoint) as peer, asyncio.TaskGroup() as group:
                    for region in regions:
                        group.create_task(self._follow_region(endpoint, peer, region, backoff))
            except* (PeerUnreachable, ProtocolError, RejectedByPeer) as failures:
                failure = first_exception(failures)
                is_token_refused = isinstance(failure, RejectedByPeer) and failure.code == "4401"
                hint = f"; the token is that in {endpoint.token_file}" if is_token_refused else ""
                for region in regions:
                    self._states.record_failure(endpoint, region, describe_failure(failure), hint)
            except* Exception:
                logger.exception("replication from %s failed; trying again", endpoint.url)
            await backoff.wait()

    async def _has_remote_owner(self, endpoint: Endpoint, regions: Sequence[str]) -> bool:
        """Return whether another instance owns at least one of these regions."""
        has_remote_owner = False
        for region in regions:
            try:
                position = await self.copies.find_position(region, endpoint.url)
            except RegionNotListed as unlisted:
                self._states.record_failure(endpoint, region, describe_failure(unlisted))
                continue
            has_remote_owner = has_remote_owner or position is not None
        return has_remote_owner

    async def _follow_region(
        self, endpoint: Endpoint, peer: PeerConnection, region: str, connection_backoff: Backoff
    ) -> None:
        """Replicate one region for as long as a connection lasts."""
        backoff = Backoff()
        while True:
            try:
                position = await self.copies.find_position(region, endpoint.url)
                if position is None:
                    await asyncio.sleep(OWNED_POLL_SECONDS)
                    continue
                try:
                    async with aclosing(
                        self._store_feed(endpoint, peer, region, position)
                    ) as positions:
                        async for _ in positions:
                            backoff.record_success()
                            connection_backoff.record_success()
                except RejectedByPeer as refusal:
                    if refusal.code != SNAPSHOT_REQUIRED:
                        raise
                    await self._restore_snapshot(endpoint, peer, region, position)
                    await backoff.wait()
                continue
            except (PeerUnreachable, ProtocolError):
                raise
            except KNOWN_FAILURES as known:
                # The token may have expired; the next connection reads it again.
                if isinstance(known, RejectedByPeer) and peer.is_closed:
                    raise
                failure = describe_failure(known)
            except Exception as unexpected:
                logger.exception("region %s cannot be replicated; trying again", region)
                failure = describe_failure(unexpected)
            self._states.record_failure(endpoint, region, failure)
            has_diverged = failure.state is SourceState.DIVERGED
            await backoff.wait(self.diverged_seconds if has_diverged else 0.0)

    async def _store_feed(
        self, endpoint: Endpoint, peer: PeerConnection, region: str, position: ReplicaPosition
    ) -> AsyncGenerator[ReplicaPosition, None]:
        """Store the frames of a feed; yield each new position; return if the region is owned here.

        Raises:
            FeedEnded: the owner ended the feed. Also all errors of `_store_frame`.
        """
        variables = {"regionCode": region, "afterSequence": position.sequence}
        async with aclosing(peer.subscribe(contract.LOG, variables)) as frames:
            is_first = True
            async for data in frames:
                frame = contract.parse_log_frame(region, data)
                check_frame_order(region, position, frame, is_first=is_first)
                stored = await self._store_frame(endpoint, region, position, frame)
                if stored is None:
                    return
                position, is_first = stored, False
                yield position
        raise FeedEnded

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
        entries, broken = verified_prefix(
            frame.entries, sequence=position.sequence, previous_hash=position.hash
        )
        if entries:
            more = frame.head.sequence > entries[-1].sequence
            await self.copies.store_entries(region, entries, more=more)
            newest = entries[-1]
            handed_over = isinstance(newest, Entry) and newest.kind is EventKind.REGION_HANDED_OVER
            position = ReplicaPosition(newest.sequence, newest.hash, handed_over)
        if broken is not None:
            raise broken
        if not has_all_entries(region, position, frame):
            return position  # more entries follow at once
        if not entries:
            await self.copies.derive_waiting_events(region)
        if position.handed_over:
            is_accepted = region in endpoint.accept_handover
            try:
                if await self.copies.take_over(region, is_accepted=is_accepted):
                    logger.warning("region %s is now owned by this instance", region)
                    return None
            except HandoverNotAccepted as refusal:
                self._states.record_failure(endpoint, region, describe_failure(refusal))
                return position
        self._states.record_fresh(endpoint, region, now, frame.head.owner_url)
        return position

    async def _restore_snapshot(
        self, endpoint: Endpoint, peer: PeerConnection, region: str, position: ReplicaPosition
    ) -> None:
        """Replace the replica by a snapshot that continues it."""
        snapshot = await read_snapshot(peer, region, position)
        newest = snapshot.newest
        await self.copies.restore_snapshot(region, position, newest, snapshot.rows, snapshot.proof)
        logger.warning(
            "region %s at %s: restored from a snapshot as of entry %d; the copy had entry %d",
            region,
            endpoint.url,
            newest.sequence,
            position.sequence,
        )
