"""GraphQL types, mutations and a field of a region for imports into inventories."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from engine import model
from engine.log.inventory_import import InventoryImport as ImportModel
from resolvers import import_undo as resolved_undo
from resolvers import inventory_import as resolved
from resolvers.import_history import page_of_imports
from resolvers.import_restorer import UndoRefusal as ResolvedRefusal
from schema.actor import Actor
from schema.application import Application
from schema.arguments import INPUT, AfterArgument, FirstArgument
from schema.connection import Connection, checked_page_size, decode_cursor, to_connection
from schema.descriptions import IDEMPOTENCY_KEY
from schema.import_enums import UndoRefusalReason
from schema.info import Info
from schema.node import Node
from schema.problem import (
    IdempotencyKeyReused,
    ImportRefused,
    InvalidInput,
    NotFound,
    OwnedElsewhere,
    VersionConflict,
    WrongState,
    result_or_problem,
)

if TYPE_CHECKING:
    from schema.region import Region


@strawberry.type(
    description="An import of a file into the inventory of a region. Viewers who may read the "
    "drafts of the region may read it."
)
class InventoryImport(Node):
    file_name: str = strawberry.field(description="The name of the file.")
    at: datetime.datetime = strawberry.field(description="When it was imported.")
    is_undone: bool = strawberry.field(description="Whether it is undone.")
    undone_at: datetime.datetime | None = strawberry.field(
        description="When it was undone; null if it stands."
    )
    registered_count: int = strawberry.field(
        description="The number of applications that it registered, or took into use again after "
        "an earlier import was undone."
    )
    changed_count: int = strawberry.field(description="The number of applications that it changed.")
    left_count: int = strawberry.field(
        description="The number of rows that wrote nothing, because the inventory or a row above had "
        "the same, or because a person had retired the application."
    )
    refused_count: int = strawberry.field(
        description="The number of rows that were not written because of their problems."
    )
    integration_count: int = strawberry.field(
        description="The number of integrations that it connected."
    )
    _value: strawberry.Private[ImportModel]

    @strawberry.field(description="Who imported it.")
    def imported_by(self) -> Actor:
        return Actor.from_entry(self._value.by, self._value.region)

    @strawberry.field(description="Who undid it; null if it stands.")
    def undone_by(self) -> Actor | None:
        undone_by = self._value.undone_by
        return None if undone_by is None else Actor.from_entry(undone_by, self._value.region)

    @strawberry.field(description="The region into whose inventory the file was imported.")
    async def region(self, info: Info) -> Annotated[Region, strawberry.lazy("schema.region")]:
        from schema.region import Region

        return Region.from_required_model(
            await info.context.loaders.regions.load(self._value.region)
        )

    @classmethod
    def from_model(cls, value: ImportModel) -> InventoryImport:
        return cls(
            id=strawberry.ID(value.id),
            file_name=value.file_name,
            at=value.at,
            is_undone=value.undone_at is not None,
            undone_at=value.undone_at,
            registered_count=value.registered_count,
            changed_count=value.changed_count,
            left_count=value.left,
            refused_count=value.refused,
            integration_count=len(value.integrations),
            _value=value,
        )


@strawberry.type(description="An application that stays as it is although its import is undone.")
class UndoRefusal:
    reason: UndoRefusalReason = strawberry.field(description="Why it stays as it is.")
    _application: strawberry.Private[str]

    @strawberry.field(description="The application.")
    async def application(self, info: Info) -> Application:
        application = await info.context.loaders.applications.load(self._application)
        assert application is not None  # an application is never deleted
        return Application.from_model(application)


@strawberry.type(description="The result of undoing an import.")
class ImportUndone:
    inventory_import: InventoryImport = strawberry.field(
        name="import", description="The import, which is undone now."
    )
    undone_count: int = strawberry.field(
        name="undone",
        description="The number of applications that are as they were before the import. Those "
        "that it registered are retired.",
    )
    refused_count: int = strawberry.field(
        description="The number of applications that stay as they are."
    )
    withdrawn_integration_count: int = strawberry.field(
        description="The number of integrations of the import that are withdrawn now."
    )
    kept_integration_count: int = strawberry.field(
        description="The number of integrations of the import that stay, because they were "
        "documented or confirmed since."
    )
    _refused: strawberry.Private[tuple[ResolvedRefusal, ...]]

    @strawberry.field(description="The applications that stay as they are, in the order of rows.")
    def refused(
        self,
        first: Annotated[
            int, strawberry.argument(description="The number of applications, from 1 to 200.")
        ] = 50,
    ) -> list[UndoRefusal]:
        return [
            UndoRefusal(reason=refusal.reason, _application=refusal.application)
            for refusal in self._refused[: checked_page_size(first)]
        ]

    @classmethod
    def from_resolver(cls, value: resolved_undo.UndoneImport) -> ImportUndone:
        return cls(
            inventory_import=InventoryImport.from_model(value.imported),
            undone_count=value.undone,
            refused_count=len(value.refused),
            withdrawn_integration_count=value.integrations_withdrawn,
            kept_integration_count=value.integrations_kept,
            _refused=value.refused,
        )


@strawberry.type
class RegionImportsField:
    _value: strawberry.Private[model.Region]

    @strawberry.field(
        description="The imports of files into the inventory of the region, the newest first. The "
        "list is empty for viewers who may not read the drafts of the region."
    )
    async def imports(
        self, info: Info, first: FirstArgument = 50, after: AfterArgument = None
    ) -> Connection[InventoryImport]:
        page = await page_of_imports(
            info.context,
            self._value,
            first=checked_page_size(first),
            after=decode_cursor(after, 2),
        )
        return to_connection(page, list(map(InventoryImport.from_model, page.values)))


@strawberry.input(description="An uploaded file to import with its edits.")
class ImportApplicationsInput:
    draft_id: strawberry.ID = strawberry.field(
        description="The id that the upload of the file returned."
    )
    version: int = strawberry.field(
        description="The version of the edits that the client last read. If they have changed "
        "since, the result is VersionConflict and nothing is written."
    )
    only_good_rows: bool = strawberry.field(
        default=False,
        description="Whether rows with blocking problems are left out; otherwise one such row "
        "prevents the import.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(description="An import to undo.")
class UndoImportInput:
    import_id: strawberry.ID = strawberry.field(description="The id of the import.")
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


ImportApplicationsPayload = Annotated[
    InventoryImport
    | NotFound
    | InvalidInput
    | OwnedElsewhere
    | IdempotencyKeyReused
    | ImportRefused
    | VersionConflict,
    strawberry.union(
        "ImportApplicationsPayload",
        description="The import, or the problem that prevented it.",
    ),
]
UndoImportPayload = Annotated[
    ImportUndone | NotFound | InvalidInput | OwnedElsewhere | WrongState | IdempotencyKeyReused,
    strawberry.union(
        "UndoImportPayload",
        description="What was undone, or the problem that prevented it.",
    ),
]


@strawberry.type
class InventoryImportMutation:
    @strawberry.mutation(
        description="Imports an uploaded file into the inventory of its region, as one change, and "
        "deletes the file. The viewer who uploaded it may do it; staff of an OPD write the "
        "applications of their OPD only."
    )
    async def import_applications(
        self, info: Info, input: Annotated[ImportApplicationsInput, INPUT]
    ) -> ImportApplicationsPayload:
        request = resolved.ImportUploadedFile(input.draft_id, input.version, input.only_good_rows)
        mutation = resolved.import_uploaded_file(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, InventoryImport.from_model)

    @strawberry.mutation(
        description="Undoes an import: retires what it registered, restores what it changed and "
        "withdraws its integrations. What was changed since stays as it is. The staff of the "
        "region and of its province may do it, and staff of an OPD for their own imports into "
        "their OPD."
    )
    async def undo_import(
        self, info: Info, input: Annotated[UndoImportInput, INPUT]
    ) -> UndoImportPayload:
        request = resolved_undo.UndoImport(input.import_id)
        mutation = resolved_undo.undo_import(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, ImportUndone.from_resolver)
