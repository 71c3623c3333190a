"""OPDs as a client sees them."""

from __future__ import annotations

import strawberry

from engine import model
from schema.node import Node, Provenance


@strawberry.federation.type(
    keys=["id"], description="An agency (organisasi perangkat daerah) of a region."
)
class Opd(Node):
    name: str
    acronym: str
    region_code: strawberry.ID
    provenance: Provenance

    @classmethod
    def of(cls, value: model.Opd) -> Opd:
        return cls(
            id=strawberry.ID(value.id),
            name=value.name,
            acronym=value.acronym,
            region_code=strawberry.ID(value.region),
            provenance=Provenance.of(value.provenance),
        )
