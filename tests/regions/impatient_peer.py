"""A connection to an owner with short time limits."""

from __future__ import annotations

from contextlib import aclosing
from typing import Any

from regions.directory import Endpoint
from regions.peer import PeerConnection, PeerUnreachable, ProtocolError, RejectedByPeer

SECONDS = 0.4  # the time limit of each step
LATEST = 2.5  # the longest duration of a limited step on a busy machine
QUESTION = "subscription { indexChanged { at } }"
Kind = type[PeerUnreachable] | type[ProtocolError] | type[RejectedByPeer]


def opened(endpoint: Endpoint) -> Any:
    return PeerConnection.opened(endpoint, open_seconds=SECONDS, silent_seconds=SECONDS)


async def read(peer: PeerConnection) -> int:
    """Read a subscription to its end, and return the number of its events."""
    found = 0
    async with aclosing(peer.subscribe(QUESTION, {})) as events:
        async for _ in events:
            found += 1
    return found
