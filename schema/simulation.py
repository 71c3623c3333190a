"""GraphQL mutation that simulates an assessment with other levels."""

from __future__ import annotations

from typing import Annotated

import strawberry

from resolvers import simulation as resolved
from schema.assessment import Assessment
from schema.descriptions import IDEMPOTENCY_KEY
from schema.info import Info
from schema.problem import (
    IdempotencyKeyReused,
    InvalidInput,
    NotFound,
    OwnedElsewhere,
    result_or_problem,
)


@strawberry.input
class LevelInput:
    indicator: int
    level: int


@strawberry.input
class SimulateAssessmentInput:
    assessment: strawberry.ID = strawberry.field(
        description="Whose levels it starts from; of published figures the ESTIMATED ones."
    )
    levels: list[LevelInput] = strawberry.field(description="In the place of its own.")
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


SimulateAssessmentPayload = Annotated[
    Assessment | NotFound | InvalidInput | OwnedElsewhere | IdempotencyKeyReused,
    strawberry.union("SimulateAssessmentPayload"),
]


@strawberry.type
class SimulationMutation:
    @strawberry.mutation(
        description="A SIMULATION from edited levels, for the region and its province: what the "
        "index would be. It is never published and never ranked."
    )
    async def simulate_assessment(
        self, info: Info, input: SimulateAssessmentInput
    ) -> SimulateAssessmentPayload:
        levels = tuple((claim.indicator, claim.level) for claim in input.levels)
        request = resolved.SimulateAssessment(input.assessment, levels)
        mutation = resolved.simulate_assessment(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, Assessment.from_unscored_model)
