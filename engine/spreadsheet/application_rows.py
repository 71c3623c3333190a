"""The rows of a sheet of applications, by field, with what is wrong or not understood in them."""

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
    """Reads the rows of one sheet, and keeps what cannot be taken from them."""

    columns: Columns
    problems: list[SheetProblem] = field(default_factory=list)
    nameless: list[int] = field(default_factory=list)  # their name says: there is no application
    _unread: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def named(self, rows: Iterator[Row]) -> Iterator[tuple[int, dict[str, str]]]:
        """The number and the fields of each row, but for those without an application."""
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
        """Note what is wrong in the column of a field."""
        self.problems.append(SheetProblem(row, self.columns.header_of(name), expected, found))

    def status(self, row: int, printed: str) -> ApplicationStatus:
        """The status that a cell says; UNKNOWN where it is empty or is not understood."""
        known = status_of(printed)
        if known is None and printed:
            self._unread[printed].append(row)
        return known or ApplicationStatus.UNKNOWN

    @property
    def unread_status(self) -> Mapping[str, tuple[int, ...]]:
        """The words that no status is known for, with their rows."""
        return {word: tuple(rows) for word, rows in self._unread.items()}


def _region_code(cell: str) -> str:
    """A region as printed; a spreadsheet makes 32.1 of the code 32.10."""
    whole, point, rest = cell.partition(".")
    return f"{cell}0" if point and whole.isdigit() and len(rest) == 1 and rest.isdigit() else cell
