"""Runs the migrations on the database of the given URL, one process at a time."""

from __future__ import annotations

import asyncio

from alembic import context
from sqlalchemy import Connection, text

import storage.account_tables  # noqa: F401  # its tables belong to the metadata
from storage.database import create_unpooled_engine
from storage.tables import Table

LOCK = 0x73696D70756C  # "simpul": one migration at a time on a PostgreSQL server


def migrate(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        # The session holds the lock, because each revision commits. A second migration waits here
        # without a timeout. Later, a lock on a busy table must time out, because readers queue
        # behind it.
        connection.execute(text(f"SELECT pg_advisory_lock({LOCK})"))
        connection.execute(text("SET lock_timeout = '5s'"))
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Table.metadata,
        transaction_per_migration=True,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()


async def run() -> None:
    engine = create_unpooled_engine(context.config.attributes["url"])
    try:
        async with engine.connect() as connection:
            await connection.run_sync(migrate)
            await connection.commit()
    finally:
        await engine.dispose()


asyncio.run(run())
