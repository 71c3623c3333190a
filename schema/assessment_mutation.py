"""GraphQL mutations that start, submit, return and publish assessments, and record results."""

from __future__ import annotations

from typing import Annotated

import strawberry

from resolvers import assessment as resolved
from resolvers import result as resolved_result
from schema.arguments import INPUT
from schema.assessment import Assessment
from schema.descriptions import IDEMPOTENCY_KEY, INSTRUMENT_ID, REGION_CODE, VERSION
from schema.enums import AssessmentKind
from schema.info import Info
from schema.problem import (
    AlreadyExists,
    IdempotencyKeyReused,
    IncompleteAssessment,
    InvalidInput,
    NotFound,
    OwnedElsewhere,
    VersionConflict,
    WrongState,
    result_or_problem,
)
from schema.scalars import Decimal


@strawberry.input(description="An assessment to start.")
class StartAssessmentInput:
    region_code: strawberry.ID = strawberry.field(description=REGION_CODE)
    instrument_id: strawberry.ID = strawberry.field(description=INSTRUMENT_ID)
    year: int = strawberry.field(
        description="The year to assess. The instrument must be in force in it; the year may be at "
        "most 10 years ahead."
    )
    kind: AssessmentKind = strawberry.field(
        description="Who assesses, and for what purpose. Regions start SIMULATION, TARGET, SELF "
        "and INTERIM; assessors start EXTERNAL and OFFICIAL; a province may start all."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(description="An assessment to submit to the assessors.")
class SubmitAssessmentInput:
    id: strawberry.ID = strawberry.field(description="The id of the assessment.")
    version: int = strawberry.field(description=VERSION)
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(description="A submitted assessment to return to its region.")
class ReturnAssessmentInput:
    id: strawberry.ID = strawberry.field(description="The id of the assessment.")
    version: int = strawberry.field(description=VERSION)
    reason: str = strawberry.field(
        description="What the region must change, in 1 to 2,000 characters."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(description="A submitted assessment to publish.")
class PublishAssessmentInput:
    id: strawberry.ID = strawberry.field(description="The id of the assessment.")
    version: int = strawberry.field(description=VERSION)
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(description="The value of one domain, as a publication prints it.")
class DomainValueInput:
    number: int = strawberry.field(description="The number of the domain in the instrument.")
    value: Decimal = strawberry.field(
        description="The value of the domain, with at most two decimal places: `4.51`."
    )


@strawberry.input(
    description="A result that a publication prints without the levels of the indicators."
)
class RecordResultInput:
    region_code: strawberry.ID = strawberry.field(description=REGION_CODE)
    instrument_id: strawberry.ID = strawberry.field(description=INSTRUMENT_ID)
    year: int = strawberry.field(
        description="The year that was assessed, in which the instrument must be in force."
    )
    kind: AssessmentKind = strawberry.field(
        description="Who assessed the region; every kind except SIMULATION."
    )
    value: Decimal = strawberry.field(
        description="The index, with at most two decimal places: `4.51`."
    )
    domains: list[DomainValueInput] = strawberry.field(
        default_factory=list,
        description="The values of all domains of the instrument, each once; empty if the "
        "publication does not print them.",
    )
    predicate: str | None = strawberry.field(
        default=None,
        description="The predicate that the publication prints, which can be the one below the "
        "printed value because the exact value is smaller. Null for the predicate that follows "
        "from the value.",
    )
    source: str = strawberry.field(
        description="The decree, report or article that prints the result, in 1 to 1,000 "
        "characters."
    )
    note: str | None = strawberry.field(
        default=None,
        description="A note for readers of the result, of 1 to 1,000 characters; null for none.",
    )
    version: int | None = strawberry.field(
        default=None,
        description="The current version of the result to correct; null to record a new result.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


StartAssessmentPayload = Annotated[
    Assessment | NotFound | InvalidInput | AlreadyExists | OwnedElsewhere | IdempotencyKeyReused,
    strawberry.union(
        "StartAssessmentPayload",
        description="The started assessment, or the problem that prevented the change.",
    ),
]
SubmitAssessmentPayload = Annotated[
    Assessment
    | NotFound
    | InvalidInput
    | VersionConflict
    | WrongState
    | IncompleteAssessment
    | OwnedElsewhere
    | IdempotencyKeyReused,
    strawberry.union(
        "SubmitAssessmentPayload",
        description="The submitted assessment, or the problem that prevented the change.",
    ),
]
ReturnAssessmentPayload = Annotated[
    Assessment
    | NotFound
    | InvalidInput
    | VersionConflict
    | WrongState
    | OwnedElsewhere
    | IdempotencyKeyReused,
    strawberry.union(
        "ReturnAssessmentPayload",
        description="The returned assessment, or the problem that prevented the change.",
    ),
]
PublishAssessmentPayload = Annotated[
    Assessment
    | NotFound
    | InvalidInput
    | VersionConflict
    | WrongState
    | OwnedElsewhere
    | IdempotencyKeyReused,
    strawberry.union(
        "PublishAssessmentPayload",
        description="The published assessment, or the problem that prevented the change.",
    ),
]
RecordResultPayload = Annotated[
    Assessment
    | NotFound
    | InvalidInput
    | VersionConflict
    | AlreadyExists
    | OwnedElsewhere
    | IdempotencyKeyReused,
    strawberry.union(
        "RecordResultPayload",
        description="The recorded result as an assessment, or the problem that prevented the "
        "change.",
    ),
]


RECORDED_BY_PARENT = (
    "A result, of the kind INTERIM, EXTERNAL or OFFICIAL, is recorded in the log of the region's "
    "province, or of the nation `ID` for a province or a central agency. If another instance owns "
    "that log, `ownerUrl` of `OwnedElsewhere` is its address."
)


@strawberry.type
class AssessmentMutation:
    @strawberry.mutation(
        description="Starts an assessment without levels, in the state DRAFT. A region has at most "
        "one assessment of each kind by an instrument in a year, but any number of simulations. "
        f"{RECORDED_BY_PARENT}"
    )
    async def start_assessment(
        self, info: Info, input: Annotated[StartAssessmentInput, INPUT]
    ) -> StartAssessmentPayload:
        request = resolved.StartAssessment(
            input.region_code, input.instrument_id, input.year, input.kind
        )
        mutation = resolved.start_assessment(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, Assessment.from_unscored_model)

    @strawberry.mutation(
        description="Submits an assessment to the assessors. Every indicator must have a level, "
        "and no level can be claimed afterwards unless the assessment is returned."
    )
    async def submit_assessment(
        self, info: Info, input: Annotated[SubmitAssessmentInput, INPUT]
    ) -> SubmitAssessmentPayload:
        request = resolved.SubmitAssessment(input.id, input.version)
        mutation = resolved.submit_assessment(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, Assessment.from_unscored_model)

    @strawberry.mutation(
        description="Returns a submitted assessment to its region, with the reason. Assessors return "
        "all but those of the kind OFFICIAL. The province returns them as well; a result, only the "
        "province that records it."
    )
    async def return_assessment(
        self, info: Info, input: Annotated[ReturnAssessmentInput, INPUT]
    ) -> ReturnAssessmentPayload:
        request = resolved.ReturnAssessment(input.id, input.version, input.reason)
        mutation = resolved.return_assessment(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, Assessment.from_unscored_model)

    @strawberry.mutation(
        description="Publishes a submitted assessment, so that every viewer sees it and it is "
        "ranked. A result, of the kind INTERIM, EXTERNAL or OFFICIAL, is published by the province "
        "that records it, or by an administrator; other kinds by assessors as well. A simulation "
        "cannot be published."
    )
    async def publish_assessment(
        self, info: Info, input: Annotated[PublishAssessmentInput, INPUT]
    ) -> PublishAssessmentPayload:
        request = resolved.PublishAssessment(input.id, input.version)
        mutation = resolved.publish_assessment(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, Assessment.from_unscored_model)

    @strawberry.mutation(
        description="Records a result that was published elsewhere as figures without levels, or "
        "corrects it. Only the province that records it, or an administrator, may do so. "
        f"{RECORDED_BY_PARENT}"
    )
    async def record_result(
        self, info: Info, input: Annotated[RecordResultInput, INPUT]
    ) -> RecordResultPayload:
        request = resolved_result.RecordResult(
            region=input.region_code,
            instrument=input.instrument_id,
            year=input.year,
            kind=input.kind,
            value=input.value,
            domains=tuple((domain.number, domain.value) for domain in input.domains),
            predicate=input.predicate,
            source=input.source,
            note=input.note,
            version=input.version,
        )
        mutation = resolved_result.record_result(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, Assessment.from_unscored_model)
