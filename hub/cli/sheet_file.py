"""Reads the files with tables that are passed to commands, within size limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from gettext import gettext as _
from pathlib import Path
from typing import NoReturn

from engine.spreadsheet.file_problem import FILE_PROBLEM_TEXTS, FileInvalid
from engine.spreadsheet.sheet import Row, SheetInvalid, SheetProblem
from engine.spreadsheet.workbook import Workbook
from hub.cli.console import err, exit_with_error
from hub.cli.known_messages import (
    COLUMNS_WITHOUT_HEADER,
    REASONS,
    system_reason,
    translate_message,
)
from hub.exit_codes import ExitCode
from hub.workbook_reader import read_workbook

LEVELS_BYTES = 1_000_000  # a sheet of 47 lines has 300 bytes
INVENTORY_BYTES = 100_000_000  # 300,000 rows have 60 million bytes
_PROBLEMS_SHOWN = 20


def read_workbook_file(path: Path, most: int = INVENTORY_BYTES) -> Workbook:
    """Return the tables of a file.

    The command exits with an error if the file has more than `most` bytes or is unreadable.
    """
    _check_size(path, most)
    try:
        return read_workbook(path.read_bytes())
    except OSError as error:
        _exit_unreadable(path, error)
    except FileInvalid as invalid:
        exit_with_error(f"{path}: {describe_file_problem(invalid)}", ExitCode.INPUT)


def read_sheet_rows(path: Path, most: int = INVENTORY_BYTES) -> Iterator[Row]:
    """Return the rows of the first sheet of a file, as `read_workbook_file` does."""
    return iter(read_workbook_file(path, most).sheets[0].rows)


def describe_file_problem(invalid: FileInvalid) -> str:
    """Return why a file cannot be read, in the user's language."""
    values = dict(invalid.values)
    if "reason" in values:
        values["reason"] = translate_message(str(values["reason"]), REASONS)
    return _(FILE_PROBLEM_TEXTS[invalid.code]).format(**values)


def exit_with_sheet_problems(path: Path, invalid: SheetInvalid, outcome: str) -> NoReturn:
    """Print the errors of a sheet and the outcome for the command, and exit."""
    has_sheets = len({problem.sheet for problem in invalid.problems}) > 1
    for problem in invalid.problems[:_PROBLEMS_SHOWN]:
        text = describe_sheet_problem(problem, with_sheet=has_sheets)
        err.print(f"{path}: {text}", markup=False, soft_wrap=True)
    hidden = len(invalid.problems) - _PROBLEMS_SHOWN
    if hidden > 0:
        text = _("{path}: and {count} more").format(path=path, count=hidden)
        err.print(text, markup=False, soft_wrap=True)
    exit_with_error(f"{path}: {outcome}", ExitCode.INPUT)


def list_columns(headers: Iterable[str]) -> str:
    """Return the headers of columns as a list; a column without a header has a number instead."""
    return ", ".join(translate_message(header, COLUMNS_WITHOUT_HEADER) for header in headers)


def describe_sheet_problem(problem: SheetProblem, *, with_sheet: bool = False) -> str:
    """Return the problem of a sheet in the user's language: its cell, what is expected, what came.

    Args:
        with_sheet: whether to name the sheet, too, because the file has several.
    """
    if problem.cell is not None and problem.field is not None:
        template = _("{place}: expected {expected}, got {found}")
    elif problem.row is not None and problem.column is not None:
        template = _("row {row}, column {column}: expected {expected}, got {found}")
    elif problem.row is not None:
        template = _("row {row}: expected {expected}, got {found}")
    elif problem.column is not None:
        template = _("column {column}: expected {expected}, got {found}")
    else:
        template = _("expected {expected}, got {found}")
    text = _fill_problem(problem, template)
    return f"{problem.sheet}, {text}" if with_sheet and problem.sheet else text


def describe_cell_problem(problem: SheetProblem) -> str:
    """Return the problem of a sheet without its place, in the user's language."""
    return _fill_problem(problem, _("expected {expected}, got {found}"))


def _fill_problem(problem: SheetProblem, template: str) -> str:
    # An expectation of a resolver is a value, a message of its own.
    expected = translate_message(_(problem.expected).format(**problem.values))
    found = _(problem.found) if problem.found else ""
    if problem.found_values is not None:
        found = found.format(**problem.found_values)
    text = template.format(
        row=problem.row,
        column=problem.column,
        place=f"{problem.cell} {problem.column or ''}".rstrip(),
        expected=expected,
        found=found,
    )
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
