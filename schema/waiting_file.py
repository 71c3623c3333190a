"""GraphQL type, query and mutation to list the uploaded files of a viewer, and to discard them."""

from __future__ import annotations

import datetime
from typing import Annotated

import strawberry

from resolvers import import_draft as resolved
from schema.arguments import INPUT
from schema.import_draft import DRAFT_ID
from schema.info import Info
from schema.problem import NotFound, result_or_problem
from schema.region import Region


@strawberry.type(
    description="An uploaded file that waits to be imported, without its content. Only the viewer "
    "who uploaded it can read it; importDraft with the same id returns what its import would do."
)
class WaitingFile:
    id: strawberry.ID = strawberry.field(description=DRAFT_ID)
    file_name: str = strawberry.field(description="The name of the file.")
    size: int = strawberry.field(description="The size of the file in bytes.")
    expires_at: datetime.datetime = strawberry.field(
        description="When the file is deleted unless it is imported."
    )
    _region: strawberry.Private[str]

    @strawberry.field(description="The region into whose inventory it goes.")
    async def region(self, info: Info) -> Region:
        return Region.from_required_model(await info.context.loaders.regions.load(self._region))


@strawberry.type
class WaitingFileQuery:
    @strawberry.field(
        description="The uploaded files of the viewer, for all regions, that wait to be imported, "
        "the newest first; at most five."
    )
    async def import_drafts(self, info: Info) -> list[WaitingFile]:
        return [
            WaitingFile(
                id=strawberry.ID(file.id),
                file_name=file.file_name,
                size=file.size,
                expires_at=file.expires_at,
                _region=file.region,
            )
            for file in await resolved.list_waiting_files(info.context)
        ]


@strawberry.input(description="An uploaded file to discard.")
class DiscardImportDraftInput:
    draft_id: strawberry.ID = strawberry.field(description=DRAFT_ID)


@strawberry.type(description="An uploaded file that was discarded.")
class DiscardedImportDraft:
    id: strawberry.ID = strawberry.field(description="The id that the file had.")

    @classmethod
    def from_id(cls, id: str) -> DiscardedImportDraft:
        return cls(id=strawberry.ID(id))


DiscardImportDraftPayload = Annotated[
    DiscardedImportDraft | NotFound,
    strawberry.union(
        "DiscardImportDraftPayload",
        description="The discarded file, or the problem that there is no such file of the viewer.",
    ),
]


@strawberry.type
class WaitingFileMutation:
    @strawberry.mutation(
        description="Deletes an uploaded file that is not imported, so that another may wait in "
        "its place. Only the viewer who uploaded it may do it."
    )
    async def discard_import_draft(
        self, info: Info, input: Annotated[DiscardImportDraftInput, INPUT]
    ) -> DiscardImportDraftPayload:
        return await result_or_problem(
            resolved.discard_draft(info.context, input.draft_id), DiscardedImportDraft.from_id
        )
