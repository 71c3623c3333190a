"""GraphQL types and mutation for OPDs, the agencies of a region."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

from engine import model
from resolvers import opd as resolved
from schema.arguments import INPUT
from schema.descriptions import IDEMPOTENCY_KEY, PROVENANCE, REGION_CODE, REGION_EDITORS
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

if TYPE_CHECKING:
    from schema.region import Region


@strawberry.federation.type(
    keys=["id"],
    description="An organisation of a region's government (organisasi perangkat daerah).",
)
class Opd(Node):
    name: str = strawberry.field(description="The official name.")
    acronym: str | None = strawberry.field(
        description="The short name, such as Dinkes; null if none is known."
    )
    kind: OpdKind | None = strawberry.field(
        description="What it is in the structure of the region; null if the source does not state "
        "it."
    )
    provenance: Provenance = strawberry.field(description=PROVENANCE)
    _value: strawberry.Private[model.Opd]

    @strawberry.field(description="The region that it belongs to.")
    async def region(self, info: Info) -> Annotated[Region, strawberry.lazy("schema.region")]:
        from schema.region import Region

        return Region.from_required_model(
            await info.context.loaders.regions.load(self._value.region)
        )

    @strawberry.field(
        description="The OPD of the same region that this one is a part of; null if there is none."
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
            acronym=value.acronym or None,
            kind=value.kind,
            provenance=Provenance.from_model(value.provenance),
            _value=value,
        )

    @classmethod
    def from_required_model(cls, value: model.Opd | None) -> Opd:
        """Return the GraphQL type of an OPD that exists, since its region's log refers to it."""
        assert value is not None
        return cls.from_model(value)


@strawberry.input(description="An OPD that is not on record yet.")
class RegisterOpdInput:
    region_code: strawberry.ID = strawberry.field(description=REGION_CODE)
    name: str = strawberry.field(
        description="The official name, of 1 to 200 characters. A region has no two OPDs of one "
        "name or acronym."
    )
    kind: OpdKind = strawberry.field(description="What it is in the structure of the region.")
    acronym: str | None = strawberry.field(
        default=None,
        description="The short name, such as Dinkes, of 1 to 50 characters. Null means that it has "
        "none.",
    )
    parent_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The id of the OPD of the same region that it is a part of. Null means none.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


RegisterOpdPayload = Annotated[
    Opd | NotFound | InvalidInput | AlreadyExists | OwnedElsewhere | IdempotencyKeyReused,
    strawberry.union(
        "RegisterOpdPayload",
        description="The registered OPD, or the problem that prevented the change.",
    ),
]


@strawberry.type
class OpdMutation:
    @strawberry.mutation(
        description="Adds an OPD to a region, so that applications can be registered for it. "
        + REGION_EDITORS
    )
    async def register_opd(
        self,
        info: Info,
        input: Annotated[RegisterOpdInput, INPUT],
    ) -> RegisterOpdPayload:
        request = resolved.RegisterOpd(
            region=input.region_code,
            name=input.name,
            kind=input.kind,
            acronym=input.acronym,
            parent=input.parent_id,
        )
        return await result_or_problem(
            resolved.register_opd(info.context, request, input.idempotency_key), Opd.from_model
        )
