"""GraphQL types for base rates."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated

import strawberry

from engine import model
from engine.assessment import outlook as engine
from resolvers import outlook as resolved
from schema.descriptions import INSTRUMENT_ID, NOT_COMPUTED
from schema.enums import SampleSufficiency
from schema.figure import Figure
from schema.info import Info
from schema.instrument import Instrument, schema_instrument
from schema.scalars import Decimal, exact_decimal


@strawberry.type(
    description="The share of examples in which something happened, with its 80 % interval "
    "(Jeffreys). Shares are from 0 to 1."
)
class BaseRate:
    share: Figure = strawberry.field(
        description="The observed share: `successCount` divided by `sampleSize`."
    )
    lowest: Figure = strawberry.field(description="The lower end of the interval.")
    highest: Figure = strawberry.field(description="The upper end of the interval.")
    success_count: int = strawberry.field(
        description="The number of examples in which it happened."
    )
    sample_size: int = strawberry.field(description="The number of examples, at least 3.")

    @classmethod
    def from_model(cls, value: engine.BaseRate | None) -> BaseRate | None:
        if value is None:
            return None
        return cls(
            share=Figure.from_fraction(value.share),
            lowest=Figure.from_float(value.lowest),
            highest=Figure.from_float(value.highest),
            success_count=value.success_count,
            sample_size=value.sample_size,
        )


@strawberry.type(
    description="What other regions that started near the index of this region reached within a "
    "year. The figures are rates of published official results; no model is fitted. They describe "
    "what regions did. They give no reasons, do not measure a plan, and cover no more than a year."
)
class Outlook:
    instrument: Instrument = strawberry.field(
        description="The instrument of the region's index and of all examples."
    )
    start: Figure = strawberry.field(
        description="The newest official index of the region, which the examples started near."
    )
    start_year: int = strawberry.field(description="The year of that index.")
    target: Figure = strawberry.field(description="The index that the examples may have reached.")
    from_year: int = strawberry.field(
        description="The year in which the examples started; their results are of the year after. "
        "The examples are of the whole country, and not only of regions on this instance."
    )
    window: Decimal = strawberry.field(
        description="The greatest difference, in index points, between `start` and the index "
        "that an example started from. It grows from 0.10 to 0.40 until there are 30 examples."
    )
    sample_size: int = strawberry.field(description="The number of examples.")
    sufficiency: SampleSufficiency = strawberry.field(
        description="Whether there are enough examples for rates."
    )
    reached: BaseRate | None = strawberry.field(
        description="The rate of examples that reached the target or more. Null if there are too "
        "few."
    )
    declined: BaseRate | None = strawberry.field(
        description="The rate of examples that ended below their own start. Null if there are too "
        "few."
    )
    mean_change: Figure | None = strawberry.field(
        description="The mean change of the examples, in index points. Null if there are too few."
    )
    standard_deviation: Figure | None = strawberry.field(
        description="The standard deviation of the change of the examples, in index points. Null "
        "if there are too few."
    )
    example_codes: list[strawberry.ID] = strawberry.field(
        description="The codes of the regions that are examples, the nearest start first; fewer "
        "than 600. This instance need not hold all of them."
    )

    @classmethod
    def from_model(cls, value: resolved.RegionOutlook) -> Outlook:
        outlook = value.outlook
        return cls(
            instrument=schema_instrument(value.instrument),
            start=Figure.from_fraction(outlook.start),
            start_year=value.start_year,
            target=Figure.from_fraction(outlook.target),
            from_year=value.from_year,
            window=exact_decimal(outlook.window),
            sample_size=outlook.sample_size,
            sufficiency=outlook.sufficiency,
            reached=BaseRate.from_model(outlook.reached),
            declined=BaseRate.from_model(outlook.declined),
            mean_change=Figure.from_optional_difference(outlook.mean_change),
            standard_deviation=Figure.from_optional_float(outlook.standard_deviation),
            example_codes=[strawberry.ID(code) for code in outlook.examples],
        )


@strawberry.type
class RegionOutlookField:
    """The field of Region for its base rates."""

    _value: strawberry.Private[model.Region]

    @strawberry.field(
        description="How often similar regions reached a target within a year. Null if the region "
        f"has no official index to start from. {NOT_COMPUTED}"
    )
    async def outlook(
        self,
        info: Info,
        target: Annotated[
            Decimal,
            strawberry.argument(
                description="The index to reach, from the lowest to the highest level of the "
                "instrument."
            ),
        ],
        instrument_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(
                description=f"{INSTRUMENT_ID} Null takes the one of the region's newest result."
            ),
        ] = None,
        from_year: Annotated[
            int | None,
            strawberry.argument(
                description="The year in which the examples start. Null takes the year with the "
                "most examples."
            ),
        ] = None,
    ) -> Outlook | None:
        outlook = await resolved.compute_region_outlook(
            info.context, self._value, Fraction(target), instrument_id, from_year
        )
        return None if outlook is None else Outlook.from_model(outlook)
