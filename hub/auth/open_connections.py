"""Ends WebSockets and streams when their session, token or right is withdrawn, or is over."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from engine.account import AuditEntry
from engine.model import Viewer
from hub.auth.authentication import Authenticator
from hub.auth.credentials import Credentials
from hub.auth.errors import AuthenticationError

RECHECK_SECONDS = 60.0  # between checks of an identity provider's token, whose key may be withdrawn
RETRY_SECONDS = 1.0  # after a check that could not be made

logger = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class OpenConnection:
    """A connection that stays open, with the credentials that it was opened with."""

    viewer: Viewer
    credentials: Credentials
    end: Callable[[str], None]  # because the credentials no longer count; the reason
    restart: Callable[[], None]  # because the right changed: the client shall connect again
    timer: asyncio.TimerHandle | None = field(default=None, init=False)


class OpenConnections:
    """The open connections of this process whose viewer is not the public one."""

    def __init__(self, authenticator: Authenticator) -> None:
        self._authenticator = authenticator
        self._by_account: dict[str, set[OpenConnection]] = {}
        self._checks: set[asyncio.Task[None]] = set()

    def add(self, connection: OpenConnection) -> None:
        """Watch a connection until `remove`."""
        self._by_account.setdefault(connection.viewer.subject, set()).add(connection)
        self._schedule(connection)

    def remove(self, connection: OpenConnection) -> None:
        """Watch the connection no longer."""
        if connection.timer is not None:
            connection.timer.cancel()
            connection.timer = None
        watched = self._by_account.get(connection.viewer.subject)
        if watched is not None:
            watched.discard(connection)
            if not watched:
                del self._by_account[connection.viewer.subject]

    def account_changed(self, entry: AuditEntry) -> None:
        """Check the connections of the account that an audit entry concerns."""
        for connection in self._by_account.get(entry.account, ()):
            self._start_check(connection)

    def _schedule(self, connection: OpenConnection) -> None:
        viewer = connection.viewer
        seconds = RECHECK_SECONDS if viewer.credential is None else float("inf")
        if viewer.expires_at is not None:
            remaining = viewer.expires_at - self._authenticator.clock()
            seconds = min(seconds, max(0.0, remaining.total_seconds()))
        if seconds != float("inf"):
            loop = asyncio.get_running_loop()
            connection.timer = loop.call_later(seconds, self._start_check, connection)

    def _start_check(self, connection: OpenConnection) -> None:
        check = asyncio.create_task(self._check(connection))
        self._checks.add(check)
        check.add_done_callback(self._checks.discard)

    async def _check(self, connection: OpenConnection) -> None:
        """End the connection, or watch on: a session may have been extended since."""
        try:
            viewer = await self._authenticator.viewer(connection.credentials)
        except AuthenticationError as error:
            if self._is_watched(connection):
                self.remove(connection)
                connection.end(str(error))
            return
        except Exception as error:  # noqa: BLE001  # for example without a database
            logger.warning("the credentials of a connection cannot be checked: %s", error)
            if self._is_watched(connection):
                loop = asyncio.get_running_loop()
                connection.timer = loop.call_later(RETRY_SECONDS, self._start_check, connection)
            return
        if not self._is_watched(connection):
            return
        if replace(viewer, expires_at=connection.viewer.expires_at) != connection.viewer:
            self.remove(connection)
            connection.restart()
            return
        self.remove(connection)
        connection.viewer = viewer
        self.add(connection)

    def _is_watched(self, connection: OpenConnection) -> bool:
        return connection in self._by_account.get(connection.viewer.subject, ())
