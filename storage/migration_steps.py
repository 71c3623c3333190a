"""The steps of a migration that hold no writer for more than half a second, whatever the tables hold.

A revision changes tables that exist only by these steps, one purpose each, and it can run again
after it was interrupted. A worker of the version before goes on writing: a new column is nullable
or has a default of the server. New tables hold up no writer, so `op.create_table` makes them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import sqlalchemy as sa
from alembic import op

from storage.database_outage import is_lock_busy

# The writers of a table queue behind a change of it that waits for a long reader, so it waits for
# a short time only, and again after a pause in which they go on.
LOCK_MILLISECONDS = 200
LOCK_ATTEMPTS = 120
PAUSE_SECONDS = 0.5
BATCH_ROWS = 5_000
BATCH_PAUSE_SECONDS = 0.12  # a writer that waits for SQLite's lock tries again after 0.1 s at most


class UnsafeColumn(ValueError):
    """A worker of the version before could not write a row with this column."""

    def __init__(self, table: str, column: str) -> None:
        super().__init__(
            f"{table}.{column}: expected a column that is nullable or has a server default"
        )


class EarlierLogForm(Exception):
    """The database holds logs in a form that this version does not read."""

    def __init__(self) -> None:
        super().__init__(
            "this database was written before the first release, and its logs have an earlier "
            "form. Export the inventories with the version that wrote it (`simpul export`), then "
            "begin with an empty database: delete this one, or choose another SIMPUL_DATA_DIR or "
            "DATABASE_URL"
        )


def add_column(table: str, column: sa.Column[object]) -> None:
    """Add a column to a table, without touching its rows.

    Raises:
        UnsafeColumn: the column is required, and has no default of the server.
    """
    if not column.nullable and column.server_default is None:
        raise UnsafeColumn(table, column.name)
    if column.name not in _column_names(table):
        _change_structure(lambda: op.add_column(table, column))


def fill_column(statement: str) -> int:
    """Fill rows that exist, in batches that are committed one by one; return how many changed.

    Args:
        statement: changes at most `:limit` rows, and none that it has changed before.
    """
    changed, is_complete = 0, False
    with op.get_context().autocommit_block():
        while not is_complete:
            result = op.get_bind().execute(sa.text(statement), {"limit": BATCH_ROWS})
            changed += result.rowcount
            is_complete = result.rowcount < BATCH_ROWS
            if not is_complete:
                time.sleep(BATCH_PAUSE_SECONDS)
    return changed


def create_index(name: str, table: str, columns: Sequence[str]) -> None:
    """Create an index, on PostgreSQL while writers go on."""
    if op.get_context().dialect.name != "postgresql":
        op.create_index(name, table, columns, if_not_exists=True)
        return
    with op.get_context().autocommit_block():
        # It waits for transactions that began before, but no writer waits for it meanwhile.
        timeout = op.get_bind().execute(sa.text("SHOW lock_timeout")).scalar_one()
        op.execute("SET lock_timeout = 0")
        # What an interrupted attempt has left is not valid, and would count as existing.
        op.drop_index(name, table, postgresql_concurrently=True, if_exists=True)
        op.create_index(name, table, columns, postgresql_concurrently=True)
        op.execute(f"SET lock_timeout = '{timeout}'")


def _change_structure(change: Callable[[], None]) -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        change()
        return
    for attempt in range(1, LOCK_ATTEMPTS + 1):
        try:
            with connection.begin_nested():
                connection.execute(sa.text(f"SET LOCAL lock_timeout = {LOCK_MILLISECONDS}"))
                change()
            return
        except sa.exc.DBAPIError as error:
            if not is_lock_busy(error) or attempt == LOCK_ATTEMPTS:
                raise
        time.sleep(PAUSE_SECONDS)


def _column_names(table: str) -> set[str]:
    return {column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)}
