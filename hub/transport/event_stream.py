"""A subscription as a response that goes on, in the very groups that sockets follow.

It ends in two ways. Where the subscription itself ends, its client is told that it is complete. In
all other cases (a token that expires, a reader too slow, a server that stops) the connection is cut,
for clients take `complete` for final: after a cut they come back and resume.
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

OPEN: set[EventStream] = set()  # those of this process


class EventStream(Subscriber):
    """One response, to be called as an ASGI application; the server's protocol must be ours."""

    def __init__(
        self,
        share: Callable[[], SharedSubscription],
        form: StreamFormat,
        headers: dict[str, str],
        *,
        keepalive_seconds: float,
        seconds: float | None,  # that it may last; None: without end
    ) -> None:
        super().__init__()
        self._share = share
        self._shared: SharedSubscription | None = None  # not yet followed
        self._form = form
        self._headers = {**headers, "content-type": form.content_type, "x-accel-buffering": "no"}
        self._keepalive_seconds = keepalive_seconds
        self._seconds = seconds
        self._spoke = False  # since the last look
        self._timers: dict[str, TimerHandle] = {}
        # The last it says, or None: the connection is gone.
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
        self._protocol.write(chunks, len(batch.told))
        self._spoke = True

    def when_ready(self, call: Callable[[], None]) -> None:
        self._protocol.when_writable(call)

    def give_up(self) -> None:
        COUNTS.streams_given_up += 1
        self.cut()

    def end(self, payload: bytes | None) -> None:
        """The subscription has ended: what was kept, why it ended, and that it is complete."""
        self.write_kept()
        if not self._ending.done():
            why = b""
            if payload is not None:
                why = self._form.next(Message(b'{"errors":%s}}' % payload, None))
            self._ending.set_result(why + self._form.completed)

    def cut(self) -> None:
        """End without an end, so that the client comes back and resumes."""
        self._leave()
        self._protocol.cut()

    def closed(self) -> None:
        """The connection is gone."""
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
