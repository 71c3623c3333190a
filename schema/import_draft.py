"""GraphQL types, query and mutation for uploaded files that wait to be imported."""

from __future__ import annotations

import datetime
from functools import cached_property
from typing import Annotated

import strawberry

from engine.spreadsheet.application_values import ColumnUse, SheetReading
from resolvers import inventory_import as resolved
from resolvers.import_plan import RowOutcome, RowPlan
from schema.application import Application
from schema.arguments import AfterArgument, FirstArgument
from schema.connection import Connection, checked_page_size, slice_connection
from schema.import_enums import (
    FileFormat,
    ImportField,
    NoTableReason,
    OpdOrigin,
    SetApartReason,
)
from schema.import_enums import RowOutcome as RowOutcomeEnum
from schema.import_problem import CellTexts, ImportProblem
from schema.import_value import format_plan_value
from schema.info import Info
from schema.opd import Opd
from schema.problem import ImportCounts
from schema.region import Region

DRAFT_ID = "The id that the upload of the file returned."
SHEET_NAME = "The name of the sheet; empty for a CSV file."
FIRST_NAMES = "The number of names, from 1 to 200."
FirstNamesArgument = Annotated[int, strawberry.argument(description=FIRST_NAMES)]


@strawberry.type(description="A column of a sheet, and the field that it is read as.")
class ImportColumn:
    column: int = strawberry.field(description="The number of the column, from 1.")
    letter: str = strawberry.field(description="The letters of the column, such as AB.")
    header: str = strawberry.field(description="The header; empty if the column has none.")
    field: ImportField | None = strawberry.field(
        description="The field that the column is read as; null if it is not read."
    )
    example: str | None = strawberry.field(
        description="The first text below the header; null if there is none."
    )
    is_chosen: bool = strawberry.field(
        description="Whether a person chose the field, for this file or for an earlier one with "
        "this header."
    )
    repeated_field: ImportField | None = strawberry.field(
        description="The field of an earlier column, for which this one is not read; null if there "
        "is none."
    )

    @classmethod
    def from_engine(cls, use: ColumnUse) -> ImportColumn:
        return cls(
            column=use.column,
            letter=use.letter,
            header=use.header,
            field=None if use.field is None else ImportField(use.field),
            example=use.example or None,
            is_chosen=use.is_chosen,
            repeated_field=None if use.repeats is None else ImportField(use.repeats),
        )


@strawberry.type(description="A row of a sheet that is no application.")
class ImportSetApartRow:
    row: int = strawberry.field(description="The number of the row, from 1.")
    reason: SetApartReason = strawberry.field(description="Why it is no application.")
    text: str = strawberry.field(description="The texts of its cells.")


@strawberry.type(description="A sheet of an uploaded file, and how it is read.")
class ImportSheet:
    name: str = strawberry.field(description=SHEET_NAME)
    is_read: bool = strawberry.field(description="Whether its rows are taken.")
    reason: NoTableReason | None = strawberry.field(
        description="Why it is not read; null if it is read."
    )
    header_rows: list[int] = strawberry.field(
        description="The numbers of the rows of the header, at most 3; empty if there is none."
    )
    columns: list[ImportColumn] = strawberry.field(
        description="The columns of the sheet, at most 256."
    )
    opd_name: str | None = strawberry.field(
        description="The name of the OPD of the rows that name none; null if the sheet names none."
    )
    opd_origin: OpdOrigin | None = strawberry.field(
        description="Where `opdName` comes from; null if `opdName` is null."
    )
    row_count: int = strawberry.field(description="The number of rows that list applications.")
    set_apart_count: int = strawberry.field(
        description="The number of rows that are no applications."
    )
    _value: strawberry.Private[SheetReading]

    @strawberry.field(description="The rows that are no applications, in their order.")
    def set_apart(
        self,
        first: Annotated[
            int, strawberry.argument(description="The number of rows, from 1 to 200.")
        ] = 50,
    ) -> list[ImportSetApartRow]:
        return [
            ImportSetApartRow(row=row.row, reason=row.reason, text=row.text)
            for row in self._value.set_apart[: checked_page_size(first)]
        ]

    @classmethod
    def from_engine(cls, sheet: SheetReading) -> ImportSheet:
        return cls(
            name=sheet.name,
            is_read=sheet.is_read,
            reason=sheet.reason,
            header_rows=list(sheet.header_rows),
            columns=list(map(ImportColumn.from_engine, sheet.columns)),
            opd_name=sheet.opd or None,
            opd_origin=sheet.opd_origin,
            row_count=sheet.row_count,
            set_apart_count=len(sheet.set_apart),
            _value=sheet,
        )


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
    outcome: RowOutcomeEnum = strawberry.field(description="What the import does with the row.")
    name: str = strawberry.field(description="The name of the application, as the row has it.")
    opd_name: str | None = strawberry.field(
        description="The name of the OPD that is to own the application, as the row has it if the "
        "OPD is not known; null if there is none."
    )
    application: Application | None = strawberry.field(
        description="The application of the inventory that the row means; null if there is none."
    )
    changes: list[ImportChange] = strawberry.field(
        description="What changes if the outcome is CHANGE; at most one item for each field."
    )
    problems: list[ImportProblem] = strawberry.field(
        description="The problems of the row, at most 50."
    )


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
            RowOutcomeEnum | None,
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
            to_node=self._import_row,
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

    def _import_row(self, plan: RowPlan) -> ImportRow:
        opds = self._value.plan.opds
        owner = None if plan.application is None else opds.get(plan.application.opd or "")
        current = None if plan.outcome is RowOutcome.ADD else plan.current
        return ImportRow(
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
                ImportProblem.from_engine(problem, (plan.row.row,), self._cell_texts)
                for problem in plan.problems[:50]
            ],
        )

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
