"""The plan and the result of `simpul import` as JSON values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.document import to_document
from engine.log.inventory_import import InventoryImport
from engine.spreadsheet.application_values import SheetReading
from hub.cli.import_report import describe_plan_problem
from resolvers.import_plan import ImportPlan, PlanProblem, RowOutcome, RowPlan


def import_document(
    plan: ImportPlan,
    imported: InventoryImport | None,
    different: Sequence[int],
    encoding: str | None = None,
) -> dict[str, Any]:
    """Return the plan, and the import if it was written.

    Args:
        different: the rows that `--new-only` leaves although the inventory differs.
        encoding: that of the text of the file, if it is not UTF-8.
    """
    counts = plan.counts
    return {
        "region": plan.region.code,
        "encoding": encoding,
        "import": None if imported is None else _import_summary(imported),
        "counts": {
            "add": counts.add,
            "change": counts.change,
            "leave": counts.leave + len(different),
            "refuse": counts.refuse,
            "warnings": counts.warnings,
        },
        "differentRows": list(different),
        "sheets": [_sheet_document(sheet) for sheet in plan.workbook.sheets],
        "rows": [_row_document(row) for row in plan.rows],
        "problems": [_problem_document(plan, problem) for problem in plan.problems],
        "unknownOpds": [
            {
                "name": unknown.name,
                "rowCount": unknown.row_count,
                "nearest": [{"id": opd.id, "name": opd.name} for opd in unknown.nearest],
            }
            for unknown in plan.unknown_opds
        ],
        "unknownIntegrations": [
            {
                "name": unknown.name,
                "rowCount": unknown.row_count,
                "nearest": [
                    {"id": application.id, "name": application.name}
                    for application in unknown.nearest
                ],
            }
            for unknown in plan.unknown_integrations
        ],
        "newIntegrationCount": len(plan.integrations),
    }


def _import_summary(imported: InventoryImport) -> dict[str, Any]:
    return {
        "id": imported.id,
        "fileName": imported.file_name,
        "registeredCount": imported.registered_count,
        "changedCount": imported.changed_count,
        "leftCount": imported.left,
        "refusedCount": imported.refused,
        "integrationCount": len(imported.integrations),
    }


def _sheet_document(sheet: SheetReading) -> dict[str, Any]:
    return {
        "name": sheet.name,
        "isRead": sheet.is_read,
        "reason": None if sheet.reason is None else sheet.reason.value,
        "headerRows": list(sheet.header_rows),
        "columns": [
            {"letter": column.letter, "header": column.header, "field": column.field}
            for column in sheet.columns
        ],
        "setApart": [
            {"row": row.row, "reason": row.reason.value, "text": row.text}
            for row in sheet.set_apart
        ],
    }


def _row_document(plan: RowPlan) -> dict[str, Any]:
    document: dict[str, Any] = {
        "sheet": plan.row.sheet,
        "row": plan.row.row,
        "outcome": plan.outcome.value,
        "name": plan.row.values.name,
        "opd": plan.row.values.opd or None,
        "application": None if plan.current is None else plan.current.id,
    }
    if plan.outcome is RowOutcome.CHANGE:
        document["changes"] = [
            {"field": field, "before": to_document(before), "after": to_document(after)}
            for field, (before, after) in plan.changes.items()
        ]
    return document


def _problem_document(plan: ImportPlan, problem: PlanProblem) -> dict[str, Any]:
    found = problem.problem
    return {
        "code": found.code.value,
        "isBlocking": found.is_blocking,
        "sheet": found.sheet,
        "rows": list(problem.rows),
        "cell": found.cell,
        "column": found.column,
        "field": found.field,
        "message": describe_plan_problem(plan, problem, with_sheet=False),
    }
