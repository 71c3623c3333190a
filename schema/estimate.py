"""GraphQL types for estimated profiles, which are never assessments and never ranked."""

from __future__ import annotations

from typing import Annotated

import strawberry

from engine import model
from engine.assessment import estimate as engine
from resolvers import estimate as resolved
from schema.arguments import InstrumentIdOrAnyArgument
from schema.enums import AssessmentKind
from schema.figure import Figure
from schema.info import Info
from schema.instrument import Instrument, indicator_names, schema_instrument
from schema.scalars import Decimal

ASSESSMENT_ID = "The id of the assessment with the published figures, which `node` accepts."


@strawberry.type(
    description="The estimated level of an indicator, with the range that it may have."
)
class EstimatedLevel:
    indicator: int = strawberry.field(description="The number of the indicator in the instrument.")
    name: str = strawberry.field(description="The name of the indicator, in Indonesian.")
    level: int = strawberry.field(description="The level in the estimated profile.")
    lowest: int = strawberry.field(
        description="The lowest level among all sets of levels that give the published figures."
    )
    highest: int = strawberry.field(
        description="The highest level among all sets of levels that give the published figures."
    )


@strawberry.type(description="The estimated score of an aspect, with the range that it may have.")
class EstimatedAspect:
    number: int = strawberry.field(description="The number of the aspect in the instrument.")
    score: Figure = strawberry.field(
        description="The score in the estimated profile, on the scale of the levels."
    )
    lowest: Figure = strawberry.field(
        description="The lowest score among all sets of levels that give the published figures."
    )
    highest: Figure = strawberry.field(
        description="The highest score among all sets of levels that give the published figures."
    )

    @classmethod
    def from_model(cls, value: engine.AspectRange) -> EstimatedAspect:
        return cls(
            number=value.aspect,
            score=Figure.from_fraction(value.value),
            lowest=Figure.from_fraction(value.lowest),
            highest=Figure.from_fraction(value.highest),
        )


@strawberry.type(description="The published national mean of one aspect.")
class NationalAspectMean:
    aspect_number: int = strawberry.field(description="The number of the aspect in the instrument.")
    mean: Figure = strawberry.field(description="The mean, on the scale of the levels.")


@strawberry.type(
    description="An estimate of the levels behind published domain scores. Many sets of levels "
    "give the same domain scores; this is the set nearest to the national means of the aspects. "
    "The levels are neither claimed nor assessed. Within an aspect the first indicators get the "
    "higher levels, which has no meaning: show the ranges, not the single levels."
)
class EstimatedProfile:
    instrument: Instrument = strawberry.field(description="The instrument of the result.")
    year: int = strawberry.field(description="The year of the result.")
    kind: AssessmentKind = strawberry.field(
        description="The kind of the result that the levels are estimated from."
    )
    assessment_id: strawberry.ID = strawberry.field(description=ASSESSMENT_ID)
    indicators: list[EstimatedLevel] = strawberry.field(
        description="The estimated levels, by indicator; one for each indicator of the instrument."
    )
    aspects: list[EstimatedAspect] = strawberry.field(
        description="The estimated scores of the aspects, by number; one for each aspect of the "
        "instrument."
    )
    solution_count: Decimal = strawberry.field(
        description="The number of sets of levels that give the published figures: a whole number "
        "that may exceed the range of Int."
    )
    distance: Figure = strawberry.field(
        description="How far the levels are from the national means: the sum over all indicators "
        "of the weight (in percent) times the squared difference between level and mean. It is 0 "
        "if all levels equal the means."
    )
    national_means: list[NationalAspectMean] = strawberry.field(
        description="The national means that the estimate follows, by aspect. For an aspect "
        "without a national mean, the estimate follows the score of its domain."
    )
    is_index_reproduced: bool = strawberry.field(
        description="Whether the levels give the published index as well. If not, no set of "
        "levels gives both, and the levels give only the published domain scores."
    )


@strawberry.type(
    description="The reason why no levels can be estimated: the published figures are incomplete, "
    "or no whole levels give them."
)
class NoEstimate:
    instrument: Instrument = strawberry.field(description="The instrument of the result.")
    year: int = strawberry.field(description="The year of the result.")
    assessment_id: strawberry.ID = strawberry.field(description=ASSESSMENT_ID)
    missing_domain_numbers: list[int] = strawberry.field(
        description="The numbers of the domains whose score is not published; at most one for "
        "each domain of the instrument."
    )
    impossible_domain_numbers: list[int] = strawberry.field(
        description="The numbers of the domains whose published score no whole levels give; at "
        "most one for each domain of the instrument."
    )


EstimatedProfileResult = Annotated[
    EstimatedProfile | NoEstimate,
    strawberry.union(
        "EstimatedProfileResult",
        description="Estimated levels, or the reason why none can be estimated.",
    ),
]


@strawberry.type
class RegionEstimate:
    """The field of Region for its estimated profile."""

    _value: strawberry.Private[model.Region]

    @strawberry.field(
        description="An estimate of the levels behind the newest official figures that fit, "
        "preferably figures with domain scores; null if no official figures are published."
    )
    async def estimated_profile(
        self,
        info: Info,
        instrument_id: InstrumentIdOrAnyArgument = None,
        year: Annotated[
            int | None,
            strawberry.argument(description="The year of the figures. Null accepts every year."),
        ] = None,
    ) -> EstimatedProfileResult | None:
        estimate = await resolved.estimate_region_profile(
            info.context, self._value.code, instrument_id, year
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
        assessment_id=strawberry.ID(result.id),
        missing_domain_numbers=list(value.missing),
        impossible_domain_numbers=list(value.impossible),
    )


def _estimated_profile(
    result: model.Assessment, value: engine.EstimatedProfile
) -> EstimatedProfile:
    names = indicator_names(value.instrument)
    return EstimatedProfile(
        instrument=schema_instrument(result.instrument),
        year=result.year,
        kind=result.kind,
        assessment_id=strawberry.ID(result.id),
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
        solution_count=Decimal(str(value.solutions)),
        distance=Figure.from_fraction(value.distance),
        national_means=[
            NationalAspectMean(aspect_number=number, mean=Figure.from_fraction(mean))
            for number, mean in sorted(value.means.items())
        ],
        is_index_reproduced=value.is_index_reproduced,
    )
