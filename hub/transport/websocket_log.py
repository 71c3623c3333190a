"""What one WebSocket did, told in one line of the log when it ends, and counted."""

from __future__ import annotations

import json
import logging
import time
from collections import Counter
from dataclasses import dataclass
from enum import Enum

from websockets.protocol import Protocol

from engine.model import PUBLIC_VIEWER, Viewer

CLIENT_CODES = frozenset({1000, 1001, 1005, 1006})  # any other that a client says is OTHER_CODE
OTHER_CODE = "other"  # a client may say thousands of them, and each would be a metric of its own
LOST = 1006  # what RFC 6455 calls a connection that ended without a close frame

ENDED: Counter[str] = Counter()  # sockets of this process, by code

logger = logging.getLogger(__name__)


class ClosedBy(Enum):
    """Who ended a socket."""

    SERVER = "server"
    CLIENT = "client"
    NETWORK = "network"  # nobody said anything: the connection was lost


@dataclass(frozen=True, slots=True)
class SocketClosure:
    """How a socket ended. A client's own words are left out: they may hold anything."""

    code: int
    by: ClosedBy
    reason: str

    @classmethod
    def from_protocol(cls, protocol: Protocol) -> SocketClosure:
        """Tell it from the state of the protocol, once the connection is gone."""
        sent, received = protocol.close_sent, protocol.close_rcvd
        if received is not None and protocol.close_rcvd_then_sent is not False:
            return cls(received.code, ClosedBy.CLIENT, "")
        if sent is not None:
            return cls(sent.code, ClosedBy.SERVER, sent.reason)
        return cls(LOST, ClosedBy.NETWORK, "")


@dataclass(slots=True)
class SocketRecord:
    """One WebSocket: who is at its other end, and what it was sent."""

    opened: float | None = None  # on the monotonic clock; None: no handshake was accepted
    viewer: Viewer = PUBLIC_VIEWER
    subscriptions: int = 0  # that were begun
    messages: int = 0
    bytes: int = 0

    def open(self) -> None:
        """The handshake was accepted."""
        self.opened = time.monotonic()

    def sent(self, messages: int, size: int) -> None:
        """Count what was sent."""
        self.messages += messages
        self.bytes += size

    def end(self, ending: SocketClosure) -> None:
        """The connection is gone."""
        if self.opened is None:
            return
        known = ending.by is not ClosedBy.CLIENT or ending.code in CLIENT_CODES
        ENDED[str(ending.code) if known else OTHER_CODE] += 1
        logger.info(
            "socket ended code=%d by=%s reason=%s seconds=%.1f role=%s subject=%s "
            "subscriptions=%d messages=%d bytes=%d",
            ending.code,
            ending.by.value,
            # As JSON, so that no subject can write lines of its own.
            json.dumps(ending.reason),
            time.monotonic() - self.opened,
            self.viewer.role.value,
            json.dumps(self.viewer.subject),
            self.subscriptions,
            self.messages,
            self.bytes,
        )
