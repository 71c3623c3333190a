"""GraphQL types for scores."""

from __future__ import annotations

from datetime import date

import strawberry

from engine import model
from engine.assessment import score as engine
from engine.verification import verification
from resolvers import verification as resolved
from resolvers.instrument import instrument_in_catalogue
from schema.enums import AssessmentKind, ScoreBasis
from schema.info import Info
from schema.instrument import Instrument, schema_instrument
from schema.node import Provenance


@strawberry.type(description="The value of one domain or aspect.")
class PartScore:
    number: int
    name: str
    value: str = strawberry.field(description="Exact decimal; 12 places where it never ends.")
    display: str = strawberry.field(description="Rounded once, half up, two places.")

    @classmethod
    def from_model(cls, value: engine.PartScore) -> PartScore:
        return cls(number=value.number, name=value.name, value=value.value, display=value.display)


@strawberry.type(description="The next better predicate and how much is missing.")
class PredicateGap:
    label: str
    threshold: str
    gap: str


@strawberry.type(description="The index by one reading of the claims; not a published figure.")
class VerifiedScore:
    value: str = strawberry.field(description="Exact decimal from the levels.")
    display: str = strawberry.field(description="Rounded once, half up, two places.")
    predicate: str
    domains: list[PartScore]
    aspects: list[PartScore]
    complete: bool = strawberry.field(
        description="False while indicators without a level count at the lowest one."
    )

    @classmethod
    def from_model(cls, value: engine.Score | None) -> VerifiedScore | None:
        if value is None:
            return None
        return cls(
            value=value.value,
            display=value.display,
            predicate=value.predicate,
            domains=[PartScore.from_model(domain) for domain in value.domains],
            aspects=[PartScore.from_model(aspect) for aspect in value.aspects],
            complete=value.is_complete,
        )


@strawberry.type(
    description="What becomes of a claimed index under today's evidence; see `Region.verification` "
    "for the rule, the evidence and the gaps of each indicator."
)
class VerifiedIndex:
    rules: str = strawberry.field(description="Table and version.")
    as_of: date
    claimed: VerifiedScore | None
    supported: VerifiedScore | None = strawberry.field(
        description="Each claim at most at its ceiling."
    )
    not_refuted: VerifiedScore | None = strawberry.field(description="Only over-claims are capped.")

    @classmethod
    def from_verification(cls, value: verification.Verification) -> VerifiedIndex:
        """Return the claimed, supported and not refuted scores of a verification."""
        return cls(
            rules=value.table,
            as_of=value.today,
            claimed=VerifiedScore.from_model(value.claimed),
            supported=VerifiedScore.from_model(value.supported),
            not_refuted=VerifiedScore.from_model(value.not_refuted),
        )


@strawberry.type(description="An index value with its parts.")
class IndexScore:
    instrument: Instrument
    year: int
    kind: AssessmentKind
    value: str = strawberry.field(
        description="Exact decimal from the levels; as printed where only that is known."
    )
    display: str = strawberry.field(description="Rounded once, half up, two places.")
    predicate: str = strawberry.field(description="From the exact value, not the rounded one.")
    domains: list[PartScore]
    aspects: list[PartScore] = strawberry.field(description="Empty where not published.")
    basis: ScoreBasis
    claimed: int = strawberry.field(description="Indicators with a level of their own.")
    complete: bool = strawberry.field(
        description="False while indicators without a level count at the lowest one."
    )
    next_predicate: PredicateGap | None = strawberry.field(description="Null at the top.")
    provenance: Provenance
    _assessment: strawberry.Private[strawberry.ID]

    @strawberry.field(
        description="Claimed and supported side by side; null where only figures are known, or the "
        "instrument has no rules."
    )
    async def verified(self, info: Info) -> VerifiedIndex | None:
        result = await resolved.verify_assessment(info.context, self._assessment)
        return None if result is None else VerifiedIndex.from_verification(result.verification)

    @classmethod
    def from_model(cls, assessment: model.Assessment, value: engine.Score) -> IndexScore:
        instrument = instrument_in_catalogue(assessment.instrument)
        gap = engine.next_predicate(instrument, value.exact, value.predicate)
        return cls(
            instrument=schema_instrument(assessment.instrument),
            year=assessment.year,
            kind=assessment.kind,
            value=value.value,
            display=value.display,
            predicate=value.predicate,
            domains=[PartScore.from_model(domain) for domain in value.domains],
            aspects=[PartScore.from_model(aspect) for aspect in value.aspects],
            basis=value.basis,
            claimed=value.claimed,
            complete=value.is_complete,
            next_predicate=(
                None
                if gap is None
                else PredicateGap(label=gap.label, threshold=gap.threshold, gap=gap.gap)
            ),
            provenance=Provenance.from_model(assessment.provenance),
            _assessment=strawberry.ID(assessment.id),
        )

    @classmethod
    def from_scored(cls, value: engine.ScoredAssessment) -> IndexScore:
        """Return the score of an assessment."""
        return cls.from_model(value.assessment, value.score)
