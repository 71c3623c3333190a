"""The HTTP protocol that refuses requests before they cost anything, while too many wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

import orjson
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from hub.admission.client import address_group
from hub.admission.request_queue import QueuedRequest, RequestQueue
from hub.transport.http_protocol import StreamProtocol
from hub.transport.proxy_headers import TRUSTED_PROXIES, TrustedProxies
from resolvers.problems import ServerBusy

QUEUE_EXTENSION = "simpul.queue"  # the scope extension that holds the request's place
# As in `hub.transport.media_types`, which depends on the limits of this protocol.
_LEGACY_JSON = "application/json"
_RESPONSE_JSON = "application/graphql-response+json"
_FILE_PATHS = ("/unduh/", "/berkas")  # of downloads and uploads
REFUSED_REQUESTS: Counter[str] = Counter()  # of this process, by code, for the metrics
PAUSE_SECONDS = 0.5  # less than the time after which a refusal says to try again
_CLOSE = b"connection: close\r\n"
_NO_PROXIES = TrustedProxies()  # if the application states none


class RefusingProtocol(StreamProtocol):
    """The protocol with a queue of requests. Pages, health checks and metrics are never refused."""

    request_queue = RequestQueue()  # of this process

    _refuses_next = False

    def on_headers_complete(self) -> None:
        self._refuses_next = self._is_refusable() and self.request_queue.is_full(
            self._client_address(self.headers)
        )
        super().on_headers_complete()
        self._refuses_next = False

    def on_message_complete(self) -> None:
        super().on_message_complete()
        if self.cycle is None or self.cycle.response_complete:
            return
        if not self.cycle.more_body and self.cycle.scope is self.scope:  # not one before an upgrade
            _enter_queue(self.cycle)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        if self._refuses_next:
            self._refuse(cycle)
            return
        if cycle.scope["path"].endswith("/graphql"):
            place = QueuedRequest(self.request_queue, self._client_address(cycle.scope["headers"]))
            cycle.scope["extensions"][QUEUE_EXTENSION] = place  # type: ignore[assignment]  # not part of ASGI
            app = _leaving(app, place)
            if not cycle.more_body:  # it was pipelined, and read before
                place.enter()
        super()._start_asgi_task(cycle, app)

    @property
    def _peer(self) -> str:
        return "" if self.client is None else self.client[0]

    @property
    def _proxies(self) -> TrustedProxies:
        proxies: TrustedProxies = self.app_state.get(TRUSTED_PROXIES, _NO_PROXIES)
        return proxies

    def _client_address(self, headers: Iterable[tuple[bytes, bytes]]) -> str:
        return address_group(self._proxies.client_address(self._peer, headers))

    def _is_refusable(self) -> bool:
        path, _, query = self.url.partition(b"?")
        if path.endswith(b"/graphql"):
            return bool(query) or self.parser.get_method() != b"GET"  # otherwise the explorer
        return any(part.encode() in path for part in _FILE_PATHS)

    def _refuse(self, cycle: RequestResponseCycle) -> None:
        """Write the whole response, without a task."""
        cycle.response_started = cycle.response_complete = True
        cycle.message_event.set()
        if self.flow.write_paused:  # the client does not read its refusals
            self.transport.close()
            return
        refusal = self.request_queue.refusal()
        REFUSED_REQUESTS[refusal.code] += 1
        self.transport.write(_response(cycle, refusal))
        if not cycle.keep_alive:
            self.transport.close()
        self.on_response_complete()
        self._pause_after_refusal()

    def _pause_after_refusal(self) -> None:
        """Read no more of this client for a while, which did not wait if it sends at once.

        A proxy sends the requests of other clients on the same connection, so it is not paused.
        """
        if not self.transport.is_closing() and not self._proxies.includes(self._peer):
            self.flow.pause_reading()
            self.loop.call_later(PAUSE_SECONDS, self._end_pause)

    def _end_pause(self) -> None:
        if not self.transport.is_closing():
            self.flow.resume_reading()


def _enter_queue(cycle: RequestResponseCycle) -> None:
    place = cycle.scope["extensions"].get(QUEUE_EXTENSION)
    if isinstance(place, QueuedRequest):
        place.enter()


def _leaving(app: ASGIApp, place: QueuedRequest) -> ASGIApp:
    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        finally:
            place.leave()

    return run


def _response(cycle: RequestResponseCycle, refusal: ServerBusy) -> bytes:
    error = {"message": str(refusal), "extensions": refusal.extensions}
    accepts_newer = any(
        name == b"accept" and _RESPONSE_JSON.encode() in value
        for name, value in cycle.scope["headers"]
    )
    body = orjson.dumps({"errors": [error]})
    status = HTTPStatus.SERVICE_UNAVAILABLE
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\n"
        f"content-type: {_RESPONSE_JSON if accepts_newer else _LEGACY_JSON}; charset=utf-8\r\n"
        f"content-length: {len(body)}\r\nretry-after: {refusal.retry_after}\r\n"
        "cache-control: no-store\r\nx-content-type-options: nosniff\r\n"
    )
    return head.encode() + (b"" if cycle.keep_alive else _CLOSE) + b"\r\n" + body
