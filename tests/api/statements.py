"""Counts the statements of operations, as SQLAlchemy passes them to the driver."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, event


@dataclass
class Statements:
    """The statements of each transaction, without those that begin and end it."""

    committed: list[list[str]] = field(default_factory=list)
    rolled_back: list[list[str]] = field(default_factory=list)  # also all that only read
    _open: dict[Connection, list[str]] = field(default_factory=dict)

    def add(self, connection: Connection, statement: str) -> None:
        if not statement.startswith("BEGIN"):
            self._open.setdefault(connection, []).append(statement)

    def end(self, connection: Connection, ended: list[list[str]]) -> None:
        ended.append(self._open.pop(connection, []))


@contextmanager
def counted_statements() -> Iterator[Statements]:
    """Yield the statements of all databases of this process until the block ends."""
    statements = Statements()

    def execute(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        statements.add(connection, statement)

    def commit(connection: Connection) -> None:
        statements.end(connection, statements.committed)

    def roll_back(connection: Connection) -> None:
        statements.end(connection, statements.rolled_back)

    listeners = {"before_cursor_execute": execute, "commit": commit, "rollback": roll_back}
    for name, listener in listeners.items():
        event.listen(Engine, name, listener)
    try:
        yield statements
    finally:
        for name, listener in listeners.items():
            event.remove(Engine, name, listener)
