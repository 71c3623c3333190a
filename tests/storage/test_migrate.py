"""Migrations produce the schema that the code expects, and can run again."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from hub.settings import Settings
from storage import migrate, migration_steps
from storage.database import create_unpooled_engine


def test_a_migrated_database_has_exactly_the_declared_tables(database_url: str) -> None:
    assert migrate.schema_differences(database_url) == []


def test_migrating_again_changes_nothing(database_url: str) -> None:
    migrate.upgrade_database(database_url)
    assert not asyncio.run(migrate.has_pending_migration(database_url))


def test_a_database_without_migrations_is_pending(tmp_path: object) -> None:
    assert asyncio.run(migrate.has_pending_migration(f"sqlite:///{tmp_path}/new.db"))


def test_a_data_folder_is_a_path_whatever_characters_it_has(
    sqlite_template: Path, tmp_path: Path
) -> None:
    settings = Settings(data_dir=tmp_path / "a?b#c %41 Ä")
    settings.prepare()
    shutil.copy(sqlite_template, settings.data_dir / "simpul.db")
    migrate.upgrade_database(settings.database)
    assert not asyncio.run(migrate.has_pending_migration(settings.database))
    assert [path.name for path in tmp_path.iterdir()] == ["a?b#c %41 Ä"]


def test_a_migration_sets_the_topic_of_earlier_arrivals(bare_database_url: str) -> None:
    migrate.upgrade_database(bare_database_url, "lessons")
    asyncio.run(
        _execute(
            bare_database_url,
            "INSERT INTO entry VALUES ('32', 1, 'then', 'ani', 'OPD_RECORDED', 'opd-1', 'PUBLIC',"
            " NULL, '', '', '')",
            "INSERT INTO arrival VALUES (1, 'then', '32', 1, 'OPD_RECORDED', 'PUBLIC', NULL)",
            "INSERT INTO arrival VALUES (2, 'then', '32', 1, 'INDEX_CHANGED', 'PUBLIC', '{}')",
            "INSERT INTO arrival VALUES (3, 'then', '32', 1, 'PROPOSALS_CHANGED', 'PUBLIC',"
            """ '{"subject": "32:region"}')""",
            "INSERT INTO arrival VALUES (4, 'then', '32', 1, 'VERIFICATION_CHANGED', 'PUBLIC',"
            """ '{"subject": "32:region", "instrument": "spbe-2020"}')""",
        )
    )
    migrate.upgrade_database(bare_database_url, "write_probe")
    rows = asyncio.run(
        _execute(bare_database_url, "SELECT number, topic FROM arrival ORDER BY number")
    )
    assert rows == [(1, "opd-1"), (2, "opd-1"), (3, "32:region"), (4, "32:region spbe-2020")]
    with pytest.raises(migration_steps.EarlierLogForm, match="simpul export"):
        migrate.upgrade_database(bare_database_url)


async def _execute(url: str, *statements: str) -> list[tuple[object, ...]]:
    """Execute some statements, and return the rows of the last one."""
    engine = create_unpooled_engine(url)
    try:
        async with engine.begin() as connection:
            for statement in statements:
                result = await connection.exec_driver_sql(statement)
            return [tuple(row) for row in result] if result.returns_rows else []
    finally:
        await engine.dispose()
