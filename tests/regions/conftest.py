"""Fixtures of a copy and an owner: log and rows of a region, a data folder, and a token."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.log.entry import Entry
from engine.log.snapshot import SnapshotRow
from storage import log_entries, snapshot
from storage.database import Database


@pytest.fixture
async def sumedang(filled_sqlite_url: str) -> tuple[list[Entry], list[SnapshotRow]]:
    database = Database(filled_sqlite_url)
    try:
        async with database.read() as session:
            entries = await log_entries.list_log_entries(session, "32.11")
            return entries, await snapshot.export_snapshot_rows(session, "32.11", drafts=True)
    finally:
        await database.close()


@pytest.fixture
def hub_folder(sqlite_template: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "hub"
    folder.mkdir()
    (folder / "simpul.db").write_bytes(sqlite_template.read_bytes())
    return folder


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text("secret")
    return path
