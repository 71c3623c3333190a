"""GraphQL types and mutation for OPDs, the agencies of a region."""

from __future__ import annotations

from typing import Annotated

import strawberry

from engine import model
from resolvers import opd as resolved
from schema.descriptions import IDEMPOTENCY_KEY
from schema.enums import OpdKind
from schema.info import Info
from schema.node import Node, Provenance
from schema.problem import (
    AlreadyExists,
    IdempotencyKeyReused,
    InvalidInput,
    NotFound,
    OwnedElsewhere,
    result_or_problem,
)


@strawberry.federation.type(
    keys=["id"], description="An agency (organisasi perangkat daerah) of a region."
)
class Opd(Node):
    name: str = strawberry.field(description="The official name.")
    acronym: str = strawberry.field(description="The short name; empty where none is known.")
    kind: OpdKind | None = strawberry.field(description="Null: the source does not say.")
    region_code: strawberry.ID
    provenance: Provenance
    _value: strawberry.Private[model.Opd]

    @strawberry.field(
        description="The OPD of the same region that this one is a part of; null where there is "
        "none."
    )
    async def parent(self, info: Info) -> Opd | None:
        if self._value.parent is None:
            return None
        parent = await info.context.loaders.opds.load(self._value.parent)
        return (
            Opd.from_model(parent)
            if parent is not None and parent.region == self._value.region
            else None
        )

    @classmethod
    def from_model(cls, value: model.Opd) -> Opd:
        return cls(
            id=strawberry.ID(value.id),
            name=value.name,
            acronym=value.acronym,
            kind=value.kind,
            region_code=strawberry.ID(value.region),
            provenance=Provenance.from_model(value.provenance),
            _value=value,
        )


@strawberry.input(description="An OPD that the region does not have on record yet.")
class RegisterOpdInput:
    region: strawberry.ID = strawberry.field(description="Code of the region.")
    name: str = strawberry.field(description="The official name, 1 to 200 characters.")
    kind: OpdKind = strawberry.field(description="What it is in the structure of the region.")
    acronym: str = strawberry.field(
        default="", description="The short name, as Dinkes; at most 50 characters."
    )
    parent: strawberry.ID | None = strawberry.field(
        default=None, description="Id of the OPD of the same region that it is a part of."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


RegisterOpdPayload = Annotated[
    Opd | NotFound | InvalidInput | AlreadyExists | OwnedElsewhere | IdempotencyKeyReused,
    strawberry.union("RegisterOpdPayload"),
]


@strawberry.type
class OpdMutation:
    @strawberry.mutation(
        description="Records an OPD, so that applications can be registered for it. For the region "
        "and its province."
    )
    async def register_opd(self, info: Info, input: RegisterOpdInput) -> RegisterOpdPayload:
        request = resolved.RegisterOpd(
            region=input.region,
            name=input.name,
            kind=input.kind,
            acronym=input.acronym,
            parent=input.parent,
        )
        return await result_or_problem(
            resolved.register_opd(info.context, request, input.idempotency_key), Opd.from_model
        )
