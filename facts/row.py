"""Rows of the shipped tables, read by type, with errors that name file, row and column."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from enum import Enum
from importlib.resources import files
from typing import TypeVar

from engine.model import Provenance

_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_WHOLE = re.compile(r"[0-9]+")
_FIGURE = re.compile(r"[0-9]\.[0-9]{2}")

Choice = TypeVar("Choice", bound=Enum)


class TableInvalid(ValueError):
    """A shipped table is not as it must be: where, what was expected, what came."""

    def __init__(self, file: str, row: int, column: str, expected: str, found: str) -> None:
        super().__init__(f"{file}: row {row}, column {column}: expected {expected}, got {found!r}")
        self.file = file
        self.row = row
        self.column = column
        self.expected = expected
        self.found = found


class Row:
    """One row; every cell is asked for by what it must hold."""

    def __init__(self, file: str, number: int, cells: dict[str, str]) -> None:
        self._file = file
        self._number = number  # as a spreadsheet counts: the header is row 1
        self._cells = cells

    def wrong(self, column: str, expected: str) -> TableInvalid:
        """The error to raise about one of its cells."""
        return TableInvalid(self._file, self._number, column, expected, self._cells[column])

    def optional(self, column: str) -> str | None:
        return self._cells[column] or None

    def text(self, column: str) -> str:
        if not self._cells[column]:
            raise self.wrong(column, "a text")
        return self._cells[column]

    def figure(self, column: str) -> str:
        """An index value as printed, with two decimals."""
        return self._matching(column, _FIGURE, "a value with two decimals")

    def optional_decimal(self, column: str) -> str | None:
        if not self._cells[column]:
            return None
        return self._matching(column, _DECIMAL, "a decimal number")

    def whole(self, column: str) -> int:
        return int(self._matching(column, _WHOLE, "a whole number"))

    def optional_whole(self, column: str) -> int | None:
        return self.whole(column) if self._cells[column] else None

    def wholes(self, column: str) -> tuple[int, ...]:
        """Whole numbers with a space between."""
        numbers = self._cells[column].split()
        if not all(_WHOLE.fullmatch(each) for each in numbers):
            raise self.wrong(column, "whole numbers with a space between")
        return tuple(map(int, numbers))

    def choice(self, column: str, kind: type[Choice]) -> Choice:
        if self._cells[column] not in kind.__members__:
            raise self.wrong(column, "one of " + ", ".join(kind.__members__))
        return kind[self._cells[column]]

    def provenance(self) -> Provenance:
        if self._cells["confirmed"] not in ("true", "false"):
            raise self.wrong("confirmed", "true or false")
        return Provenance(
            source=self.text("source"),
            confirmed=self._cells["confirmed"] == "true",
            note=self._cells["note"],
        )

    def _matching(self, column: str, pattern: re.Pattern[str], expected: str) -> str:
        if not pattern.fullmatch(self._cells[column]):
            raise self.wrong(column, expected)
        return self._cells[column]


def rows(file: str, columns: str, key: str) -> Iterator[Row]:
    """The rows of a shipped table.

    `columns` are those before `source, confirmed, note`; `key` those that no two rows share.
    """
    text = files("facts").joinpath(file).read_text(encoding="utf-8")
    return parse(file, text, columns, key)


def parse(file: str, text: str, columns: str, key: str) -> Iterator[Row]:
    """The rows of a table's text; raises `TableInvalid` at the first that is not whole."""
    expected = [*columns.split(), "source", "confirmed", "note"]
    reader = csv.reader(text.splitlines())
    header = next(reader, [])
    if header != expected:
        raise TableInvalid(file, 1, "header", ",".join(expected), ",".join(header))
    seen: set[tuple[str, ...]] = set()
    for number, cells in enumerate(reader, start=2):
        if len(cells) != len(expected):
            wanted = f"{len(expected)} cells"
            raise TableInvalid(file, number, "all", wanted, ",".join(cells))
        named = dict(zip(expected, cells, strict=True))
        identity = tuple(named[column] for column in key.split())
        if identity in seen:
            raise TableInvalid(file, number, key, "a key not used before", " ".join(identity))
        seen.add(identity)
        yield Row(file, number, named)
