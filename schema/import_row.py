"""GraphQL types of the rows of an uploaded file, and of what an import does with them."""

from __future__ import annotations

from collections.abc import Mapping

import strawberry

from engine.model import Opd as OpdModel
from resolvers.import_plan import RowPlan
from schema.application import Application
from schema.import_enums import ImportField, RowOutcome
from schema.import_problem import CellTexts, ImportProblem
from schema.import_sheet import SHEET_NAME
from schema.import_value import format_plan_value

PROBLEMS_MOST = 50  # of one row


@strawberry.type(description="A field of an application that an import changes.")
class ImportChange:
    field: ImportField = strawberry.field(description="The field.")
    before: str | None = strawberry.field(
        description="The present value as a text; null if there is none. A status or a capability "
        "is the name of its enum value, and an OPD or a common application its name."
    )
    after: str | None = strawberry.field(
        description="The value after the import as a text, in the same form; null if there is none."
    )


@strawberry.type(description="A row of an uploaded file that lists an application.")
class ImportRow:
    sheet: str = strawberry.field(description=SHEET_NAME)
    row: int = strawberry.field(description="The number of the row, from 1.")
    outcome: RowOutcome = strawberry.field(description="What the import does with the row.")
    name: str = strawberry.field(description="The name of the application, as the row has it.")
    opd_name: str | None = strawberry.field(
        description="The name of the OPD that is to own the application, as the row has it if the "
        "OPD is not known; null if there is none."
    )
    application: Application | None = strawberry.field(
        description="The application of the inventory that the row means; null if there is none."
    )
    changes: list[ImportChange] = strawberry.field(
        description="What changes; at most one item for each field. For a row that is added, its "
        "values, with `before` null; empty if the row is left or refused."
    )
    problems: list[ImportProblem] = strawberry.field(
        description=f"The problems of the row, at most {PROBLEMS_MOST}."
    )

    @classmethod
    def from_plan(cls, plan: RowPlan, opds: Mapping[str, OpdModel], texts: CellTexts) -> ImportRow:
        """Return the row of a plan; `opds` are those of the region, by id."""
        owner = None if plan.application is None else opds.get(plan.application.opd or "")
        current = None if plan.outcome is RowOutcome.ADD else plan.current
        return cls(
            sheet=plan.row.sheet,
            row=plan.row.row,
            outcome=plan.outcome,
            name=plan.row.values.name,
            opd_name=(plan.row.values.opd or None) if owner is None else owner.name,
            application=None if current is None else Application.from_model(current),
            changes=[
                ImportChange(
                    field=ImportField(field),
                    before=format_plan_value(field, before, opds),
                    after=format_plan_value(field, after, opds),
                )
                for field, (before, after) in plan.changes.items()
            ],
            problems=[
                ImportProblem.from_engine(problem, (plan.row.row,), texts)
                for problem in plan.problems[:PROBLEMS_MOST]
            ],
        )
