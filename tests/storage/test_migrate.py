"""Migrations give what the code expects, however often they run."""

from __future__ import annotations

import asyncio

import pytest

from storage import migrate
from storage.database import UnsupportedDatabase, async_url


def test_a_migrated_database_has_what_the_tables_say_and_nothing_else(database_url: str) -> None:
    assert migrate.differences(database_url) == []


def test_migrating_again_changes_nothing(database_url: str) -> None:
    migrate.upgrade(database_url)
    assert not asyncio.run(migrate.pending(database_url))


def test_a_database_without_migrations_is_pending(tmp_path: object) -> None:
    assert asyncio.run(migrate.pending(f"sqlite:///{tmp_path}/new.db"))


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("sqlite:///simpul.db", "sqlite+aiosqlite"),
        ("postgresql://u:p@h/d", "postgresql+asyncpg"),
        ("postgres://u:p@h/d", "postgresql+asyncpg"),
        ("postgresql+psycopg://u:p@h/d", "postgresql+asyncpg"),
    ],
)
def test_a_url_gets_the_driver_that_is_used(given: str, driver: str) -> None:
    assert async_url(given).drivername == driver


def test_the_way_to_encrypt_may_be_named_as_libpq_does() -> None:
    assert async_url("postgresql://h/d?sslmode=require").query == {"ssl": "require"}


def test_another_database_is_refused_with_its_name() -> None:
    with pytest.raises(UnsupportedDatabase, match="got 'mysql'"):
        async_url("mysql://h/d")
