"""The database: one engine for reads and one for writes, on SQLite or PostgreSQL.

SQLite has one writer at a time. So a writer waits for the only write connection of this process,
and for a writer of another process up to the busy timeout. PostgreSQL uses one pool for both.

Reserved connections serve the short reads by which a process follows changes and reports its state,
so that these go on while long operations use all other connections.

Statements that run at each change are built once, as constants of their modules, because building a
statement takes longer than executing it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from itertools import islice
from typing import Any

import asyncpg
from sqlalchemy import event, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    create_async_engine,
)
from sqlalchemy.pool import AsyncAdaptedQueuePool, NullPool

from storage import sqlite_driver
from storage.database_address import PostgresqlServers, SqliteFile, parse_database_url
from storage.database_outage import is_refused_write
from storage.postgresql_driver import open_postgresql_connection

Session = AsyncSession  # for modules that only pass a session on

# What a database raises that cannot be reached, does not answer in time, or refuses a statement.
DATABASE_ERRORS = (
    SQLAlchemyError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    OSError,
    TimeoutError,
)
STATEMENT_SECONDS = 15
POOL_WAIT_SECONDS = 10
SQLITE_BUSY_SECONDS = 15
SQLITE_READERS = 4
POSTGRESQL_CONNECTIONS = 10
POSTGRESQL_DRIVER = "postgresql+asyncpg://"  # without an address, because the creator has it
RESERVED_CONNECTIONS = 2
RESERVED_LOCK_SECONDS = 0.2  # the longest wait of a reserved session for the lock of a writer
SET_RESERVED_LOCK_SECONDS = text(f"SET LOCAL lock_timeout = {round(RESERVED_LOCK_SECONDS * 1000)}")
IDS_AT_ONCE = 500


class WriteInReadSession(RuntimeError):
    """A session that only reads was to write, which is a bug and no outage of the database."""

    def __init__(self) -> None:
        super().__init__("expected statements that read, got one that writes: use Database.write")


class Database:
    """Opens read and write sessions; `close` it when done.

    Args:
        statement_seconds: the longest time in which PostgreSQL responds to a statement.
    """

    def __init__(self, url: str, *, statement_seconds: float = STATEMENT_SECONDS) -> None:
        self.address = parse_database_url(url)
        if isinstance(self.address, SqliteFile):
            self._reader = _create_sqlite_engine(self.address, connections=SQLITE_READERS)
            self._writer = _create_sqlite_engine(self.address, is_writer=True)
            self._reserved_reader = _create_sqlite_engine(self.address)
            self._reserved_writer = _create_sqlite_engine(
                self.address, is_writer=True, busy_seconds=RESERVED_LOCK_SECONDS
            )
        else:
            self._reader = self._writer = _create_postgresql_engine(
                self.address, POSTGRESQL_CONNECTIONS, statement_seconds
            )
            self._reserved_reader = self._reserved_writer = _create_postgresql_engine(
                self.address, RESERVED_CONNECTIONS, statement_seconds
            )

    def read(self) -> AbstractAsyncContextManager[AsyncSession]:
        """Return a session that reads one snapshot; its changes are rolled back."""
        return self._open_reader(self._reader)

    def read_reserved(self) -> AbstractAsyncContextManager[AsyncSession]:
        """Return a session like that of `read`, on a connection which waits for no reader.

        It is for the short reads by which the process follows changes and reports its state.
        """
        return self._open_reader(self._reserved_reader)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """Yield a session that commits when the block ends, and rolls back if the block raises."""
        async with AsyncSession(self._writer, expire_on_commit=False) as session, session.begin():
            yield session

    @asynccontextmanager
    async def write_reserved(self) -> AsyncIterator[AsyncSession]:
        """Yield a session like that of `write`, which waits for no reader and hardly for a lock."""
        async with AsyncSession(self._reserved_writer) as session, session.begin():
            if not isinstance(self.address, SqliteFile):
                await session.execute(SET_RESERVED_LOCK_SECONDS)
            yield session

    async def close(self) -> None:
        """Close all connections."""
        for engine in (self._writer, self._reader, self._reserved_writer, self._reserved_reader):
            await engine.dispose()

    @asynccontextmanager
    async def _open_reader(self, engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
        async with AsyncSession(engine, expire_on_commit=False) as session:
            if not isinstance(self.address, SqliteFile):
                await session.connection(
                    execution_options={
                        "isolation_level": "REPEATABLE READ",
                        "postgresql_readonly": True,
                    }
                )
            try:
                yield session
            except DBAPIError as error:
                if is_refused_write(error):
                    raise WriteInReadSession from error
                raise


def batch_ids(ids: Collection[str]) -> Iterator[list[str]]:
    """Yield ids in lists that are short enough for one query on every database."""
    remaining = iter(ids)
    while batch := list(islice(remaining, IDS_AT_ONCE)):
        yield batch


def create_unpooled_engine(url: str) -> AsyncEngine:
    """Return an engine for a few statements, such as migrations; the caller disposes of it."""
    address = parse_database_url(url)
    if isinstance(address, SqliteFile):
        return create_async_engine(
            _sqlalchemy_url(address), poolclass=NullPool, hide_parameters=True
        )
    return create_async_engine(
        POSTGRESQL_DRIVER,
        poolclass=NullPool,
        hide_parameters=True,
        async_creator=partial(open_postgresql_connection, address),
    )


def _sqlalchemy_url(address: SqliteFile) -> URL:
    return URL.create("sqlite+aiosqlite", database=address.path)


def _create_sqlite_engine(
    address: SqliteFile,
    *,
    is_writer: bool = False,
    connections: int = 1,
    busy_seconds: float = SQLITE_BUSY_SECONDS,
) -> AsyncEngine:
    query_only = f"query_only={'OFF' if is_writer else 'ON'}"
    pragmas = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", query_only)
    engine = create_async_engine(
        _sqlalchemy_url(address),
        poolclass=AsyncAdaptedQueuePool,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=POOL_WAIT_SECONDS + STATEMENT_SECONDS,
        hide_parameters=True,  # in errors, because they contain names, logins and digests
        connect_args={
            "async_creator_fn": partial(sqlite_driver.open_sqlite_connection, pragmas=pragmas),
            "timeout": busy_seconds,
            # The driver must not begin transactions itself, because it begins them deferred. A
            # deferred transaction that starts to write fails at once if another one has written.
            "isolation_level": None,
        },
    )

    @event.listens_for(engine.sync_engine, "begin")
    def begin_explicitly(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writer else "BEGIN")

    return engine


def _create_postgresql_engine(
    address: PostgresqlServers, connections: int, statement_seconds: float
) -> AsyncEngine:
    engine = create_async_engine(
        POSTGRESQL_DRIVER,
        hide_parameters=True,
        isolation_level="READ COMMITTED",
        pool_size=connections,
        max_overflow=0,
        pool_timeout=POOL_WAIT_SECONDS,
        pool_pre_ping=True,
        pool_use_lifo=True,  # the connection used last has prepared most of the statements
        async_creator=partial(open_postgresql_connection, address, statement_seconds),
    )
    dialect: Any = engine.dialect
    dialect.do_ping = _ping
    return engine


def _ping(connection: Any) -> bool:
    """Return whether a connection of the pool still answers; otherwise the pool opens another one.

    This takes one round trip. The ping of SQLAlchemy takes three, since it begins a transaction
    and rolls it back, and it raises the error of a server that does not respond in time.
    """
    try:
        connection.run_async(lambda driver: driver.execute("SELECT 1"))
    except DATABASE_ERRORS:
        return False
    return True
