"""Reads CSV files and workbooks that are passed to commands, within size limits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import NoReturn
from zipfile import BadZipFile, ZipFile

from engine.spreadsheet import sheet
from engine.spreadsheet.sheet import Row, SheetInvalid
from hub.cli.console import err, exit_with_error
from hub.exit_codes import ExitCode

LEVELS_BYTES = 1_000_000  # a sheet of 47 lines has 300 bytes
INVENTORY_BYTES = 100_000_000  # 300,000 rows have 60 million bytes
_UNPACKED_BYTES = 1_000_000_000  # the limit for a workbook, which may be a ZIP bomb
_PROBLEMS_SHOWN = 20

Cell = int | float | str | bool | time | date | datetime | timedelta


def read_sheet_text(path: Path, most: int) -> str:
    """Return the text of a file of at most `most` bytes; exit with an error if it is unreadable."""
    _check(path, most)
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        exit_with_error(
            f"{path}: expected a file that can be read, got: {error.strerror}", ExitCode.INPUT
        )
    except UnicodeDecodeError as error:
        byte = error.object[error.start]
        exit_with_error(
            f"{path}: expected UTF-8 text, got byte 0x{byte:02x} at {error.start}", ExitCode.INPUT
        )


def read_sheet_rows(path: Path, most: int = INVENTORY_BYTES) -> Iterator[Row]:
    """Return the rows of a CSV file or of a workbook's first sheet.

    The command exits with an error if the file has more than `most` bytes or is unreadable.
    """
    return (
        _workbook(path, most)
        if path.suffix.lower() == ".xlsx"
        else sheet.parse_csv_rows(read_sheet_text(path, most))
    )


def exit_with_sheet_problems(path: Path, invalid: SheetInvalid, outcome: str) -> NoReturn:
    """Print the errors of a sheet and the outcome for the command, and exit."""
    for problem in invalid.problems[:_PROBLEMS_SHOWN]:
        err.print(f"{path}: {problem}", markup=False, soft_wrap=True)
    more = len(invalid.problems) - _PROBLEMS_SHOWN
    if more > 0:
        err.print(f"{path}: and {more} more", markup=False, soft_wrap=True)
    exit_with_error(f"{path}: {outcome}", ExitCode.INPUT)


def _check(path: Path, most: int) -> None:
    try:
        if path.stat().st_size > most:
            exit_with_error(f"{path}: expected at most {most} bytes, got more", ExitCode.INPUT)
    except OSError as error:
        exit_with_error(
            f"{path}: expected a file that can be read, got: {error.strerror}", ExitCode.INPUT
        )


def _workbook(path: Path, most: int) -> Iterator[Row]:
    from python_calamine import CalamineError, CalamineWorkbook

    _check(path, most)
    try:
        with ZipFile(path) as archive:
            unpacked = sum(each.file_size for each in archive.infolist())
        if unpacked > _UNPACKED_BYTES:
            exit_with_error(
                f"{path}: expected at most {_UNPACKED_BYTES} bytes unpacked, got more",
                ExitCode.INPUT,
            )
        with CalamineWorkbook.from_path(path) as workbook:
            for number, cells in enumerate(workbook.get_sheet_by_index(0).iter_rows(), start=1):
                texts = [_cell_text(cell) for cell in cells]
                if any(texts):
                    yield number, texts
    except OSError as error:
        exit_with_error(
            f"{path}: expected a file that can be read, got: {error.strerror}", ExitCode.INPUT
        )
    except (BadZipFile, CalamineError) as error:
        exit_with_error(f"{path}: expected an .xlsx workbook, got: {error}", ExitCode.INPUT)


def _cell_text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():  # workbooks store integers as floats
        return str(int(cell))
    return str(cell).strip()
