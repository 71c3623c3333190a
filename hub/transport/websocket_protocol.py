"""The WebSocket server protocol, extended to write frames that many sockets share.

Sending the same bytes to thousands of sockets through ASGI costs, for each socket, a pass through
ASGI and the event loop, and another frame. This protocol writes complete frames directly to the
kernel if no earlier bytes are pending. It never blocks, and it bounds what a peer leaves unread.
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
FRAME_EXTENSION = "simpul.frames"  # the scope extension that holds this protocol
DRAINING = "simpul.draining"  # the lifespan state that is true during shutdown
BUFFER_BYTES = 262_144  # the limit of unsent bytes per peer, without the kernel's buffer
OUTBOX_MOST = 256  # pending frames; this many fit into the caches of the processor
CLOSE_SECONDS = 5.0  # for the close frame to reach a slow peer
RESTART_SECONDS = 2.0  # the same during shutdown
SERVICE_RESTART, TRY_AGAIN_LATER, GOING_AWAY = 1012, 1013, 1001  # clients reconnect after each
TOO_SLOW = "too slow: reconnect and resume from the last cursor"
RESTARTING = "the server restarts: reconnect and resume from the last cursor"
RETRY_AFTER = "1"  # seconds


@dataclass(slots=True)
class ConnectionCounts:
    """Counters of the sockets and streams of this process."""

    sockets: int = 0  # open at present
    messages: int = 0
    bytes: int = 0
    conflated: int = 0  # not sent, because a newer message about the same subject replaced them
    unresponsive_sockets: int = (
        0  # sockets closed because the peer read too slowly or did not respond
    )
    unresponsive_streams: int = 0  # the same for streams over HTTP


CONNECTION_COUNTS = ConnectionCounts()


@lru_cache(maxsize=4096)
def frame_header(length: int) -> bytes:
    """Return the header of an unmasked text frame with this length of payload (RFC 6455, 5.2)."""
    if length < 126:
        return bytes((0x81, length))
    if length < 65_536:
        return b"\x81\x7e" + length.to_bytes(2, "big")
    return b"\x81\x7f" + length.to_bytes(8, "big")


def frame_messages(messages: Sequence[Message], head: int) -> list[bytes]:
    """Return the parts of the messages' frames between which each socket inserts its own head.

    A socket's head has `head` bytes and begins each payload; `head.join(parts)` is the frames.
    """
    parts = [b""]
    for message in messages:
        parts[-1] += frame_header(head + len(message.payload))
        parts.append(message.payload)
    return parts


_outbox: list[tuple[int, bytes, FrameProtocol]] = []


def flush_outbox() -> None:
    """Write the pending frames to the kernel; a caller of `write` must call it before it awaits.

    The system calls follow each other directly, because each one fills the processor's caches with
    the kernel's data.
    """
    pending = _outbox.copy()
    _outbox.clear()
    blocked: set[FrameProtocol] = set()
    write = os.write
    for descriptor, frames, protocol in pending:
        sent_bytes = 0
        if not blocked or protocol not in blocked:
            try:
                sent_bytes = write(descriptor, frames)
            except OSError:  # full or broken; the transport determines which
                pass
        if sent_bytes < len(frames):
            blocked.add(protocol)
            protocol.write_remaining(frames[sent_bytes:])


class WriteTrackingTransport:
    """A transport that resets `direct_descriptor` of its protocol on each write through it."""

    def __init__(self, transport: Transport, protocol: FrameProtocol) -> None:
        self._transport = transport
        self._protocol = protocol

    def write(self, data: bytes) -> None:
        """Write through the transport, which buffers what it cannot send."""
        self._protocol.direct_descriptor = None
        self._transport.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class FrameProtocol(WebSocketsSansIOProtocol):
    """uvicorn's protocol, with `write` for frames that many sockets share."""

    # With thousands of sockets, a write spends most of its time on cache misses. Slots place the
    # attributes that it needs next to each other, not in a dictionary of forty names.
    __slots__ = ("_descriptor", "_writable_callbacks", "direct_descriptor", "record")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.logger = self.conn.logger = logging.getLogger(SOCKET_LOGGER)
        self.record = SocketRecord()
        self._descriptor: int | None = None  # None: TLS, or closed
        self._writable_callbacks: list[Callable[[], None]] = []
        # The descriptor while the buffer of the transport is empty; None: its state is unknown.
        self.direct_descriptor: int | None = None

    def handle_connect(self, event: Request) -> None:
        if self.app_state.get(DRAINING):
            self._refuse_handshake()
            return
        super().handle_connect(event)
        if hasattr(self, "scope"):  # absent: the handshake was refused
            extensions: dict[str, object] = {
                **(self.scope["extensions"] or {}),
                FRAME_EXTENSION: self,
            }
            self.scope["extensions"] = extensions  # type: ignore[typeddict-item]

    def connection_made(self, transport: BaseTransport) -> None:
        CONNECTION_COUNTS.sockets += 1
        super().connection_made(transport)
        if transport.get_extra_info("sslcontext") is None:
            self._descriptor = transport.get_extra_info("socket").fileno()
        self.transport = cast(Transport, WriteTrackingTransport(self.transport, self))

    def connection_lost(self, exc: Exception | None) -> None:
        CONNECTION_COUNTS.sockets -= 1
        self._descriptor = self.direct_descriptor = None  # the next connection may reuse the number
        self.record.log_closure(SocketClosure.from_protocol(self.conn))
        super().connection_lost(exc)

    async def send(self, message: ASGISendEvent) -> None:
        await super().send(message)
        if message["type"] == "websocket.send":
            self.record.count_sent(1, len((message.get("text") or "").encode()))
        elif message["type"] == "websocket.accept":
            self.record.record_opening()

    def write(self, frames: bytes, messages: int) -> None:
        """Queue whole frames for `flush_outbox`; does nothing once the socket is closing.

        It never blocks. A socket whose peer leaves too much unread is closed, so that its client
        reconnects.
        """
        descriptor = self.direct_descriptor
        if descriptor is None:
            if self.close_sent or self.disconnected or self.transport.is_closing():
                return
            if self.transport.get_write_buffer_size() == 0:
                descriptor = self.direct_descriptor = self._descriptor
        CONNECTION_COUNTS.messages += messages
        CONNECTION_COUNTS.bytes += len(frames)
        self.record.count_sent(messages, len(frames))
        if descriptor is None:
            self.write_remaining(frames)
            return
        _outbox.append((descriptor, frames, self))
        if len(_outbox) >= OUTBOX_MOST:
            flush_outbox()

    def write_remaining(self, frames: bytes) -> None:
        """Pass the bytes that the kernel does not accept now to the transport."""
        self.transport.write(frames)
        if self.transport.get_write_buffer_size() > BUFFER_BYTES:
            self.disconnect_slow_peer(TRY_AGAIN_LATER, TOO_SLOW)

    def call_when_writable(self, callback: Callable[[], None]) -> None:
        """Call the callback once the peer has read the pending bytes."""
        self._writable_callbacks.append(callback)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._run_writable_callbacks()

    def disconnect_slow_peer(self, code: int, reason: str) -> None:
        """Close the socket of a peer that reads too slowly or no longer responds."""
        if not self._is_closing:
            CONNECTION_COUNTS.unresponsive_sockets += 1
            self._send_close(code, reason, CLOSE_SECONDS)

    def shutdown(self) -> None:
        """Send pending data, and close so that the client reconnects; uvicorn calls this method."""
        if not self.handshake_complete:
            if self.initial_response is None:
                self._refuse_handshake()
            return
        self._run_writable_callbacks()
        self._send_close(SERVICE_RESTART, RESTARTING, RESTART_SECONDS)
        self.loop.call_later(RESTART_SECONDS, self.transport.abort)  # also if it was closing

    def keepalive_timeout(self) -> None:
        """Close with 1001, because a graphql-ws client never reconnects after 1011."""
        self.pong_timer = None
        self.pending_ping_payload = None
        self.disconnect_slow_peer(GOING_AWAY, "no answer to a ping")

    @property
    def _is_closing(self) -> bool:
        return self.close_sent or self.transport.is_closing()

    def _run_writable_callbacks(self) -> None:
        callbacks, self._writable_callbacks = self._writable_callbacks, []
        for callback in callbacks:
            callback()

    def _send_close(self, code: int, reason: str, seconds: float) -> None:
        """Send a close frame; abort the connection if the peer does not send its own in time."""
        if self._is_closing:
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

    def _refuse_handshake(self) -> None:
        """Refuse the handshake, because the server is shutting down."""
        response = self.conn.reject(HTTPStatus.SERVICE_UNAVAILABLE, RESTARTING)
        response.headers["Retry-After"] = RETRY_AFTER
        self.conn.send_response(response)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.handshake_complete = self.close_sent = True
        self.transport.close()
