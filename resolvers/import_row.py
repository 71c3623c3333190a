"""Plans the rows of an import one after the other, against an inventory that is in memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from engine.model import Application, ApplicationStatus, Provenance
from engine.plain_text import name_key
from engine.spreadsheet.application_values import ApplicationRow
from engine.spreadsheet.sheet import SheetProblem, quote_cell
from resolvers.application_values import check_application_values
from resolvers.import_cell_problem import CellProblems, Code
from resolvers.import_field import CLEARED_VALUES, IMPORT_FIELDS, MODEL_FIELDS, list_added_values
from resolvers.import_match import ApplicationMatcher
from resolvers.import_owner import OwnerFinder
from resolvers.import_plan import PlanValue, RowOutcome, RowPlan
from resolvers.inventory_state import InventoryState
from resolvers.region_change import new_id


@dataclass
class RowPlanner:
    """Plans the rows of one file in their order. Later rows see what earlier rows would write."""

    inventory: InventoryState
    cells: CellProblems
    owners: OwnerFinder
    matcher: ApplicationMatcher
    provenance: Provenance  # of the applications that the import registers
    _rows_by_id: dict[str, ApplicationRow] = field(default_factory=dict)  # planned applications
    _taken: dict[tuple[str | None, str], str] = field(default_factory=dict)  # ids by OPD and name

    def __post_init__(self) -> None:
        for application in self.inventory.applications:
            if application.status is not ApplicationStatus.RETIRED:
                self._taken[_name_key(application.opd, application.name)] = application.id

    def plan_row(self, row: ApplicationRow) -> RowPlan:
        """Return what the import does with the next row."""
        stated = self.matcher.find_stated(row.values.id)
        opd, opd_problem = self.owners.find_owner(row, stated)
        current, id_problem = self.matcher.match(row, opd)
        found = (self.owners.region_problem(row), opd_problem, id_problem)
        problems = [*row.problems, *(problem for problem in found if problem is not None)]
        problem = None if current is None else self._owner_problem(row, opd, current)
        problems += [] if problem is None else [problem]
        if any(problem.is_blocking for problem in problems):
            return RowPlan(row, RowOutcome.REFUSE, tuple(problems), current=current)
        if current is not None and current.id in self._rows_by_id:
            problems.append(self.cells.repetition(row, self._rows_by_id[current.id]))
            return RowPlan(row, RowOutcome.LEAVE, tuple(problems), current, current)
        if current is None or self.inventory.is_undone(current):
            return self._plan_addition(row, opd, current, problems)
        return self._plan_change(row, opd, current, problems)

    def _owner_problem(
        self, row: ApplicationRow, opd: str | None, current: Application
    ) -> SheetProblem | None:
        """Return the problem of a row whose application has another owner, if any."""
        is_matched_by_id = row.values.id == current.id
        is_foreign = not self.owners.may_edit(current.opd) and current.opd != opd
        if is_foreign and (is_matched_by_id or current.opd is not None):
            expected = "an application of your own OPD"
            return self.cells.problem(
                row, "id", Code.ID_OF_OTHER_OPD, expected, quote_cell(row.values.id)
            )
        if is_matched_by_id and current.opd is not None and "opd" in row.cleared and opd is None:
            return self.cells.problem(
                row,
                "opd",
                Code.OPD_MISSING,
                "the name of an OPD",
                "nothing",
                is_blocking=False,
                advice="the application keeps its OPD",
            )
        return None

    def _plan_addition(
        self,
        row: ApplicationRow,
        opd: str | None,
        undone: Application | None,
        problems: list[SheetProblem],
    ) -> RowPlan:
        region = self.inventory.region.code
        values = {
            model: getattr(row.values, name)
            for name, model in MODEL_FIELDS.items()
            if name in row.stated
        }
        application = Application(
            id=new_id(region, "application") if undone is None else undone.id,
            region=region,
            opd=opd,
            version=1 if undone is None else undone.version + 1,
            provenance=self.provenance,
            **{"name": row.values.name, "status": ApplicationStatus.UNKNOWN, **values},
        )
        function = row.values.function
        current_function = None if undone is None else self.inventory.functions.get(undone.id)
        plan = RowPlan(
            row,
            RowOutcome.ADD,
            tuple(problems),
            application,
            undone,
            function=function,
            is_function_corrected=function != current_function,
        )
        plan = self._complete(plan)
        return replace(plan, changes=list_added_values(plan))

    def _plan_change(
        self,
        row: ApplicationRow,
        opd: str | None,
        current: Application,
        problems: list[SheetProblem],
    ) -> RowPlan:
        is_matched_by_id = row.values.id == current.id
        new_values: dict[str, Any] = {}
        changes: dict[str, tuple[PlanValue, PlanValue]] = {}
        if opd is not None and opd != current.opd:
            new_values["opd"], changes["opd"] = opd, (current.opd, opd)
        for name, model in MODEL_FIELDS.items():
            if name in row.stated:
                value = getattr(row.values, name)
            elif name in row.cleared and is_matched_by_id:
                value = CLEARED_VALUES.get(model)
            else:
                continue
            before = getattr(current, model)
            if not _is_same(before, value):
                new_values[model], changes[name] = value, (before, value)
        function = self.inventory.functions.get(current.id)
        is_cleared = is_matched_by_id and "function" in row.cleared
        new_function = None if is_cleared else row.values.function or function
        if new_function != function:
            changes["function"] = (function, new_function)
        if not changes:
            self._take(row, current)
            return RowPlan(row, RowOutcome.LEAVE, tuple(problems), current, current)
        if current.status is ApplicationStatus.RETIRED:
            expected = "an application that is in use"
            problems.append(
                self.cells.problem(
                    row,
                    "name",
                    Code.APPLICATION_RETIRED,
                    expected,
                    "one that a person took out of use",
                    is_blocking=False,
                )
            )
            return RowPlan(row, RowOutcome.LEAVE, tuple(problems), current, current)
        application = current
        if new_values:
            application = replace(current, version=current.version + 1, **new_values)
        plan = RowPlan(
            row,
            RowOutcome.CHANGE,
            tuple(problems),
            application,
            current,
            changes,
            function=new_function,
            is_function_corrected=new_function != function,
        )
        return self._complete(plan)

    def _complete(self, plan: RowPlan) -> RowPlan:
        """Return the plan with its values checked, unless another application has the name."""
        row = plan.row
        assert plan.application is not None  # only rows that are written come here
        application, value_problems = check_application_values(plan.application, self.cells.year)
        problems = [
            *plan.problems,
            *(
                self.cells.value_problem(
                    row, IMPORT_FIELDS.get(refused.field, refused.field), refused
                )
                for refused in value_problems
            ),
        ]
        if value_problems:
            return RowPlan(row, RowOutcome.REFUSE, tuple(problems), current=plan.current)
        namesake = self._taken.get(_name_key(application.opd, application.name))
        is_retired = application.status is ApplicationStatus.RETIRED
        if namesake not in (None, application.id) and not (is_retired and plan.current):
            assert namesake is not None
            if namesake in self._rows_by_id:
                problems.append(self.cells.repetition(row, self._rows_by_id[namesake]))
                return RowPlan(row, RowOutcome.LEAVE, tuple(problems), current=plan.current)
            expected = "a name that no other application of the OPD has"
            found = quote_cell(application.name)
            problems.append(self.cells.problem(row, "name", Code.NAME_TWICE, expected, found))
            return RowPlan(row, RowOutcome.REFUSE, tuple(problems), current=plan.current)
        self._take(row, application, plan.current)
        return replace(plan, application=application, problems=tuple(problems))

    def _take(
        self, row: ApplicationRow, application: Application, current: Application | None = None
    ) -> None:
        self._rows_by_id[application.id] = row
        if current is not None:
            earlier_key = _name_key(current.opd, current.name)
            if self._taken.get(earlier_key) == current.id:
                del self._taken[earlier_key]
        key = _name_key(application.opd, application.name)
        if application.status is ApplicationStatus.RETIRED:
            self._taken.setdefault(key, application.id)  # one in use keeps the name
        else:
            self._taken[key] = application.id


def _name_key(opd: str | None, name: str) -> tuple[str | None, str]:
    return opd, name_key(name)


def _is_same(before: PlanValue, after: PlanValue) -> bool:
    """Whether two values are equal; texts may differ in white space, which cells do not keep."""
    if isinstance(before, str) and isinstance(after, str):
        return before.split() == after.split()
    return before == after and type(before) is type(after)
