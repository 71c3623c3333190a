"""Collects row changes and writes the newest row of each key, one table at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, islice
from typing import Any

from sqlalchemy import Insert, delete, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from storage.database import IDS_AT_ONCE, batch_ids
from storage.tables import (
    ApplicationRow,
    AssessmentRow,
    AttestationRow,
    CorrectionRow,
    DecisionRow,
    DevelopmentPolicyRow,
    EffortRow,
    ExemptionRow,
    IntegrationRow,
    InventoryImportRow,
    LevelRow,
    OpdRow,
    RegionRow,
    Table,
    core_table,
)

# The tables that are projected from the logs. A table comes after the tables that it refers to.
PROJECTED_TABLES: tuple[type[Table], ...] = (
    RegionRow,
    OpdRow,
    ApplicationRow,
    IntegrationRow,
    ExemptionRow,
    EffortRow,
    DevelopmentPolicyRow,
    DecisionRow,
    CorrectionRow,
    AttestationRow,
    AssessmentRow,
    LevelRow,
    InventoryImportRow,
)

# Written by one statement, which prepares its parameters, and on SQLite runs, on the event loop.
ROWS_PER_STATEMENT = 500

Rows = dict[Hashable, dict[str, Any]]  # the values of rows, by their keys


@dataclass
class PendingUpserts:
    """The rows to write and the levels to delete, collected until `write` is called."""

    _rows: dict[type[Table], Rows] = field(default_factory=dict)
    _levels: dict[str, Rows] = field(default_factory=dict)  # by assessment
    _cleared_assessments: set[str] = field(default_factory=set)

    def put(self, row: Table) -> None:
        """Add a row, in place of a row with the same key; the caller must not use it afterwards."""
        columns = {key: value for key, value in vars(row).items() if key != "_sa_instance_state"}
        self.put_columns(type(row), columns)

    def put_columns(self, table: type[Table], columns: dict[str, Any]) -> None:
        """Add a row by its columns, as `put` does, for tables of which a log has many rows.

        An object of the ORM costs more than all that the projection does with it.
        """
        if table is LevelRow:
            rows = self._levels.setdefault(columns["assessment"], {})
        else:
            rows = self._rows.setdefault(table, {})
        rows[tuple(columns[column] for column in _key_columns(table))] = columns

    def clear_levels(self, assessment: str) -> None:
        """Delete the levels of an assessment, including those added so far."""
        self._levels.pop(assessment, None)
        self._cleared_assessments.add(assessment)

    async def write(self, session: AsyncSession) -> None:
        """Execute the deletions, then write all rows."""
        for assessments in batch_ids(self._cleared_assessments):
            cleared = LevelRow.assessment.in_(assessments)
            await session.execute(delete(core_table(LevelRow)).where(cleared))
            if len(assessments) == IDS_AT_ONCE:
                await asyncio.sleep(0)
        dialect = session.get_bind().dialect.name
        for table in PROJECTED_TABLES:
            tables_rows = (
                self._levels.values() if table is LevelRow else [self._rows.get(table, {})]
            )
            remaining = chain.from_iterable(rows.values() for rows in tables_rows)
            while rows := list(islice(remaining, ROWS_PER_STATEMENT)):
                await session.execute(_upsert_statement(table, dialect), rows)
                if len(rows) == ROWS_PER_STATEMENT:
                    await asyncio.sleep(0)
        # Rows of these tables that the session has read are stale now.
        stale = [
            row
            for row in session.sync_session.identity_map.values()
            if type(row) in PROJECTED_TABLES
        ]
        for row in stale:
            session.expunge(row)


@lru_cache
def _key_columns(table: type[Table]) -> tuple[str, ...]:
    return tuple(column.name for column in inspect(table).primary_key)


@lru_cache
def _upsert_statement(table: type[Table], dialect: str) -> Insert:
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(core_table(table))
    updated_columns = {
        column.name: insert.excluded[column.name]
        for column in inspect(table).columns
        if not column.primary_key
    }
    statement: Insert = insert.on_conflict_do_update(
        index_elements=_key_columns(table), set_=updated_columns
    )
    return statement
