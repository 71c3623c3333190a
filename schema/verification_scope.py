"""GraphQL types and mutations for the scope of a region's verification."""

from __future__ import annotations

from typing import Annotated

import strawberry

from engine.verification import inventory
from resolvers import verification_scope as resolved
from schema.descriptions import IDEMPOTENCY_KEY
from schema.info import Info
from schema.problem import (
    IdempotencyKeyReused,
    InvalidInput,
    NotFound,
    OwnedElsewhere,
    result_or_problem,
)


@strawberry.type(description="From `year` on, the ICT unit is to be consulted before building.")
class DevelopmentPolicy:
    region_code: strawberry.ID
    year: int | None = strawberry.field(description="Null: it was ended.")
    title: str
    url: str

    @classmethod
    def from_model(cls, value: inventory.DevelopmentPolicy) -> DevelopmentPolicy:
        return cls(
            region_code=strawberry.ID(value.region),
            year=value.year,
            title=value.title,
            url=value.url,
        )


@strawberry.type(description="Whether an OPD need not be on the service bus.")
class Exemption:
    opd_id: strawberry.ID
    reason: str = strawberry.field(description="Empty: it is asked again.")

    @classmethod
    def from_model(cls, value: inventory.Exemption) -> Exemption:
        return cls(opd_id=strawberry.ID(value.opd), reason=value.reason)


@strawberry.input
class ExemptOpdInput:
    opd: strawberry.ID
    reason: str = strawberry.field(description="Empty to end the exemption.")
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input
class RecordDevelopmentPolicyInput:
    region: strawberry.ID
    year: int | None = strawberry.field(description="From which it holds; null ends it.")
    title: str = ""
    url: str = strawberry.field(default="", description="Begins with http:// or https://.")
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


ExemptOpdPayload = Annotated[
    Exemption | NotFound | InvalidInput | OwnedElsewhere | IdempotencyKeyReused,
    strawberry.union("ExemptOpdPayload"),
]
RecordDevelopmentPolicyPayload = Annotated[
    DevelopmentPolicy | NotFound | InvalidInput | OwnedElsewhere | IdempotencyKeyReused,
    strawberry.union("RecordDevelopmentPolicyPayload"),
]


@strawberry.type
class ScopeMutation:
    @strawberry.mutation(
        description="For the region and its province: an OPD without data to exchange need not be "
        "on the service bus. The reason is shown wherever it counts."
    )
    async def exempt_opd(self, info: Info, input: ExemptOpdInput) -> ExemptOpdPayload:
        request = resolved.ExemptOpd(input.opd, input.reason)
        mutation = resolved.exempt_opd(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, Exemption.from_model)

    @strawberry.mutation(
        description="For the region and its province: what indicator 15 is held against."
    )
    async def record_development_policy(
        self, info: Info, input: RecordDevelopmentPolicyInput
    ) -> RecordDevelopmentPolicyPayload:
        request = resolved.RecordDevelopmentPolicy(input.region, input.year, input.title, input.url)
        mutation = resolved.record_policy(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, DevelopmentPolicy.from_model)
