"""GraphQL types and query for published averages."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated

import strawberry

from resolvers.published_results import list_published_averages
from schema.enums import AverageKind, AverageScope
from schema.figure import Figure
from schema.instrument import Instrument, schema_instrument
from schema.node import Provenance


@strawberry.type(
    description="A mean index of many regions as a publication states it. It is not computed "
    "here; `indexMeans` has means that are."
)
class PublishedAverage:
    scope: AverageScope = strawberry.field(description="The regions that the mean covers.")
    instrument: Instrument = strawberry.field(description="The instrument of the results.")
    year: int = strawberry.field(description="The year of the results.")
    kind: AverageKind = strawberry.field(
        description="The nature of the mean: official, quoted, estimated or intended."
    )
    mean: Figure = strawberry.field(
        description="The mean index in index points, with the decimal places of the publication."
    )
    provenance: Provenance = strawberry.field(description="The publication that states the mean.")


@strawberry.type
class AverageQuery:
    @strawberry.field(
        description="The published means that ship with Simpul, oldest first; at most 100."
    )
    def published_averages(
        self,
        scope: Annotated[
            AverageScope | None,
            strawberry.argument(
                description="The regions that the mean covers. Null includes every scope."
            ),
        ] = None,
        year: Annotated[
            int | None,
            strawberry.argument(description="The year of the results. Null includes every year."),
        ] = None,
    ) -> list[PublishedAverage]:
        return [
            PublishedAverage(
                scope=row.scope,
                instrument=schema_instrument(row.instrument),
                year=row.year,
                kind=row.kind,
                mean=Figure.from_fraction(Fraction(row.value)),
                provenance=Provenance.from_model(row.provenance),
            )
            for row in list_published_averages(scope, year)
        ]
