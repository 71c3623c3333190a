"""The HTTP server protocol, extended with streaming responses that bypass ASGI.

A streaming response writes directly to the transport, without a task of its own. The bytes that
wait in the transport are bounded; the kernel's buffer comes in addition.
"""

from __future__ import annotations

from asyncio import Transport
from collections.abc import Callable
from typing import Protocol

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from hub.transport.websocket_protocol import BUFFER_BYTES, COUNTS, LAST_SECONDS

EXTENSION = "simpul.stream"  # the scope extension that holds this protocol


class OpenResponse(Protocol):
    """A streaming response. None of its methods blocks."""

    def cut(self) -> None:
        """Close the connection without completing, so that the client reconnects."""

    def give_up(self) -> None:
        """Close the connection likewise, because the client leaves too much unread."""

    def closed(self) -> None:
        """End the response after its connection is lost."""


class StreamProtocol(HttpToolsProtocol):
    """uvicorn's protocol, with `write` for one streaming response at a time."""

    _open: OpenResponse | None = None

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {EXTENSION: self}  # type: ignore[dict-item]  # not part of ASGI

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
            self._open.cut()  # uvicorn would wait for a response that never ends

    def begin(self, response: OpenResponse) -> None:
        """Notify this response of what happens to the connection, until `finish`."""
        if self.transport.is_closing():
            response.closed()
        else:
            self._open = response

    def finish(self) -> None:
        """Treat the response as an ordinary one from now on."""
        self._open = None
        self._resumed.clear()

    @property
    def ready(self) -> bool:
        """Whether the peer has read most of what was sent."""
        return not self.flow.write_paused

    def write(self, chunks: bytes, messages: int) -> None:
        """Write whole chunks; does nothing once the connection is closing.

        Args:
            messages: how many messages they hold, for the metrics.
        """
        if self._open is None or self.transport.is_closing():
            return
        COUNTS.messages += messages
        COUNTS.bytes += len(chunks) if messages else 0
        self.transport.write(chunks)
        if self.transport.get_write_buffer_size() > BUFFER_BYTES:
            self._open.give_up()

    def when_writable(self, call: Callable[[], None]) -> None:
        """Call this once the peer has read the bytes that wait."""
        self._resumed.append(call)

    def resume_writing(self) -> None:
        super().resume_writing()
        calls, self._resumed = self._resumed, []
        for call in calls:
            call()

    def cut(self) -> None:
        """Close without the last chunk, so that no client takes the response as complete."""
        if not self.transport.is_closing():
            self.transport.close()
            self.loop.call_later(LAST_SECONDS, self.transport.abort)
