"""Queries owners for the heads of their logs, for requests that limit the age of a replica.

A request that comes while an owner is being asked waits, and uses the response if it is new enough.
So an owner is asked at most twice for any number of concurrent requests. No cache of cachetools
fits: each request sets its own limit on the age of a response, and there is one response per listed
region. No single-flight helper fits either: a response on its way may be too old for a request that
waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from regions import contract
from regions.contract import RemoteLogHead
from regions.contract.response_values import ContractViolation
from regions.endpoint_directory import Endpoint, EndpointDirectory
from regions.peer import PeerConnection, PeerUnreachable, ProtocolError, RejectedByPeer

FAILURE_SECONDS = 1.0  # until an owner that did not respond is queried again
ENDPOINTS_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class ObservedHead:
    """The head that an owner reported at a time of our clock; None: the owner did not respond."""

    at: datetime
    head: RemoteLogHead | None


@dataclass
class OwnerHeadCache:
    """Caches the heads of the logs of the regions that the directory lists."""

    clock: Callable[[], datetime]
    directory: EndpointDirectory = field(default_factory=EndpointDirectory)
    _observed: dict[str, ObservedHead] = field(default_factory=dict)
    _endpoint_locks: dict[Endpoint, asyncio.Lock] = field(default_factory=dict)
    _endpoint_slots: asyncio.Semaphore = field(
        default_factory=lambda: asyncio.Semaphore(ENDPOINTS_AT_ONCE)
    )

    async def run(self, directories: AsyncIterator[EndpointDirectory]) -> None:
        """Use each new directory, and drop the cached heads."""
        async for directory in directories:
            self.directory = directory
            self._observed.clear()
            self._endpoint_locks.clear()

    async def heads(
        self, regions: Collection[str], since: datetime, seconds: float
    ) -> dict[str, ObservedHead]:
        """Return the heads by region that owners reported after `since`.

        Owners that do not respond within `seconds` are left out.
        """
        regions_by_endpoint: dict[Endpoint, list[str]] = {}
        for region in regions:
            endpoint = self.directory.endpoint(region)
            if endpoint is not None:
                regions_by_endpoint.setdefault(endpoint, []).append(region)
        tasks = [
            asyncio.create_task(self._query_heads(endpoint, endpoint_regions, since, seconds))
            for endpoint, endpoint_regions in regions_by_endpoint.items()
        ]
        if tasks:
            _, unfinished = await asyncio.wait(tasks, timeout=seconds)
            for task in unfinished:
                task.cancel()
        return {
            region: self._observed[region]
            for region in regions
            if region in self._observed and self._observed[region].at >= since
        }

    async def _query_heads(
        self, endpoint: Endpoint, regions: list[str], since: datetime, seconds: float
    ) -> None:
        async with self._endpoint_locks.setdefault(endpoint, asyncio.Lock()), self._endpoint_slots:
            now = self.clock()
            unanswered = [
                region for region in regions if not self._has_recent_response(region, since, now)
            ]
            if not unanswered:
                return
            heads: dict[str, RemoteLogHead] = {}
            try:
                async with PeerConnection.open(endpoint) as peer:
                    for region in unanswered:
                        data = await peer.query(contract.HEAD, {"regionCode": region}, seconds)
                        heads[region] = contract.parse_log_head(region, data)
            except (PeerUnreachable, ProtocolError, RejectedByPeer, ContractViolation):
                pass  # the replication client meets the same error, and logs it
            for region in unanswered:
                self._observed[region] = ObservedHead(now, heads.get(region))

    def _has_recent_response(self, region: str, since: datetime, now: datetime) -> bool:
        observed = self._observed.get(region)
        if observed is None:
            return False
        if observed.head is None:
            since = now - timedelta(seconds=FAILURE_SECONDS)
        return observed.at >= since
