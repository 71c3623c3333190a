"""The database: one engine for reads and one for writes, on SQLite or PostgreSQL.

SQLite has one writer at a time. So a writer waits for the only write connection of this process,
and for a writer of another process up to the busy timeout. PostgreSQL uses one pool for both.

Statements that run at each change are built once, as constants of their modules, because building a
statement takes longer than executing it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager
from functools import partial
from itertools import islice
from typing import Any

import asyncpg
from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.pool import AsyncAdaptedQueuePool, NullPool

from storage import sqlite_driver

Session = AsyncSession  # for modules that only pass a session on

# What a database raises that cannot be reached, does not answer in time, or refuses a statement.
DATABASE_ERRORS = (
    SQLAlchemyError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    OSError,
    TimeoutError,
)
CONNECT_SECONDS = 3
STATEMENT_SECONDS = 15
POOL_WAIT_SECONDS = 10
SQLITE_BUSY_SECONDS = 15
SQLITE_READERS = 4
POSTGRESQL_CONNECTIONS = 10
IDS_AT_ONCE = 500


class UnsupportedDatabase(ValueError):
    """The URL names a database that Simpul does not run on."""

    def __init__(self, url: URL) -> None:
        super().__init__(
            "expected a database URL that begins with sqlite or postgresql, "
            f"got {url.get_backend_name()!r}"
        )


def async_url(url: str) -> URL:
    """Return `url` with the driver that Simpul uses, which is aiosqlite or asyncpg.

    Raises:
        UnsupportedDatabase: the URL names any other database.
    """
    parsed = make_url(url)
    match parsed.get_backend_name():
        case "sqlite":
            return parsed.set(drivername="sqlite+aiosqlite")
        case "postgresql" | "postgres":
            # Hosting providers print the parameter of libpq, which asyncpg calls `ssl`.
            query = {
                ("ssl" if key == "sslmode" else key): value for key, value in parsed.query.items()
            }
            return parsed.set(drivername="postgresql+asyncpg", query=query)
        case _:
            raise UnsupportedDatabase(parsed)


class Database:
    """Opens read and write sessions; `close` it when done."""

    def __init__(self, url: str) -> None:
        self.url = async_url(url)
        if self.url.get_backend_name() == "sqlite":
            self._reader = _create_sqlite_engine(self.url, read_only=True)
            self._writer = _create_sqlite_engine(self.url, read_only=False)
        else:
            self._reader = self._writer = _create_postgresql_engine(self.url)
        self._read_sessions = async_sessionmaker(self._reader, expire_on_commit=False)
        self._write_sessions = async_sessionmaker(self._writer, expire_on_commit=False)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """Yield a session that reads one snapshot; its changes are rolled back."""
        async with self._read_sessions() as session:
            if self.url.get_backend_name() == "postgresql":
                await session.connection(
                    execution_options={
                        "isolation_level": "REPEATABLE READ",
                        "postgresql_readonly": True,
                    }
                )
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """Yield a session that commits when the block ends, and rolls back if the block raises."""
        async with self._write_sessions.begin() as session:
            yield session

    async def close(self) -> None:
        """Close all connections."""
        await self._writer.dispose()
        await self._reader.dispose()


def batch_ids(ids: Collection[str]) -> Iterator[list[str]]:
    """Yield ids in lists that are short enough for one query on every database."""
    remaining = iter(ids)
    while batch := list(islice(remaining, IDS_AT_ONCE)):
        yield batch


def create_unpooled_engine(url: str) -> AsyncEngine:
    """Return an engine for a few statements, such as migrations; the caller disposes of it."""
    parsed = async_url(url)
    postgresql = parsed.get_backend_name() == "postgresql"
    arguments = {"timeout": CONNECT_SECONDS} if postgresql else {}
    return create_async_engine(
        parsed, poolclass=NullPool, hide_parameters=True, connect_args=arguments
    )


def _create_sqlite_engine(url: URL, *, read_only: bool) -> AsyncEngine:
    query_only = f"query_only={'ON' if read_only else 'OFF'}"
    pragmas = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", query_only)
    engine = create_async_engine(
        url,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=SQLITE_READERS if read_only else 1,
        max_overflow=0,
        pool_timeout=POOL_WAIT_SECONDS + STATEMENT_SECONDS,
        hide_parameters=True,  # in errors, because they contain names, logins and digests
        connect_args={
            "async_creator_fn": partial(sqlite_driver.open_sqlite_connection, pragmas=pragmas),
            "timeout": SQLITE_BUSY_SECONDS,
            # The driver must not begin transactions itself, because it begins them deferred. A
            # deferred transaction that starts to write fails at once if another one has written.
            "isolation_level": None,
        },
    )

    @event.listens_for(engine.sync_engine, "begin")
    def begin_explicitly(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def _create_postgresql_engine(url: URL) -> AsyncEngine:
    return create_async_engine(
        url,
        hide_parameters=True,
        isolation_level="READ COMMITTED",
        pool_size=POSTGRESQL_CONNECTIONS,
        max_overflow=0,
        pool_timeout=POOL_WAIT_SECONDS,
        pool_pre_ping=True,
        connect_args={
            "timeout": CONNECT_SECONDS,
            "command_timeout": STATEMENT_SECONDS,
            "server_settings": {"application_name": "simpul"},
        },
    )
