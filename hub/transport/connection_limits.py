"""Limits on the open sockets and streams of this process: in total, and per authenticated viewer.

Connections without a token count only towards the total. Their addresses do not identify a viewer:
a command center, a school and a phone network each use one address.
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
TOO_MANY = "too many connections: come back later"
TOO_MANY_OF_VIEWER = "too many connections of this viewer: come back later"


class ConnectionLimiter:
    """Counts open sockets and streams against the limits."""

    def __init__(self, limits: RequestLimits) -> None:
        self._limits = limits
        self._open = 0
        self._of_viewer: Counter[str] = Counter()

    @property
    def full(self) -> bool:
        """Whether the process must refuse another connection."""
        return self._open >= self._limits.sockets

    @contextmanager
    def one(self) -> Iterator[None]:
        """Count a connection while the block runs."""
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1

    def crowded(self, viewer: Viewer) -> bool:
        """Whether the process must refuse another connection of this viewer."""
        known = viewer.role is not Role.PUBLIC
        return known and self._of_viewer[viewer.subject] >= self._limits.sockets_per_viewer

    def enter(self, viewer: Viewer) -> None:
        """Count a connection of this viewer, until `leave`."""
        if viewer.role is not Role.PUBLIC:
            self._of_viewer[viewer.subject] += 1

    def leave(self, viewer: Viewer) -> None:
        """Stop counting a connection of this viewer; call it once after each `enter`."""
        if viewer.role is not Role.PUBLIC:
            self._of_viewer[viewer.subject] -= 1
            if not self._of_viewer[viewer.subject]:
                del self._of_viewer[viewer.subject]

    def counted(self, stream: ASGIApp, viewer: Viewer) -> ASGIApp:
        """Return an application that runs a viewer's stream and counts it while it is open.

        Raises:
            RequestRejected: a limit is reached.
        """
        if self.full:
            raise RequestRejected(HTTPStatus.SERVICE_UNAVAILABLE, "TOO_MANY_CONNECTIONS", TOO_MANY)
        if self.crowded(viewer):
            raise RequestRejected(
                HTTPStatus.TOO_MANY_REQUESTS, "TOO_MANY_CONNECTIONS", TOO_MANY_OF_VIEWER
            )

        async def response(scope: Scope, receive: Receive, send: Send) -> None:
            with self.one():
                self.enter(viewer)
                try:
                    await stream(scope, receive, send)
                finally:
                    self.leave(viewer)

        return response


def too_many_connections() -> Response:
    """Return the response to a handshake when the limit is reached."""
    return PlainTextResponse(
        TOO_MANY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        {"retry-after": str(RETRY_SECONDS)},
    )
