"""The dependencies of one socket, and the credentials in its `connection_init`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.model import Viewer
from hub.admission.admission import Admission
from hub.auth.authentication import Authenticator
from hub.auth.credentials import NO_CREDENTIALS, Credentials
from hub.auth.open_connections import OpenConnections
from hub.transport.connection_limits import ConnectionLimiter, CountedConnection
from hub.transport.persisted_queries import PersistedQueries
from hub.transport.request_limits import RequestLimits
from hub.transport.shared_subscription import SubscriptionSharing

# A page whose session has ended sends this member with this value to go on without a session, since
# it cannot keep the browser from sending the cookie.
SESSION_MEMBER, WITHOUT_SESSION = "session", "none"
NAME_SHOWN = 30  # characters of a name in connection_init's payload, in messages
FOREIGN_TOKEN_MEMBERS = frozenset(
    {"headers", "token", "authtoken"}
)  # where Hasura and other servers read a token


class MisplacedToken(Exception):
    """The token is in a member that only other servers read, so it would have no effect here."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "expected the token in `authorization` of connection_init's payload, "
            f"got `{name[:NAME_SHOWN]}`"
        )


@dataclass(frozen=True, slots=True)
class SocketConnection:
    """The dependencies of the handler of one socket."""

    context_factory: Callable[[Viewer], object]
    authenticator: Authenticator
    open_connections: OpenConnections
    limits: RequestLimits
    sharing: SubscriptionSharing | None  # None: subscriptions are not shared
    connections: ConnectionLimiter
    handshake: Credentials  # of the headers; browsers can send a cookie there only
    admission: Admission
    address: str  # of the peer
    persisted_queries: PersistedQueries | None
    counted: CountedConnection


def find_credentials(payload: Mapping[str, Any], handshake: Credentials) -> Credentials:
    """Return the credentials in the payload of `connection_init`, else those of the handshake.

    Raises:
        MisplacedToken: the token is where other servers read it.
    """
    if payload.get(SESSION_MEMBER) == WITHOUT_SESSION:
        return NO_CREDENTIALS
    for name, value in payload.items():
        if name.lower() == "authorization" and value is not None:
            return Credentials(str(value))
    for name, value in payload.items():
        if name.lower() in FOREIGN_TOKEN_MEMBERS and value:
            raise MisplacedToken(name)
    return handshake
