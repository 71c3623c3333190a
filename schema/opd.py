"""GraphQL type for OPDs, the agencies of a region."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

from engine import model
from schema.affair import Affair
from schema.descriptions import CURRENT_VERSION, PROVENANCE
from schema.enums import OpdKind
from schema.info import Info
from schema.node import Node, Provenance

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
    affairs: list[Affair] = strawberry.field(
        description="The government affairs that it carries out, in the order of the law. Empty if "
        "it supports others or if none are recorded."
    )
    is_dissolved: bool = strawberry.field(
        description="Whether it was dissolved or merged into another OPD."
    )
    dissolved_reason: str | None = strawberry.field(
        description="Why it was dissolved; null while it exists."
    )
    version: int = strawberry.field(description=CURRENT_VERSION)
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

    @strawberry.field(
        description="The OPD that took over its applications when it was dissolved, which may be "
        "dissolved itself; null if it exists or has no successor."
    )
    async def successor(self, info: Info) -> Opd | None:
        if self._value.successor is None:
            return None
        successor = await info.context.loaders.opds.load(self._value.successor)
        return None if successor is None else Opd.from_model(successor)

    @classmethod
    def from_model(cls, value: model.Opd) -> Opd:
        return cls(
            id=strawberry.ID(value.id),
            name=value.name,
            acronym=value.acronym or None,
            kind=value.kind,
            affairs=Affair.from_ids(value.affairs),
            is_dissolved=value.dissolved_reason is not None,
            dissolved_reason=value.dissolved_reason,
            version=value.version,
            provenance=Provenance.from_model(value.provenance),
            _value=value,
        )

    @classmethod
    def from_required_model(cls, value: model.Opd | None) -> Opd:
        """Return the GraphQL type of an OPD that exists, since its region's log refers to it."""
        assert value is not None
        return cls.from_model(value)
