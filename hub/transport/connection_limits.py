"""Limits on the open sockets and streams of this process: in total, by viewer and by address.

A tenth of all connections is kept for holders of tokens and sessions. A socket states them only
after its handshake, so in the last tenth it is accepted provisionally: it must authenticate itself
within some seconds, and the oldest provisional socket makes room for another.

Connections without a token count by address, with a high limit: all clients of a command center,
a school or a phone network share one address.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.model import Role, Viewer
from hub.admission.client import address_group
from hub.transport.request_limits import RequestLimits, RequestRejected

RETRY_SECONDS = 5
RESERVED_PART = 10  # one connection in so many is kept for authenticated viewers
ADDRESS_PART = 2  # an address without a token may hold one connection in so many
CONNECTION_SCOPE = "simpul.connection"  # the member of a socket's scope with its CountedConnection
TOO_MANY_CONNECTIONS = "too many connections: try again later"
TOO_MANY_OF_VIEWER = "too many connections of this viewer: try again later"
TOO_MANY_ANONYMOUS = (
    "too many connections without a token, in all or from this address: try again later"
)


@dataclass(eq=False, slots=True)
class CountedConnection:
    """An open socket or stream.

    Attributes:
        address: its address, or of an IPv6 address the network.
        subject: of its viewer; None while it has not authenticated itself.
        end: closes it, to make room for another one; None while there is nothing to close.
    """

    address: str
    subject: str | None = None
    end: Callable[[], None] | None = None
    is_open: bool = True


class ConnectionLimiter:
    """Counts open sockets and streams against the limits."""

    def __init__(self, limits: RequestLimits) -> None:
        self._limits = limits
        self._anonymous: Counter[str] = Counter()  # by address
        self._authenticated: Counter[str] = Counter()  # by subject
        self._provisional: dict[CountedConnection, None] = {}  # the oldest first
        self._anonymous_count = self._authenticated_count = 0

    def open_socket(self, address: str) -> CountedConnection:
        """Count a socket at its handshake, until `close`.

        Raises:
            RequestRejected: there is no room.
        """
        connection = CountedConnection(address_group(address))
        self._make_room()
        if self._has_anonymous_room(connection.address):
            self._count_anonymous(connection, 1)
        else:
            self._provisional[connection] = None
        return connection

    def is_provisional(self, connection: CountedConnection) -> bool:
        """Whether the connection must authenticate itself in order to stay."""
        return connection in self._provisional

    def confirm(self, connection: CountedConnection, viewer: Viewer) -> None:
        """Count the connection for its viewer, once this is known.

        Raises:
            RequestRejected: it may not stay open.
        """
        if not connection.is_open:
            raise _too_many(HTTPStatus.SERVICE_UNAVAILABLE, TOO_MANY_CONNECTIONS)
        if viewer.role is Role.PUBLIC:
            if self.is_provisional(connection):
                raise _too_many(HTTPStatus.SERVICE_UNAVAILABLE, TOO_MANY_ANONYMOUS)
            return
        if self._authenticated[viewer.subject] >= self._limits.sockets_per_viewer:
            raise _too_many(HTTPStatus.TOO_MANY_REQUESTS, TOO_MANY_OF_VIEWER)
        self._discount(connection)
        connection.subject = viewer.subject
        self._authenticated[viewer.subject] += 1
        self._authenticated_count += 1

    def close(self, connection: CountedConnection) -> None:
        """Count the connection no longer."""
        if connection.is_open:
            connection.is_open = False
            self._discount(connection)

    def count_stream(self, stream: ASGIApp, viewer: Viewer, address: str) -> ASGIApp:
        """Return an application that runs a viewer's stream and counts it while it is open.

        Raises:
            RequestRejected: a limit is reached.
        """
        connection = self.open_socket(address)
        try:
            self.confirm(connection, viewer)
        except RequestRejected:
            self.close(connection)
            raise

        async def counted_stream(scope: Scope, receive: Receive, send: Send) -> None:
            try:
                await stream(scope, receive, send)
            finally:
                self.close(connection)

        return counted_stream

    def _has_anonymous_room(self, address: str) -> bool:
        sockets = self._limits.sockets
        settled_count = self._anonymous_count + self._authenticated_count
        return settled_count < sockets - sockets // RESERVED_PART and self._anonymous[
            address
        ] < max(1, sockets // ADDRESS_PART)

    def _make_room(self) -> None:
        """Close the oldest provisional socket if all connections are in use."""
        open_count = self._anonymous_count + self._authenticated_count + len(self._provisional)
        if open_count < self._limits.sockets:
            return
        if not self._provisional:
            raise _too_many(HTTPStatus.SERVICE_UNAVAILABLE, TOO_MANY_CONNECTIONS)
        oldest = next(iter(self._provisional))
        self.close(oldest)
        if oldest.end is not None:
            oldest.end()

    def _count_anonymous(self, connection: CountedConnection, change: int) -> None:
        self._anonymous[connection.address] += change
        self._anonymous_count += change
        if not self._anonymous[connection.address]:
            del self._anonymous[connection.address]

    def _discount(self, connection: CountedConnection) -> None:
        if connection.subject is not None:
            self._authenticated_count -= 1
            self._authenticated[connection.subject] -= 1
            if not self._authenticated[connection.subject]:
                del self._authenticated[connection.subject]
        elif connection in self._provisional:
            del self._provisional[connection]
        else:
            self._count_anonymous(connection, -1)


def _too_many(status: HTTPStatus, message: str) -> RequestRejected:
    return RequestRejected(status, "TOO_MANY_CONNECTIONS", message)


def too_many_connections_response() -> Response:
    """Return the response to a handshake when the limit is reached."""
    return PlainTextResponse(
        TOO_MANY_CONNECTIONS,
        HTTPStatus.SERVICE_UNAVAILABLE,
        {"retry-after": str(RETRY_SECONDS)},
    )
