"""Asks owners for the heads of their logs, for requests that bound the age of a replica.

A request that comes while an owner is asked waits, and takes the answer if it is new enough. So an
owner is asked at most twice for any number of concurrent requests. No cache of cachetools fits: each
request says itself how old an answer may be, and there is one answer for each region that is listed.
No single flight fits either: an answer that is on its way may be too old for a request that waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from regions import contract
from regions.contract import ContractViolation, RemoteLogHead
from regions.directory import Endpoint, EndpointDirectory
from regions.peer import PeerConnection, PeerUnreachable, ProtocolError, RejectedByPeer

FAILURE_SECONDS = 1.0  # for which an owner that did not answer is not asked again
ENDPOINTS_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class ObservedHead:
    """What an owner said of its log, asked at a moment by our clock; None: it did not say."""

    at: datetime
    head: RemoteLogHead | None


@dataclass
class OwnerHeadCache:
    """All owners that may be asked: those that are followed."""

    clock: Callable[[], datetime]
    directory: EndpointDirectory = field(default_factory=EndpointDirectory)
    _told: dict[str, ObservedHead] = field(default_factory=dict)
    _asking: dict[Endpoint, asyncio.Lock] = field(default_factory=dict)
    _turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(ENDPOINTS_AT_ONCE))

    async def run(self, directories: AsyncIterator[EndpointDirectory]) -> None:
        """Take up each directory that replaces the one before."""
        async for directory in directories:
            self.directory = directory
            self._told.clear()
            self._asking.clear()

    async def heads(
        self, regions: Collection[str], since: datetime, seconds: float
    ) -> dict[str, ObservedHead]:
        """Return what the owners of regions said of them after `since`, of those that did in time."""
        wanted: dict[Endpoint, list[str]] = {}
        for region in regions:
            endpoint = self.directory.endpoint(region)
            if endpoint is not None:
                wanted.setdefault(endpoint, []).append(region)
        tasks = [
            asyncio.create_task(self._ask(endpoint, some, since, seconds))
            for endpoint, some in wanted.items()
        ]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds)
            for task in late:
                task.cancel()
        return {
            region: self._told[region]
            for region in regions
            if region in self._told and self._told[region].at >= since
        }

    async def _ask(
        self, endpoint: Endpoint, regions: list[str], since: datetime, seconds: float
    ) -> None:
        async with self._asking.setdefault(endpoint, asyncio.Lock()), self._turns:
            now = self.clock()
            open_questions = [each for each in regions if not self._known(each, since, now)]
            if not open_questions:
                return
            answers: dict[str, RemoteLogHead] = {}
            try:
                async with PeerConnection.opened(endpoint) as peer:
                    for region in open_questions:
                        data = await peer.query(contract.HEAD, {"region": region}, seconds)
                        answers[region] = contract.parse_feed_head(region, data)
            except (PeerUnreachable, ProtocolError, RejectedByPeer, ContractViolation):
                pass  # the follower meets the same, and tells why
            for region in open_questions:
                self._told[region] = ObservedHead(now, answers.get(region))

    def _known(self, region: str, since: datetime, now: datetime) -> bool:
        told = self._told.get(region)
        if told is None:
            return False
        if told.head is None:
            since = now - timedelta(seconds=FAILURE_SECONDS)
        return told.at >= since
