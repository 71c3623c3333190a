"""Opens connections to PostgreSQL: the first of the hosts that responds and fits."""

from __future__ import annotations

import asyncpg

from storage.database_address import PostgresqlHost, PostgresqlServers

# These say that this server cannot be used now, so the next host is tried.
_NEXT_HOST_ERRORS = (
    OSError,
    TimeoutError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.TargetServerAttributeNotMatched,
)


class DatabaseUnreachable(ConnectionError):
    """No host of the database accepts a connection; the message states the reason of the last."""


async def open_postgresql_connection(
    servers: PostgresqlServers, command_seconds: float | None = None
) -> asyncpg.Connection:
    """Return a connection to the first host that responds and has the attributes asked for.

    Each host has its own time, so that a host that does not respond keeps no other from serving.

    Raises:
        DatabaseUnreachable: no host accepts a connection.
        asyncpg.PostgresError: a server refuses the user or the database.
    """
    attributes = servers.session_attributes
    preferences = ("standby", "any") if attributes == "prefer-standby" else (attributes,)
    failure: BaseException | None = None
    for preference in preferences:
        for host in servers.hosts or (None,):
            try:
                return await _connect(servers, host, preference, command_seconds)
            except _NEXT_HOST_ERRORS as error:
                failure = error
    if isinstance(failure, asyncpg.PostgresError):
        raise failure  # it has a code that says why
    reason = str(failure) or "it does not respond in time"
    raise DatabaseUnreachable(reason) from failure


async def _connect(
    servers: PostgresqlServers,
    host: PostgresqlHost | None,
    session_attributes: str,
    command_seconds: float | None,
) -> asyncpg.Connection:
    return await asyncpg.connect(
        servers.dsn,
        host=None if host is None else host.host,
        port=None if host is None else host.port,
        timeout=servers.connect_seconds,
        command_timeout=command_seconds,
        target_session_attrs=session_attributes,
        server_settings={"application_name": servers.application_name},
    )
