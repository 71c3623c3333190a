"""GraphQL inputs and mutation to edit an uploaded file before it is imported."""

from __future__ import annotations

from typing import Annotated

import strawberry

from engine.spreadsheet import import_edits
from resolvers import import_edit as resolved
from schema.arguments import INPUT
from schema.import_draft import DRAFT_ID, ImportDraft
from schema.import_enums import ImportField
from schema.import_sheet import SHEET_NAME
from schema.info import Info
from schema.problem import (
    InvalidInput,
    NotFound,
    OwnedElsewhere,
    VersionConflict,
    result_or_problem,
)

DRAFT_VERSION = (
    "The version of the edits that the client last read. If they have changed since, the result is "
    "VersionConflict."
)


@strawberry.input(description="The field to read a column as.")
class ImportColumnInput:
    sheet: str = strawberry.field(description=SHEET_NAME)
    column: int = strawberry.field(description="The number of the column, from 1.")
    field: ImportField | None = strawberry.field(
        description="The field. Null means that the column is not read."
    )


@strawberry.input(description="A text to read in place of that of a cell.")
class ImportCellInput:
    sheet: str = strawberry.field(description=SHEET_NAME)
    row: int = strawberry.field(description="The number of the row, from 1.")
    column: int = strawberry.field(description="The number of the column, from 1.")
    text: str = strawberry.field(description="The text, of at most 2,000 characters.")


@strawberry.input(description="The OPD that a name in the file means.")
class ImportOpdInput:
    name: str = strawberry.field(
        description="The name, as the file has it. An empty text means the rows without a name."
    )
    opd_id: strawberry.ID | None = strawberry.field(
        description="The id of an OPD of the region. Null removes an earlier choice."
    )


@strawberry.input(
    description="What the name of an integrated system means. If it is neither an application nor "
    "an external system, the name is left out."
)
class ImportIntegrationInput:
    name: str = strawberry.field(description="The name, as the file has it.")
    application_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The id of an application of the region. Null means that it is none.",
    )
    is_external: bool = strawberry.field(
        default=False, description="Whether it is a system outside the inventory of the region."
    )


@strawberry.input(
    description="Edits of an uploaded file. An edit replaces the earlier one of the same column, "
    "cell or name, and the other earlier ones stay. Each list has at most 1,000 items."
)
class EditImportInput:
    draft_id: strawberry.ID = strawberry.field(description=DRAFT_ID)
    version: int = strawberry.field(description=DRAFT_VERSION)
    columns: list[ImportColumnInput] = strawberry.field(
        default_factory=list,
        description="The fields of columns. They are remembered for later files of the region with "
        "the same header.",
    )
    skipped_sheets: list[str] | None = strawberry.field(
        default=None,
        description="The names of the sheets that are not read, instead of the earlier ones. Null "
        "keeps the earlier ones.",
    )
    cells: list[ImportCellInput] = strawberry.field(
        default_factory=list, description="The corrected cells."
    )
    opds: list[ImportOpdInput] = strawberry.field(
        default_factory=list, description="The OPDs that names mean."
    )
    integrations: list[ImportIntegrationInput] = strawberry.field(
        default_factory=list, description="What the names of integrated systems mean."
    )


EditImportPayload = Annotated[
    ImportDraft | NotFound | InvalidInput | OwnedElsewhere | VersionConflict,
    strawberry.union(
        "EditImportPayload",
        description="The edited file with its new plan, or the problem that prevented the edit.",
    ),
]


@strawberry.type
class ImportDraftMutation:
    @strawberry.mutation(
        description="Edits an uploaded file before it is imported. Only the viewer who uploaded it "
        "may do it."
    )
    async def edit_import(
        self, info: Info, input: Annotated[EditImportInput, INPUT]
    ) -> EditImportPayload:
        skipped_sheets = input.skipped_sheets
        request = resolved.EditImport(
            draft=input.draft_id,
            version=input.version,
            columns=tuple(
                import_edits.ColumnChoice(
                    choice.sheet,
                    choice.column,
                    None if choice.field is None else choice.field.value,
                )
                for choice in input.columns
            ),
            skipped_sheets=None if skipped_sheets is None else tuple(skipped_sheets),
            cells=tuple(
                import_edits.CellCorrection(cell.sheet, cell.row, cell.column, cell.text)
                for cell in input.cells
            ),
            opds=tuple(
                import_edits.OpdChoice(choice.name, choice.opd_id or "") for choice in input.opds
            ),
            integrations=tuple(
                import_edits.IntegrationChoice(
                    choice.name, choice.application_id, choice.is_external
                )
                for choice in input.integrations
            ),
        )
        return await result_or_problem(
            resolved.edit_import(info.context, request), ImportDraft.from_plan
        )
