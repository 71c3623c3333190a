"""A connection to an owner with short time limits."""

from __future__ import annotations

from contextlib import aclosing
from typing import Any

from regions.endpoint_directory import Endpoint
from regions.peer import PeerConnection, PeerUnreachable, ProtocolError, RejectedByPeer

SECONDS = 0.4  # the time limit of each step
LATEST_SECONDS = 2.5  # the longest duration of a limited step on a busy machine
SUBSCRIPTION = "subscription { indexChanged { at } }"
FailureType = type[PeerUnreachable] | type[ProtocolError] | type[RejectedByPeer]


def open_peer(endpoint: Endpoint) -> Any:
    return PeerConnection.open(endpoint, open_seconds=SECONDS, silent_seconds=SECONDS)


async def count_events(peer: PeerConnection) -> int:
    """Read a subscription to its end, and return the number of its events."""
    count = 0
    async with aclosing(peer.subscribe(SUBSCRIPTION, {})) as events:
        async for _ in events:
            count += 1
    return count
