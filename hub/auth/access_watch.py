"""Makes this process forget the sessions and tokens that another process has withdrawn.

Every withdrawal is an entry of the audit. Each process reads the new entries several times a
second, so that a withdrawal is effective within a second without a broker, and whether a worker or
a command made it. The query nearly always finds nothing, by the primary key.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from engine.account import AuditEntry
from hub.auth.authentication import Authenticator
from resolvers.context import Instance
from storage.access_token import record_token_uses
from storage.audit import list_audit_after, newest_audit_number
from storage.database import DATABASE_ERRORS, Database

POLL_SECONDS = 0.4
CURRENT_SECONDS = 2.0  # for which what was read counts if the audit cannot be read
PAGE_ENTRIES = 500
TOKEN_USE_SECONDS = 60.0  # between two writes of the last uses of tokens

logger = logging.getLogger(__name__)


class AuditRestored(Exception):
    """The audit is shorter than it was: a backup was restored while this process runs.

    What this process has in memory no longer counts, so it reads each credential from the database.
    """

    def __init__(self) -> None:
        super().__init__("the audit lacks entries that were read: restart the server")


class AccessWatch:
    """Reads the audit, and informs the authenticator and listeners which accounts changed."""

    def __init__(self, authenticator: Authenticator) -> None:
        self._authenticator = authenticator
        self._listeners: list[Callable[[AuditEntry], None]] = []
        self._newest: int | None = None
        self._read_at = -CURRENT_SECONDS
        self._is_failing = False
        self._is_restored = False
        self._wakeup = asyncio.Event()
        authenticator.is_current = self.is_current

    def is_current(self) -> bool:
        """Whether every withdrawal up to some moments ago is known."""
        return time.monotonic() - self._read_at < CURRENT_SECONDS

    def listen(self, listener: Callable[[AuditEntry], None]) -> None:
        """Call a function with each new entry, after the authenticator has forgotten the account."""
        self._listeners.append(listener)

    def wake(self) -> None:
        """Read the audit now, since this process has just written to it."""
        self._wakeup.set()

    async def run(self, instance: Instance) -> None:
        """Read new entries, and store the last uses of tokens, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow(instance.database))
            # Not in the same task, because a withdrawal does not wait for this write.
            tasks.create_task(self._store_token_uses(instance.database))

    async def read_new_entries(self, database: Database) -> None:
        """Read all new entries, and make this process forget the accounts that they concern.

        Raises:
            AuditRestored: entries that were read are gone.
        """
        is_complete = False
        while not is_complete:
            began_at = time.monotonic()
            async with database.read_reserved() as session:
                newest = await newest_audit_number(session)
                if self._newest is None:
                    self._newest = newest
                if newest < self._newest or self._is_restored:
                    self._is_restored = True
                    raise AuditRestored
                entries = await list_audit_after(session, self._newest, PAGE_ENTRIES)
            for entry in entries:
                self._newest = entry.number
                self._authenticator.forget(entry.account)
                for listener in self._listeners:
                    listener(entry)
            is_complete = len(entries) < PAGE_ENTRIES
        self._read_at = began_at

    async def _follow(self, database: Database) -> None:
        while True:
            self._wakeup.clear()
            try:
                await self.read_new_entries(database)
                if self._is_failing:
                    self._is_failing = False
                    logger.warning("the audit can be read again")
            except Exception as error:  # without the watch no withdrawal is seen
                if not self._is_failing:  # once, and not several times a second
                    self._is_failing = True
                    is_bug = not isinstance(error, (*DATABASE_ERRORS, AuditRestored))
                    logger.warning("the audit cannot be read: %r", error, exc_info=is_bug)
            try:
                async with asyncio.timeout(POLL_SECONDS):
                    await self._wakeup.wait()
            except TimeoutError:
                pass

    async def _store_token_uses(self, database: Database) -> None:
        while True:
            await asyncio.sleep(TOKEN_USE_SECONDS)
            uses, self._authenticator.used_tokens = self._authenticator.used_tokens, {}
            try:
                if uses:
                    async with database.write() as session:
                        await record_token_uses(session, uses)
            except DATABASE_ERRORS as error:
                self._authenticator.used_tokens = uses | self._authenticator.used_tokens
                logger.warning("the last uses of tokens cannot be stored: %r", error)
