"""Reads the rows of a sheet of applications by field, and collects their problems."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine.model import ApplicationStatus
from engine.spreadsheet.columns import Columns, is_blank_cell
from engine.spreadsheet.sheet import Row, SheetProblem
from engine.spreadsheet.status_words import parse_status


@dataclass
class ApplicationRows:
    """Reads the rows of one sheet, and collects the problems and unknown status words."""

    columns: Columns
    problems: list[SheetProblem] = field(default_factory=list)
    nameless: list[int] = field(default_factory=list)  # rows whose name means "none"
    _unknown_status: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def read_applications(self, rows: Iterator[Row]) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield the number and the fields of each row that lists an application."""
        for row, cells in rows:
            width_problem = self.columns.width_problem(row, cells)
            if width_problem is not None:
                self.problems.append(width_problem)
                continue
            values = self.columns.values_by_field(cells)
            if not values["name"]:
                self.add_problem(row, "name", "the name of an application", "nothing")
            elif is_blank_cell(values["name"]):
                self.nameless.append(row)
                continue
            values["region"] = _region_code(values.get("region", ""))
            yield row, values

    def add_problem(
        self,
        row: int | None,
        name: str,
        expected: str,
        found: str,
        *,
        values: Mapping[str, object] | None = None,
        found_values: Mapping[str, object] | None = None,
    ) -> None:
        """Record a problem in the column of a field. `row` is None for the whole column."""
        column = self.columns.header_of(name)
        self.problems.append(
            SheetProblem(
                row, column, expected, found, values=values or {}, found_values=found_values
            )
        )

    def read_status(self, row: int, printed: str) -> ApplicationStatus:
        """Return the status in a cell; UNKNOWN if it is empty or not understood."""
        status = parse_status(printed)
        if status is None and printed:
            self._unknown_status[printed].append(row)
        return status or ApplicationStatus.UNKNOWN

    @property
    def unknown_statuses(self) -> Mapping[str, tuple[int, ...]]:
        """The words that mean no known status, with their rows."""
        return {word: tuple(rows) for word, rows in self._unknown_status.items()}


def _region_code(cell: str) -> str:
    """Return a region code as printed. A spreadsheet turns the code 32.10 into 32.1."""
    whole, point, decimals = cell.partition(".")
    is_shortened = point and whole.isdigit() and len(decimals) == 1 and decimals.isdigit()
    return f"{cell}0" if is_shortened else cell
