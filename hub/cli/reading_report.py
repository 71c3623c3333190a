"""Prints which sheets, columns and rows of a file `simpul overlap` has read."""

from __future__ import annotations

from collections import Counter
from gettext import gettext as _

from rich.markup import escape

from engine.spreadsheet.application_values import SheetReading
from engine.spreadsheet.listing_sheet import ListingWorkbook
from engine.spreadsheet.set_apart import SetApartReason
from engine.spreadsheet.sheet import SheetProblem
from hub.cli.console import out
from hub.cli.import_words import NOT_READ_REASONS, SET_APART_REASONS, list_row_numbers
from hub.cli.sheet_file import describe_sheet_problem, list_columns

PROBLEMS_SHOWN = 10


def show_reading(workbook: ListingWorkbook) -> None:
    """Print which columns of a file were read, and which rows were left out or not understood."""
    if workbook.encoding is not None:
        out.print(_("The text is read as {encoding}").format(encoding=workbook.encoding))
    columns = ", ".join(
        _("{field} in '{header}'").format(field=_(field), header=header)
        for field, header in workbook.columns.items()
    )
    out.print(escape(_("Columns found: {columns}").format(columns=columns)))
    if workbook.unneeded_columns:
        unneeded = ", ".join(workbook.unneeded_columns)
        out.print(escape(_("Columns that are not needed: {columns}").format(columns=unneeded)))
    if workbook.ignored_headers:
        passed_over = list_columns(workbook.ignored_headers)
        out.print(escape(_("Columns passed over: {columns}").format(columns=passed_over)))
    has_one_sheet = len(workbook.sheets) == 1
    for reading in workbook.sheets:
        show_sheet(reading, has_one_sheet=has_one_sheet)
    if workbook.retired_count:
        out.print(
            _("{count} listings that are out of use are left out").format(
                count=workbook.retired_count
            )
        )
    if workbook.nameless_count:
        out.print(
            _("{count} rows say that there is no application and are left out").format(
                count=workbook.nameless_count
            )
        )
    for word, rows in workbook.unknown_statuses.items():
        text = _("Status {word!r} is not understood: {count} rows are compared")
        out.print(escape(text.format(word=word, count=len(rows))))
    _show_problems(workbook.problems, with_sheet=not has_one_sheet)


def show_sheet(reading: SheetReading, *, has_one_sheet: bool) -> None:
    """Print what was read of one sheet."""
    if not has_one_sheet:
        if reading.reason is None:
            text = _("Sheet {name!r} is read: {count} rows").format(
                name=reading.name, count=reading.row_count
            )
        else:
            text = _("Sheet {name!r} is not read: {reason}").format(
                name=reading.name, reason=_(NOT_READ_REASONS[reading.reason.value])
            )
        out.print(escape(text))
    if reading.opd and reading.is_read:
        text = _("The OPD of its rows is that of the sheet: {opd}").format(opd=reading.opd)
        out.print(escape(text))
    counts = Counter(
        row.reason for row in reading.set_apart if row.reason is not SetApartReason.NO_APPLICATION
    )
    for reason in counts:
        rows = [row.row for row in reading.set_apart if row.reason is reason]
        out.print(
            escape(
                _("Rows set apart as {reason}: {rows}").format(
                    reason=_(SET_APART_REASONS[reason.value]), rows=list_row_numbers(rows)
                )
            )
        )


def _show_problems(problems: tuple[SheetProblem, ...], *, with_sheet: bool) -> None:
    for problem in problems[:PROBLEMS_SHOWN]:
        out.print(escape(describe_sheet_problem(problem, with_sheet=with_sheet)))
    if len(problems) > PROBLEMS_SHOWN:
        out.print(
            _("… and {count} more: --json has them all").format(
                count=len(problems) - PROBLEMS_SHOWN
            )
        )
