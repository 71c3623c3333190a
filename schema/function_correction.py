"""GraphQL mutation that corrects the function of an application."""

from __future__ import annotations

from typing import Annotated

import strawberry

from resolvers import function_correction as resolved
from schema.application import Application
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
class CorrectFunctionInput:
    application: strawberry.ID
    function: strawberry.ID | None = strawberry.field(
        description="Id of one of `functions`; null takes an earlier word back."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


CorrectFunctionPayload = Annotated[
    Application | NotFound | InvalidInput | OwnedElsewhere | IdempotencyKeyReused,
    strawberry.union("CorrectFunctionPayload"),
]


@strawberry.type
class CorrectionMutation:
    @strawberry.mutation(
        description="For the OPD's own staff, its region, the province. It stands above the "
        "classifier at once, counts as known for the rules, and is kept for the classifier to "
        "learn from."
    )
    async def correct_function(
        self, info: Info, input: CorrectFunctionInput
    ) -> CorrectFunctionPayload:
        request = resolved.CorrectFunction(input.application, input.function)
        mutation = resolved.correct_function(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, Application.from_model)
