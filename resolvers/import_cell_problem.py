"""Describes the problems that an import finds in cells beyond those of their texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from engine.spreadsheet.application_values import ApplicationRow, ApplicationWorkbook
from engine.spreadsheet.sheet import SheetProblem, SheetProblemCode, quote_cell
from resolvers.application_values import TEXT_BOUNDS, ValueProblem, number_bounds

Code = SheetProblemCode


@dataclass
class CellProblems:
    """Makes problems with the place of a field in a file."""

    workbook: ApplicationWorkbook
    year: int  # the present year

    def problem(
        self,
        row: ApplicationRow,
        field: str,
        code: SheetProblemCode,
        expected: str,
        found: str,
        *,
        is_blocking: bool = True,
        advice: str = "",
        values: Mapping[str, object] | None = None,
        found_values: Mapping[str, object] | None = None,
    ) -> SheetProblem:
        """Return a problem in the cell of a field."""
        return SheetProblem(
            row=row.row,
            column=self._headers.get((row.sheet, field)),
            expected=expected,
            found=found,
            advice=advice,
            values=values or {},
            found_values=found_values,
            code=code,
            sheet=row.sheet,
            cell=row.cells.get(field),
            field=field,
            is_blocking=is_blocking,
        )

    def value_problem(self, row: ApplicationRow, field: str, refused: ValueProblem) -> SheetProblem:
        """Return the problem of a value that no application may have."""
        bounds = number_bounds(self.year)
        values: dict[str, object] = {}
        if refused.field in bounds:
            number = bounds[refused.field]
            values = {"least": number.least, "most": number.most}
            code, expected = Code.NUMBER_OUT_OF_RANGE, "a number from {least} to {most}"
        elif refused.field in TEXT_BOUNDS:
            text = TEXT_BOUNDS[refused.field]
            values = {"least": text.least, "most": text.most}
            code, expected = Code.TEXT_TOO_LONG, "{least} to {most} characters"
        elif refused.field == "url":
            code, expected = Code.NOT_AN_ADDRESS, "an address such as https://contoh.go.id"
        else:
            code, expected = Code.COMMON_APPLICATION_UNKNOWN, "the id of a common application"
        return self.problem(row, field, code, expected, refused.invalid.received, values=values)

    def repetition(self, row: ApplicationRow, earlier: ApplicationRow) -> SheetProblem:
        """Return the problem of a row whose application an earlier row has."""
        return self.problem(
            row,
            "name",
            Code.NAME_TWICE,
            "each application once",
            "{name}, which row {row} has for the same OPD",
            is_blocking=False,
            found_values={"name": quote_cell(row.values.name), "row": earlier.row},
        )

    @cached_property
    def _headers(self) -> dict[tuple[str, str], str]:
        return {
            (sheet.name, column.field): column.header
            for sheet in self.workbook.sheets
            for column in sheet.columns
            if column.field is not None
        }
