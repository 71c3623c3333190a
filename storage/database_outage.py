"""Recognises the errors of a database that is away, as opposed to those of a wrong statement.

A database is away if it cannot be reached, starts or stops, has no connection or lock left in time,
or cannot write. The same statement succeeds later, so a client should try again.
"""

from __future__ import annotations

import sqlite3

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from storage.postgresql_driver import DatabaseUnreachable

# https://www.postgresql.org/docs/current/errcodes-appendix.html
OUTAGE_STATE_CLASSES = ("08", "53")  # connection exceptions; insufficient resources, as a full disk
OUTAGE_STATES = frozenset(
    {
        "25006",  # read_only_sql_transaction: a standby, or a server that an operator has protected
        "55000",  # object_not_in_prerequisite_state: the database accepts no connections
        "55P03",  # lock_not_available
        "57P01",  # admin_shutdown
        "57P02",  # crash_shutdown
        "57P03",  # cannot_connect_now: it starts, stops or recovers
        "58030",  # io_error
    }
)
# https://www.sqlite.org/rescode.html; the low byte of an extended code is the primary one.
SQLITE_OUTAGE_CODES = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    }
)
POSTGRESQL_REASONS = {
    "25006": "it is read-only",
    "53100": "its disk is full",
    "53300": "it has no connection left",
    "57P01": "it stops",
    "57P02": "it stops",
    "57P03": "it starts or stops",
    "58030": "its disk does not work",
}
SQLITE_REASONS = {
    sqlite3.SQLITE_READONLY: "it is read-only",
    sqlite3.SQLITE_FULL: "its disk is full",
    sqlite3.SQLITE_IOERR: "its disk does not work, or is full",
    sqlite3.SQLITE_CANTOPEN: "its file cannot be opened",
}
_TIMEOUTS = (PoolTimeout, TimeoutError)
BUSY_STATES = frozenset({"55P03"})
SQLITE_BUSY_CODES = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


def is_outage(error: BaseException) -> bool:
    """Whether the error says that the database is away for now."""
    if isinstance(error, BaseExceptionGroup):
        return all(is_outage(part) for part in error.exceptions)
    if isinstance(error, (*_TIMEOUTS, DatabaseUnreachable)):
        return True
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    state, code = _postgresql_state(error), _sqlite_code(error)
    return (
        state in OUTAGE_STATES
        or (state is not None and state.startswith(OUTAGE_STATE_CLASSES))
        or code in SQLITE_OUTAGE_CODES
    )


def outage_reason(error: BaseException) -> str:
    """Return why the database is away, in words that reveal nothing of it."""
    state, code = _postgresql_state(error), _sqlite_code(error)
    return (
        POSTGRESQL_REASONS.get(state or "")
        or SQLITE_REASONS.get(code or 0)
        or ("it does not respond in time" if isinstance(error, _TIMEOUTS) else None)
        or ("it cannot be reached" if is_outage(error) else "an error, which the log describes")
    )


def is_lock_busy(error: BaseException) -> bool:
    """Whether the error says only that another transaction holds a lock."""
    return _postgresql_state(error) in BUSY_STATES or _sqlite_code(error) in SQLITE_BUSY_CODES


def is_refused_write(error: BaseException) -> bool:
    """Whether the error says that a statement was to write, and the transaction may only read.

    SQLite has extended codes for a file that is read-only in a way that a read can meet, too.
    """
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorcode", None)
    return _postgresql_state(error) == "25006" or code == sqlite3.SQLITE_READONLY


def _postgresql_state(error: BaseException) -> str | None:
    """Return the SQLSTATE of an error of PostgreSQL."""
    if isinstance(error, asyncpg.PostgresError):
        state: str | None = error.sqlstate
        return state
    if isinstance(error, DBAPIError):
        return getattr(error.orig, "sqlstate", None)
    return None


def _sqlite_code(error: BaseException) -> int | None:
    """Return the primary code of an error of SQLite."""
    if isinstance(error, DBAPIError) and error.orig is not None:
        error = error.orig
    code = getattr(error, "sqlite_errorcode", None)
    return code & 0xFF if isinstance(code, int) else None
