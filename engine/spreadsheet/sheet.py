"""The rows of a sheet, and the problems of its cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from enum import Enum

Row = tuple[int, list[str]]  # row number as in a spreadsheet, from 1, and trimmed cells


class SheetProblemCode(Enum):
    """The kind of a problem in a sheet."""

    NO_HEADER = "NO_HEADER"
    COLUMN_TWICE = "COLUMN_TWICE"
    TOO_MANY_CELLS = "TOO_MANY_CELLS"
    TOO_MANY_ROWS = "TOO_MANY_ROWS"
    REGION_FULL = "REGION_FULL"
    NAME_MISSING = "NAME_MISSING"
    NAME_TWICE = "NAME_TWICE"
    TEXT_TOO_LONG = "TEXT_TOO_LONG"
    NOT_A_YEAR = "NOT_A_YEAR"
    NOT_A_WHOLE_NUMBER = "NOT_A_WHOLE_NUMBER"
    NOT_AN_AMOUNT = "NOT_AN_AMOUNT"
    NUMBER_OUT_OF_RANGE = "NUMBER_OUT_OF_RANGE"
    NOT_YES_OR_NO = "NOT_YES_OR_NO"
    NOT_AN_ADDRESS = "NOT_AN_ADDRESS"
    SECOND_ADDRESS = "SECOND_ADDRESS"
    LINK_NOT_READ = "LINK_NOT_READ"
    STATUS_UNKNOWN = "STATUS_UNKNOWN"
    FUNCTION_UNKNOWN = "FUNCTION_UNKNOWN"
    COMMON_APPLICATION_UNKNOWN = "COMMON_APPLICATION_UNKNOWN"
    CAPABILITY_UNKNOWN = "CAPABILITY_UNKNOWN"
    OPD_UNKNOWN = "OPD_UNKNOWN"
    OPD_MISSING = "OPD_MISSING"
    OPD_NOT_YOURS = "OPD_NOT_YOURS"
    REGION_UNKNOWN = "REGION_UNKNOWN"
    OTHER_REGION = "OTHER_REGION"
    FORMULA_ERROR = "FORMULA_ERROR"
    ID_UNKNOWN = "ID_UNKNOWN"
    ID_OF_OTHER_OPD = "ID_OF_OTHER_OPD"
    APPLICATION_RETIRED = "APPLICATION_RETIRED"
    INTEGRATION_UNKNOWN = "INTEGRATION_UNKNOWN"
    VALUE_REFUSED = "VALUE_REFUSED"


@dataclass(frozen=True, slots=True)
class SheetProblem:
    """A problem in a cell, a row or a column of a sheet. `column` is the header of the column.

    `expected` and `advice` are English templates for `str.format`, which `values` fills, so that a
    reader's language has its own template. `found` is the content of the sheet, unchanged, or a word such
    as `nothing`. If `found_values` is not None, it is a template, too, which these values fill.
    """

    row: int | None
    column: str | None
    expected: str
    found: str
    advice: str = ""  # a way to solve the problem
    values: Mapping[str, object] = dataclass_field(default_factory=dict)
    found_values: Mapping[str, object] | None = None
    code: SheetProblemCode = SheetProblemCode.VALUE_REFUSED
    sheet: str = ""  # name of the sheet
    cell: str | None = None  # reference of the cell, such as F102
    field: str | None = None  # field of the application, one of `headers.FIELDS`
    is_blocking: bool = True  # False: the row is written without this value

    def __str__(self) -> str:
        if self.cell is not None and self.field is not None:
            position = f"{self.cell} {self.column or ''}".rstrip()
        else:
            row = None if self.row is None else f"row {self.row}"
            column = None if self.column is None else f"column {self.column}"
            position = ", ".join(part for part in (row, column) if part is not None)
        expected = self.expected.format(**self.values)
        found = self.found if self.found_values is None else self.found.format(**self.found_values)
        text = f"{position}: expected {expected}, got {found}".removeprefix(": ")
        return f"{text}; {self.advice.format(**self.values)}" if self.advice else text


class SheetInvalid(ValueError):
    """The sheet has at least one problem; `problems` lists all of them."""

    def __init__(self, *problems: SheetProblem) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def select_columns(rows: Iterator[Row], names: Sequence[str]) -> Iterator[Row]:
    """Return rows with the cells of these columns only, in this order. Missing cells are empty.

    The header is read from `rows` immediately.

    Raises:
        SheetInvalid: the header lacks a column, or has it twice.
    """
    number, header = next(rows, (1, []))
    headers = [cell.lower() for cell in header]
    missing = [name for name in names if headers.count(name) != 1]
    if missing:
        quoted_header = quote_cell(",".join(header))
        raise SheetInvalid(
            *(
                SheetProblem(number, name, "a header with this column once", quoted_header)
                for name in missing
            )
        )
    indexes = [headers.index(name) for name in names]
    return (
        (row, [cells[index] if index < len(cells) else "" for index in indexes])
        for row, cells in rows
    )


def quote_cell(cell: str) -> str:
    """Quote a cell for an error message, with at most 80 characters."""
    return repr(cell[:80]) if cell else "nothing"
