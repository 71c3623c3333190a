"""Makes this process forget the sessions and tokens that another process has withdrawn.

Every withdrawal is an entry of the audit. Each process reads the new entries several times a
second, so that a withdrawal is effective within a second without a broker, and whether a worker or
a command made it. The query finds nothing nearly always, and takes a tenth of a millisecond.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from engine.account import AuditEntry
from hub.auth.authentication import Authenticator
from resolvers.context import Instance
from storage.access_token import record_token_use
from storage.audit import list_audit_after, newest_audit_number

POLL_SECONDS = 0.4
CURRENT_SECONDS = 2.0  # for which what was read counts if the audit cannot be read
PAGE_ENTRIES = 500
TOKEN_USE_SECONDS = 60.0  # between two writes of the last uses of tokens

logger = logging.getLogger(__name__)


class AccessWatch:
    """Reads the audit, and tells the authenticator and others which accounts changed."""

    def __init__(self, authenticator: Authenticator) -> None:
        self._authenticator = authenticator
        self._listeners: list[Callable[[AuditEntry], None]] = []
        self._newest: int | None = None
        self._read_at = -CURRENT_SECONDS
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
        """Read new entries until cancelled."""
        uses_stored_at = time.monotonic()
        while True:
            try:
                await self.read_new_entries(instance)
                if time.monotonic() - uses_stored_at > TOKEN_USE_SECONDS:
                    uses_stored_at = time.monotonic()
                    await self._store_token_uses(instance)
            except Exception:
                logger.exception("the audit cannot be read; trying again")
            self._wakeup.clear()
            try:
                async with asyncio.timeout(POLL_SECONDS):
                    await self._wakeup.wait()
            except TimeoutError:
                pass

    async def read_new_entries(self, instance: Instance) -> None:
        """Read all new entries, and make this process forget the accounts that they concern."""
        began_at = time.monotonic()
        async with instance.database.read() as session:
            if self._newest is None:
                self._newest = await newest_audit_number(session)
            entries = await list_audit_after(session, self._newest, PAGE_ENTRIES)
        for entry in entries:
            self._newest = entry.number
            self._authenticator.forget(entry.account)
            for listener in self._listeners:
                listener(entry)
        if len(entries) < PAGE_ENTRIES:
            self._read_at = began_at

    async def _store_token_uses(self, instance: Instance) -> None:
        uses, self._authenticator.used_tokens = self._authenticator.used_tokens, {}
        if uses:
            async with instance.database.write() as session:
                for id, at in uses.items():
                    await record_token_use(session, id, at)
