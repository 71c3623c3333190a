"""GraphQL types for base rates."""

from __future__ import annotations

import strawberry

from engine import model
from engine.assessment import outlook as engine
from resolvers import outlook as resolved
from schema.figure import Figure
from schema.info import Info
from schema.instrument import Instrument, schema_instrument

strawberry.enum(
    engine.Sufficiency,
    name="ExampleSufficiency",
    description="TOO_FEW: fewer than three examples, so nothing is concluded.",
)


@strawberry.type(description="A share seen, with its 80 % interval (Jeffreys).")
class BaseRate:
    share: float
    lowest: float
    highest: float
    successes: int
    n: int

    @classmethod
    def from_model(cls, value: engine.BaseRate | None) -> BaseRate | None:
        if value is None:
            return None
        return cls(
            share=value.share,
            lowest=value.lowest,
            highest=value.highest,
            successes=value.successes,
            n=value.n,
        )


@strawberry.type(
    description="What became, a year later, of other regions that stood where this one stands: "
    "rates of published official results, nothing fitted. They tell what regions did, not why, "
    "not what a plan makes of one, and nothing beyond one year."
)
class Outlook:
    instrument: Instrument
    start: Figure = strawberry.field(description="The region's newest official index.")
    start_year: int
    target: Figure
    from_year: int = strawberry.field(
        description="Of the examples; they arrived a year later. The results of the whole country "
        "that ship count too."
    )
    window: str = strawberry.field(description="They started at most this far from `start`.")
    n: int = strawberry.field(description="How many examples there are.")
    sufficiency: engine.Sufficiency
    reached: BaseRate | None = strawberry.field(
        description="Those that got to the target or above; null: too few examples."
    )
    fell: BaseRate | None = strawberry.field(
        description="Those that ended below their own start; null: too few examples."
    )
    mean_change: float | None = strawberry.field(description="Null: too few examples.")
    spread: float | None = strawberry.field(
        description="Standard deviation of the change; null: too few examples."
    )
    examples: list[strawberry.ID] = strawberry.field(
        description="Codes of the regions, nearest start first; not all may be of this instance."
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
            window=Figure.from_fraction(outlook.window).value,
            n=outlook.n,
            sufficiency=outlook.sufficiency,
            reached=BaseRate.from_model(outlook.reached),
            fell=BaseRate.from_model(outlook.fell),
            mean_change=outlook.mean_change,
            spread=outlook.spread,
            examples=[strawberry.ID(code) for code in outlook.examples],
        )


@strawberry.type
class RegionOutlookField:
    """The field of Region for its base rates."""

    _value: strawberry.Private[model.Region]

    @strawberry.field(description="Null: no official index is published to start from.")
    async def outlook(
        self,
        info: Info,
        target: float,
        instrument: strawberry.ID | None = None,
        from_year: int | None = None,
    ) -> Outlook | None:
        outlook = await resolved.compute_region_outlook(
            info.context, self._value, target, instrument, from_year
        )
        return None if outlook is None else Outlook.from_model(outlook)
