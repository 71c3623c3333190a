"""Streaming responses for subscriptions over HTTP, which join the same groups as WebSockets.

If the subscription itself ends, the server sends `complete`. In all other cases (the token expires,
the client reads too slowly, the server stops) it closes the connection without `complete`, because
clients do not reconnect after `complete`: after a lost connection they reconnect and resume.
"""

from __future__ import annotations

import asyncio
from asyncio import TimerHandle
from collections.abc import Callable
from http import HTTPStatus

from starlette.types import Receive, Scope, Send

from hub.transport.http_protocol import EXTENSION, StreamProtocol
from hub.transport.shared_subscription import SharedSubscription
from hub.transport.stream_formats import StreamFormat, encode_chunk, encode_message_chunk
from hub.transport.subscriber import Subscriber
from hub.transport.websocket_protocol import COUNTS, LAST_SECONDS
from realtime.message import Batch, Message

OPEN: set[EventStream] = set()  # the open streams of this process


class EventStream(Subscriber):
    """A streaming response, which is an ASGI application.

    The server must use `StreamProtocol`, which the scope's extensions hold.
    """

    def __init__(
        self,
        share: Callable[[], SharedSubscription],
        form: StreamFormat,
        headers: dict[str, str],
        *,
        keepalive_seconds: float,
        seconds: float | None,  # the longest duration; None: unlimited
    ) -> None:
        super().__init__()
        self._share = share
        self._shared: SharedSubscription | None = None  # None: not joined yet
        self._form = form
        self._headers = {**headers, "content-type": form.content_type, "x-accel-buffering": "no"}
        self._keepalive_seconds = keepalive_seconds
        self._seconds = seconds
        self._spoke = False  # whether anything was written since the last keepalive check
        self._timers: dict[str, TimerHandle] = {}
        # The last bytes to send; None: the connection is lost.
        self._ending: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()
        self._protocol: StreamProtocol

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._protocol = scope["extensions"][EXTENSION]
        headers = [(name.encode(), value.encode()) for name, value in self._headers.items()]
        await send({"type": "http.response.start", "status": HTTPStatus.OK, "headers": headers})
        self._protocol.begin(self)
        try:
            if not self._ending.done():
                self._join()
            ending = await self._ending
        finally:
            self._leave()
            self._protocol.finish()
        if ending is not None:
            self._after("patience", LAST_SECONDS, self._protocol.cut)
            await send({"type": "http.response.body", "body": ending, "more_body": False})
            self._timers.pop("patience").cancel()

    @property
    def ready(self) -> bool:
        return self._protocol.ready

    def write(self, batch: Batch) -> None:
        [chunks] = batch.made(self._form, encode_message_chunk)
        self._protocol.write(chunks, len(batch.messages))
        self._spoke = True

    def when_ready(self, call: Callable[[], None]) -> None:
        self._protocol.when_writable(call)

    def give_up(self) -> None:
        COUNTS.streams_given_up += 1
        self.cut()

    def end(self, payload: bytes | None) -> None:
        """Write the pending messages, the errors in `payload` if there are any, and `complete`."""
        self.write_kept()
        if not self._ending.done():
            why = b""
            if payload is not None:
                why = self._form.next(Message(b'{"errors":%s}}' % payload, None))
            self._ending.set_result(why + self._form.completed)

    def cut(self) -> None:
        """Close the connection without `complete`, so that the client reconnects and resumes."""
        self._leave()
        self._protocol.cut()

    def closed(self) -> None:
        """End the stream after its connection is lost."""
        self._leave()
        if not self._ending.done():
            self._ending.set_result(None)

    def _join(self) -> None:
        OPEN.add(self)
        self._protocol.write(encode_chunk(self._form.opening), 0)
        self._spoke = True
        self._keep_alive()
        if self._seconds is not None:
            self._after("expiry", self._seconds, self.cut)
        self._shared = self._share()
        self._shared.group.join(self, self._shared.start, self._shared.open)

    def _leave(self) -> None:
        OPEN.discard(self)
        if self._shared is not None:
            self._shared.group.leave(self)
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _keep_alive(self) -> None:
        if not self._spoke:
            self._protocol.write(encode_chunk(self._form.idle), 0)
        self._spoke = False
        self._after("keepalive", self._keepalive_seconds, self._keep_alive)

    def _after(self, name: str, seconds: float, call: Callable[[], None]) -> None:
        self._timers[name] = asyncio.get_running_loop().call_later(seconds, call)
