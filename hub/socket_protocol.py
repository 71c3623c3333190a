"""The server's side of a WebSocket, which can also write a message that is made for many sockets.

An application that tells thousands of sockets the same bytes would pay for each of them the way
through ASGI and a frame of its own. Here it writes them to the transport, with a header that is made
once per length; nothing waits, what a peer does not read is bounded, and messages that come within
milliseconds of each other go out in one write.
"""

from __future__ import annotations

from asyncio import AbstractEventLoop, BaseTransport
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

EXTENSION = "simpul.frames"  # of a scope: this protocol itself
BUFFER_BYTES = 262_144  # what a peer that reads slowly may leave lying, beside the kernel's own
MERGE_SECONDS = 0.004  # what comes in a burst within this goes out together
LONGEST_MERGE_SECONDS = 0.1
LAST_SECONDS = 5.0  # for the close frame to get through to a peer that is slow
SERVICE_RESTART, TRY_AGAIN_LATER, GOING_AWAY = 1012, 1013, 1001  # clients come back after each


@dataclass(slots=True)
class Counts:
    """What the sockets of this process have done."""

    sockets: int = 0  # open now
    messages: int = 0
    bytes: int = 0
    given_up: int = 0


COUNTS = Counts()


@lru_cache(maxsize=4096)
def header(length: int) -> bytes:
    """The head of an unmasked text frame that is the whole message (RFC 6455, 5.2)."""
    if length < 126:
        return bytes((0x81, length))
    if length < 65_536:
        return b"\x81\x7e" + length.to_bytes(2, "big")
    return b"\x81\x7f" + length.to_bytes(8, "big")


class Merging:
    """The sockets of one event loop that have something to write in a moment."""

    def __init__(self, loop: AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: list[FrameProtocol] = []
        self._took = 0.0

    def soon(self, protocol: FrameProtocol) -> None:
        """Flush a socket in a moment: no sooner than flushing all of them last took."""
        if not self._waiting:
            self._loop.call_later(max(MERGE_SECONDS, self._took), self._flush)
        self._waiting.append(protocol)

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        begun = self._loop.time()
        for protocol in waiting:
            protocol.flush()
        self._took = min(self._loop.time() - begun, LONGEST_MERGE_SECONDS)


_merging: dict[AbstractEventLoop, Merging] = {}


class FrameProtocol(WebSocketsSansIOProtocol):
    """uvicorn's protocol, and `write_text` for what many sockets are told."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._pending: list[bytes] = []
        self._merging = _merging.get(self.loop) or _merging.setdefault(
            self.loop, Merging(self.loop)
        )

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if hasattr(self, "scope"):  # else it was refused
            extensions: dict[str, object] = {**(self.scope["extensions"] or {}), EXTENSION: self}
            self.scope["extensions"] = extensions  # type: ignore[typeddict-item]

    def connection_made(self, transport: BaseTransport) -> None:
        COUNTS.sockets += 1
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        COUNTS.sockets -= 1
        super().connection_lost(exc)

    def write_text(self, head: bytes, tail: bytes, *, soon: bool = False) -> None:
        """Write one text message; nothing once the socket closes. It never waits.

        With `soon` it goes out in a moment, together with what comes until then. A peer that leaves too much unread is closed with a code after which it comes back.
        """
        if self.close_sent or self.disconnected:
            return
        length = len(head) + len(tail)
        COUNTS.messages += 1
        COUNTS.bytes += length
        frame = (header(length), head, tail)
        if soon or self._pending:
            if not self._pending:
                self._merging.soon(self)
            self._pending.extend(frame)
        else:
            self._write(frame)

    def flush(self) -> None:
        """Write what waits, as before anything that comes after it."""
        if self._pending:
            pending, self._pending = self._pending, []
            if not (self.close_sent or self.disconnected or self.transport.is_closing()):
                self._write(pending)

    def _write(self, parts: Any) -> None:
        self.transport.write(b"".join(parts))
        if self.transport.get_write_buffer_size() > BUFFER_BYTES:
            self.give_up(TRY_AGAIN_LATER, "too slow: come back and resume from the last cursor")

    def give_up(self, code: int, reason: str) -> None:
        """Close a socket whose peer may not answer any more."""
        if self.close_sent or self.transport.is_closing():
            return
        COUNTS.given_up += 1
        self.stop_keepalive()
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.loop.call_later(LAST_SECONDS, self.transport.abort)

    def keepalive_timeout(self) -> None:
        """Not 1011, after which a graphql-ws client never comes back."""
        self.pong_timer = None
        self.pending_ping_payload = None
        self.give_up(GOING_AWAY, "no answer to a ping")

    async def send(self, message: Any) -> None:
        self.flush()
        await super().send(message)
