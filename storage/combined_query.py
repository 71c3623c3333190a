"""Executes several SELECT statements as one, because each statement costs a round trip.

A distant database answers in 100 ms or more, even if a statement takes microseconds. A transaction
that holds a lock makes others wait for all of its round trips.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import orjson
from sqlalchemy import (
    JSON,
    Boolean,
    ColumnElement,
    CompoundSelect,
    Select,
    Text,
    cast,
    func,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession


class CombinedQuery:
    """SELECT statements that are executed together, with one snapshot of the data.

    Each has a name. Their columns are texts, whole numbers, booleans and JSON. A row has an
    attribute for each column. The rows come in no order, because UNION ALL keeps none.
    """

    def __init__(self, **queries: Select[*tuple[Any, ...]]) -> None:
        self._queries = queries
        self._columns = [query.subquery().c for query in queries.values()]
        self._names = [[column.name for column in columns] for columns in self._columns]
        self._booleans = [
            [column.name for column in columns if isinstance(column.type, Boolean)]
            for columns in self._columns
        ]
        self._statements: dict[
            str, CompoundSelect[*tuple[Any, ...]]
        ] = {}  # by the name of the dialect

    async def read(
        self, session: AsyncSession, parameters: Mapping[str, Any]
    ) -> dict[str, list[Any]]:
        """Return the rows of each statement by its name."""
        dialect = session.get_bind().dialect.name
        statement = self._statements.get(dialect)
        if statement is None:
            statement = self._statements[dialect] = _combine(self._columns, dialect)
        rows: list[list[Any]] = [[] for _ in self._queries]
        for number, text in await session.execute(statement, parameters):
            row = SimpleNamespace(**dict(zip(self._names[number], orjson.loads(text), strict=True)))
            for name in self._booleans[number]:  # SQLite has them as numbers
                value = getattr(row, name)
                setattr(row, name, None if value is None else bool(value))
            rows[number].append(row)
        return dict(zip(self._queries, rows, strict=True))


def _combine(queries: Sequence[Any], dialect: str) -> CompoundSelect[*tuple[Any, ...]]:
    """Return one statement, whose rows are the number of a query and a JSON array of its row."""
    parts: list[Select[*tuple[Any, ...]]] = []
    for number, columns in enumerate(queries):
        array = (
            func.json_build_array(*columns)
            if dialect == "postgresql"
            else func.json_array(*map(_json_value, columns))
        )
        parts.append(select(literal_column(str(number)), cast(array, Text)))
    return union_all(*parts)


def _json_value(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a column as an argument of json_array on SQLite, which stores documents as text."""
    return func.json(column) if isinstance(column.type, JSON) else column
