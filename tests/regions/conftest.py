"""Fixture with the real log and rows of a region, for owners other than Simpul."""

from __future__ import annotations

import pytest

from engine.log.entry import Entry
from engine.log.snapshot import SnapshotRow
from storage import log, snapshot
from storage.database import Database


@pytest.fixture
async def sumedang(filled_sqlite_url: str) -> tuple[list[Entry], list[SnapshotRow]]:
    database = Database(filled_sqlite_url)
    try:
        async with database.read() as session:
            entries = await log.list_log_entries(session, "32.11")
            return entries, await snapshot.export_snapshot_rows(session, "32.11", drafts=True)
    finally:
        await database.close()
