"""GraphQL mutation that simulates an assessment with other levels."""

from __future__ import annotations

from typing import Annotated

import strawberry

from resolvers import simulation as resolved
from schema.arguments import INPUT
from schema.assessment import Assessment
from schema.descriptions import IDEMPOTENCY_KEY, REGION_EDITORS
from schema.info import Info
from schema.problem import (
    IdempotencyKeyReused,
    InvalidInput,
    NotFound,
    OwnedElsewhere,
    result_or_problem,
)


@strawberry.input(description="The level that an indicator has in a simulation.")
class SimulatedLevelInput:
    indicator: int = strawberry.field(
        description="The number of the indicator in the instrument of the assessment. If it occurs "
        "more than once, the last level is taken."
    )
    level: int = strawberry.field(
        description="The level to simulate, between `levelMin` and `levelMax` of the instrument."
    )


@strawberry.input(description="An assessment to simulate with other levels.")
class SimulateAssessmentInput:
    assessment_id: strawberry.ID = strawberry.field(
        description="The id of the assessment with whose levels the simulation starts. If it has "
        "only published figures, the simulation starts with estimated levels, for which the "
        "publication must print the values of all domains."
    )
    levels: list[SimulatedLevelInput] = strawberry.field(
        description="The levels that differ from those of the assessment."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


SimulateAssessmentPayload = Annotated[
    Assessment | NotFound | InvalidInput | OwnedElsewhere | IdempotencyKeyReused,
    strawberry.union(
        "SimulateAssessmentPayload",
        description="The simulation as an assessment, or the problem that prevented the change.",
    ),
]


@strawberry.type
class SimulationMutation:
    @strawberry.mutation(
        description="Stores an assessment of the kind SIMULATION that starts with the levels of "
        "another one, to show what the index would be with other levels. It is never published "
        "and never ranked. " + REGION_EDITORS
    )
    async def simulate_assessment(
        self, info: Info, input: Annotated[SimulateAssessmentInput, INPUT]
    ) -> SimulateAssessmentPayload:
        levels = tuple((claim.indicator, claim.level) for claim in input.levels)
        request = resolved.SimulateAssessment(input.assessment_id, levels)
        mutation = resolved.simulate_assessment(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, Assessment.from_unscored_model)
