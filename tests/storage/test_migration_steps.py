"""New revisions change tables by steps that hold up no writer, on each engine."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import op
from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection

from storage import migrate, migration_steps
from storage.database import create_unpooled_engine
from storage.migration_steps import UnsafeColumn, add_column, create_index, fill_column

NEWEST_WITHOUT_STEPS = (
    "salted_logs"  # the revisions up to this one ran before anything was released
)
SAFE_OPERATIONS = {"create_table", "f"}  # of `op`: a new table holds up no writer


def list_newer_revisions() -> list[Script]:
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    scripts = ScriptDirectory.from_config(config)
    return list(scripts.iterate_revisions("heads", NEWEST_WITHOUT_STEPS))


def list_unsafe_operations(source: str) -> list[str]:
    """Return the operations of Alembic that may hold up writers for long."""
    return [
        node.attr
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "op"
        and node.attr not in SAFE_OPERATIONS
    ]


def test_a_new_revision_changes_tables_by_the_steps_alone() -> None:
    revisions = list_newer_revisions()
    for script in revisions:
        assert list_unsafe_operations(Path(script.path).read_text()) == [], script.revision


def test_an_operation_that_may_hold_up_writers_is_seen() -> None:
    assert list_unsafe_operations("op.create_table('t')\nop.execute('UPDATE t')") == ["execute"]


def run_steps(url: str, steps: Callable[[], None]) -> None:
    """Run steps as a revision does."""

    def run(connection: Connection) -> None:
        context = MigrationContext.configure(connection, opts={"transaction_per_migration": True})
        with context.begin_transaction(_per_migration=True), Operations.context(context):
            steps()

    async def connect() -> None:
        engine = create_unpooled_engine(url)
        try:
            async with engine.connect() as connection:
                await connection.run_sync(run)
                await connection.commit()
        finally:
            await engine.dispose()

    asyncio.run(connect())


def read_rows(url: str, query: str) -> list[tuple[object, ...]]:
    async def read() -> list[tuple[object, ...]]:
        engine = create_unpooled_engine(url)
        try:
            async with engine.connect() as connection:
                return [tuple(row) for row in await connection.exec_driver_sql(query)]
        finally:
            await engine.dispose()

    return asyncio.run(read())


def test_the_steps_add_a_column_fill_it_and_index_it_and_can_run_again(database_url: str) -> None:
    counts: list[int] = []

    def steps() -> None:
        add_column("audit", sa.Column("weight", sa.Integer(), nullable=True))
        add_column("audit", sa.Column("kept", sa.Text(), nullable=False, server_default=""))
        counts.append(
            fill_column(
                "UPDATE audit SET weight = 7 WHERE number IN"
                " (SELECT number FROM audit WHERE weight IS NULL LIMIT :limit)"
            )
        )
        create_index("ix_audit_weight", "audit", ["weight"])

    rows = 2 * migration_steps.BATCH_ROWS + 1
    series = (
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})"
        " INSERT INTO audit (number, at, action, account, detail)"
        " SELECT i, 'then', 'SESSION_BEGUN', 'ani', '{}' FROM n"
    )
    if database_url.startswith("postgresql"):
        series = (
            "INSERT INTO audit (number, at, action, account, detail) SELECT i, 'then',"
            f" 'SESSION_BEGUN', 'ani', '{{}}' FROM generate_series(1, {rows}) AS i"
        )
    run_steps(database_url, lambda: op.execute(series))
    run_steps(database_url, steps)
    run_steps(database_url, steps)
    assert counts == [rows, 0]
    assert read_rows(database_url, "SELECT weight, kept, count(*) FROM audit GROUP BY 1, 2") == [
        (7, "", rows)
    ]
    differences = {str(difference[0]) for difference in migrate.schema_differences(database_url)}  # type: ignore[index]
    assert differences == {"remove_column", "remove_index"}


def test_a_column_that_the_version_before_cannot_write_is_refused() -> None:
    with pytest.raises(UnsafeColumn, match=r"audit\.weight: expected a column that is nullable"):
        add_column("audit", sa.Column("weight", sa.Integer(), nullable=False))
