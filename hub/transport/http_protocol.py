"""The HTTP server protocol, extended with streaming responses that bypass ASGI.

A streaming response writes directly to the transport, without a task of its own. The bytes that
wait in the transport are bounded, apart from the buffer of the kernel.
"""

from __future__ import annotations

from asyncio import Transport
from collections.abc import Callable
from typing import Protocol

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from hub.transport.websocket_protocol import BUFFER_BYTES, CLOSE_SECONDS, CONNECTION_COUNTS

STREAM_EXTENSION = "simpul.stream"  # the scope extension that holds this protocol


class OpenResponse(Protocol):
    """The streaming response of a connection. None of its methods blocks."""

    def disconnect(self) -> None:
        """Close the connection before the response is complete, so that the client reconnects."""

    def disconnect_slow_peer(self) -> None:
        """Close the connection in the same way, because the client leaves too much unread."""

    def connection_closed(self) -> None:
        """End the response after its connection is lost."""


class StreamProtocol(HttpToolsProtocol):
    """uvicorn's protocol, with `write` for one streaming response at a time."""

    _streaming_response: OpenResponse | None = None

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {STREAM_EXTENSION: self}  # type: ignore[dict-item]  # not part of ASGI

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn
        super().connection_made(transport)
        self._writable_callbacks: list[Callable[[], None]] = []

    def connection_lost(self, exc: Exception | None) -> None:
        self._writable_callbacks.clear()
        if self._streaming_response is not None:
            self._streaming_response.connection_closed()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        if self._streaming_response is None:
            super().shutdown()
        else:
            self._streaming_response.disconnect()  # uvicorn would wait for its end

    def attach(self, response: OpenResponse) -> None:
        """Notify this response of the events of the connection, until `detach`."""
        if self.transport.is_closing():
            response.connection_closed()
        else:
            self._streaming_response = response

    def detach(self) -> None:
        """Stop the notifications, and treat the response as an ordinary one."""
        self._streaming_response = None
        self._writable_callbacks.clear()

    @property
    def is_writable(self) -> bool:
        """Whether the peer has read most of what was sent."""
        return not self.flow.write_paused

    def write(self, chunks: bytes, messages: int) -> None:
        """Write whole chunks; does nothing once the connection is closing.

        Args:
            messages: the number of messages in the chunks, for the metrics.
        """
        if self._streaming_response is None or self.transport.is_closing():
            return
        CONNECTION_COUNTS.messages += messages
        CONNECTION_COUNTS.bytes += len(chunks) if messages else 0
        self.transport.write(chunks)
        if self.transport.get_write_buffer_size() > BUFFER_BYTES:
            self._streaming_response.disconnect_slow_peer()

    def call_when_writable(self, callback: Callable[[], None]) -> None:
        """Call the callback once the peer has read the pending bytes."""
        self._writable_callbacks.append(callback)

    def resume_writing(self) -> None:
        super().resume_writing()
        callbacks, self._writable_callbacks = self._writable_callbacks, []
        for callback in callbacks:
            callback()

    def disconnect(self) -> None:
        """Close without the last chunk, so that no client considers the response complete."""
        if not self.transport.is_closing():
            self.transport.close()
            self.loop.call_later(CLOSE_SECONDS, self.transport.abort)
