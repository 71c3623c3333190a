"""Examines whether the database can write: a tiny row is written and committed now and then."""

from __future__ import annotations

import asyncio
import time

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from storage.database import Database
from storage.database_outage import is_lock_busy

PROBE_SECONDS = 5.0  # for which a write that succeeded counts
_WRITE = text(
    "INSERT INTO write_probe (id, at) VALUES (1, :at) ON CONFLICT (id) DO UPDATE SET at = :at"
)


async def write_probe_row(session: AsyncSession) -> None:
    """Write the row of the probe."""
    await session.execute(_WRITE, {"at": round(time.time())})


class WriteProbe:
    """Writes at most once in some seconds for a process, however many ask."""

    def __init__(self, seconds: float = PROBE_SECONDS) -> None:
        self._seconds = seconds
        self._succeeded_at = float("-inf")
        self._lock = asyncio.Lock()
        self.writes = 0  # attempts since the start

    async def check_writable(self, database: Database) -> None:
        """Return if a write succeeds, or succeeded some seconds ago.

        A lock that another writer holds is no failure, since that writer proves more than a probe.
        Raises every other error of the database.
        """
        async with self._lock:
            if time.monotonic() - self._succeeded_at < self._seconds:
                return
            try:
                self.writes += 1
                async with database.write_reserved() as session:
                    await write_probe_row(session)
            except Exception as error:
                if not is_lock_busy(error):
                    raise
            self._succeeded_at = time.monotonic()
