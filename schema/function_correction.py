"""GraphQL mutation that corrects the function of an application."""

from __future__ import annotations

from typing import Annotated

import strawberry

from resolvers import function_correction as resolved
from schema.application import Application
from schema.arguments import INPUT
from schema.descriptions import APPLICATION_EDITORS, IDEMPOTENCY_KEY
from schema.info import Info
from schema.problem import (
    IdempotencyKeyReused,
    InvalidInput,
    NotFound,
    OwnedElsewhere,
    result_or_problem,
)


@strawberry.input(description="The business function of an application, as a person states it.")
class CorrectFunctionInput:
    application_id: strawberry.ID = strawberry.field(description="The id of the application.")
    function_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The id of a business function, which `businessFunctions` lists. Null "
        "withdraws an earlier correction.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


CorrectFunctionPayload = Annotated[
    Application | NotFound | InvalidInput | OwnedElsewhere | IdempotencyKeyReused,
    strawberry.union(
        "CorrectFunctionPayload",
        description="The corrected application, or the problem that prevented the change.",
    ),
]


@strawberry.type
class CorrectionMutation:
    @strawberry.mutation(
        description="Corrects the business function of an application. The correction takes "
        "precedence over the estimate at once, the rules accept it as a fact, and the estimates "
        f"of other applications learn from it. {APPLICATION_EDITORS}"
    )
    async def correct_function(
        self,
        info: Info,
        input: Annotated[CorrectFunctionInput, INPUT],
    ) -> CorrectFunctionPayload:
        request = resolved.CorrectFunction(input.application_id, input.function_id)
        mutation = resolved.correct_function(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, Application.from_model)
