"""The WebSocket server protocol, extended to write frames that many sockets share.

To send the same bytes to thousands of sockets through ASGI costs, for each socket, the path through
ASGI and the event loop, and another frame. This protocol writes complete frames directly to the
kernel if nothing waits before them. It never blocks, and it bounds what a peer leaves unread.
"""

from __future__ import annotations

import logging
import os
from asyncio import BaseTransport, Transport
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Any, cast

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from hub.transport.websocket_log import SocketClosure, SocketRecord
from realtime.message import Message

SOCKET_LOGGER = "uvicorn.error.socket"  # the messages of uvicorn and websockets about connections
EXTENSION = "simpul.frames"  # the scope extension that holds this protocol
DRAINING = "simpul.draining"  # the lifespan state that is true during shutdown
BUFFER_BYTES = 262_144  # the limit of unsent bytes per peer, without the kernel's buffer
OUTBOX_MOST = 256  # pending frames; so few of them stay in the processor's caches
LAST_SECONDS = 5.0  # for the close frame to reach a slow peer
RESTART_SECONDS = 2.0  # the same during shutdown
SERVICE_RESTART, TRY_AGAIN_LATER, GOING_AWAY = 1012, 1013, 1001  # clients reconnect after each
TOO_SLOW = "too slow: come back and resume from the last cursor"
RESTARTING = "the server restarts: come back and resume from the last cursor"
RETRY_AFTER = "1"  # seconds


@dataclass(slots=True)
class SocketCounts:
    """Counters of the sockets and streams of this process."""

    sockets: int = 0  # open at present
    messages: int = 0
    bytes: int = 0
    conflated: int = 0  # not sent, because a newer message about the same subject replaced them
    given_up: int = 0  # sockets closed because the peer read too slowly
    streams_given_up: int = 0  # the same for streams over HTTP


COUNTS = SocketCounts()


@lru_cache(maxsize=4096)
def frame_header(length: int) -> bytes:
    """Return the header of an unmasked text frame whose payload has `length` bytes (RFC 6455, 5.2)."""
    if length < 126:
        return bytes((0x81, length))
    if length < 65_536:
        return b"\x81\x7e" + length.to_bytes(2, "big")
    return b"\x81\x7f" + length.to_bytes(8, "big")


def frame_messages(messages: Sequence[Message], head: int) -> list[bytes]:
    """Return the parts of the messages' frames between which each socket inserts its own head.

    A socket's head is `head` bytes long and begins each payload; `head.join(parts)` gives the frames.
    """
    parts = [b""]
    for message in messages:
        parts[-1] += frame_header(head + len(message.payload))
        parts.append(message.payload)
    return parts


_outbox: list[tuple[int, bytes, FrameProtocol]] = []


def flush_outbox() -> None:
    """Write the pending frames to the kernel. A caller of `write` calls this before it yields control.

    The system calls follow each other directly, because each one fills the processor's caches with
    the kernel's data.
    """
    pending = _outbox.copy()
    _outbox.clear()
    held: set[FrameProtocol] = set()
    write = os.write
    for descriptor, frames, protocol in pending:
        sent = 0
        if not held or protocol not in held:
            try:
                sent = write(descriptor, frames)
            except OSError:  # full or broken: the transport determines which
                pass
        if sent < len(frames):
            held.add(protocol)
            protocol.write_rest(frames[sent:])


class WriteTrackingTransport:
    """A transport that resets `FrameProtocol.direct` when something is written past the protocol."""

    def __init__(self, transport: Transport, protocol: FrameProtocol) -> None:
        self._transport = transport
        self._protocol = protocol

    def write(self, data: bytes) -> None:
        """Write through the transport, which buffers what it cannot send."""
        self._protocol.direct = None
        self._transport.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class FrameProtocol(WebSocketsSansIOProtocol):
    """uvicorn's protocol, with `write` for frames that many sockets share."""

    # With thousands of sockets, a write spends most of its time on cache misses. Slots place the
    # attributes that it needs next to each other, not in a dictionary of forty names.
    __slots__ = ("_descriptor", "_resumed", "direct", "record")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.logger = self.conn.logger = logging.getLogger(SOCKET_LOGGER)
        self.record = SocketRecord()
        self._descriptor: int | None = None  # None: TLS, or closed
        self._resumed: list[Callable[[], None]] = []
        # The descriptor while the transport's buffer is empty; None: the state is unknown.
        self.direct: int | None = None

    def handle_connect(self, event: Request) -> None:
        if self.app_state.get(DRAINING):
            self._refuse()
            return
        super().handle_connect(event)
        if hasattr(self, "scope"):  # absent: the handshake was refused
            extensions: dict[str, object] = {**(self.scope["extensions"] or {}), EXTENSION: self}
            self.scope["extensions"] = extensions  # type: ignore[typeddict-item]

    def connection_made(self, transport: BaseTransport) -> None:
        COUNTS.sockets += 1
        super().connection_made(transport)
        if transport.get_extra_info("sslcontext") is None:
            self._descriptor = transport.get_extra_info("socket").fileno()
        self.transport = cast(Transport, WriteTrackingTransport(self.transport, self))

    def connection_lost(self, exc: Exception | None) -> None:
        COUNTS.sockets -= 1
        self._descriptor = self.direct = None  # the next connection may reuse the number
        self.record.end(SocketClosure.from_protocol(self.conn))
        super().connection_lost(exc)

    async def send(self, message: ASGISendEvent) -> None:
        await super().send(message)
        if message["type"] == "websocket.send":
            self.record.sent(1, len((message.get("text") or "").encode()))
        elif message["type"] == "websocket.accept":
            self.record.open()

    def write(self, frames: bytes, messages: int) -> None:
        """Queue whole frames for `flush_outbox`; does nothing once the socket is closing. Never blocks.

        A socket whose peer leaves too much unread is closed, so that its client reconnects.
        """
        direct = self.direct
        if direct is None:
            if self.close_sent or self.disconnected or self.transport.is_closing():
                return
            if self.transport.get_write_buffer_size() == 0:
                direct = self.direct = self._descriptor
        COUNTS.messages += messages
        COUNTS.bytes += len(frames)
        self.record.sent(messages, len(frames))
        if direct is None:
            self.write_rest(frames)
            return
        _outbox.append((direct, frames, self))
        if len(_outbox) >= OUTBOX_MOST:
            flush_outbox()

    def write_rest(self, frames: bytes) -> None:
        """Pass the transport what the kernel does not accept now."""
        self.transport.write(frames)
        if self.transport.get_write_buffer_size() > BUFFER_BYTES:
            self.give_up(TRY_AGAIN_LATER, TOO_SLOW)

    def when_writable(self, call: Callable[[], None]) -> None:
        """Call this once the peer has read the bytes that wait."""
        self._resumed.append(call)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._resume()

    def give_up(self, code: int, reason: str) -> None:
        """Close the socket of a peer that may no longer respond."""
        if not self._closing:
            COUNTS.given_up += 1
            self._end(code, reason, LAST_SECONDS)

    def shutdown(self) -> None:
        """Send pending data, and close so that the client reconnects; uvicorn calls it on shutdown."""
        if not self.handshake_complete:
            if self.initial_response is None:
                self._refuse()
            return
        self._resume()
        self._end(SERVICE_RESTART, RESTARTING, RESTART_SECONDS)
        self.loop.call_later(RESTART_SECONDS, self.transport.abort)  # also if it was closing

    def keepalive_timeout(self) -> None:
        """Close with 1001, because a graphql-ws client never reconnects after 1011."""
        self.pong_timer = None
        self.pending_ping_payload = None
        self.give_up(GOING_AWAY, "no answer to a ping")

    @property
    def _closing(self) -> bool:
        return self.close_sent or self.transport.is_closing()

    def _resume(self) -> None:
        calls, self._resumed = self._resumed, []
        for call in calls:
            call()

    def _end(self, code: int, reason: str, seconds: float) -> None:
        """Send a close frame, and abort the connection if the peer's own does not come in time."""
        if self._closing:
            return
        self.stop_keepalive()
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.close_timer = self.loop.call_later(seconds, self.transport.abort)

    def _refuse(self) -> None:
        """Refuse the handshake, because the server is shutting down."""
        response = self.conn.reject(HTTPStatus.SERVICE_UNAVAILABLE, RESTARTING)
        response.headers["Retry-After"] = RETRY_AFTER
        self.conn.send_response(response)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.handshake_complete = self.close_sent = True
        self.transport.close()
