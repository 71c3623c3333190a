"""Reads CSV files and workbooks that are passed to commands, within size limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from gettext import gettext as _
from pathlib import Path
from typing import NoReturn
from zipfile import BadZipFile, ZipFile

from engine.spreadsheet import sheet
from engine.spreadsheet.sheet import Row, SheetInvalid, SheetProblem
from hub.cli.console import err, exit_with_error
from hub.cli.known_messages import (
    COLUMNS_WITHOUT_HEADER,
    REASONS,
    system_reason,
    translate_message,
)
from hub.exit_codes import ExitCode

LEVELS_BYTES = 1_000_000  # a sheet of 47 lines has 300 bytes
INVENTORY_BYTES = 100_000_000  # 300,000 rows have 60 million bytes
_UNPACKED_BYTES = 1_000_000_000  # the limit for a workbook, which may be a ZIP bomb
_PROBLEMS_SHOWN = 20

Cell = int | float | str | bool | time | date | datetime | timedelta


def read_sheet_text(path: Path, most: int) -> str:
    """Return the text of a file of at most `most` bytes; exit with an error if it is unreadable."""
    _check_size(path, most)
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        _exit_unreadable(path, error)
    except UnicodeDecodeError as error:
        byte = error.object[error.start]
        exit_with_error(
            _("{path}: expected UTF-8 text, got byte 0x{byte:02x} at {position}").format(
                path=path, byte=byte, position=error.start
            ),
            ExitCode.INPUT,
        )


def read_sheet_rows(path: Path, most: int = INVENTORY_BYTES) -> Iterator[Row]:
    """Return the rows of a CSV file or of a workbook's first sheet.

    The command exits with an error if the file has more than `most` bytes or is unreadable.
    """
    return (
        _read_workbook_rows(path, most)
        if path.suffix.lower() == ".xlsx"
        else sheet.parse_csv_rows(read_sheet_text(path, most))
    )


def exit_with_sheet_problems(path: Path, invalid: SheetInvalid, outcome: str) -> NoReturn:
    """Print the errors of a sheet and the outcome for the command, and exit."""
    for problem in invalid.problems[:_PROBLEMS_SHOWN]:
        err.print(f"{path}: {describe_sheet_problem(problem)}", markup=False, soft_wrap=True)
    hidden = len(invalid.problems) - _PROBLEMS_SHOWN
    if hidden > 0:
        text = _("{path}: and {count} more").format(path=path, count=hidden)
        err.print(text, markup=False, soft_wrap=True)
    exit_with_error(f"{path}: {outcome}", ExitCode.INPUT)


def list_columns(headers: Iterable[str]) -> str:
    """Return the headers of columns as a list; a column without a header has a number instead."""
    return ", ".join(translate_message(header, COLUMNS_WITHOUT_HEADER) for header in headers)


def describe_sheet_problem(problem: SheetProblem) -> str:
    """Return the problem of a sheet in the user's language."""
    if problem.row is not None and problem.column is not None:
        template = _("row {row}, column {column}: expected {expected}, got {found}")
    elif problem.row is not None:
        template = _("row {row}: expected {expected}, got {found}")
    elif problem.column is not None:
        template = _("column {column}: expected {expected}, got {found}")
    else:
        template = _("expected {expected}, got {found}")
    # An expectation of a resolver is a value, a message of its own.
    expected = translate_message(_(problem.expected).format(**problem.values))
    found = _(problem.found) if problem.found else ""
    if problem.found_values is not None:
        found = found.format(**problem.found_values)
    text = template.format(row=problem.row, column=problem.column, expected=expected, found=found)
    return f"{text}; {_(problem.advice).format(**problem.values)}" if problem.advice else text


def _exit_unreadable(path: Path, error: OSError) -> NoReturn:
    exit_with_error(
        _("{path}: expected a file that can be read, got: {reason}").format(
            path=path, reason=system_reason(error)
        ),
        ExitCode.INPUT,
    )


def _check_size(path: Path, most: int) -> None:
    try:
        if path.stat().st_size > most:
            exit_with_error(
                _("{path}: expected at most {most} bytes, got more").format(path=path, most=most),
                ExitCode.INPUT,
            )
    except OSError as error:
        _exit_unreadable(path, error)


def _read_workbook_rows(path: Path, most: int) -> Iterator[Row]:
    from python_calamine import CalamineError, CalamineWorkbook

    _check_size(path, most)
    try:
        with ZipFile(path) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > _UNPACKED_BYTES:
            exit_with_error(
                _("{path}: expected at most {most} bytes unpacked, got more").format(
                    path=path, most=_UNPACKED_BYTES
                ),
                ExitCode.INPUT,
            )
        with CalamineWorkbook.from_path(path) as workbook:
            for number, cells in enumerate(workbook.get_sheet_by_index(0).iter_rows(), start=1):
                texts = [_cell_text(cell) for cell in cells]
                if any(texts):
                    yield number, texts
    except OSError as error:
        _exit_unreadable(path, error)
    except (BadZipFile, CalamineError) as error:
        exit_with_error(
            _("{path}: expected an .xlsx workbook, got: {reason}").format(
                path=path, reason=translate_message(str(error), REASONS)
            ),
            ExitCode.INPUT,
        )


def _cell_text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():  # workbooks store integers as floats
        return str(int(cell))
    return str(cell).strip()
