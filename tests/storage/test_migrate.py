"""Migrations produce the schema that the code expects, and can run again."""

from __future__ import annotations

import asyncio

import pytest

from storage import migrate
from storage.database import UnsupportedDatabase, async_url, create_unpooled_engine


def test_a_migrated_database_has_exactly_the_declared_tables(database_url: str) -> None:
    assert migrate.schema_differences(database_url) == []


def test_migrating_again_changes_nothing(database_url: str) -> None:
    migrate.upgrade_database(database_url)
    assert not asyncio.run(migrate.has_pending_migration(database_url))


def test_a_database_without_migrations_is_pending(tmp_path: object) -> None:
    assert asyncio.run(migrate.has_pending_migration(f"sqlite:///{tmp_path}/new.db"))


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
    migrate.upgrade_database(bare_database_url)
    rows = asyncio.run(
        _execute(bare_database_url, "SELECT number, topic FROM arrival ORDER BY number")
    )
    assert rows == [(1, "opd-1"), (2, "opd-1"), (3, "32:region"), (4, "32:region spbe-2020")]
    assert migrate.schema_differences(bare_database_url) == []


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


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("sqlite:///simpul.db", "sqlite+aiosqlite"),
        ("postgresql://u:p@h/d", "postgresql+asyncpg"),
        ("postgres://u:p@h/d", "postgresql+asyncpg"),
        ("postgresql+psycopg://u:p@h/d", "postgresql+asyncpg"),
    ],
)
def test_a_url_gets_the_driver_that_is_used(url: str, driver: str) -> None:
    assert async_url(url).drivername == driver


def test_the_sslmode_of_libpq_is_accepted() -> None:
    assert async_url("postgresql://h/d?sslmode=require").query == {"ssl": "require"}


def test_another_database_is_refused_with_its_name() -> None:
    with pytest.raises(UnsupportedDatabase, match="got 'mysql'"):
        async_url("mysql://h/d")
