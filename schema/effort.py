"""GraphQL types and mutation for the effort of upgrade steps."""

from __future__ import annotations

from typing import Annotated

import strawberry

from engine import model
from engine.decimals import format_exact
from engine.path import effort as engine
from resolvers import effort as resolved
from resolvers.instrument import known_instrument
from schema.descriptions import IDEMPOTENCY_KEY, NOT_COMPUTED
from schema.info import Info
from schema.problem import (
    IdempotencyKeyReused,
    InvalidInput,
    NotFound,
    OwnedElsewhere,
    result_or_problem,
)


@strawberry.type(description="What raising one indicator to a level takes, in points: not money.")
class StepEffort:
    indicator: int
    level: int
    effort: str
    edited: bool = strawberry.field(description="The region's own figure.")


@strawberry.type(description="The effort of every step of an instrument.")
class EffortScale:
    id: str
    version: str
    assumption: bool = strawberry.field(description="What is not edited is an assumption of ours.")
    steps: list[StepEffort] = strawberry.field(description="By indicator and level.")

    @classmethod
    def from_model(cls, value: engine.Effort) -> EffortScale:
        return cls(
            id=value.id,
            version=value.version,
            assumption=value.assumption,
            steps=[
                StepEffort(
                    indicator=step.indicator,
                    level=step.level,
                    effort=format_exact(effort),
                    edited=step in value.edited,
                )
                for step, effort in sorted(value.values.items())
            ],
        )


@strawberry.type(description="A region's own figures for some steps of an instrument.")
class RegionEffort:
    region_code: strawberry.ID
    instrument: strawberry.ID
    steps: list[StepEffort] = strawberry.field(description="All that it edited.")

    @classmethod
    def from_model(cls, value: engine.RegionEffort) -> RegionEffort:
        return cls(
            region_code=strawberry.ID(value.region),
            instrument=strawberry.ID(value.instrument),
            steps=[
                StepEffort(
                    indicator=step.indicator, level=step.level, effort=step.effort, edited=True
                )
                for step in value.steps
            ],
        )


@strawberry.type
class RegionEffortField:
    """The field of Region for the efforts that it plans with."""

    _value: strawberry.Private[model.Region]

    @strawberry.field(
        description=f"The declared scale with the region's own figures in it. {NOT_COMPUTED}"
    )
    async def effort(self, info: Info, instrument: strawberry.ID) -> EffortScale | None:
        instrument_id = known_instrument(instrument)
        return EffortScale.from_model(
            await resolved.effective_effort(info.context, self._value.code, instrument_id)
        )


@strawberry.input
class StepEffortInput:
    indicator: int
    level: int
    effort: str | None = strawberry.field(
        description="Above 0, at most two decimals, as 2.5; null for the scale's own again."
    )


@strawberry.input
class EditEffortInput:
    region: strawberry.ID
    instrument: strawberry.ID
    steps: list[StepEffortInput] = strawberry.field(description="Others stay as they are.")
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


EditEffortPayload = Annotated[
    RegionEffort | NotFound | InvalidInput | OwnedElsewhere | IdempotencyKeyReused,
    strawberry.union("EditEffortPayload"),
]


@strawberry.type
class EffortMutation:
    @strawberry.mutation(description="For the region and its province.")
    async def edit_effort(self, info: Info, input: EditEffortInput) -> EditEffortPayload:
        steps = tuple(
            resolved.StepEdit(step.indicator, step.level, step.effort) for step in input.steps
        )
        request = resolved.EditEffort(input.region, input.instrument, steps)
        mutation = resolved.edit_effort(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, RegionEffort.from_model)
