"""GraphQL types for estimated profiles, which are never assessments and never ranked."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from engine import model
from engine.assessment import estimate as engine
from resolvers import estimate as resolved
from resolvers.instrument import instrument_in_catalogue
from schema.enums import AssessmentKind
from schema.figure import Figure
from schema.info import Info
from schema.instrument import Instrument, schema_instrument


@strawberry.enum(description="What the levels are: nobody claimed or assessed them.")
class EstimateBasis(Enum):
    ESTIMATED = "ESTIMATED"


@strawberry.type(description="An indicator's estimated level, and how open it is.")
class EstimatedLevel:
    indicator: int
    name: str
    level: int
    lowest: int = strawberry.field(description="Of all sets of levels that print the figures.")
    highest: int = strawberry.field(description="Of all sets of levels that print the figures.")


@strawberry.type(description="An aspect's estimated value, and how open it is.")
class EstimatedAspect:
    number: int
    value: Figure
    lowest: Figure
    highest: Figure

    @classmethod
    def from_model(cls, value: engine.AspectRange) -> EstimatedAspect:
        return cls(
            number=value.aspect,
            value=Figure.from_fraction(value.value),
            lowest=Figure.from_fraction(value.lowest),
            highest=Figure.from_fraction(value.highest),
        )


@strawberry.type(description="The national mean of an aspect, which drew the estimate to it.")
class AspectPull:
    aspect: int
    mean: str


@strawberry.type(
    description="Levels that print the published domain values, nearest to the national means by "
    "aspect. ESTIMATED: nobody claimed or assessed them. Within an aspect the higher levels go to "
    "the first indicators, which means nothing: read the ranges."
)
class EstimatedProfile:
    basis: EstimateBasis
    instrument: Instrument
    year: int
    kind: AssessmentKind = strawberry.field(description="Of the result it is estimated from.")
    result: strawberry.ID = strawberry.field(description="The published result.")
    indicators: list[EstimatedLevel]
    aspects: list[EstimatedAspect]
    solutions: str = strawberry.field(
        description="How many sets of levels print the same figures, as a whole number."
    )
    distance: Figure = strawberry.field(
        description="Weighted squares from the means; 0.00: all are met."
    )
    pulled_by: list[AspectPull] = strawberry.field(
        description="An aspect that is not in it follows its domain."
    )
    index_met: bool = strawberry.field(
        description="False: no levels print this index with these domains; only they are met."
    )


@strawberry.type(description="No whole levels print the published values.")
class NoEstimate:
    instrument: Instrument
    year: int
    result: strawberry.ID
    missing_domains: list[int] = strawberry.field(description="Not printed.")
    impossible_domains: list[int] = strawberry.field(description="No levels give what is printed.")


EstimatedProfileResult = Annotated[
    EstimatedProfile | NoEstimate, strawberry.union("EstimatedProfileResult")
]


@strawberry.type
class RegionEstimate:
    """The field of Region for its estimated profile."""

    _value: strawberry.Private[model.Region]

    @strawberry.field(
        description="ESTIMATED levels behind the newest official figures that fit and print "
        "domains; null: none are published."
    )
    async def estimated_profile(
        self,
        info: Info,
        instrument: strawberry.ID | None = None,
        year: int | None = None,
    ) -> EstimatedProfileResult | None:
        estimate = await resolved.estimate_region_profile(
            info.context, self._value.code, instrument, year
        )
        if estimate is None:
            return None
        if isinstance(estimate.profile, engine.NoProfile):
            return _no_estimate(estimate.result, estimate.profile)
        return _estimated_profile(estimate.result, estimate.profile)


def _no_estimate(result: model.Assessment, value: engine.NoProfile) -> NoEstimate:
    return NoEstimate(
        instrument=schema_instrument(result.instrument),
        year=result.year,
        result=strawberry.ID(result.id),
        missing_domains=list(value.missing),
        impossible_domains=list(value.impossible),
    )


def _estimated_profile(
    result: model.Assessment, value: engine.EstimatedProfile
) -> EstimatedProfile:
    names = {
        indicator.number: indicator.name
        for indicator in instrument_in_catalogue(value.instrument).indicators
    }
    return EstimatedProfile(
        basis=EstimateBasis(value.basis),
        instrument=schema_instrument(result.instrument),
        year=result.year,
        kind=result.kind,
        result=strawberry.ID(result.id),
        indicators=[
            EstimatedLevel(
                indicator=level.indicator,
                name=names[level.indicator],
                level=level.level,
                lowest=level.lowest,
                highest=level.highest,
            )
            for level in value.indicators
        ],
        aspects=[EstimatedAspect.from_model(aspect) for aspect in value.aspects],
        solutions=str(value.solutions),
        distance=Figure.from_fraction(value.distance),
        pulled_by=[
            AspectPull(aspect=number, mean=Figure.from_fraction(mean).value)
            for number, mean in sorted(value.means.items())
        ],
        index_met=value.is_index_reproduced,
    )
