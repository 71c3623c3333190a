"""Plans the rows of an import one after the other, against an inventory that is in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from engine.identifier import entity_id, parse_entity_id
from engine.matching.opd_names import OpdNames, name_key
from engine.matching.region_names import RegionMatch
from engine.model import Application, ApplicationStatus, Opd, Provenance, Role, Viewer
from engine.spreadsheet.application_values import ApplicationRow, ApplicationWorkbook
from engine.spreadsheet.import_edits import ImportEdits
from engine.spreadsheet.sheet import SheetProblem, SheetProblemCode, quote_cell
from facts.region import region_names
from facts.tables import opd_aliases
from resolvers.application_values import TEXT_LENGTHS, check_application_values, number_bounds
from resolvers.import_inventory_state import ImportInventory
from resolvers.import_plan import PlanValue, RowOutcome, RowPlan
from resolvers.region_change import new_id

# The fields of an import that are fields of an application, with their names there.
MODEL_FIELDS: Mapping[str, str] = {
    **{
        field: field
        for field in (
            *("name", "url", "status", "year", "platform", "developer", "hosting", "database"),
            *("users", "yearly_cost", "migration_cost", "added_cost", "legal_basis"),
            *("public_service", "consulted", "fit", "common_application", "capabilities"),
        )
    },
    "use": "function",
}
_IMPORT_FIELDS = {model: field for field, model in MODEL_FIELDS.items()}
_CLEARED: Mapping[str, PlanValue] = {
    "status": ApplicationStatus.UNKNOWN,
    "capabilities": (),
    **dict.fromkeys(
        ("platform", "developer", "hosting", "database", "legal_basis", "function"), ""
    ),
}
_NAMES_SHARED = frozenset({"name"})  # never cleared
Code = SheetProblemCode


@dataclass
class RowPlanner:
    """Plans the rows of one file in their order. Later rows see what earlier rows would write."""

    inventory: ImportInventory
    workbook: ApplicationWorkbook
    edits: ImportEdits
    viewer: Viewer
    provenance: Provenance  # of the applications that the import registers
    year: int  # the present year
    _rows_by_id: dict[str, ApplicationRow] = field(default_factory=dict)  # planned applications
    _taken: dict[tuple[str | None, str], str] = field(default_factory=dict)  # ids by OPD and name

    def __post_init__(self) -> None:
        for application in self.inventory.applications:
            if application.status is not ApplicationStatus.RETIRED:
                self._taken[_name_key(application.opd, application.name)] = application.id

    def plan_row(self, row: ApplicationRow) -> RowPlan:
        """Return what the import does with the next row."""
        problems = [*row.problems, *self._region_problems(row)]
        opd, opd_problem = self._find_owner(row)
        current, id_problem = self._match(row, opd)
        problems += [problem for problem in (opd_problem, id_problem) if problem is not None]
        if current is not None and not self._may_edit(current.opd):
            expected = "an application of your own OPD"
            problems.append(
                self.problem(row, "id", Code.ID_OF_OTHER_OPD, expected, quote_cell(row.values.id))
            )
        if any(problem.is_blocking for problem in problems):
            return RowPlan(row, RowOutcome.REFUSE, tuple(problems), current=current)
        if current is not None and current.id in self._rows_by_id:
            problems.append(self._repetition(row, current.id))
            return RowPlan(row, RowOutcome.LEAVE, tuple(problems), current, current)
        if current is None or self.inventory.is_undone(current):
            return self._plan_addition(row, opd, current, problems)
        return self._plan_change(row, opd, current, problems)

    def problem(
        self,
        row: ApplicationRow,
        name: str,
        code: SheetProblemCode,
        expected: str,
        found: str,
        *,
        is_blocking: bool = True,
        advice: str = "",
        values: Mapping[str, object] | None = None,
    ) -> SheetProblem:
        """Return a problem in the cell of a field."""
        return SheetProblem(
            row=row.row,
            column=self._headers.get((row.sheet, name)),
            expected=expected,
            found=found,
            advice=advice,
            values=values or {},
            code=code,
            sheet=row.sheet,
            cell=row.cells.get(name),
            field=name,
            is_blocking=is_blocking,
        )

    @cached_property
    def opd_names(self) -> OpdNames:
        """The names of the region's OPDs."""
        return OpdNames(self.inventory.opds, self.inventory.region.name, opd_aliases())

    @cached_property
    def default_opd(self) -> Opd | None:
        """The owner of rows that name no OPD: the only OPD of a viewer who works for one."""
        if self.viewer.role is not Role.OPD or len(self.viewer.opds) != 1:
            return None
        return self._opds.get(next(iter(self.viewer.opds)))

    @cached_property
    def _opds(self) -> dict[str, Opd]:
        existing_opds = (opd for opd in self.inventory.opds if opd.dissolved_reason is None)
        return {opd.id: opd for opd in existing_opds}

    @cached_property
    def _opd_choices(self) -> dict[str, str]:
        return {name_key(choice.name): choice.opd for choice in self.edits.opds}

    @cached_property
    def _opds_by_name(self) -> dict[str, Opd | None]:
        """The matched OPDs by name as written, filled by `_find_owner`."""
        return {}

    @cached_property
    def _regions_by_text(self) -> dict[str, RegionMatch]:
        """The matched regions by text as written, filled by `_region_problems`."""
        return {}

    @cached_property
    def _headers(self) -> dict[tuple[str, str], str]:
        return {
            (sheet.name, column.field): column.header
            for sheet in self.workbook.sheets
            for column in sheet.columns
            if column.field is not None
        }

    @cached_property
    def _by_id(self) -> dict[str, Application]:
        return {application.id: application for application in self.inventory.applications}

    @cached_property
    def _by_name(self) -> dict[str, list[Application]]:
        """The applications by name; those in use come first, then those of undone imports."""
        by_name: dict[str, list[Application]] = defaultdict(list)
        for application in self.inventory.applications:
            by_name[name_key(application.name)].append(application)
        for applications in by_name.values():
            applications.sort(
                key=lambda application: (
                    application.status is ApplicationStatus.RETIRED,
                    not self.inventory.is_undone(application),
                )
            )
        return by_name

    @cached_property
    def _stated_ids(self) -> frozenset[str]:
        return frozenset(row.values.id for row in self.workbook.rows if row.values.id)

    def _may_edit(self, opd: str | None) -> bool:
        return self.viewer.role is not Role.OPD or opd in self.viewer.opds

    def _region_problems(self, row: ApplicationRow) -> list[SheetProblem]:
        region, written = self.inventory.region, row.values.region
        if written in ("", region.code) or name_key(written) == name_key(region.name):
            return []
        if written not in self._regions_by_text:
            self._regions_by_text[written] = region_names().match(written)
        match = self._regions_by_text[written]
        meant = {match.code, *(candidate.code for candidate in match.candidates)}
        if region.code in meant and match.former_code_of is None:
            return []
        code = Code.REGION_UNKNOWN if match.code is None else Code.OTHER_REGION
        is_former = match.former_code_of == region.code
        return [
            self.problem(
                row,
                "region",
                code,
                "the region {region}",
                quote_cell(written),
                is_blocking=not is_former,
                advice="{region} is its present code" if is_former else "",
                values={"region": region.code},
            )
        ]

    def _find_owner(self, row: ApplicationRow) -> tuple[str | None, SheetProblem | None]:
        """Return the id of the OPD that a row names, and the problem with it, if any."""
        written = row.values.opd
        chosen = self._opd_choices.get(name_key(written))
        if written not in self._opds_by_name:
            by_name = self.opd_names.match(written) if written else self.default_opd
            self._opds_by_name[written] = by_name if chosen is None else self._opds.get(chosen)
        opd = self._opds_by_name[written]
        if opd is not None and self._may_edit(opd.id):
            return opd.id, None
        if opd is not None:
            expected = "an OPD for which you may write"
            return opd.id, self.problem(
                row, "opd", Code.OPD_NOT_YOURS, expected, quote_cell(written)
            )
        if written:
            expected = "an OPD of region {region}, by name or acronym"
            values = {"region": self.inventory.region.code}
            return None, self.problem(
                row, "opd", Code.OPD_UNKNOWN, expected, quote_cell(written), values=values
            )
        is_refused = self.viewer.role is Role.OPD
        if not is_refused and row.values.id in self._by_id:
            return None, None
        expected = "the name of an OPD"
        return None, self.problem(
            row, "opd", Code.OPD_MISSING, expected, "nothing", is_blocking=is_refused
        )

    def _match(
        self, row: ApplicationRow, opd: str | None
    ) -> tuple[Application | None, SheetProblem | None]:
        """Return the application that a row means, and the problem with its id, if any."""
        id, region = row.values.id, self.inventory.region.code
        if id in self._by_id:
            return self._by_id[id], None
        parsed = parse_entity_id(id) if id else None
        is_own_form = parsed is not None and parsed.kind == "application"
        if id and is_own_form:
            expected = "the id of an application of region {region}"
            return None, self.problem(
                row,
                "id",
                Code.ID_UNKNOWN,
                expected,
                quote_cell(id),
                advice="leave the cell empty to add the application",
                values={"region": region},
            )
        problem = None
        if id:
            problem = self.problem(
                row,
                "id",
                Code.ID_UNKNOWN,
                "an id that Simpul gave, such as {example}",
                quote_cell(id),
                is_blocking=False,
                values={"example": entity_id(region, "application", "…")},
            )
        return self._match_name(row, opd), problem

    def _match_name(self, row: ApplicationRow, opd: str | None) -> Application | None:
        namesakes = [
            application
            for application in self._by_name.get(name_key(row.values.name), ())
            if application.id not in self._stated_ids
        ]
        for application in namesakes:
            if application.opd == opd:
                return application
        address = _address_key(row.values.url)
        same_address = [
            application
            for application in namesakes
            if (application.opd is None or opd is None)
            and address
            and _address_key(application.url) == address
            and self._may_edit(application.opd or opd)
        ]
        return same_address[0] if len(same_address) == 1 else None

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
        return self._complete(plan)

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
            elif name in row.cleared and is_matched_by_id and name not in _NAMES_SHARED:
                value = _CLEARED.get(model)
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
                self.problem(
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
        application, value_problems = check_application_values(plan.application, self.year)
        problems = [
            *plan.problems,
            *(
                self._value_problem(row, found.field, found.invalid.received)
                for found in value_problems
            ),
        ]
        if value_problems:
            return RowPlan(row, RowOutcome.REFUSE, tuple(problems), current=plan.current)
        namesake = self._taken.get(_name_key(application.opd, application.name))
        is_retired = application.status is ApplicationStatus.RETIRED
        if namesake not in (None, application.id) and not (is_retired and plan.current):
            assert namesake is not None
            if namesake in self._rows_by_id:
                problems.append(self._repetition(row, namesake))
                return RowPlan(row, RowOutcome.LEAVE, tuple(problems), current=plan.current)
            expected = "a name that no other application of the OPD has"
            found = quote_cell(application.name)
            problems.append(self.problem(row, "name", Code.NAME_TWICE, expected, found))
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
        self._taken[_name_key(application.opd, application.name)] = application.id

    def _repetition(self, row: ApplicationRow, id: str) -> SheetProblem:
        found_values = {"name": quote_cell(row.values.name), "row": self._rows_by_id[id].row}
        problem = self.problem(
            row,
            "name",
            Code.NAME_TWICE,
            "each application once",
            "{name} of the same OPD as in row {row}",
            is_blocking=False,
        )
        return replace(problem, found_values=found_values)

    def _value_problem(self, row: ApplicationRow, model_field: str, received: str) -> SheetProblem:
        name = _IMPORT_FIELDS.get(model_field, model_field)
        bounds = number_bounds(self.year)
        values: dict[str, object] = {}
        if model_field in bounds:
            values["least"], values["most"] = bounds[model_field]
            code, expected = Code.NUMBER_OUT_OF_RANGE, "a number from {least} to {most}"
        elif model_field in TEXT_LENGTHS:
            values["least"], values["most"] = TEXT_LENGTHS[model_field]
            code, expected = Code.TEXT_TOO_LONG, "{least} to {most} characters"
        elif model_field == "url":
            code, expected = Code.NOT_AN_ADDRESS, "an address such as https://contoh.go.id"
        else:
            code, expected = Code.COMMON_APPLICATION_UNKNOWN, "the id of a common application"
        return self.problem(row, name, code, expected, received, values=values)


def _name_key(opd: str | None, name: str) -> tuple[str | None, str]:
    return opd, name_key(name)


def _address_key(url: str | None) -> str:
    """Return an address without scheme, `www.` and a final slash, in lower case."""
    address = (url or "").strip().casefold()
    address = address.removeprefix("https://").removeprefix("http://")
    return address.removeprefix("www.").rstrip("/")


def _is_same(before: PlanValue, after: PlanValue) -> bool:
    """Whether two values are equal; texts may differ in white space, which cells do not keep."""
    if isinstance(before, str) and isinstance(after, str):
        return before.split() == after.split()
    return before == after and type(before) is type(after)
