"""Plans the import of a file into a region's inventory. Nothing is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from engine.log.body_bounds import ROWS_MOST
from engine.model import Application, Integration, Provenance, Viewer
from engine.plain_text import name_key
from engine.spreadsheet.application_values import ApplicationWorkbook
from engine.spreadsheet.import_edits import ImportEdits
from engine.spreadsheet.import_sheet import parse_application_workbook
from engine.spreadsheet.sheet import SheetInvalid, SheetProblem, SheetProblemCode, quote_cell
from engine.spreadsheet.workbook import Workbook
from resolvers.import_cell_problem import CellProblems
from resolvers.import_integrations import IntegrationPlanner
from resolvers.import_match import ApplicationMatcher
from resolvers.import_owner import OwnerFinder
from resolvers.import_plan import ImportPlan, PlanProblem, RowOutcome, RowPlan, UnknownOpd
from resolvers.import_row import RowPlanner
from resolvers.inventory_state import InventoryState
from resolvers.region_change import entered_by

# A person decides these problems once for all rows with the same text.
_SHARED_BY_TEXT = frozenset(
    {
        SheetProblemCode.OPD_UNKNOWN,
        SheetProblemCode.OPD_MISSING,
        SheetProblemCode.OPD_NOT_YOURS,
        SheetProblemCode.REGION_UNKNOWN,
        SheetProblemCode.OTHER_REGION,
        SheetProblemCode.STATUS_UNKNOWN,
        SheetProblemCode.INTEGRATION_UNKNOWN,
    }
)
# Warnings that all rows of a column share, whatever their cells contain.
_SHARED_BY_COLUMN = frozenset({SheetProblemCode.ID_UNKNOWN, SheetProblemCode.LINK_NOT_READ})


def plan_import(
    inventory: InventoryState,
    workbook: ApplicationWorkbook,
    edits: ImportEdits,
    *,
    viewer: Viewer,
    file_name: str,
    year: int,
    rows_most: Mapping[type, int] = ROWS_MOST,
) -> ImportPlan:
    """Return what an import of the rows of a file would do.

    Args:
        inventory: the inventory of the region as it is now.
        edits: the OPDs and systems that a person chose for names; other edits are applied already.
        viewer: the viewer who imports, whose OPDs limit the rows if the role is OPD.
        year: the present year.
        rows_most: the most applications and integrations of a region.
    """
    provenance = Provenance(file_name, confirmed=False, note=entered_by(viewer).source)
    cells = CellProblems(workbook, year)
    owners = OwnerFinder(inventory, edits, viewer, cells)
    stated_ids = frozenset(row.values.id for row in workbook.rows if row.values.id)
    matcher = ApplicationMatcher(inventory, cells, stated_ids)
    planner = RowPlanner(inventory, cells, owners, matcher, provenance)
    rows = [planner.plan_row(row) for row in workbook.rows]
    systems = IntegrationPlanner(inventory, edits)
    systems.plan(rows)
    rows = _add_integration_problems(cells, systems, rows)
    unknown_opds = _collect_unknown_opds(owners, rows)
    room_problems = _check_room(inventory, rows, len(systems.integrations), rows_most)
    problems = _share_problems(
        [
            *room_problems,
            *workbook.problems,
            *(problem for plan in rows for problem in plan.problems),
        ]
    )
    nearest = {name_key(unknown.name): unknown.nearest for unknown in unknown_opds}
    names = {(plan.row.sheet, plan.row.row): name_key(plan.row.values.opd) for plan in rows}
    return ImportPlan(
        region=inventory.region,
        workbook=workbook,
        rows=tuple(rows),
        problems=tuple(
            replace(problem, candidates=nearest.get(_unknown_opd(problem.problem, names), ()))
            for problem in problems
        ),
        unknown_opds=unknown_opds,
        unknown_integrations=tuple(systems.unknown.values()),
        integrations=tuple(systems.integrations),
        opds={opd.id: opd for opd in inventory.opds},
        default_opd=owners.default_opd,
        is_file_refused=any(
            problem.is_blocking for problem in (*room_problems, *workbook.problems)
        ),
    )


def parse_rows(
    workbook: Workbook,
    edits: ImportEdits,
    *,
    remembered: Callable[[str], Mapping[int, str | None] | None],
    functions: Mapping[str, str],
    common_applications: Mapping[str, str],
) -> ApplicationWorkbook:
    """Return the rows of a file; a file with too many of them has none and a blocking problem."""
    try:
        return parse_application_workbook(
            workbook,
            edits,
            remembered=remembered,
            functions=functions,
            common_applications=common_applications,
        )
    except SheetInvalid as invalid:
        return ApplicationWorkbook((), (), invalid.problems)


def _check_room(
    inventory: InventoryState,
    rows: Iterable[RowPlan],
    integration_count: int,
    rows_most: Mapping[type, int],
) -> list[SheetProblem]:
    """Return a problem for more new applications or integrations than the region may have."""
    problems = []
    application_count = sum(row.outcome is RowOutcome.ADD and row.current is None for row in rows)
    room = max(rows_most[Application] - len(inventory.applications), 0)
    if application_count > room:
        problems.append(
            SheetProblem(
                None,
                None,
                "at most {most} new applications: a region has {limit} at most",
                str(application_count),
                values={"most": room, "limit": rows_most[Application]},
                code=SheetProblemCode.REGION_FULL,
            )
        )
    room = max(rows_most[Integration] - len(inventory.integrations), 0)
    if integration_count > room:
        problems.append(
            SheetProblem(
                None,
                None,
                "at most {most} new integrations: a region has {limit} at most",
                str(integration_count),
                values={"most": room, "limit": rows_most[Integration]},
                code=SheetProblemCode.REGION_FULL,
            )
        )
    return problems


def _add_integration_problems(
    cells: CellProblems, systems: IntegrationPlanner, rows: list[RowPlan]
) -> list[RowPlan]:
    """Add to each row a problem for each of its names that matches no system."""
    completed = []
    for plan in rows:
        problems = [
            cells.problem(
                plan.row,
                "integrated_with",
                SheetProblemCode.INTEGRATION_UNKNOWN,
                "the name of an application of the region",
                quote_cell(name),
                is_blocking=False,
            )
            for name in systems.unknown_names.get((plan.row.sheet, plan.row.row), ())
        ]
        completed.append(replace(plan, problems=(*plan.problems, *problems)) if problems else plan)
    return completed


def _collect_unknown_opds(owners: OwnerFinder, rows: Iterable[RowPlan]) -> tuple[UnknownOpd, ...]:
    names: dict[str, str] = {}
    counts: defaultdict[str, int] = defaultdict(int)
    for plan in rows:
        if any(problem.code is SheetProblemCode.OPD_UNKNOWN for problem in plan.problems):
            key = name_key(plan.row.values.opd)
            names.setdefault(key, plan.row.values.opd)
            counts[key] += 1
    return tuple(
        UnknownOpd(name, counts[key], owners.opd_names.nearest(name)) for key, name in names.items()
    )


def _share_problems(problems: Iterable[SheetProblem]) -> list[PlanProblem]:
    """Return the problems with their rows, the blocking ones first; shared ones occur once."""
    groups: dict[object, list[SheetProblem]] = {}
    for number, problem in enumerate(problems):
        key: tuple[object, ...] = (problem.code, problem.is_blocking, problem.sheet, problem.field)
        is_shared_by_column = problem.code in _SHARED_BY_COLUMN and not problem.is_blocking
        if not is_shared_by_column:
            is_shared = problem.code in _SHARED_BY_TEXT
            key += (name_key(problem.found) if is_shared else number,)
        groups.setdefault(key, []).append(problem)
    shared = [
        PlanProblem(group[0], tuple(problem.row for problem in group if problem.row is not None))
        for group in groups.values()
    ]
    return sorted(shared, key=lambda problem: not problem.problem.is_blocking)


def _unknown_opd(problem: SheetProblem, names: Mapping[tuple[str, int], str]) -> str:
    """Return the key of the unknown OPD in a problem; "" if it is another problem."""
    if problem.code is not SheetProblemCode.OPD_UNKNOWN or problem.row is None:
        return ""
    return names[problem.sheet, problem.row]
