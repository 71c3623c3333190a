"""Limits on the open sockets and streams of this process: in total, and per authenticated viewer.

Connections without a token count only towards the total. Their addresses do not identify a viewer,
because all clients of a command center, a school or a phone network share one address.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.model import Role, Viewer
from hub.transport.request_limits import RequestLimits, RequestRejected

RETRY_SECONDS = 5
TOO_MANY_CONNECTIONS = "too many connections: try again later"
TOO_MANY_OF_VIEWER = "too many connections of this viewer: try again later"


class ConnectionLimiter:
    """Counts open sockets and streams against the limits."""

    def __init__(self, limits: RequestLimits) -> None:
        self._limits = limits
        self._open_count = 0
        self._count_by_viewer: Counter[str] = Counter()

    @property
    def is_full(self) -> bool:
        """Whether the process must refuse another connection."""
        return self._open_count >= self._limits.sockets

    @contextmanager
    def count_connection(self) -> Iterator[None]:
        """Count a connection while the block runs."""
        self._open_count += 1
        try:
            yield
        finally:
            self._open_count -= 1

    def is_full_for(self, viewer: Viewer) -> bool:
        """Whether the process must refuse another connection of this viewer."""
        is_authenticated = viewer.role is not Role.PUBLIC
        return (
            is_authenticated
            and self._count_by_viewer[viewer.subject] >= self._limits.sockets_per_viewer
        )

    def add_connection(self, viewer: Viewer) -> None:
        """Count a connection of this viewer, until `remove_connection`."""
        if viewer.role is not Role.PUBLIC:
            self._count_by_viewer[viewer.subject] += 1

    def remove_connection(self, viewer: Viewer) -> None:
        """Stop counting a connection of this viewer; call it once after each `add_connection`."""
        if viewer.role is not Role.PUBLIC:
            self._count_by_viewer[viewer.subject] -= 1
            if not self._count_by_viewer[viewer.subject]:
                del self._count_by_viewer[viewer.subject]

    def count_stream(self, stream: ASGIApp, viewer: Viewer) -> ASGIApp:
        """Return an application that runs a viewer's stream and counts it while it is open.

        Raises:
            RequestRejected: a limit is reached.
        """
        if self.is_full:
            raise RequestRejected(
                HTTPStatus.SERVICE_UNAVAILABLE, "TOO_MANY_CONNECTIONS", TOO_MANY_CONNECTIONS
            )
        if self.is_full_for(viewer):
            raise RequestRejected(
                HTTPStatus.TOO_MANY_REQUESTS, "TOO_MANY_CONNECTIONS", TOO_MANY_OF_VIEWER
            )

        async def counted_stream(scope: Scope, receive: Receive, send: Send) -> None:
            with self.count_connection():
                self.add_connection(viewer)
                try:
                    await stream(scope, receive, send)
                finally:
                    self.remove_connection(viewer)

        return counted_stream


def too_many_connections_response() -> Response:
    """Return the response to a handshake when the limit is reached."""
    return PlainTextResponse(
        TOO_MANY_CONNECTIONS,
        HTTPStatus.SERVICE_UNAVAILABLE,
        {"retry-after": str(RETRY_SECONDS)},
    )
