"""GraphQL types and query for published averages."""

from __future__ import annotations

import strawberry

from engine.assessment.average import AverageKind, AverageScope
from resolvers.published_results import list_published_averages
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
                scope=row.scope,
                instrument=schema_instrument(row.instrument),
                year=row.year,
                kind=row.kind,
                value=row.value,
                provenance=Provenance.from_model(row.provenance),
            )
            for row in list_published_averages(scope, year)
        ]
