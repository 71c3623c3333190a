"""Streaming responses for subscriptions over HTTP, which join the same groups as WebSockets.

If the subscription itself ends, the server sends `complete`. In all other cases (the session ends,
the client reads too slowly, the server stops) it closes the connection without `complete`, because
clients reconnect and resume after a lost connection, but not after `complete`. After the end of a
session the reconnecting client gets a 401.
"""

from __future__ import annotations

import asyncio
from asyncio import TimerHandle
from collections.abc import Callable
from http import HTTPStatus

from starlette.types import Receive, Scope, Send

from hub.auth.open_connections import OpenConnection, OpenConnections
from hub.transport.http_protocol import STREAM_EXTENSION, StreamProtocol
from hub.transport.shared_subscription import SharedSubscription
from hub.transport.stream_formats import StreamFormat, encode_chunk, encode_message_chunk
from hub.transport.subscriber import Subscriber, SubscriberAccount
from hub.transport.websocket_protocol import CLOSE_SECONDS, CONNECTION_COUNTS
from realtime.message import Batch, Message

OPEN_STREAMS: set[EventStream] = set()  # the open streams of this process


class EventStream(Subscriber):
    """A streaming response, which is an ASGI application.

    The server must use `StreamProtocol`, which the scope's extensions hold.
    """

    def __init__(
        self,
        find_shared: Callable[[], SharedSubscription],
        stream_format: StreamFormat,
        headers: dict[str, str],
        account: SubscriberAccount,
        *,
        keepalive_seconds: float,
    ) -> None:
        super().__init__(account)
        self._find_shared = find_shared
        self._shared: SharedSubscription | None = None  # None: not subscribed yet
        self._format = stream_format
        self._headers = {
            **headers,
            "content-type": stream_format.content_type,
            "x-accel-buffering": "no",
        }
        self._keepalive_seconds = keepalive_seconds
        self._watched: tuple[OpenConnections, OpenConnection] | None = None
        self._wrote_at = 0.0  # the loop's time of the last bytes
        self._timers: dict[str, TimerHandle] = {}
        # The result is None if the connection is lost.
        self._final_bytes: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()
        self._protocol: StreamProtocol

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._protocol = scope["extensions"][STREAM_EXTENSION]
        headers = [(name.encode(), value.encode()) for name, value in self._headers.items()]
        await send({"type": "http.response.start", "status": HTTPStatus.OK, "headers": headers})
        self._protocol.attach(self)
        try:
            if not self._final_bytes.done():
                self._subscribe()
            final_bytes = await self._final_bytes
        finally:
            self._unsubscribe()
            self._protocol.detach()
        if final_bytes is not None:
            self._schedule("close", CLOSE_SECONDS, self._protocol.disconnect)
            await send({"type": "http.response.body", "body": final_bytes, "more_body": False})
            self._timers.pop("close").cancel()

    def watch(self, connections: OpenConnections, connection: OpenConnection) -> None:
        """End the stream when the credentials of its viewer no longer count."""
        self._watched = (connections, connection)

    @property
    def is_ready(self) -> bool:
        return self._protocol.is_writable

    def write(self, batch: Batch) -> None:
        [chunks] = batch.encode_once(self._format, encode_message_chunk)
        self._protocol.write(chunks, len(batch.messages))
        self._wrote_at = asyncio.get_running_loop().time()

    def call_when_ready(self, callback: Callable[[], None]) -> None:
        self._protocol.call_when_writable(callback)

    def disconnect_slow_peer(self) -> None:
        CONNECTION_COUNTS.unresponsive_streams += 1
        self.disconnect()

    def end(self, payload: bytes | None) -> None:
        """Write the pending messages, the errors in `payload` if there are any, and `complete`."""
        self.write_pending()
        if not self._final_bytes.done():
            errors = b""
            if payload is not None:
                errors = self._format.encode(Message(b'{"errors":%s}}' % payload, None))
            self._final_bytes.set_result(errors + self._format.completion)

    def disconnect(self) -> None:
        """Close the connection without `complete`, so that the client reconnects and resumes."""
        self._unsubscribe()
        self._protocol.disconnect()

    def connection_closed(self) -> None:
        """End the stream after its connection is lost."""
        self._unsubscribe()
        if not self._final_bytes.done():
            self._final_bytes.set_result(None)

    def _subscribe(self) -> None:
        OPEN_STREAMS.add(self)
        self._protocol.write(encode_chunk(self._format.opening), 0)
        self._wrote_at = asyncio.get_running_loop().time()
        self._keep_alive()
        if self._watched is not None:
            connections, connection = self._watched
            connections.add(connection)
        self._shared = self._find_shared()
        self._shared.group.join(self, self._shared.start, self._shared.open)

    def _unsubscribe(self) -> None:
        OPEN_STREAMS.discard(self)
        if self._watched is not None:
            connections, connection = self._watched
            connections.remove(connection)
        if self._shared is not None:
            self._shared.group.leave(self)
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _keep_alive(self) -> None:
        """Write a keepalive if the stream was silent for its time, and check again when it may be."""
        now = asyncio.get_running_loop().time()
        silence_ends_at = self._wrote_at + self._keepalive_seconds
        if now >= silence_ends_at:
            self._protocol.write(encode_chunk(self._format.keepalive), 0)
            self._wrote_at = now
            silence_ends_at = now + self._keepalive_seconds
        self._schedule("keepalive", silence_ends_at - now, self._keep_alive)

    def _schedule(self, name: str, seconds: float, callback: Callable[[], None]) -> None:
        self._timers[name] = asyncio.get_running_loop().call_later(seconds, callback)
