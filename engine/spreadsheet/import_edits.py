"""The choices and corrections that a person makes for a file before it is imported."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """The field that a person chose for a column, from 1; None if the column is not read."""

    sheet: str
    column: int
    field: str | None


@dataclass(frozen=True, slots=True)
class CellCorrection:
    """A text to read in place of that of a cell. Row and column count from 1."""

    sheet: str
    row: int
    column: int
    text: str


@dataclass(frozen=True, slots=True)
class OpdChoice:
    """The OPD, by id, that a person chose for a name as the file has it."""

    name: str
    opd: str


@dataclass(frozen=True, slots=True)
class IntegrationChoice:
    """What a name in "terintegrasi dengan" means: an application, or an external system.

    If it is neither, the name is left out.
    """

    name: str
    application: str | None = None  # id
    is_external: bool = False


@dataclass(frozen=True, slots=True)
class ImportEdits:
    """All edits of one file."""

    columns: tuple[ColumnChoice, ...] = ()
    skipped_sheets: tuple[str, ...] = ()
    cells: tuple[CellCorrection, ...] = ()
    opds: tuple[OpdChoice, ...] = ()
    integrations: tuple[IntegrationChoice, ...] = ()
