"""GraphQL types for assessments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

from engine import model
from engine.assessment import score as engine
from resolvers.instrument import instrument_in_catalogue
from schema.descriptions import CURRENT_VERSION
from schema.enums import AssessmentKind, AssessmentState
from schema.figure import Figure
from schema.info import Info
from schema.instrument import Instrument, schema_instrument
from schema.node import EvidenceDocument, Node, Provenance
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
    "figures of a publication. Drafts are visible to the region and its OPDs, its assessors, its "
    "province and administrators; every viewer sees what is published.",
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
