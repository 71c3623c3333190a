"""Reads the rows of a table of applications, with all problems of their cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.spreadsheet.application_values import ApplicationRow, ApplicationValues
from engine.spreadsheet.cell_values import (
    ERROR_TEXTS,
    READERS,
    TEXT_FIELDS,
    UNREAD,
    ZERO_FIELDS,
    Cell,
    CellReader,
)
from engine.spreadsheet.columns import Columns
from engine.spreadsheet.placeholders import is_blank_cell
from engine.spreadsheet.row_sorting import RowSorter
from engine.spreadsheet.set_apart import SetApartReason, SetApartRow
from engine.spreadsheet.sheet import SheetProblem, SheetProblemCode, quote_cell
from engine.spreadsheet.table import SheetTable
from engine.spreadsheet.table_header import used_width
from engine.spreadsheet.workbook import Worksheet, cell_reference, column_letters

SET_APART_TEXT_MOST = 200  # characters
_NO_PLACES: Mapping[tuple[int, int], str] = {}


class ApplicationRows:
    """Reads the rows of one sheet. `set_apart` is complete when all rows are read."""

    def __init__(
        self,
        worksheet: Worksheet,
        table: SheetTable,
        columns: Columns,
        *,
        functions: Mapping[str, str],
        common_applications: Mapping[str, str],
        opd: str = "",
        corrected: frozenset[tuple[int, int]] = frozenset(),
        is_function_required: bool = False,
    ) -> None:
        """Prepare to read a sheet.

        Args:
            functions: ids by name in lower case, and by id; likewise `common_applications`.
            opd: the OPD of the rows of a sheet that has no column of OPDs.
            corrected: the cells whose text a person corrected, by row and column from 1.
            is_function_required: whether a function must be one of `functions`; otherwise a text
                that is none is the use of the application.
        """
        self.set_apart = [
            _set_apart(number, SetApartReason.TITLE, cells) for number, cells in table.titles
        ]
        numbers = columns.number_by_field
        self._table = table
        self._opd = opd
        self._links = worksheet.links if "url" in numbers else _NO_PLACES
        self._lines = {
            place: lines for place, lines in worksheet.lines.items() if place not in corrected
        }
        self._errors = {
            place: text for place, text in worksheet.error_cells.items() if place not in corrected
        }
        self._sheet = worksheet.name
        self._width = max(
            len(table.header),
            *(use.column for use in columns.uses if use.field is not None or use.is_chosen),
        )
        self._plan = [
            (field, column - 1, column_letters(column), columns.uses[column - 1].header)
            for field, column in numbers.items()
        ]
        self._number_by_field = numbers
        self._reader = CellReader(
            sheet=worksheet.name,
            functions=functions,
            common_applications=common_applications,
            are_links_read=worksheet.are_links_read,
            is_function_required=is_function_required,
        )

    def read_rows(self) -> Iterator[ApplicationRow]:
        """Yield the rows that list applications, and set the others apart."""
        sorter = RowSorter(self._table, self._number_by_field)
        for position, (number, cells) in enumerate(self._table.rows):
            reason = sorter.reason_to_set_apart(position, number, cells)
            if reason is not None:
                self.set_apart.append(_set_apart(number, reason, cells))
                continue
            yield self._read_row(number, cells, sorter.heading_opd or self._opd)

    def _read_row(self, number: int, cells: list[str], opd: str) -> ApplicationRow:
        reader = self._reader
        reader.problems = []
        values: dict[str, Any] = {"name": ""}
        references: dict[str, str] = {}
        cleared: list[str] = []
        free_function: Cell | None = None
        for field, index, letters, header in self._plan:
            text = cells[index] if index < len(cells) else ""
            reference = f"{letters}{number}"
            place = (number, index + 1)
            if not text and place in self._table.filled:
                text, place = self._table.filled[place]
                reference = cell_reference(*place)
            references[field] = reference
            if (self._errors and place in self._errors) or text in ERROR_TEXTS:
                error = self._errors.get(place, text)
                if not is_blank_cell(error):  # "#N/A" means that there is none
                    self._add_formula_error(number, reference, header, field, error)
                    continue
            if not text or (is_blank_cell(text) and not (text == "0" and field in ZERO_FIELDS)):
                cleared.append(field)
                continue
            if field in TEXT_FIELDS:
                values[field] = text
                continue
            if field == "integrated_with":
                text = "\n".join(self._lines.get(place, (text,)))
            link = self._links.get(place) if field == "url" else None
            cell = Cell(number, reference, header, field, text, link)
            value = READERS[field](reader, cell)
            if value is UNREAD:
                if field == "function" and not reader.is_function_required:
                    free_function = cell
            elif value == ():
                cleared.append(field)
            else:
                values[field] = value
        if free_function is not None:
            self._add_free_function(free_function, values, references)
        stated = frozenset(field for field in values if values[field] not in ("", None))
        if not values["name"]:
            self._add_name_missing(number, references["name"])
        if opd and "opd" not in self._number_by_field:
            values["opd"] = opd
            stated |= {"opd"}
        width = used_width(cells)
        if width > self._width:
            self._add_too_many_cells(number, width)
        return ApplicationRow(
            self._sheet,
            number,
            ApplicationValues(**values),
            stated=stated,
            cleared=frozenset(cleared) - stated,
            cells=references,
            problems=tuple(reader.problems),
        )

    def _add_free_function(
        self, cell: Cell, values: dict[str, Any], references: dict[str, str]
    ) -> None:
        """Take a function that is not in the catalogue as the use, unless another cell has it."""
        if "use" in values:
            self._reader.add_problem(
                cell,
                SheetProblemCode.FUNCTION_UNKNOWN,
                "the id or name of a function that ships (facts/functions.csv)",
                quote_cell(cell.text),
                is_blocking=False,
            )
        else:
            values["use"] = cell.text
            references["use"] = cell.reference

    def _add_formula_error(
        self, number: int, reference: str, header: str, field: str, error: str
    ) -> None:
        self._reader.add_problem(
            Cell(number, reference, header, field, error),
            SheetProblemCode.FORMULA_ERROR,
            "a value in place of a formula with an error",
            quote_cell(error),
        )

    def _add_name_missing(self, number: int, reference: str) -> None:
        if any(problem.field == "name" for problem in self._reader.problems):
            return
        header = self._table.header[self._number_by_field["name"] - 1 :][:1]
        self._reader.add_problem(
            Cell(number, reference, header[0] if header else "", "name", ""),
            SheetProblemCode.NAME_MISSING,
            "the name of an application",
            "nothing",
        )

    def _add_too_many_cells(self, number: int, width: int) -> None:
        self._reader.problems.append(
            SheetProblem(
                number,
                None,
                "{count} cells as in the header",
                str(width),
                values={"count": self._width},
                code=SheetProblemCode.TOO_MANY_CELLS,
                sheet=self._sheet,
                cell=cell_reference(number, self._width + 1),
            )
        )


def _set_apart(number: int, reason: SetApartReason, cells: list[str]) -> SetApartRow:
    text = " | ".join(cell for cell in cells if cell)
    return SetApartRow(number, reason, text[:SET_APART_TEXT_MOST])
