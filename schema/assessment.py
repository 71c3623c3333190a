"""GraphQL types and mutations for assessments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

from engine import model
from engine.assessment import score as engine
from resolvers import assessment as resolved
from resolvers import result as resolved_result
from resolvers.instrument import instrument_in_catalogue
from schema.descriptions import EVIDENCE, IDEMPOTENCY_KEY, VERSION
from schema.enums import AssessmentKind, AssessmentState
from schema.info import Info
from schema.instrument import Instrument, schema_instrument
from schema.node import EvidenceDocument, EvidenceInput, Node, Provenance
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
from schema.score import IndexScore, Step

if TYPE_CHECKING:
    from schema.region import Region

STEPS_MOST = 50


@strawberry.type(description="The level claimed for one indicator, and what is shown for it.")
class LevelClaim:
    indicator: int
    level: int
    explanation: str
    evidence: list[EvidenceDocument]


@strawberry.federation.type(
    keys=["id"], description="One instrument applied to one region in one year."
)
class Assessment(Node):
    version: int = strawberry.field(description="Send it back with a change.")
    year: int
    kind: AssessmentKind
    state: AssessmentState
    returned_reason: str
    levels: list[LevelClaim] = strawberry.field(
        description="By indicator; empty where only figures are published."
    )
    region_code: strawberry.ID
    provenance: Provenance
    _value: strawberry.Private[model.Assessment]
    _score: strawberry.Private[engine.Score | None]

    @strawberry.field
    async def region(self, info: Info) -> Annotated[Region, strawberry.lazy("schema.region")]:
        from schema.region import Region

        return Region.from_required_model(
            await info.context.loaders.regions.load(self._value.region)
        )

    @strawberry.field
    def instrument(self) -> Instrument:
        return schema_instrument(self._value.instrument)

    @strawberry.field(description="Null until the first level is claimed.")
    def score(self) -> IndexScore | None:
        return None if self._score is None else IndexScore.from_model(self._value, self._score)

    @strawberry.field(description="What each single next level would gain, best first.")
    def next_steps(self, first: int = 10) -> list[Step]:
        levels = {claim.indicator: claim.level for claim in self._value.levels}
        if self._value.published is not None:
            return []
        instrument = instrument_in_catalogue(self._value.instrument)
        steps = engine.list_next_steps(instrument, levels, max(0, min(first, STEPS_MOST)))
        return [
            Step(
                indicator=step.indicator,
                from_level=step.from_level,
                to_level=step.to_level,
                gain=step.gain,
                index=step.index,
                display=step.display,
                predicate=step.predicate,
            )
            for step in steps
        ]

    @classmethod
    def from_model(cls, value: model.Assessment, score: engine.Score | None) -> Assessment:
        return cls(
            id=strawberry.ID(value.id),
            version=value.version,
            year=value.year,
            kind=value.kind,
            state=value.state,
            returned_reason=value.returned_reason,
            levels=[
                LevelClaim(
                    indicator=claim.indicator,
                    level=claim.level,
                    explanation=claim.explanation,
                    evidence=[EvidenceDocument.from_model(evidence) for evidence in claim.evidence],
                )
                for claim in value.levels
            ],
            region_code=strawberry.ID(value.region),
            provenance=Provenance.from_model(value.provenance),
            _value=value,
            _score=score,
        )

    @classmethod
    def from_unscored_model(cls, value: model.Assessment) -> Assessment:
        """Return the result of a mutation with its score, which is computed from its levels."""
        empty = value.published is None and not value.levels
        instrument = instrument_in_catalogue(value.instrument)
        return cls.from_model(value, None if empty else engine.score_assessment(instrument, value))


@strawberry.input
class StartAssessmentInput:
    region: strawberry.ID
    instrument: strawberry.ID
    year: int
    kind: AssessmentKind
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input
class ClaimLevelInput:
    assessment: strawberry.ID
    indicator: int
    level: int
    explanation: str = ""
    evidence: list[EvidenceInput] = strawberry.field(default_factory=list, description=EVIDENCE)
    version: int = strawberry.field(description=f"Of the assessment. {VERSION}")
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input
class SubmitAssessmentInput:
    id: strawberry.ID
    version: int = strawberry.field(description=VERSION)
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input
class ReturnAssessmentInput:
    id: strawberry.ID
    version: int = strawberry.field(description=VERSION)
    reason: str
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input
class PublishAssessmentInput:
    id: strawberry.ID
    version: int = strawberry.field(description=VERSION)
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(description="The value of one domain as printed.")
class DomainValueInput:
    number: int
    value: str = strawberry.field(description='Two decimals: "4.51".')


@strawberry.input(description="Figures as a publication prints them.")
class RecordResultInput:
    region: strawberry.ID
    instrument: strawberry.ID
    year: int
    kind: AssessmentKind
    value: str = strawberry.field(description='Two decimals: "4.51".')
    domains: list[DomainValueInput] = strawberry.field(
        default_factory=list, description="All of the instrument's domains, or none."
    )
    predicate: str | None = strawberry.field(
        default=None, description="As printed; null for the one that follows from the value."
    )
    source: str = strawberry.field(description="The decree, report or article it is printed in.")
    note: str = ""
    version: int | None = strawberry.field(
        default=None, description="Of the result to correct; null for a new one."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


StartAssessmentPayload = Annotated[
    Assessment | NotFound | InvalidInput | AlreadyExists | OwnedElsewhere | IdempotencyKeyReused,
    strawberry.union("StartAssessmentPayload"),
]
ClaimLevelPayload = Annotated[
    Assessment
    | NotFound
    | InvalidInput
    | VersionConflict
    | WrongState
    | OwnedElsewhere
    | IdempotencyKeyReused,
    strawberry.union("ClaimLevelPayload"),
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
    strawberry.union("SubmitAssessmentPayload"),
]
ReturnAssessmentPayload = Annotated[
    Assessment
    | NotFound
    | InvalidInput
    | VersionConflict
    | WrongState
    | OwnedElsewhere
    | IdempotencyKeyReused,
    strawberry.union("ReturnAssessmentPayload"),
]
PublishAssessmentPayload = Annotated[
    Assessment
    | NotFound
    | InvalidInput
    | VersionConflict
    | WrongState
    | OwnedElsewhere
    | IdempotencyKeyReused,
    strawberry.union("PublishAssessmentPayload"),
]
RecordResultPayload = Annotated[
    Assessment
    | NotFound
    | InvalidInput
    | VersionConflict
    | AlreadyExists
    | OwnedElsewhere
    | IdempotencyKeyReused,
    strawberry.union("RecordResultPayload"),
]


@strawberry.type
class AssessmentMutation:
    @strawberry.mutation(description="One a year of each kind; of SIMULATION any number.")
    async def start_assessment(
        self, info: Info, input: StartAssessmentInput
    ) -> StartAssessmentPayload:
        request = resolved.StartAssessment(input.region, input.instrument, input.year, input.kind)
        mutation = resolved.start_assessment(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, Assessment.from_unscored_model)

    @strawberry.mutation(description="Each claim moves the score; the answer holds the new one.")
    async def claim_level(self, info: Info, input: ClaimLevelInput) -> ClaimLevelPayload:
        request = resolved.ClaimLevel(
            assessment=input.assessment,
            indicator=input.indicator,
            level=input.level,
            version=input.version,
            explanation=input.explanation,
            evidence=tuple(link.to_model() for link in input.evidence),
        )
        mutation = resolved.claim_level(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, Assessment.from_unscored_model)

    @strawberry.mutation(description="All indicators must have a level.")
    async def submit_assessment(
        self, info: Info, input: SubmitAssessmentInput
    ) -> SubmitAssessmentPayload:
        request = resolved.SubmitAssessment(input.id, input.version)
        mutation = resolved.submit_assessment(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, Assessment.from_unscored_model)

    @strawberry.mutation(description="For assessors and the province.")
    async def return_assessment(
        self, info: Info, input: ReturnAssessmentInput
    ) -> ReturnAssessmentPayload:
        request = resolved.ReturnAssessment(input.id, input.version, input.reason)
        mutation = resolved.return_assessment(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, Assessment.from_unscored_model)

    @strawberry.mutation(description="For assessors and the province. Not for simulations.")
    async def publish_assessment(
        self, info: Info, input: PublishAssessmentInput
    ) -> PublishAssessmentPayload:
        request = resolved.PublishAssessment(input.id, input.version)
        mutation = resolved.publish_assessment(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, Assessment.from_unscored_model)

    @strawberry.mutation(description="For the province: a result that is published elsewhere.")
    async def record_result(self, info: Info, input: RecordResultInput) -> RecordResultPayload:
        request = resolved_result.RecordResult(
            region=input.region,
            instrument=input.instrument,
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
