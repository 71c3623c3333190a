"""The log line and the metric for a closed WebSocket."""

from __future__ import annotations

import json
import logging
import time
from collections import Counter
from dataclasses import dataclass
from enum import Enum

from websockets.protocol import Protocol

from engine.model import PUBLIC_VIEWER, Viewer

CLIENT_CODES = frozenset({1000, 1001, 1005, 1006})  # any other code from a client is OTHER_CODE
OTHER_CODE = "other"  # clients may send thousands of codes, and each would be a time series
LOST_CODE = 1006  # in RFC 6455, the code of a connection that ended without a close frame

CLOSED_SOCKETS: Counter[str] = Counter()  # closed sockets of this process, by code

logger = logging.getLogger(__name__)


class ClosedBy(Enum):
    """The side that closed a socket."""

    SERVER = "server"
    CLIENT = "client"
    NETWORK = "network"  # no close frame was sent: the connection was lost


@dataclass(frozen=True, slots=True)
class SocketClosure:
    """The closure of a socket, without the reason that a client gave, which may be any text."""

    code: int
    closed_by: ClosedBy
    reason: str

    @classmethod
    def from_protocol(cls, protocol: Protocol) -> SocketClosure:
        """Return the closure from the state of a protocol whose connection is lost."""
        sent, received = protocol.close_sent, protocol.close_rcvd
        if received is not None and protocol.close_rcvd_then_sent is not False:
            return cls(received.code, ClosedBy.CLIENT, "")
        if sent is not None:
            return cls(sent.code, ClosedBy.SERVER, sent.reason)
        return cls(LOST_CODE, ClosedBy.NETWORK, "")


@dataclass(slots=True)
class SocketRecord:
    """The viewer of a WebSocket, and the counts of what was sent to it."""

    opened_at: float | None = None  # monotonic seconds; None: no handshake was accepted
    viewer: Viewer = PUBLIC_VIEWER
    subscriptions: int = 0  # started
    messages: int = 0
    bytes: int = 0

    def record_opening(self) -> None:
        """Record that the handshake was accepted."""
        self.opened_at = time.monotonic()

    def count_sent(self, messages: int, size: int) -> None:
        """Count messages that were sent, and their bytes."""
        self.messages += messages
        self.bytes += size

    def log_closure(self, closure: SocketClosure) -> None:
        """Log the closure and count it; does nothing if the handshake was not accepted."""
        if self.opened_at is None:
            return
        is_known_code = closure.closed_by is not ClosedBy.CLIENT or closure.code in CLIENT_CODES
        CLOSED_SOCKETS[str(closure.code) if is_known_code else OTHER_CODE] += 1
        logger.info(
            "socket ended code=%d by=%s reason=%s seconds=%.1f role=%s subject=%s "
            "subscriptions=%d messages=%d bytes=%d",
            closure.code,
            closure.closed_by.value,
            # JSON escapes line breaks, so that no subject can forge a log line.
            json.dumps(closure.reason),
            time.monotonic() - self.opened_at,
            self.viewer.role.value,
            json.dumps(self.viewer.subject),
            self.subscriptions,
            self.messages,
            self.bytes,
        )
