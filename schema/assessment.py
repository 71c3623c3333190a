"""GraphQL types and mutations for assessments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

from engine import model
from engine.assessment import score as engine
from resolvers import assessment as resolved
from resolvers import result as resolved_result
from resolvers.instrument import instrument_in_catalogue
from schema.arguments import INPUT
from schema.descriptions import CURRENT_VERSION, IDEMPOTENCY_KEY, INSTRUMENT_ID, VERSION
from schema.enums import AssessmentKind, AssessmentState
from schema.figure import Figure
from schema.info import Info
from schema.instrument import Instrument, schema_instrument
from schema.node import EvidenceDocument, Node, Provenance
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
from schema.score import IndexScore

if TYPE_CHECKING:
    from schema.region import Region


@strawberry.type(
    description="The level that an assessment claims for one indicator, and the evidence for it."
)
class LevelClaim:
    indicator: int = strawberry.field(description="The number of the indicator.")
    level: int = strawberry.field(
        description="The claimed level of maturity, between `levelMin` and `levelMax` of the "
        "instrument."
    )
    explanation: str | None = strawberry.field(
        description="The region's explanation of the level; null if it gave none."
    )
    evidence: list[EvidenceDocument] = strawberry.field(
        description="The documents that support the level, at most 20."
    )

    @classmethod
    def from_model(cls, value: model.LevelClaim) -> LevelClaim:
        return cls(
            indicator=value.indicator,
            level=value.level,
            explanation=value.explanation or None,
            evidence=[EvidenceDocument.from_model(document) for document in value.evidence],
        )


@strawberry.type(
    description="One indicator raised by one level, and the index that would follow if all other "
    "levels stay."
)
class NextStep:
    indicator: int = strawberry.field(description="The number of the indicator.")
    from_level: int = strawberry.field(
        description="The level of the indicator now; the lowest level if none is claimed."
    )
    to_level: int = strawberry.field(description="The level after the step, one higher.")
    gain: Figure = strawberry.field(
        description="The points that the step adds to the index: the weight of the indicator in "
        "percent, divided by 100."
    )
    index: Figure = strawberry.field(description="The index after the step.")
    predicate: str = strawberry.field(description="The predicate of the index after the step.")

    @classmethod
    def from_model(cls, value: engine.NextStep) -> NextStep:
        return cls(
            indicator=value.indicator,
            from_level=value.from_level,
            to_level=value.to_level,
            gain=Figure.from_difference(value.gain),
            index=Figure.from_fraction(value.index),
            predicate=value.predicate,
        )


@strawberry.federation.type(
    keys=["id"],
    description="One instrument applied to one region for one year: the claimed levels, or the "
    "figures of a publication. Drafts are visible to the region, its assessors and its province; "
    "every viewer sees what is published.",
)
class Assessment(Node):
    version: int = strawberry.field(description=CURRENT_VERSION)
    year: int = strawberry.field(description="The year that is assessed.")
    kind: AssessmentKind = strawberry.field(
        description="Who assessed the region, and for what purpose."
    )
    state: AssessmentState = strawberry.field(
        description="The state of the assessment between its draft and its publication."
    )
    returned_reason: str | None = strawberry.field(
        description="Why an assessor returned the assessment to the region; null if it has not "
        "been returned since it was last submitted."
    )
    levels: list[LevelClaim] = strawberry.field(
        description="The claimed levels in the order of the indicators, at most one for each. "
        "Empty if none is claimed yet, or if only figures are published."
    )
    provenance: Provenance = strawberry.field(
        description="The source of the assessment, or who entered it."
    )
    _value: strawberry.Private[model.Assessment]
    _score: strawberry.Private[engine.Score | None]

    @strawberry.field(description="The region that is assessed.")
    async def region(self, info: Info) -> Annotated[Region, strawberry.lazy("schema.region")]:
        from schema.region import Region

        return Region.from_required_model(
            await info.context.loaders.regions.load(self._value.region)
        )

    @strawberry.field(description="The instrument that the region is assessed by.")
    def instrument(self) -> Instrument:
        return schema_instrument(self._value.instrument)

    @strawberry.field(
        description="The index with its parts, computed from the claimed levels or taken from the "
        "publication; null until the first level is claimed."
    )
    def score(self) -> IndexScore | None:
        return None if self._score is None else IndexScore.from_model(self._value, self._score)

    @strawberry.field(
        description="What each indicator would gain by one level more, the largest gain first; at "
        "most one step for each indicator. Empty if all levels are the highest, or if only figures "
        "are published."
    )
    def next_steps(self) -> list[NextStep]:
        if self._value.published is not None:
            return []
        levels = {claim.indicator: claim.level for claim in self._value.levels}
        instrument = instrument_in_catalogue(self._value.instrument)
        return [NextStep.from_model(step) for step in engine.list_next_steps(instrument, levels)]

    @classmethod
    def from_model(cls, value: model.Assessment, score: engine.Score | None) -> Assessment:
        return cls(
            id=strawberry.ID(value.id),
            version=value.version,
            year=value.year,
            kind=value.kind,
            state=value.state,
            returned_reason=value.returned_reason or None,
            levels=[LevelClaim.from_model(claim) for claim in value.levels],
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


@strawberry.input(description="An assessment to start.")
class StartAssessmentInput:
    region_code: strawberry.ID = strawberry.field(
        description="The code of the region to assess, such as `32.11`."
    )
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
    region_code: strawberry.ID = strawberry.field(
        description="The code of the region that was assessed, such as `32.11`."
    )
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
        description="The started assessment, or the problem that prevented it.",
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
        description="The submitted assessment, or the problem that prevented it.",
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
        description="The returned assessment, or the problem that prevented it.",
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
        description="The published assessment, or the problem that prevented it.",
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
        description="The recorded result as an assessment, or the problem that prevented it.",
    ),
]


@strawberry.type
class AssessmentMutation:
    @strawberry.mutation(
        description="Starts an assessment without levels, in the state DRAFT. A region has at most "
        "one assessment of each kind by an instrument in a year, but any number of simulations."
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
        description="Returns a submitted assessment to its region, with the reason. Only assessors "
        "and the province may do so."
    )
    async def return_assessment(
        self, info: Info, input: Annotated[ReturnAssessmentInput, INPUT]
    ) -> ReturnAssessmentPayload:
        request = resolved.ReturnAssessment(input.id, input.version, input.reason)
        mutation = resolved.return_assessment(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, Assessment.from_unscored_model)

    @strawberry.mutation(
        description="Publishes a submitted assessment, so that every viewer sees it and it is "
        "ranked. Only assessors and the province may do so. A simulation cannot be published."
    )
    async def publish_assessment(
        self, info: Info, input: Annotated[PublishAssessmentInput, INPUT]
    ) -> PublishAssessmentPayload:
        request = resolved.PublishAssessment(input.id, input.version)
        mutation = resolved.publish_assessment(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, Assessment.from_unscored_model)

    @strawberry.mutation(
        description="Records a result that was published elsewhere as figures without levels, or "
        "corrects it. Only the province may do so."
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
