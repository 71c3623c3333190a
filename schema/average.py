"""GraphQL types and query for published averages."""

from __future__ import annotations

import strawberry

from engine.assessment.average import AverageKind, AverageScope
from resolvers.published import list_published_averages
from schema.instrument import Instrument, schema_instrument
from schema.node import Provenance

strawberry.enum(AverageScope, description="The regions that an average is taken over.")
strawberry.enum(
    AverageKind,
    description="Whose average it is; QUOTED was said by somebody else than the assessor.",
)


@strawberry.type(
    description="A mean over many regions as it was published. Not computed here: see indexMeans."
)
class PublishedAverage:
    scope: AverageScope
    instrument: Instrument
    year: int
    kind: AverageKind
    value: str
    provenance: Provenance


@strawberry.type
class AverageQuery:
    @strawberry.field(description="Oldest first.")
    def published_averages(
        self, scope: AverageScope | None = None, year: int | None = None
    ) -> list[PublishedAverage]:
        return [
            PublishedAverage(
                scope=each.scope,
                instrument=schema_instrument(each.instrument),
                year=each.year,
                kind=each.kind,
                value=each.value,
                provenance=Provenance.from_model(each.provenance),
            )
            for each in list_published_averages(scope, year)
        ]
