"""Reads the rows of a sheet of applications by field, and collects their problems."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine.model import ApplicationStatus
from engine.spreadsheet.columns import Columns, says_nothing
from engine.spreadsheet.sheet import Row, SheetProblem
from engine.spreadsheet.status_words import status_of


@dataclass
class ApplicationRows:
    """Reads the rows of one sheet, and collects the problems and unknown status words."""

    columns: Columns
    problems: list[SheetProblem] = field(default_factory=list)
    nameless: list[int] = field(default_factory=list)  # rows whose name means "none"
    _unread: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def named(self, rows: Iterator[Row]) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield the number and the fields of each row that lists an application."""
        for row, cells in rows:
            wide = self.columns.too_wide(row, cells)
            if wide is not None:
                self.problems.append(wide)
                continue
            values = self.columns.values(cells)
            if not values["name"]:
                self.wrong(row, "name", "the name of an application", "nothing")
            elif says_nothing(values["name"]):
                self.nameless.append(row)
                continue
            values["region"] = _region_code(values.get("region", ""))
            yield row, values

    def wrong(self, row: int | None, name: str, expected: str, found: str) -> None:
        """Record a problem in the column of a field. `row` is None for the whole column."""
        self.problems.append(SheetProblem(row, self.columns.header_of(name), expected, found))

    def status(self, row: int, printed: str) -> ApplicationStatus:
        """Return the status in a cell; UNKNOWN if it is empty or not understood."""
        known = status_of(printed)
        if known is None and printed:
            self._unread[printed].append(row)
        return known or ApplicationStatus.UNKNOWN

    @property
    def unread_status(self) -> Mapping[str, tuple[int, ...]]:
        """The words that mean no known status, with their rows."""
        return {word: tuple(rows) for word, rows in self._unread.items()}


def _region_code(cell: str) -> str:
    """Return a region code as printed. A spreadsheet turns the code 32.10 into 32.1."""
    whole, point, rest = cell.partition(".")
    return f"{cell}0" if point and whole.isdigit() and len(rest) == 1 and rest.isdigit() else cell
