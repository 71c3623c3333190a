"""Limits on the size and duration of requests: heads, bodies and messages.

RequestRejected    the request was rejected before it was executed
"""

from __future__ import annotations

import asyncio
from asyncio import TimerHandle, Transport
from dataclasses import dataclass
from http import HTTPStatus
from resource import RLIMIT_NOFILE, getrlimit
from socket import SO_LINGER, SOL_SOCKET
from struct import pack

from starlette.requests import Request

from hub.transport.refusing_protocol import RefusingProtocol
from hub.transport.websocket_protocol import DRAINING

LINGER_OFF = pack("ii", 1, 0)  # a socket that closes with this option drops what is unsent


class RequestRejected(Exception):
    """The request was rejected.

    Attributes:
        status: the HTTP status of the response.
        code: the code of the GraphQL error.
    """

    def __init__(self, status: HTTPStatus, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class RequestLimits:
    """The limits for a client."""

    body_bytes: int = 1_048_576  # also of one WebSocket message
    body_seconds: float = 30.0
    json_depth: int = 32
    initialisation_seconds: float = 10.0  # from the socket's opening to its connection_init
    subscriptions: int = 100  # operations in progress on one socket
    executions: int = 4  # of them that are executed at once; the others wait in order
    subscription_variables_bytes: int = 32_768  # as JSON; 1,000 codes of regions fit
    socket_bytes: int = 1_048_576  # documents and variables of a socket's operations in progress
    keepalive_seconds: float = 5.0  # some clients disconnect after 10 s of silence
    sockets: int = 20_000  # open at once in one process
    sockets_per_viewer: int = 2_000  # the same, for each viewer with a token
    provisional_seconds: float = 3.0  # to authenticate a socket in the last tenth of them
    idle_seconds: float = 60.0  # without an operation, of a socket without a token


async def read_request_body(request: Request, limits: RequestLimits) -> bytes:
    """Return the whole body of a request.

    Raises:
        RequestRejected: the body is encoded, or exceeds the limits in size or time.
    """
    encoding = request.headers.get("content-encoding", "identity")
    if encoding.lower() != "identity":
        raise RequestRejected(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "UNSUPPORTED_MEDIA_TYPE",
            f"expected a body without content-encoding, got {encoding[:40]!r}",
        )
    received = bytearray()
    size = 0
    try:
        async with asyncio.timeout(limits.body_seconds):
            async for chunk in request.stream():
                size += len(chunk)
                if size <= limits.body_bytes:
                    received += chunk
                elif size > 4 * limits.body_bytes:
                    break
                # The rest is read and discarded up to that size, because a client that reads the
                # response only after it has sent everything would otherwise see a reset.
    except TimeoutError:
        raise RequestRejected(
            HTTPStatus.REQUEST_TIMEOUT,
            "REQUEST_TIMEOUT",
            f"expected the body within {limits.body_seconds:g} s, got {size} bytes until then",
        ) from None
    if size > limits.body_bytes:
        raise RequestRejected(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "PAYLOAD_TOO_LARGE",
            f"expected a body of at most {limits.body_bytes} bytes, got more",
        )
    return bytes(received)


class BoundedHttpProtocol(RefusingProtocol):
    """The HTTP protocol, with limits for heads, for unread responses and for idle connections.

    Pass it to `uvicorn.Config(http=…)`. Without it, a client that sends its head byte by byte holds
    its connection forever, and clients without a request can take all file descriptors.
    """

    head_bytes = 32_768  # the request line and the headers; a token takes at most a quarter
    head_seconds = 10.0
    # Of this process. Each holds a file descriptor, of which others need more than half.
    idle_connections_most = max(1_000, getrlimit(RLIMIT_NOFILE)[0] // 4)

    unread_seconds = 30.0  # in which a client reads a part of the response that waits for it
    unread_bytes_per_second = 1_000  # the slowest reading that counts

    _head_timer: TimerHandle | None = None
    _received_bytes = 0
    _unread_timer: TimerHandle | None = None
    _unread_bytes = 0  # as the timer started
    _resumed = False  # whether the client has read nearly all since then

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn
        super().connection_made(transport)
        self._start_head_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        _idle_connections.pop(self, None)
        self._stop_head_timer()
        if self._unread_timer is not None:
            self._unread_timer.cancel()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._head_timer is None:  # another request on a kept-alive connection
            self._start_head_timer()

    def on_headers_complete(self) -> None:
        self._stop_head_timer()
        super().on_headers_complete()
        if self.app_state.get(DRAINING) and self.cycle is not None:
            self.cycle.keep_alive = False  # the client must use another connection next

    def on_response_complete(self) -> None:
        """Wait for the next request; close the connection that has waited longest at the limit."""
        super().on_response_complete()
        self._watch_unread()
        if self.timeout_keep_alive_task is not None:
            _idle_connections[self] = None
            if len(_idle_connections) > self.idle_connections_most:
                oldest = next(iter(_idle_connections))
                del _idle_connections[oldest]
                oldest.timeout_keep_alive_handler()

    def data_received(self, data: bytes) -> None:
        _idle_connections.pop(self, None)
        self._received_bytes += len(data)
        super().data_received(data)
        if self._head_timer is not None and self._received_bytes > self.head_bytes:
            self._close_with_status(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._streaming_response is None:  # a stream has limits of its own
            self._watch_unread()

    def resume_writing(self) -> None:
        self._resumed = True
        super().resume_writing()

    def _watch_unread(self) -> None:
        """Abort the connection after some time if the client leaves its response unread.

        To close it is not enough, because that would first wait for the client to read the rest.
        """
        unread_bytes = self.transport.get_write_buffer_size()
        if unread_bytes and self._unread_timer is None:
            self._unread_bytes, self._resumed = unread_bytes, False
            self._unread_timer = self.loop.call_later(self.unread_seconds, self._check_unread)

    def _check_unread(self) -> None:
        self._unread_timer = None
        read_bytes = self._unread_bytes - self.transport.get_write_buffer_size()
        least_bytes = self.unread_seconds * self.unread_bytes_per_second
        if not self._resumed and 0 <= read_bytes < min(least_bytes, self._unread_bytes):
            # The kernel, too, drops what it holds for the client.
            connection = self.transport.get_extra_info("socket")
            connection.setsockopt(SOL_SOCKET, SO_LINGER, LINGER_OFF)
            self.transport.abort()
        else:
            self._watch_unread()

    def _start_head_timer(self) -> None:
        self._received_bytes = 0
        self._head_timer = self.loop.call_later(
            self.head_seconds, self._close_with_status, HTTPStatus.REQUEST_TIMEOUT
        )

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _close_with_status(self, status: HTTPStatus) -> None:
        self._stop_head_timer()
        if not self.transport.is_closing():
            line = f"HTTP/1.1 {status.value} {status.phrase}\r\n"
            self.transport.write(f"{line}content-length: 0\r\nconnection: close\r\n\r\n".encode())
            self.transport.close()


# The connections of this process that wait for another request, the one that waits longest first.
_idle_connections: dict[BoundedHttpProtocol, None] = {}
