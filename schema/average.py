"""Published averages as a client sees them."""

from __future__ import annotations

import strawberry

from facts import tables
from schema.instrument import Instrument, shown
from schema.node import Provenance

strawberry.enum(
    tables.Scope, name="AverageScope", description="The regions that an average is taken over."
)
strawberry.enum(
    tables.AverageKind,
    description="Whose average it is; QUOTED was said by somebody else than the assessor.",
)


@strawberry.type(
    description="A mean over many regions as it was published. Not computed here: see indexMeans."
)
class PublishedAverage:
    scope: tables.Scope
    instrument: Instrument
    year: int
    kind: tables.AverageKind
    value: str
    provenance: Provenance


@strawberry.type
class AverageQuery:
    @strawberry.field(description="Oldest first.")
    def published_averages(
        self, scope: tables.Scope | None = None, year: int | None = None
    ) -> list[PublishedAverage]:
        return [
            PublishedAverage(
                scope=each.scope,
                instrument=shown(each.instrument),
                year=each.year,
                kind=each.kind,
                value=each.value,
                provenance=Provenance.of(each.provenance),
            )
            for each in tables.averages()
            if scope in (None, each.scope) and year in (None, each.year)
        ]
