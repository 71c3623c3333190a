"""Prints what `simpul import` would do with a file, to standard error."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Sequence
from gettext import gettext as _
from gettext import ngettext

from engine.spreadsheet.application_values import ApplicationRow, SheetReading
from engine.spreadsheet.set_apart import NoTableReason
from engine.spreadsheet.sheet import SheetProblem, SheetProblemCode
from hub.cli import sheet_file
from hub.cli.console import err
from hub.cli.import_opds import official_name
from hub.cli.import_options import describe_nearest
from hub.cli.import_words import (
    FIELD_NAMES,
    NOT_READ_REASONS,
    SET_APART_REASONS,
    describe_value,
    list_row_numbers,
)
from resolvers.import_plan import ImportPlan, PlanProblem, RowOutcome

LINES_SHOWN = 20  # of changes, of problems and of names
# Problems with names, which have lines of their own with the nearest names.
_NAME_PROBLEMS = (SheetProblemCode.OPD_UNKNOWN, SheetProblemCode.INTEGRATION_UNKNOWN)
# Warnings about a row that is not written.
_LEAVING_PROBLEMS = (SheetProblemCode.NAME_TWICE, SheetProblemCode.APPLICATION_RETIRED)
# Warnings that say themselves which part of the cell is taken.
_ADDRESS_PROBLEMS = (SheetProblemCode.SECOND_ADDRESS, SheetProblemCode.NOT_AN_ADDRESS)


def show_import_plan(
    plan: ImportPlan, file_name: str, different: Sequence[int], encoding: str | None = None
) -> None:
    """Print the plan of an import.

    Args:
        different: the rows that `--new-only` leaves although the inventory differs.
        encoding: that of the text of the file, if it is not UTF-8.
    """
    if encoding is not None:
        _show(_("The text is read as {encoding}").format(encoding=encoding))
    for sheet in plan.workbook.sheets:
        _show_sheet(sheet, sheet.name or file_name)
    _show_outcomes(plan, different)
    _show_changes(plan)
    problems = [problem for problem in plan.problems if problem.problem.code not in _NAME_PROBLEMS]
    _show_lines(
        _("Problems:"),
        [describe_plan_problem(plan, problem, _has_sheets(plan)) for problem in problems],
    )
    _show_names(plan)


def describe_plan_problem(plan: ImportPlan, problem: PlanProblem, with_sheet: bool) -> str:
    """Return a problem with its cell or its rows and how to solve it, in the user's language."""
    place = _describe_place(problem.problem, problem.rows)
    if with_sheet and problem.problem.sheet:
        place = f"{problem.problem.sheet}, {place}" if place else problem.problem.sheet
    text = sheet_file.describe_cell_problem(problem.problem)
    if not _is_refused(plan, problem):
        text = _add_consequence(problem, text)
    return f"{place}: {text}" if place else text


def _is_refused(plan: ImportPlan, problem: PlanProblem) -> bool:
    """Return whether a row of a problem is not written at all, because of another problem."""
    refused = {
        row.row.row
        for row in plan.rows
        if row.row.sheet == problem.problem.sheet and row.outcome is RowOutcome.REFUSE
    }
    return not refused.isdisjoint(problem.rows)


def _add_consequence(problem: PlanProblem, text: str) -> str:
    """Return the text of a problem with what a warning means for its rows."""
    code = problem.problem.code
    if problem.problem.is_blocking or not problem.rows or code is SheetProblemCode.COLUMN_TWICE:
        return text
    if code in _LEAVING_PROBLEMS:
        return _("{problem} (the row is left)").format(problem=text)
    if code in _ADDRESS_PROBLEMS or problem.problem.advice:
        return _("{problem} (the row is imported)").format(problem=text)
    return _("{problem} (the row is imported without it)").format(problem=text)


def _describe_place(problem: SheetProblem, rows: Sequence[int]) -> str:
    if len(rows) > 1:
        place = _("rows {numbers}").format(numbers=list_row_numbers(rows))
    elif problem.cell is not None:
        place = problem.cell
    elif problem.row is not None:
        place = _("row {row}").format(row=problem.row)
    else:
        place = ""
    return " ".join(part for part in (place, problem.column) if part)


def _show_sheet(sheet: SheetReading, name: str) -> None:
    if not sheet.is_read:
        reason = "" if sheet.reason is None else _(NOT_READ_REASONS[sheet.reason.value])
        _show(_("{name!r} is not read: {reason}").format(name=name, reason=reason))
        if sheet.reason is NoTableReason.NO_NAME_COLUMN:
            headers = ", ".join(repr(column.header) for column in sheet.columns if column.header)
            _show(
                _(
                    "  its columns are {headers}; name the fields by --column, as name={example}"
                ).format(
                    headers=headers,
                    example=next((column.header for column in sheet.columns if column.header), ""),
                )
            )
        return
    header_rows = ", ".join(map(str, sheet.header_rows))
    template = _("{name!r}: header in row {rows}, applications: {count}")
    _show(template.format(name=name, rows=header_rows, count=sheet.row_count))
    for column in sheet.columns:
        if column.field is not None:
            _show(
                _("  {letter} {header!r} as {field}").format(
                    letter=column.letter, header=column.header, field=_(FIELD_NAMES[column.field])
                )
            )
    passed_over = [
        f"{column.letter} {column.header!r}" if column.header else column.letter
        for column in sheet.columns
        if column.field is None
    ]
    _show(
        _("  columns that are passed over: {columns}").format(
            columns=", ".join(passed_over) or _("none")
        )
    )
    rows_by_reason: defaultdict[str, list[int]] = defaultdict(list)
    for row in sheet.set_apart:
        rows_by_reason[_(SET_APART_REASONS[row.reason.value])].append(row.row)
    for reason, rows in rows_by_reason.items():
        _show_rows(_("set apart as {reason}").format(reason=reason), rows)
    if sheet.opd:
        _show(_("  OPD of the rows that name none: {opd}").format(opd=sheet.opd))


def _show_outcomes(plan: ImportPlan, different: Sequence[int]) -> None:
    labels = {
        RowOutcome.ADD: _("To add"),
        RowOutcome.CHANGE: _("To change"),
        RowOutcome.LEAVE: _("To leave, as the inventory has them already"),
        RowOutcome.REFUSE: _("Refused"),
    }
    _show(_("Rows:"))
    for outcome, label in labels.items():
        rows = [_label_row(plan, row.row) for row in plan.rows if row.outcome is outcome]
        _show_rows(label, rows, always=True)
    _show_rows(_("To leave, although the inventory differs"), different)
    if plan.integrations:
        _show(_("Integrations to connect: {count}").format(count=len(plan.integrations)))


def _show_changes(plan: ImportPlan) -> None:
    lines = [
        _("row {row}, {name}: {field} {before} → {after}").format(
            row=_label_row(plan, row.row),
            name=row.row.values.name,
            field=_(FIELD_NAMES[field]),
            before=describe_value(plan, field, before),
            after=describe_value(plan, field, after),
        )
        for row in plan.rows
        if row.outcome is RowOutcome.CHANGE
        for field, (before, after) in row.changes.items()
    ]
    _show_lines(_("Changes:"), lines)


def _show_names(plan: ImportPlan) -> None:
    region, opds = plan.region.code, []
    for unknown in plan.unknown_opds:
        name = unknown.name
        line = _("{name!r} (rows: {count}){nearest}").format(
            name=name,
            count=unknown.row_count,
            nearest=describe_nearest([opd.name for opd in unknown.nearest]),
        )
        command = _recording_command(name, region)
        option = f"--opd {shlex.quote(f'{name}=OPD')}"
        solution = _("record it with `{command}`, or name the one that is meant with {option}")
        opds.append(f"{line}; {solution.format(command=command, option=option)}")
    _show_lines(_("OPDs that are not on record:"), opds)
    if opds:
        command = f"simpul opd defaults --region {region}"
        _show(_("  the usual OPDs that the region lacks: `{command}`").format(command=command))
        _show(_("  or import with --new-opds, which records all of these names"))
    systems = [
        _("{name!r} (rows: {count}){nearest}").format(
            name=unknown.name,
            count=unknown.row_count,
            nearest=describe_nearest([application.name for application in unknown.nearest]),
        )
        for unknown in plan.unknown_integrations
    ]
    _show_lines(_("Integrated systems that are no applications of the region:"), systems)


def _recording_command(name: str, region: str) -> str:
    """Return the command that records an OPD, by its official name if the name is a usual one."""
    name, acronym = official_name(name)
    option = f"--acronym {shlex.quote(acronym)} " if acronym else ""
    return f"simpul opd add {shlex.quote(name)} {option}--region {region}"


def _show_lines(title: str, lines: Sequence[str]) -> None:
    if not lines:
        return
    _show(title)
    for line in lines[:LINES_SHOWN]:
        _show(f"  {line}")
    if len(lines) > LINES_SHOWN:
        _show(_("  and {count} more").format(count=len(lines) - LINES_SHOWN))


def _show_rows(label: str, rows: Sequence[int | str], *, always: bool = False) -> None:
    if rows:
        template = ngettext(
            "  {label}: {count} (row {numbers})", "  {label}: {count} (rows {numbers})", len(rows)
        )
        _show(template.format(label=label, count=len(rows), numbers=list_row_numbers(rows)))
    elif always:
        _show(_("  {label}: 0").format(label=label))


def _label_row(plan: ImportPlan, row: ApplicationRow) -> str:
    """Return the number of a row, with its sheet if several are read."""
    return f"{row.sheet}!{row.row}" if _has_sheets(plan) else str(row.row)


def _has_sheets(plan: ImportPlan) -> bool:
    return sum(sheet.is_read for sheet in plan.workbook.sheets) > 1


def _show(text: str) -> None:
    err.print(text, markup=False, soft_wrap=True)
