"""Ends WebSockets and streams when their session, token or right is withdrawn, or is over.

Connections with the same credentials are checked together: one person or program may have
thousands of them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from engine.account import AuditEntry
from engine.model import Viewer
from hub.auth.authentication import Authenticator
from hub.auth.credentials import Credentials
from hub.auth.errors import AccessUnavailable, AuthenticationError
from hub.auth.signing_keys import KeysUnavailable

RECHECK_SECONDS = 30.0  # between checks of an identity provider's token, whose key may be withdrawn
RETRY_SECONDS = 1.0  # after a check that could not be made
ENDED_AT_ONCE = 50  # connections, before other work of the event loop has its turn

logger = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class OpenConnection:
    """A connection that stays open, with the credentials that it was opened with."""

    viewer: Viewer
    credentials: Credentials
    end: Callable[[str], None]  # because the credentials no longer count; the reason
    restart: Callable[[], None]  # because the right changed: the client shall connect again


@dataclass(eq=False, slots=True)
class _Group:
    """The connections with the same credentials, and the next check of these."""

    account: str
    credentials: Credentials
    connections: set[OpenConnection] = field(default_factory=set)
    timer: asyncio.TimerHandle | None = None
    check: asyncio.Task[None] | None = None  # that goes on
    is_due: bool = False  # whether another check must follow


class OpenConnections:
    """The open connections of this process whose viewer is not the public one."""

    def __init__(
        self, authenticator: Authenticator, *, recheck_seconds: float = RECHECK_SECONDS
    ) -> None:
        self._authenticator = authenticator
        self._recheck_seconds = recheck_seconds
        self._groups: dict[Credentials, _Group] = {}
        self._groups_by_account: dict[str, set[_Group]] = {}

    def add(self, connection: OpenConnection) -> None:
        """Watch a connection until `remove`."""
        group = self._groups.get(connection.credentials)
        if group is None:
            account = connection.viewer.subject
            group = self._groups[connection.credentials] = _Group(account, connection.credentials)
            self._groups_by_account.setdefault(account, set()).add(group)
            self._schedule(group, connection.viewer)
        group.connections.add(connection)
        # The account may have changed between the authentication and now.
        if not self._authenticator.is_viewer_known(connection.credentials, connection.viewer):
            self._start_check(group)

    def remove(self, connection: OpenConnection) -> None:
        """Watch the connection no longer."""
        group = self._groups.get(connection.credentials)
        if group is None:
            return
        group.connections.discard(connection)
        if group.connections:
            return
        if group.timer is not None:
            group.timer.cancel()
        del self._groups[group.credentials]
        groups = self._groups_by_account[group.account]
        groups.discard(group)
        if not groups:
            del self._groups_by_account[group.account]

    def account_changed(self, entry: AuditEntry) -> None:
        """Check the connections of the account that an audit entry concerns."""
        for group in self._groups_by_account.get(entry.account, ()):
            self._start_check(group)

    def _schedule(self, group: _Group, viewer: Viewer | None) -> None:
        """Check the group again when its viewer expires, or when it could not be checked."""
        if group.timer is not None:
            group.timer.cancel()
            group.timer = None
        seconds = RETRY_SECONDS
        if viewer is not None:
            seconds = self._recheck_seconds if viewer.credential is None else float("inf")
            if viewer.expires_at is not None:
                remaining = (viewer.expires_at - self._authenticator.clock()).total_seconds()
                # A token of a provider counts for some seconds more than it states.
                seconds = min(seconds, remaining) if remaining > 0 else RETRY_SECONDS
        if seconds != float("inf"):
            loop = asyncio.get_running_loop()
            group.timer = loop.call_later(seconds, self._start_check, group)

    def _start_check(self, group: _Group) -> None:
        group.is_due = True
        if group.check is None:
            group.check = asyncio.create_task(self._check(group))

    async def _check(self, group: _Group) -> None:
        try:
            while group.is_due and group.connections:
                group.is_due = False
                await self._check_once(group)
        finally:
            group.check = None

    async def _check_once(self, group: _Group) -> None:
        """End the connections, or watch on: a session may have been extended since."""
        viewer: Viewer | None = None
        try:
            viewer = await self._authenticator.viewer(group.credentials)
        except AuthenticationError as error:
            reason = str(error)
            await self._end(group, lambda connection: connection.end(reason))
            return
        except KeysUnavailable:  # for so long that no key is trusted any more
            await self._end(group, lambda connection: connection.restart())
            return
        except AccessUnavailable:
            pass  # it was logged; the check is repeated
        except Exception:
            logger.exception("the credentials of connections cannot be checked; trying again")
        if viewer is not None:
            await self._end(group, lambda connection: connection.restart(), unless=viewer)
        if group.connections:
            self._schedule(group, viewer)

    async def _end(
        self,
        group: _Group,
        end: Callable[[OpenConnection], None],
        *,
        unless: Viewer | None = None,
    ) -> None:
        """End the connections of a group, except those that have a certain viewer."""
        ended_count = 0
        for connection in list(group.connections):
            if connection not in group.connections:
                continue  # it was removed while others were ended
            if unless is not None and _is_same(connection.viewer, unless):
                continue
            self.remove(connection)
            end(connection)
            ended_count += 1
            if ended_count % ENDED_AT_ONCE == 0:
                await asyncio.sleep(0)


def _is_same(viewer: Viewer, other: Viewer) -> bool:
    return viewer is other or replace(viewer, expires_at=other.expires_at) == other
