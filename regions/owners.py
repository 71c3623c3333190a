"""Asks owners for the heads of their logs, for requests that limit the age of a replica.

A request that comes while an owner is being asked waits, and uses the response if it is new enough. So
an owner is asked at most twice for any number of concurrent requests. No cache of cachetools fits: each
request sets its own limit on the age of a response, and there is one response per listed region. No
single-flight helper fits either: a response on its way may be too old for a request that waits.
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

FAILURE_SECONDS = 1.0  # for which an owner that did not respond is not asked again
ENDPOINTS_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class ObservedHead:
    """The head that an owner reported when asked at a time by our clock; None: no response."""

    at: datetime
    head: RemoteLogHead | None


@dataclass
class OwnerHeadCache:
    """Caches the heads of the logs at the listed endpoints."""

    clock: Callable[[], datetime]
    directory: EndpointDirectory = field(default_factory=EndpointDirectory)
    _observed: dict[str, ObservedHead] = field(default_factory=dict)
    _asking: dict[Endpoint, asyncio.Lock] = field(default_factory=dict)
    _turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(ENDPOINTS_AT_ONCE))

    async def run(self, directories: AsyncIterator[EndpointDirectory]) -> None:
        """Use each new directory, and drop the cached heads."""
        async for directory in directories:
            self.directory = directory
            self._observed.clear()
            self._asking.clear()

    async def heads(
        self, regions: Collection[str], since: datetime, seconds: float
    ) -> dict[str, ObservedHead]:
        """Return the heads by region that owners reported after `since`.

        Owners that do not respond within `seconds` are left out.
        """
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
            region: self._observed[region]
            for region in regions
            if region in self._observed and self._observed[region].at >= since
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
                pass  # the replication client meets the same error, and logs it
            for region in open_questions:
                self._observed[region] = ObservedHead(now, answers.get(region))

    def _known(self, region: str, since: datetime, now: datetime) -> bool:
        observed = self._observed.get(region)
        if observed is None:
            return False
        if observed.head is None:
            since = now - timedelta(seconds=FAILURE_SECONDS)
        return observed.at >= since
