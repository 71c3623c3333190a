"""Reads, plans and writes the import of one file for `simpul import`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from engine.log.inventory_import import InventoryImport
from engine.spreadsheet.application_values import ApplicationWorkbook
from engine.spreadsheet.import_edits import ImportEdits
from engine.spreadsheet.workbook import Workbook
from hub.cli import sheet_file
from hub.cli.import_options import ImportOptions, choose_edits, remember_columns
from hub.instance import open_instance
from hub.marked_workbook import CellMark, cell_position, write_marked_workbook
from hub.settings import Settings
from resolvers.context import Context
from resolvers.import_plan import ImportPlan, RowOutcome
from resolvers.inventory_import import (
    IMPORT_VIEWER,
    ImportInventory,
    import_inventory,
    preview_import,
    read_rows,
)
from resolvers.operation_budget import OperationBudget

STAGES = 3  # the options, the rows and the plan


@dataclass(frozen=True, slots=True)
class PreparedImport:
    """A file with the user's decisions, and what its import would do.

    Attributes:
        different: the rows that are left although the inventory differs.
    """

    region: str
    file_name: str
    workbook: Workbook
    edits: ImportEdits
    rows: ApplicationWorkbook
    plan: ImportPlan
    different: tuple[int, ...] = ()


async def prepare_import(
    settings: Settings,
    region: str,
    path: Path,
    workbook: Workbook,
    options: ImportOptions,
    *,
    new_only: bool,
    report_stage: Callable[[int, int], None],
) -> PreparedImport:
    """Return what an import would do, and write nothing.

    Args:
        new_only: leave the applications that differ from the inventory.
        report_stage: is called with the number of completed stages and of all.

    Raises:
        NotFound, OwnedElsewhere: this instance cannot write the region.
    """
    async with open_instance(settings) as instance:
        context = Context(instance, IMPORT_VIEWER, OperationBudget(bounded=False))
        edits = await choose_edits(context, region, workbook, options)
        report_stage(1, STAGES)
        rows = await read_rows(context, region, workbook, edits)
        report_stage(2, STAGES)
        plan = await preview_import(context, region, rows, edits, path.name)
        different: tuple[int, ...] = ()
        if new_only:
            changed = {
                (row.row.sheet, row.row.row): row.row.row
                for row in plan.rows
                if row.outcome is RowOutcome.CHANGE
            }
            different = tuple(changed.values())
            kept = tuple(row for row in rows.rows if (row.sheet, row.row) not in changed)
            rows = replace(rows, rows=kept)
            plan = await preview_import(context, region, rows, edits, path.name)
        report_stage(STAGES, STAGES)
    return PreparedImport(region, path.name, workbook, edits, rows, plan, different)


async def write_import(
    settings: Settings, prepared: PreparedImport, *, only_good_rows: bool
) -> InventoryImport:
    """Write an import as one change, and remember the chosen columns.

    Raises:
        ImportRefused: rows have problems, and not only the good ones are requested.
        NotFound, OwnedElsewhere: this instance cannot write the region.
    """
    async with open_instance(settings) as instance:
        context = Context(instance, IMPORT_VIEWER, OperationBudget(bounded=False))
        request = ImportInventory(prepared.region, prepared.file_name, only_good_rows)
        imported = await import_inventory(context, request, prepared.rows, prepared.edits)
        await remember_columns(context, prepared.region, prepared.rows)
        return imported


def mark_cells(content: bytes, prepared: PreparedImport) -> bytes:
    """Return the file as an .xlsx workbook whose faulty cells have the problems as comments."""
    problems = [
        *prepared.plan.workbook.problems,
        *(problem for row in prepared.plan.rows for problem in row.problems),
    ]
    marks = [
        CellMark(
            problem.sheet,
            *position,
            sheet_file.describe_cell_problem(problem),
            problem.is_blocking,
        )
        for problem in problems
        if (position := cell_position(problem.cell, problem.row)) is not None
    ]
    return write_marked_workbook(content, prepared.workbook, marks, {})
