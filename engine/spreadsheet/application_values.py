"""What the rows of a workbook state about applications, with where each value is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.model import ApplicationStatus, Capability
from engine.spreadsheet.set_apart import NoTableReason, OpdOrigin, SetApartRow
from engine.spreadsheet.sheet import SheetProblem
from engine.spreadsheet.workbook import column_letters


@dataclass(frozen=True, slots=True)
class ColumnUse:
    """A column of a sheet, and the field that it is read as."""

    column: int  # from 1
    header: str  # "" if it has none
    field: str | None  # None if the column is not read
    example: str  # its first text below the header; "" if it has none
    is_chosen: bool = False  # whether a person chose the field, now or for an earlier file
    repeats: str | None = None  # the field of an earlier column, for which this one is not read

    @property
    def letter(self) -> str:
        """The letters of the column, such as AB."""
        return column_letters(self.column)


@dataclass(frozen=True, slots=True)
class SheetReading:
    """How a sheet was read, or why it was not. The columns of a sheet can be chosen if it has any."""

    name: str
    is_read: bool
    reason: NoTableReason | None = None  # None if it is read
    header_rows: tuple[int, ...] = ()
    header_key: str = ""  # digest of the header, by which its columns are remembered
    columns: tuple[ColumnUse, ...] = ()
    set_apart: tuple[SetApartRow, ...] = ()
    opd: str = ""  # the OPD of the rows that name none
    opd_origin: OpdOrigin | None = None  # None if `opd` is empty
    row_count: int = 0  # number of rows below the header that list applications


@dataclass(frozen=True, slots=True)
class ApplicationValues:
    """The values of a row. A value is empty or None if the row does not state it."""

    name: str
    opd: str = ""  # as written
    region: str = ""  # as written
    id: str = ""
    url: str | None = None
    status: ApplicationStatus = ApplicationStatus.UNKNOWN
    function: str | None = None  # id of a function of the catalogue
    use: str = ""  # its use in people's words
    year: int | None = None
    platform: str = ""
    developer: str = ""
    hosting: str = ""
    database: str = ""
    users: int | None = None
    yearly_cost: int | None = None  # whole rupiah, like the next two costs
    migration_cost: int | None = None
    added_cost: int | None = None
    legal_basis: str = ""
    public_service: bool | None = None
    consulted: bool | None = None
    fit: int | None = None
    common_application: str | None = None  # id
    capabilities: tuple[Capability, ...] = ()
    integrated_with: tuple[str, ...] = ()  # names of systems, as written


@dataclass(frozen=True, slots=True)
class ApplicationRow:
    """A row that lists an application."""

    sheet: str
    row: int
    values: ApplicationValues
    stated: frozenset[str]  # the fields with a value
    cleared: frozenset[str]  # the fields of columns whose cell is empty or a placeholder
    cells: Mapping[str, str]  # the reference of the cell of each field, such as F102
    problems: tuple[SheetProblem, ...] = ()

    @property
    def is_refused(self) -> bool:
        """Whether a problem keeps the row from being written."""
        return any(problem.is_blocking for problem in self.problems)


@dataclass(frozen=True, slots=True)
class ApplicationWorkbook:
    """The applications of a workbook, and how each of its sheets was read."""

    sheets: tuple[SheetReading, ...]
    rows: tuple[ApplicationRow, ...]
    problems: tuple[SheetProblem, ...] = ()  # of whole sheets or columns; none is blocking
