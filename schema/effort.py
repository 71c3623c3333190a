"""GraphQL types and mutation for the effort of upgrade steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

from engine import model
from engine.path import effort as engine
from resolvers import effort as resolved
from resolvers.instrument import known_instrument
from schema.arguments import INPUT, InstrumentIdArgument
from schema.descriptions import (
    IDEMPOTENCY_KEY,
    INSTRUMENT_ID,
    NOT_COMPUTED,
    REGION_CODE,
    REGION_EDITORS,
)
from schema.info import Info
from schema.instrument import Instrument, schema_instrument
from schema.problem import (
    IdempotencyKeyReused,
    InvalidInput,
    NotFound,
    OwnedElsewhere,
    result_or_problem,
)
from schema.rule_table import RuleTableReference
from schema.scalars import Decimal, exact_decimal

if TYPE_CHECKING:
    from schema.region import Region


@strawberry.type(description="The effort of raising one indicator to a level from the one below.")
class LevelEffort:
    indicator: int = strawberry.field(description="The number of the indicator.")
    level: int = strawberry.field(description="The level that is reached.")
    effort: Decimal = strawberry.field(
        description="The effort in points of the effort scale, above 0 and up to 1,000. It is not "
        "money."
    )
    is_edited: bool = strawberry.field(
        description="Whether the region recorded this figure itself. If not, it is the default."
    )


@strawberry.type(description="The efforts of all steps of an instrument that a region plans with.")
class EffortScale:
    rule_table: RuleTableReference = strawberry.field(
        description="The table with the default efforts."
    )
    is_assumption: bool = strawberry.field(
        description="Whether the default efforts are assumptions of Simpul because no figures are "
        "published. The figures of the region itself are not affected."
    )
    steps: list[LevelEffort] = strawberry.field(
        description="All steps, ordered by indicator and level: one per indicator and level above "
        "the lowest, fewer than 200."
    )

    @classmethod
    def from_model(cls, value: engine.Effort) -> EffortScale:
        return cls(
            rule_table=RuleTableReference.from_id_and_version(value.id, value.version),
            is_assumption=value.assumption,
            steps=[
                LevelEffort(
                    indicator=step.indicator,
                    level=step.level,
                    effort=exact_decimal(effort),
                    is_edited=step in value.edited,
                )
                for step, effort in sorted(value.values.items())
            ],
        )


@strawberry.type(description="The efforts that a region recorded itself for an instrument.")
class RegionEffort:
    steps: list[LevelEffort] = strawberry.field(
        description="All steps with a figure of the region itself, ordered by indicator and level; "
        "fewer than 200."
    )
    _value: strawberry.Private[engine.RegionEffort]

    @strawberry.field(description="The region that recorded the efforts.")
    async def region(self, info: Info) -> Annotated[Region, strawberry.lazy("schema.region")]:
        from schema.region import Region

        return Region.from_required_model(
            await info.context.loaders.regions.load(self._value.region)
        )

    @strawberry.field(description="The instrument whose steps have these efforts.")
    def instrument(self) -> Instrument:
        return schema_instrument(self._value.instrument)

    @classmethod
    def from_model(cls, value: engine.RegionEffort) -> RegionEffort:
        return cls(
            steps=[
                LevelEffort(
                    indicator=step.indicator,
                    level=step.level,
                    effort=Decimal(step.effort),
                    is_edited=True,
                )
                for step in value.steps
            ],
            _value=value,
        )


@strawberry.type
class RegionEffortField:
    """The field of Region for the efforts that it plans with."""

    _value: strawberry.Private[model.Region]

    @strawberry.field(
        description="The efforts that the region plans with: its own figures, and the defaults of "
        f"the effort scale for all other steps. {NOT_COMPUTED}"
    )
    async def effort(
        self,
        info: Info,
        instrument_id: InstrumentIdArgument,
    ) -> EffortScale | None:
        instrument = known_instrument(instrument_id)
        return EffortScale.from_model(
            await resolved.effective_effort(info.context, self._value.code, instrument)
        )


@strawberry.input(description="The effort of a step that a region plans with from now on.")
class LevelEffortInput:
    indicator: int = strawberry.field(description="The number of the indicator.")
    level: int = strawberry.field(
        description="The level that is reached, which is above the lowest one."
    )
    effort: Decimal | None = strawberry.field(
        description="The effort in points, such as 2.5: above 0, up to 1,000, with at most two "
        "decimal places. Null restores the default."
    )


@strawberry.input(description="The efforts of steps that a region changes.")
class EditEffortInput:
    region_code: strawberry.ID = strawberry.field(description=REGION_CODE)
    instrument_id: strawberry.ID = strawberry.field(description=INSTRUMENT_ID)
    steps: list[LevelEffortInput] = strawberry.field(
        description="The steps to change. The efforts of all other steps stay as they are."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


EditEffortPayload = Annotated[
    RegionEffort | NotFound | InvalidInput | OwnedElsewhere | IdempotencyKeyReused,
    strawberry.union(
        "EditEffortPayload",
        description="The efforts that the region recorded itself, or the problem that prevented "
        "the change.",
    ),
]


@strawberry.type
class EffortMutation:
    @strawberry.mutation(
        description="Replaces efforts of the default scale by figures of the region itself. The "
        f"last change wins. {REGION_EDITORS}"
    )
    async def edit_effort(
        self,
        info: Info,
        input: Annotated[EditEffortInput, INPUT],
    ) -> EditEffortPayload:
        steps = tuple(
            resolved.StepEdit(step.indicator, step.level, step.effort) for step in input.steps
        )
        request = resolved.EditEffort(input.region_code, input.instrument_id, steps)
        mutation = resolved.edit_effort(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, RegionEffort.from_model)
