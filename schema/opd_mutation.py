"""GraphQL mutations that register, change, merge and dissolve OPDs."""

from __future__ import annotations

from typing import Annotated

import strawberry

from resolvers import default_opds as resolved_defaults
from resolvers import opd as resolved
from resolvers import opd_dissolution as resolved_dissolution
from schema.arguments import INPUT
from schema.descriptions import IDEMPOTENCY_KEY, REGION_CODE, REGION_EDITORS, VERSION
from schema.enums import OpdKind
from schema.info import Info
from schema.opd import Opd
from schema.problem import (
    AlreadyExists,
    ApplicationNamesCollide,
    IdempotencyKeyReused,
    InvalidInput,
    NotFound,
    OwnedElsewhere,
    VersionConflict,
    result_or_problem,
)

NAME = "The official name, of 1 to 200 characters. A region has no two OPDs of one name or acronym."
ACRONYM = "The short name, such as Dinkes, of 1 to 50 characters. Null means that it has none."
KIND = "What it is in the structure of the region."
PARENT_ID = "The id of the OPD of the same region that it is a part of. Null means none."
AFFAIR_IDS = "The ids of the government affairs that it carries out, from `Query.affairs`."
DISSOLVED_REASON = (
    "Why, in 1 to 2,000 characters: usually the regulation that changed the structure."
)


@strawberry.input(description="An OPD that is not on record yet.")
class RegisterOpdInput:
    region_code: strawberry.ID = strawberry.field(description=REGION_CODE)
    name: str = strawberry.field(description=NAME)
    kind: OpdKind = strawberry.field(description=KIND)
    acronym: str | None = strawberry.field(default=None, description=ACRONYM)
    parent_id: strawberry.ID | None = strawberry.field(default=None, description=PARENT_ID)
    affair_ids: list[strawberry.ID] = strawberry.field(default_factory=list, description=AFFAIR_IDS)
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(
    description="Changes to an OPD. A field that is left out stays as it is. Null is possible for "
    "`acronym` and `parentId` only."
)
class UpdateOpdInput:
    id: strawberry.ID = strawberry.field(description="The id of the OPD.")
    version: int = strawberry.field(description=VERSION)
    name: str | None = strawberry.field(default=strawberry.UNSET, description=NAME)
    acronym: str | None = strawberry.field(default=strawberry.UNSET, description=ACRONYM)
    kind: OpdKind | None = strawberry.field(default=strawberry.UNSET, description=KIND)
    parent_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description=PARENT_ID
    )
    affair_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description=AFFAIR_IDS
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(description="OPDs of a region to merge into another one.")
class MergeOpdsInput:
    opd_ids: list[strawberry.ID] = strawberry.field(
        description="The ids of the OPDs that are dissolved, from 1 to "
        f"{resolved_dissolution.MERGED_MOST}."
    )
    successor_id: strawberry.ID = strawberry.field(
        description="The id of the OPD of the same region that takes over. To merge into a new "
        "OPD, register it first."
    )
    reason: str = strawberry.field(description=DISSOLVED_REASON)
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(description="An OPD to dissolve.")
class DissolveOpdInput:
    opd_id: strawberry.ID = strawberry.field(description="The id of the OPD.")
    version: int = strawberry.field(description=VERSION)
    successor_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The id of the OPD of the same region that takes over its applications and "
        "parts. Null is possible only if all of its applications are retired.",
    )
    reason: str = strawberry.field(description=DISSOLVED_REASON)
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(description="Usual OPDs to register in a region.")
class RegisterDefaultOpdsInput:
    region_code: strawberry.ID = strawberry.field(description=REGION_CODE)
    reference_ids: list[strawberry.ID] = strawberry.field(
        description="The ids of the OPDs to register, from `Query.defaultOpds`. An OPD that is a "
        "part of another one needs that one in the region or in this list."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.type(description="The result of merging OPDs.")
class MergedOpds:
    successor: Opd = strawberry.field(description="The OPD that took over.")
    dissolved: list[Opd] = strawberry.field(
        description="The OPDs that were dissolved, in the order of the input; at most "
        f"{resolved_dissolution.MERGED_MOST}."
    )
    moved_application_count: int = strawberry.field(
        description="The number of applications that moved, in use or retired."
    )

    @classmethod
    def from_model(cls, value: resolved_dissolution.MergedOpds) -> MergedOpds:
        return cls(
            successor=Opd.from_model(value.successor),
            dissolved=[Opd.from_model(opd) for opd in value.dissolved],
            moved_application_count=value.moved_application_count,
        )


@strawberry.type(description="The OPDs that one change registered.")
class RegisteredOpds:
    opds: list[Opd] = strawberry.field(
        description="The OPDs, at most as many as `Query.defaultOpds` offers."
    )

    @classmethod
    def from_model(cls, value: resolved_defaults.RegisteredOpds) -> RegisteredOpds:
        return cls(opds=[Opd.from_model(opd) for opd in value.opds])


RegisterOpdPayload = Annotated[
    Opd | NotFound | InvalidInput | AlreadyExists | OwnedElsewhere | IdempotencyKeyReused,
    strawberry.union(
        "RegisterOpdPayload",
        description="The registered OPD, or the problem that prevented the change.",
    ),
]
UpdateOpdPayload = Annotated[
    Opd
    | NotFound
    | InvalidInput
    | AlreadyExists
    | VersionConflict
    | OwnedElsewhere
    | IdempotencyKeyReused,
    strawberry.union(
        "UpdateOpdPayload",
        description="The changed OPD, or the problem that prevented the change.",
    ),
]
MergeOpdsPayload = Annotated[
    MergedOpds
    | NotFound
    | InvalidInput
    | ApplicationNamesCollide
    | OwnedElsewhere
    | IdempotencyKeyReused,
    strawberry.union(
        "MergeOpdsPayload",
        description="The merged OPDs, or the problem that prevented the change.",
    ),
]
DissolveOpdPayload = Annotated[
    Opd
    | NotFound
    | InvalidInput
    | ApplicationNamesCollide
    | VersionConflict
    | OwnedElsewhere
    | IdempotencyKeyReused,
    strawberry.union(
        "DissolveOpdPayload",
        description="The dissolved OPD, or the problem that prevented the change.",
    ),
]
RegisterDefaultOpdsPayload = Annotated[
    RegisteredOpds | NotFound | InvalidInput | OwnedElsewhere | IdempotencyKeyReused,
    strawberry.union(
        "RegisterDefaultOpdsPayload",
        description="The registered OPDs, or the problem that prevented the change.",
    ),
]


@strawberry.type
class OpdMutation:
    @strawberry.mutation(
        description="Adds an OPD to a region, so that applications can be registered for it. "
        + REGION_EDITORS
    )
    async def register_opd(
        self, info: Info, input: Annotated[RegisterOpdInput, INPUT]
    ) -> RegisterOpdPayload:
        request = resolved.RegisterOpd(
            region=input.region_code,
            name=input.name,
            kind=input.kind,
            acronym=input.acronym,
            parent=input.parent_id,
            affairs=tuple(input.affair_ids),
        )
        mutation = resolved.register_opd(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, Opd.from_model)

    @strawberry.mutation(
        description="Changes the names, the kind, the parent or the affairs of an OPD. "
        + REGION_EDITORS
    )
    async def update_opd(
        self, info: Info, input: Annotated[UpdateOpdInput, INPUT]
    ) -> UpdateOpdPayload:
        values = {
            "name": input.name,
            "acronym": input.acronym,
            "kind": input.kind,
            "parent": input.parent_id,
            "affairs": tuple(input.affair_ids)
            if isinstance(input.affair_ids, list)
            else input.affair_ids,
        }
        changes = {name: value for name, value in values.items() if value is not strawberry.UNSET}
        request = resolved.UpdateOpd(input.id, input.version, changes)
        mutation = resolved.update_opd(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, Opd.from_model)

    @strawberry.mutation(
        description="Dissolves OPDs into one successor. Their applications, with their "
        "integrations, and their parts pass to it, and their staff act for it. Their history "
        "stays. " + REGION_EDITORS
    )
    async def merge_opds(
        self, info: Info, input: Annotated[MergeOpdsInput, INPUT]
    ) -> MergeOpdsPayload:
        request = resolved_dissolution.MergeOpds(
            tuple(input.opd_ids), input.successor_id, input.reason
        )
        mutation = resolved_dissolution.merge_opds(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, MergedOpds.from_model)

    @strawberry.mutation(
        description="Dissolves an OPD. Its applications, with their integrations, and its parts "
        "pass to the successor, and its staff act for it. Its history stays. " + REGION_EDITORS
    )
    async def dissolve_opd(
        self, info: Info, input: Annotated[DissolveOpdInput, INPUT]
    ) -> DissolveOpdPayload:
        request = resolved_dissolution.DissolveOpd(
            input.opd_id, input.version, input.successor_id, input.reason
        )
        mutation = resolved_dissolution.dissolve_opd(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, Opd.from_model)

    @strawberry.mutation(
        description="Registers OPDs of `Query.defaultOpds` that a person has confirmed, in one "
        "change. " + REGION_EDITORS
    )
    async def register_default_opds(
        self, info: Info, input: Annotated[RegisterDefaultOpdsInput, INPUT]
    ) -> RegisterDefaultOpdsPayload:
        request = resolved_defaults.RegisterDefaultOpds(
            input.region_code, tuple(input.reference_ids)
        )
        mutation = resolved_defaults.register_default_opds(
            info.context, request, input.idempotency_key
        )
        return await result_or_problem(mutation, RegisteredOpds.from_model)
