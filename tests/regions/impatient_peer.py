"""A connection to an owner that waits for nothing longer than a moment."""

from __future__ import annotations

from contextlib import aclosing
from typing import Any

from regions.directory import Endpoint
from regions.peer import PeerConnection, PeerUnreachable, ProtocolError, RejectedByPeer

SECONDS = 0.4  # of each limit
LATEST = 2.5  # for what has a limit, on a machine that is busy
QUESTION = "subscription { indexChanged { at } }"
Kind = type[PeerUnreachable] | type[ProtocolError] | type[RejectedByPeer]


def opened(endpoint: Endpoint) -> Any:
    return PeerConnection.opened(endpoint, open_seconds=SECONDS, silent_seconds=SECONDS)


async def read(peer: PeerConnection) -> int:
    """Read a subscription to its end; return how many events it had."""
    found = 0
    async with aclosing(peer.subscribe(QUESTION, {})) as events:
        async for _ in events:
            found += 1
    return found
