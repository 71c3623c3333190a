"""How often the database is asked: as often for 27 regions as for one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.schema.hub import copied, running

QUERIES = {
    "a ranking with its regions": (
        """
        {
          ranking(instrument: "spbe-2020", year: 2024, kind: OFFICIAL, province: "32") {
            position region { name parent { name } } score { display }
          }
        }
        """,
        4,  # scores of both years, their regions, the parents
    ),
    "regions with their scores": (
        """
        {
          regions(filter: { province: "32" }) {
            nodes { name parent { name } index { display } history { display } }
          }
        }
        """,
        4,  # count, page, parents, scores
    ),
    "scores of two kinds": (
        """
        {
          regions(filter: { province: "32" }) {
            nodes { index { display } own: index(kind: SELF) { display } }
          }
        }
        """,
        4,  # count, page, scores of each kind
    ),
    "applications with their owners": (
        "{ applications(first: 200) { nodes { name opd { name } region { name } } } }",
        4,  # count, page, OPDs, regions
    ),
    "integrations with both ends": (
        """
        {
          region(code: "32") {
            integrations(first: 200) { nodes { source { name opd { name } } target { name } } }
          }
        }
        """,
        5,  # region, count, page, applications, OPDs
    ),
    "events with their regions": (
        "{ events(first: 500) { events { kind region { name } } } }",
        3,  # position, events, regions
    ),
}


@contextmanager
def _selects() -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("what", QUERIES)
async def test_many_rows_are_loaded_by_a_few_statements(
    west_java_template: Path, tmp_path: Path, what: str
) -> None:
    query, count = QUERIES[what]
    async with running(copied(west_java_template, tmp_path), tailing=False) as hub:
        with _selects() as statements:
            await hub.ask(query)
    assert len(statements) == count, "\n\n".join(statements)
