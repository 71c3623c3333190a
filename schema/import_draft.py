"""GraphQL types, query and mutation for uploaded files that wait to be imported."""

from __future__ import annotations

import datetime
from functools import cached_property
from typing import Annotated

import strawberry

from resolvers import inventory_import as resolved
from schema.application import Application
from schema.arguments import AfterArgument, FirstArgument
from schema.connection import Connection, checked_page_size, slice_connection
from schema.import_enums import FileFormat, RowOutcome
from schema.import_problem import CellTexts, ImportProblem
from schema.import_row import ImportRow
from schema.import_sheet import ImportSheet
from schema.info import Info
from schema.opd import Opd
from schema.problem import ImportCounts
from schema.region import Region

DRAFT_ID = "The id that the upload of the file returned."
FIRST_NAMES = "The number of names, from 1 to 200."
FirstNamesArgument = Annotated[int, strawberry.argument(description=FIRST_NAMES)]


@strawberry.type(description="A name of an OPD in the file that the region does not have.")
class ImportUnknownOpd:
    name: str = strawberry.field(description="The name, as the file has it.")
    row_count: int = strawberry.field(description="The number of rows with this name.")
    nearest: list[Opd] = strawberry.field(
        description="The OPDs with the most similar names, at most 3."
    )


@strawberry.type(
    description="A name of an integrated system in the file that matches no application of the "
    "region, or several."
)
class ImportUnknownIntegration:
    name: str = strawberry.field(description="The name, as the file has it.")
    row_count: int = strawberry.field(description="The number of rows with this name.")
    nearest: list[Application] = strawberry.field(
        description="The applications with the most similar names, at most 3."
    )


@strawberry.type(
    description="An uploaded file that waits to be imported, and what its import would do with the "
    "inventory as it is now. Only the viewer who uploaded it can read it."
)
class ImportDraft:
    id: strawberry.ID = strawberry.field(description=DRAFT_ID)
    file_name: str = strawberry.field(description="The name of the file.")
    format: FileFormat = strawberry.field(description="The format of the file.")
    encoding: str | None = strawberry.field(
        description="The encoding of a text file that is not UTF-8; null otherwise."
    )
    region: Region = strawberry.field(description="The region into whose inventory it goes.")
    expires_at: datetime.datetime = strawberry.field(
        description="When the file is deleted unless it is imported."
    )
    version: int = strawberry.field(description="The version of the edits.")
    sheets: list[ImportSheet] = strawberry.field(
        description="The sheets of the file in their order, at most 100."
    )
    counts: ImportCounts = strawberry.field(description="The numbers of rows by outcome.")
    default_opd: Opd | None = strawberry.field(
        description="The owner of the rows that name no OPD, which is the only OPD of the viewer; "
        "null if the viewer does not work for exactly one OPD."
    )
    new_integration_count: int = strawberry.field(
        description="The number of integrations that the import connects."
    )
    is_file_refused: bool = strawberry.field(
        description="Whether a problem of the file as a whole prevents the import."
    )
    _value: strawberry.Private[resolved.PlannedDraft]

    @strawberry.field(description="The rows that list applications, in their order.")
    def rows(
        self,
        outcome: Annotated[
            RowOutcome | None,
            strawberry.argument(description="The outcome of the rows. Null includes all rows."),
        ] = None,
        first: FirstArgument = 50,
        after: AfterArgument = None,
    ) -> Connection[ImportRow]:
        rows = [
            plan for plan in self._value.plan.rows if outcome is None or plan.outcome is outcome
        ]
        return slice_connection(
            rows,
            first,
            after,
            key=lambda plan: f"{plan.row.sheet}\x1f{plan.row.row}",
            to_node=lambda plan: ImportRow.from_plan(plan, self._value.plan.opds, self._cell_texts),
        )

    @strawberry.field(
        description="The problems of the file, those that keep rows from being written first. Rows "
        "with the same cause, such as an unknown OPD, share one problem."
    )
    def problems(
        self, first: FirstArgument = 50, after: AfterArgument = None
    ) -> Connection[ImportProblem]:
        return slice_connection(
            list(enumerate(self._value.plan.problems)),
            first,
            after,
            key=lambda numbered: str(numbered[0]),
            to_node=lambda numbered: ImportProblem.from_plan(numbered[1], self._cell_texts),
        )

    @strawberry.field(description="The names of OPDs that the region does not have.")
    def unknown_opds(self, first: FirstNamesArgument = 200) -> list[ImportUnknownOpd]:
        return [
            ImportUnknownOpd(
                name=unknown.name,
                row_count=unknown.row_count,
                nearest=list(map(Opd.from_model, unknown.nearest)),
            )
            for unknown in self._value.plan.unknown_opds[: checked_page_size(first)]
        ]

    @strawberry.field(description="The names of integrated systems that are not known.")
    def unknown_integrations(
        self, first: FirstNamesArgument = 200
    ) -> list[ImportUnknownIntegration]:
        return [
            ImportUnknownIntegration(
                name=unknown.name,
                row_count=unknown.row_count,
                nearest=list(map(Application.from_model, unknown.nearest)),
            )
            for unknown in self._value.plan.unknown_integrations[: checked_page_size(first)]
        ]

    @cached_property
    def _cell_texts(self) -> CellTexts:
        return CellTexts(self._value.workbook, self._value.draft.edits.cells)

    @classmethod
    def from_plan(cls, value: resolved.PlannedDraft) -> ImportDraft:
        draft, plan = value.draft, value.plan
        return cls(
            id=strawberry.ID(draft.id),
            file_name=draft.file_name,
            format=value.workbook.format,
            encoding=value.workbook.encoding,
            region=Region.from_model(plan.region),
            expires_at=draft.expires_at,
            version=draft.version,
            sheets=list(map(ImportSheet.from_engine, plan.workbook.sheets)),
            counts=ImportCounts.from_resolver(plan.counts),
            default_opd=None if plan.default_opd is None else Opd.from_model(plan.default_opd),
            new_integration_count=len(plan.integrations),
            is_file_refused=plan.is_file_refused,
            _value=value,
        )


@strawberry.type
class ImportDraftQuery:
    @strawberry.field(
        description="The uploaded file with this id; null if it has expired, is imported already "
        "or was uploaded by another viewer."
    )
    async def import_draft(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description=DRAFT_ID)]
    ) -> ImportDraft | None:
        planned = await resolved.plan_draft(info.context, id)
        return None if planned is None else ImportDraft.from_plan(planned)
