"""Runs SQLite on the event loop; only statements that may wait for a lock or the disk use a thread.

SQLite executes a statement on a page of rows in tens of microseconds. A thread costs several times
that, and aiosqlite uses it four times for a statement: to create a cursor, execute, fetch and
close. The thread executes only what may wait: the begin and commit of a write, and statements that
are marked as long.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Self

import aiosqlite

LONG = "/* long */"  # prefix of a statement on more than a page of rows
# Statements that wait for the lock of another process, or that read many rows.
WAITING_PREFIXES = ("BEGIN IMMEDIATE", "PRAGMA", f"SELECT {LONG}", f"DELETE {LONG}")
ROWS_AT_ONCE = 64  # for the iteration of aiosqlite, which this module does not use


class LoopCursor:
    """A cursor for one statement, whose execution fetches all rows and closes SQLite's cursor."""

    def __init__(self, connection: LoopConnection) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> Self:
        """Execute one statement."""

        def run_statement(cursor: sqlite3.Cursor) -> None:
            cursor.execute(statement, parameters)

        if statement.startswith(WAITING_PREFIXES):
            await self._connection.run_in_thread(self._run, run_statement)
        else:
            self._run(run_statement)
        return self

    async def executemany(self, statement: str, parameters: Iterable[Sequence[Any]]) -> Self:
        """Execute one statement once for each set of parameters."""
        self._run(lambda cursor: cursor.executemany(statement, parameters))
        return self

    async def fetchall(self) -> list[Any]:
        """Return all rows of the statement."""
        return self._rows

    async def close(self) -> None:
        """Do nothing, because the cursor of SQLite is closed already."""

    def _run(self, operation: Callable[[sqlite3.Cursor], object]) -> None:
        cursor = self._connection.raw.cursor()
        try:
            operation(cursor)
            self.description = cursor.description
            self._rows = cursor.fetchall()
            self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
        finally:
            cursor.close()


class LoopConnection(aiosqlite.Connection):
    """A connection of aiosqlite that runs operations that do not wait on the event loop."""

    @property
    def raw(self) -> sqlite3.Connection:
        """The connection of the sqlite3 module."""
        return self._conn

    def cursor(self) -> LoopCursor:  # type: ignore[override]  # SQLAlchemy calls it
        """Return a new cursor."""
        return LoopCursor(self)

    async def rollback(self) -> None:
        """Roll back the open transaction, on the event loop."""
        self.raw.rollback()

    async def run_in_thread(self, operation: Callable[..., None], *arguments: Any) -> None:
        """Run `operation` in the thread of the connection."""
        await self._execute(operation, *arguments)  # type: ignore[no-untyped-call]


async def open_sqlite_connection(
    path: str, *, pragmas: Sequence[str], **options: Any
) -> LoopConnection:
    """Open a connection to a database file; `options` are those of `sqlite3.connect`.

    A cancelled call leaves no thread behind that would respond to a closed event loop.
    """
    options["check_same_thread"] = False

    def connect() -> sqlite3.Connection:
        connection: sqlite3.Connection = sqlite3.connect(path, **options)
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")
        return connection

    connection = LoopConnection(connect, ROWS_AT_ONCE)
    connection._thread.daemon = True  # as in SQLAlchemy, so that the process can exit
    try:
        await connection
    except BaseException:  # aiosqlite stops the thread, but does not wait for its end
        await asyncio.to_thread(connection._thread.join)
        raise
    return connection
