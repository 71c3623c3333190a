"""Files that a person hands to a command: read whole, within limits, or refused with the reason."""

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

LEVELS_BYTES = 1_000_000  # a sheet of 47 lines takes 300
INVENTORY_BYTES = 100_000_000  # 300,000 rows take 60 million
_UNPACKED_BYTES = 1_000_000_000  # of a workbook, which is a ZIP archive
_PROBLEMS_SHOWN = 20

Cell = int | float | str | bool | time | date | datetime | timedelta


def read_sheet_text(path: Path, most: int) -> str:
    """Return the text of a file, or end with what is wrong."""
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
    """Return the rows of a CSV file or of a workbook's first sheet, or end with what is wrong."""
    return (
        _workbook(path, most)
        if path.suffix.lower() == ".xlsx"
        else sheet.parse_csv_rows(read_sheet_text(path, most))
    )


def exit_with_sheet_problems(path: Path, invalid: SheetInvalid, outcome: str) -> NoReturn:
    """Say where a sheet is wrong, and end."""
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
                told = [_told(cell) for cell in cells]
                if any(told):
                    yield number, told
    except OSError as error:
        exit_with_error(
            f"{path}: expected a file that can be read, got: {error.strerror}", ExitCode.INPUT
        )
    except (BadZipFile, CalamineError) as error:
        exit_with_error(f"{path}: expected an .xlsx workbook, got: {error}", ExitCode.INPUT)


def _told(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():  # a workbook knows no whole numbers
        return str(int(cell))
    return str(cell).strip()
