"""The server's side of a WebSocket, which can also write frames that are made for many sockets.

An application that tells thousands of sockets the same bytes would pay for each of them the way
through ASGI, the event loop's queue and a frame of its own. Here whole frames go to the kernel at
once where nothing waits before them; nothing blocks, and what a peer does not read is bounded.
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

SOCKET_LOGGER = "uvicorn.error.socket"  # what uvicorn and websockets say about each connection
EXTENSION = "simpul.frames"  # of a scope: this protocol itself
DRAINING = "simpul.draining"  # of the state of an application: whether its server is ending
BUFFER_BYTES = 262_144  # what a peer that reads slowly may leave lying, beside the kernel's own
OUTBOX_MOST = 256  # frames that wait to be flushed: they stay in the processor's caches
LAST_SECONDS = 5.0  # for the close frame to get through to a peer that is slow
RESTART_SECONDS = 2.0  # the same where the server itself must be gone soon
SERVICE_RESTART, TRY_AGAIN_LATER, GOING_AWAY = 1012, 1013, 1001  # clients come back after each
TOO_SLOW = "too slow: come back and resume from the last cursor"
RESTARTING = "the server restarts: come back and resume from the last cursor"
RETRY_AFTER = "1"  # seconds


@dataclass(slots=True)
class SocketCounts:
    """What the sockets of this process have done."""

    sockets: int = 0  # open now
    messages: int = 0
    bytes: int = 0
    conflated: int = 0  # not sent, since a newer one about the same thing was
    given_up: int = 0
    streams_given_up: int = 0  # responses over HTTP, likewise


COUNTS = SocketCounts()


@lru_cache(maxsize=4096)
def frame_header(length: int) -> bytes:
    """The head of an unmasked text frame that is the whole message (RFC 6455, 5.2)."""
    if length < 126:
        return bytes((0x81, length))
    if length < 65_536:
        return b"\x81\x7e" + length.to_bytes(2, "big")
    return b"\x81\x7f" + length.to_bytes(8, "big")


def frame_messages(told: Sequence[Message], head: int) -> list[bytes]:
    """Return frames without what each begins with, `head` bytes long: it joins them to whole ones."""
    parts = [b""]
    for each in told:
        parts[-1] += frame_header(head + len(each.payload))
        parts.append(each.payload)
    return parts


_outbox: list[tuple[int, bytes, FrameProtocol]] = []


def flush_outbox() -> None:
    """Give the kernel what was written. Whoever writes calls it before others get their turn.

    One system call after the other, and nothing between them: what runs after one finds the
    processor's caches full of the kernel's own.
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
            except OSError:  # full, or broken: the transport finds out which
                pass
        if sent < len(frames):
            held.add(protocol)
            protocol.write_rest(frames[sent:])


class WriteTrackingTransport:
    """A transport that tells its protocol of every write, so that this one need not ask it each time."""

    def __init__(self, transport: Transport, protocol: FrameProtocol) -> None:
        self._transport = transport
        self._protocol = protocol

    def write(self, data: bytes) -> None:
        """Write as the transport does: at once, or when it can."""
        self._protocol.direct = None
        self._transport.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class FrameProtocol(WebSocketsSansIOProtocol):
    """uvicorn's protocol, and `write` for what many sockets are told."""

    # With thousands of sockets most of a write's time is waiting for memory that no cache holds, so
    # what it needs lies beside each other, and not in a dictionary of forty names.
    __slots__ = ("_descriptor", "_resumed", "direct", "record")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.logger = self.conn.logger = logging.getLogger(SOCKET_LOGGER)
        self.record = SocketRecord()
        self._descriptor: int | None = None  # None: TLS, or closed
        self._resumed: list[Callable[[], None]] = []
        # The descriptor while nothing waits in the transport; None: the transport must be asked.
        self.direct: int | None = None

    def handle_connect(self, event: Request) -> None:
        if self.app_state.get(DRAINING):
            self._refuse()
            return
        super().handle_connect(event)
        if hasattr(self, "scope"):  # else it was refused
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
        self._descriptor = self.direct = None  # a number that the next connection may get
        self.record.end(SocketClosure.from_protocol(self.conn))
        super().connection_lost(exc)

    async def send(self, message: ASGISendEvent) -> None:
        await super().send(message)
        if message["type"] == "websocket.send":
            self.record.sent(1, len((message.get("text") or "").encode()))
        elif message["type"] == "websocket.accept":
            self.record.open()

    def write(self, frames: bytes, messages: int) -> None:
        """Write whole frames, once `flush` is called; nothing once the socket closes. It never waits.

        A peer that leaves too much unread is closed with a code after which it comes back.
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
        """Let the transport write what the kernel does not take now."""
        self.transport.write(frames)
        if self.transport.get_write_buffer_size() > BUFFER_BYTES:
            self.give_up(TRY_AGAIN_LATER, TOO_SLOW)

    def when_writable(self, call: Callable[[], None]) -> None:
        """Call once the peer has read what waits."""
        self._resumed.append(call)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._resume()

    def give_up(self, code: int, reason: str) -> None:
        """Close a socket whose peer may not answer any more."""
        if not self._closing:
            COUNTS.given_up += 1
            self._end(code, reason, LAST_SECONDS)

    def shutdown(self) -> None:
        """Tell the peer to come back, after all that waits for it; uvicorn's call as it ends."""
        if not self.handshake_complete:
            if self.initial_response is None:
                self._refuse()
            return
        self._resume()
        self._end(SERVICE_RESTART, RESTARTING, RESTART_SECONDS)
        self.loop.call_later(RESTART_SECONDS, self.transport.abort)  # also one closed before

    def keepalive_timeout(self) -> None:
        """Not 1011, after which a graphql-ws client never comes back."""
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
        """Send a close frame, and wait for the peer's own no longer than so many seconds."""
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
        """Refuse the handshake, since the server is ending."""
        response = self.conn.reject(HTTPStatus.SERVICE_UNAVAILABLE, RESTARTING)
        response.headers["Retry-After"] = RETRY_AFTER
        self.conn.send_response(response)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.handshake_complete = self.close_sent = True
        self.transport.close()
