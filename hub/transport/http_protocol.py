"""The server's side of HTTP, where a response may go on for as long as its client listens.

Such a response is written to past ASGI: at once, without a task that waits for its turn, and never
more than a bound beside what the kernel holds.
"""

from __future__ import annotations

from asyncio import Transport
from collections.abc import Callable
from typing import Protocol

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from hub.transport.websocket_protocol import BUFFER_BYTES, COUNTS, LAST_SECONDS

EXTENSION = "simpul.stream"  # of a scope: this protocol itself


class OpenResponse(Protocol):
    """A response that goes on. None of this waits."""

    def cut(self) -> None:
        """End without an end, so that the client comes back."""

    def give_up(self) -> None:
        """End likewise, for the client leaves too much unread."""

    def closed(self) -> None:
        """The connection is gone."""


class StreamProtocol(HttpToolsProtocol):
    """uvicorn's protocol, and `write` for one response at a time that goes on."""

    _open: OpenResponse | None = None

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {EXTENSION: self}  # type: ignore[dict-item]  # not of ASGI

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn
        super().connection_made(transport)
        self._resumed: list[Callable[[], None]] = []

    def connection_lost(self, exc: Exception | None) -> None:
        self._resumed.clear()
        if self._open is not None:
            self._open.closed()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        if self._open is None:
            super().shutdown()
        else:
            self._open.cut()  # the server would wait for a response that has no end

    def begin(self, response: OpenResponse) -> None:
        """Tell this response what happens to the connection, from now until `finish`."""
        if self.transport.is_closing():
            response.closed()
        else:
            self._open = response

    def finish(self) -> None:
        """From here on the response is an ordinary one."""
        self._open = None
        self._resumed.clear()

    @property
    def ready(self) -> bool:
        """Whether the peer has read most of what it was sent."""
        return not self.flow.write_paused

    def write(self, chunks: bytes, messages: int) -> None:
        """Write whole chunks; nothing once the connection closes."""
        if self._open is None or self.transport.is_closing():
            return
        COUNTS.messages += messages
        COUNTS.bytes += len(chunks) if messages else 0
        self.transport.write(chunks)
        if self.transport.get_write_buffer_size() > BUFFER_BYTES:
            self._open.give_up()

    def when_writable(self, call: Callable[[], None]) -> None:
        """Call once the peer has read what waits."""
        self._resumed.append(call)

    def resume_writing(self) -> None:
        super().resume_writing()
        calls, self._resumed = self._resumed, []
        for call in calls:
            call()

    def cut(self) -> None:
        """Close without the last chunk: nobody can take what was sent for all there is."""
        if not self.transport.is_closing():
            self.transport.close()
            self.loop.call_later(LAST_SECONDS, self.transport.abort)
