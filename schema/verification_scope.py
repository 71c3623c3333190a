"""GraphQL types and mutations for the scope of a region's verification."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

from engine.verification import inventory
from resolvers import verification_scope as resolved
from schema.arguments import INPUT
from schema.descriptions import IDEMPOTENCY_KEY, REGION_CODE, REGION_EDITORS
from schema.info import Info
from schema.opd import Opd
from schema.problem import (
    IdempotencyKeyReused,
    InvalidInput,
    NotFound,
    OwnedElsewhere,
    result_or_problem,
)

if TYPE_CHECKING:
    from schema.region import Region


@strawberry.type(
    description="A region's policy that its OPDs must consult the ICT unit before they build an "
    "application. Indicator 15 of `spbe-2020` is verified against it."
)
class DevelopmentPolicy:
    year: int | None = strawberry.field(
        description="The year from which it applies; null if the policy was ended."
    )
    title: str | None = strawberry.field(
        description="The title of the regulation that contains it; null if the policy was ended."
    )
    url: str | None = strawberry.field(
        description="The address of the regulation; null if the policy was ended."
    )
    _region_code: strawberry.Private[str]

    @strawberry.field(description="The region whose policy it is.")
    async def region(self, info: Info) -> Annotated[Region, strawberry.lazy("schema.region")]:
        from schema.region import Region

        return Region.from_required_model(
            await info.context.loaders.regions.load(self._region_code)
        )

    @classmethod
    def from_model(cls, value: inventory.DevelopmentPolicy) -> DevelopmentPolicy:
        return cls(
            year=value.year,
            title=value.title or None,
            url=value.url or None,
            _region_code=value.region,
        )


@strawberry.type(
    description="The exemption of an OPD from the service bus, since it has no data to exchange."
)
class Exemption:
    reason: str | None = strawberry.field(
        description="Why the OPD is exempt; null if the exemption was ended."
    )
    _opd_id: strawberry.Private[str]

    @strawberry.field(description="The exempt OPD.")
    async def opd(self, info: Info) -> Opd:
        return Opd.from_required_model(await info.context.loaders.opds.load(self._opd_id))

    @classmethod
    def from_model(cls, value: inventory.Exemption) -> Exemption:
        return cls(reason=value.reason or None, _opd_id=value.opd)


@strawberry.input(description="The exemption of an OPD from the service bus, or its end.")
class ExemptOpdInput:
    opd_id: strawberry.ID = strawberry.field(description="The id of the OPD.")
    reason: str | None = strawberry.field(
        default=None,
        description="Why the OPD need not be on the service bus, in 1 to 2,000 characters. Null "
        "ends the exemption.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(
    description="A region's policy on building applications, which replaces the previous one."
)
class RecordDevelopmentPolicyInput:
    region_code: strawberry.ID = strawberry.field(description=REGION_CODE)
    year: int | None = strawberry.field(
        default=None,
        description="The year from which it applies, from 1980 to this year. Null ends the policy.",
    )
    title: str | None = strawberry.field(
        default=None,
        description="The title of the regulation, of 1 to 300 characters. It is required unless "
        "`year` is null.",
    )
    url: str | None = strawberry.field(
        default=None,
        description="The address of the regulation, which begins with http:// or https:// and has "
        "at most 2,000 characters. It is required unless `year` is null.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


ExemptOpdPayload = Annotated[
    Exemption | NotFound | InvalidInput | OwnedElsewhere | IdempotencyKeyReused,
    strawberry.union(
        "ExemptOpdPayload",
        description="The exemption, or the problem that prevented the change.",
    ),
]
RecordDevelopmentPolicyPayload = Annotated[
    DevelopmentPolicy | NotFound | InvalidInput | OwnedElsewhere | IdempotencyKeyReused,
    strawberry.union(
        "RecordDevelopmentPolicyPayload",
        description="The recorded policy, or the problem that prevented the change.",
    ),
]


@strawberry.type
class ScopeMutation:
    @strawberry.mutation(
        description="Exempts an OPD without data to exchange from the service bus, or ends the "
        "exemption. The reason is shown wherever the exemption affects a verdict. " + REGION_EDITORS
    )
    async def exempt_opd(
        self,
        info: Info,
        input: Annotated[ExemptOpdInput, INPUT],
    ) -> ExemptOpdPayload:
        request = resolved.ExemptOpd(input.opd_id, input.reason)
        mutation = resolved.exempt_opd(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, Exemption.from_model)

    @strawberry.mutation(
        description="Records or ends the region's policy on building applications. "
        + REGION_EDITORS
    )
    async def record_development_policy(
        self,
        info: Info,
        input: Annotated[RecordDevelopmentPolicyInput, INPUT],
    ) -> RecordDevelopmentPolicyPayload:
        request = resolved.RecordDevelopmentPolicy(
            input.region_code, input.year, input.title, input.url
        )
        mutation = resolved.record_policy(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, DevelopmentPolicy.from_model)
