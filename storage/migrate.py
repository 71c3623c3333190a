"""Migrations bring a database to the schema that this code expects; workers never run them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, String, inspect, text

import storage.account_tables  # noqa: F401  # its tables belong to the metadata
from storage.database import create_unpooled_engine
from storage.tables import Table

Result = TypeVar("Result")


def upgrade_database(url: str, revision: str = "head") -> None:
    """Migrate the database at `url` to a revision, by default the newest; safe to repeat.

    The function runs its own event loop, so call it from outside of one.
    """
    command.upgrade(_config(url), revision)


async def has_pending_migration(url: str) -> bool:
    """Return whether the database at `url` is not at the newest revision of this code."""
    expected = ScriptDirectory.from_config(_config(url)).get_current_head()
    return await _current_revision(url) != expected


async def holds_earlier_logs(url: str) -> bool:
    """Return whether the database holds logs of the form before `salted_logs`, which refuses it."""

    def has_earlier_entry(connection: Connection) -> bool:
        inspector = inspect(connection)
        return (
            inspector.has_table("entry")
            and all(column["name"] != "header_hash" for column in inspector.get_columns("entry"))
            and connection.execute(text("SELECT 1 FROM entry LIMIT 1")).first() is not None
        )

    return await _run_with_connection(url, has_earlier_entry)


def schema_differences(url: str) -> list[object]:
    """Return the differences between the tables of the code and the database at `url`."""

    def compare(connection: Connection) -> list[object]:
        options = {"compare_type": _compare_types}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, Table.metadata))

    return asyncio.run(_run_with_connection(url, compare))


def _compare_types(
    context: MigrationContext,
    _inspected: object,
    _column: object,
    inspected_type: object,
    metadata_type: object,
) -> bool | None:
    """Compare two column types: False means equal, None leaves the comparison to Alembic.

    SQLite does not enforce the length of a text, so a difference in length does not count there.
    """
    texts = isinstance(inspected_type, String) and isinstance(metadata_type, String)
    return False if texts and context.dialect.name == "sqlite" else None


async def _current_revision(url: str) -> str | None:
    return await _run_with_connection(
        url, lambda connection: MigrationContext.configure(connection).get_current_revision()
    )


async def _run_with_connection(url: str, operation: Callable[[Connection], Result]) -> Result:
    engine = create_unpooled_engine(url)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(operation)
    finally:
        await engine.dispose()


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.attributes["url"] = url
    return config
