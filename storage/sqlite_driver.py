"""SQLite on the event loop; only what waits for a lock or for the disk goes to a thread.

A statement of a page takes SQLite tens of microseconds. Handing it to a thread and back costs several
times that, and aiosqlite does so four times a statement: to make a cursor, execute, fetch and close.
What stays in its thread is what may wait, to begin to write and to commit, and what is marked as long.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Self

import aiosqlite

LONG = "/* long */"  # prefix of a statement that is about more than a page of rows
# For another process's lock, with its busy timeout; or for the rows.
WAITING = ("BEGIN IMMEDIATE", "PRAGMA", f"SELECT {LONG}", f"DELETE {LONG}")
ROWS_AT_ONCE = 64  # of aiosqlite's own iteration, which nothing here uses


class LoopCursor:
    """One statement: its rows are fetched and its cursor is closed as soon as it is executed."""

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

        def work(cursor: sqlite3.Cursor) -> None:
            cursor.execute(statement, parameters)

        if statement.startswith(WAITING):
            await self._connection.in_thread(self._take, work)
        else:
            self._take(work)
        return self

    async def executemany(self, statement: str, parameters: Iterable[Sequence[Any]]) -> Self:
        """Execute one statement with each of the parameters."""
        self._take(lambda cursor: cursor.executemany(statement, parameters))
        return self

    async def fetchall(self) -> list[Any]:
        """Return all rows."""
        return self._rows

    async def close(self) -> None:
        """Nothing is left open."""

    def _take(self, work: Callable[[sqlite3.Cursor], object]) -> None:
        cursor = self._connection.raw.cursor()
        try:
            work(cursor)
            self.description = cursor.description
            self._rows = cursor.fetchall()
            self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
        finally:
            cursor.close()


class LoopConnection(aiosqlite.Connection):
    """aiosqlite's connection, used from the event loop where nothing waits."""

    @property
    def raw(self) -> sqlite3.Connection:
        return self._conn

    def cursor(self) -> LoopCursor:  # type: ignore[override]  # what SQLAlchemy asks of it
        return LoopCursor(self)

    async def rollback(self) -> None:
        self.raw.rollback()

    async def in_thread(self, work: Callable[..., None], *arguments: Any) -> None:
        """Do something with the connection in its thread."""
        await self._execute(work, *arguments)  # type: ignore[no-untyped-call]


async def open_sqlite_connection(
    path: str, *, pragmas: Sequence[str], **options: Any
) -> LoopConnection:
    """Return a connection to a database file; `options` are those of `sqlite3.connect`.

    One that is cancelled leaves nothing behind: no thread is still about to answer a loop that is gone.
    """
    options["check_same_thread"] = False

    def connect() -> sqlite3.Connection:
        connection: sqlite3.Connection = sqlite3.connect(path, **options)
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")
        return connection

    connection = LoopConnection(connect, ROWS_AT_ONCE)
    connection._thread.daemon = True  # as SQLAlchemy has it: a process ends though one is open
    try:
        await connection
    except BaseException:  # aiosqlite has told the thread to end, and does not wait until it has
        await asyncio.to_thread(connection._thread.join)
        raise
    return connection
