"""GraphQL types for scores."""

from __future__ import annotations

from datetime import date

import strawberry

from engine import model
from engine.assessment import score as engine
from resolvers import verification as resolved
from resolvers.instrument import instrument_in_catalogue
from schema.enums import AssessmentKind, ScoreBasis
from schema.figure import Figure
from schema.info import Info
from schema.instrument import Instrument, schema_instrument
from schema.node import Provenance
from schema.rule_table import RuleTableReference
from schema.scalars import Decimal, exact_decimal

PREDICATE = (
    "The label of the predicate, such as `Sangat Baik`, in Indonesian; one of "
    "`Instrument.predicates`."
)
IS_COMPLETE = (
    "Whether every indicator has a level. If not, an indicator without a level counts at the "
    "lowest level, and the index is provisional."
)
DOMAINS = "The scores of the domains, by number; at most one for each domain of the instrument."
ASPECTS = "The scores of the aspects, by number; at most one for each aspect of the instrument."


@strawberry.type(description="The score of one domain or of one aspect of an instrument.")
class PartScore:
    number: int = strawberry.field(
        description="The number of the domain or aspect in the instrument."
    )
    name: str = strawberry.field(description="The name of the domain or aspect, in Indonesian.")
    score: Figure = strawberry.field(
        description="The weighted mean of the levels in this part, on the scale of the levels."
    )

    @classmethod
    def from_model(cls, value: engine.PartScore) -> PartScore:
        return cls(number=value.number, name=value.name, score=Figure.from_fraction(value.exact))


@strawberry.type(description="The next better predicate, and what is missing to reach it.")
class PredicateGap:
    label: str = strawberry.field(
        description="The label of the next better predicate, in Indonesian."
    )
    threshold: Decimal = strawberry.field(
        description="The lowest index with that predicate, in index points."
    )
    gap: Figure = strawberry.field(
        description="The index points that are missing to the threshold. It is 0 if the printed "
        "index equals the threshold but the printed predicate is still the lower one."
    )

    @classmethod
    def from_model(cls, value: engine.PredicateGap) -> PredicateGap:
        return cls(
            label=value.label,
            threshold=exact_decimal(value.threshold),
            gap=Figure.from_fraction(value.gap),
        )


@strawberry.type(
    description="The index that follows from one reading of the claimed levels. It is computed "
    "here and is not a published result."
)
class VerifiedScore:
    index: Figure = strawberry.field(description="The index on the scale of the levels.")
    predicate: str = strawberry.field(description=PREDICATE)
    domains: list[PartScore] = strawberry.field(description=DOMAINS)
    aspects: list[PartScore] = strawberry.field(description=ASPECTS)
    is_complete: bool = strawberry.field(description=IS_COMPLETE)

    @classmethod
    def from_model(cls, value: engine.Score | None) -> VerifiedScore | None:
        if value is None:
            return None
        return cls(
            index=Figure.from_fraction(value.exact),
            predicate=value.predicate,
            domains=[PartScore.from_model(domain) for domain in value.domains],
            aspects=[PartScore.from_model(aspect) for aspect in value.aspects],
            is_complete=value.is_complete,
        )


@strawberry.type(
    description="A claimed index next to the index that the evidence supports today. "
    "`Region.verification` has the rule, the evidence and the gaps of each indicator."
)
class VerifiedIndex:
    rule_table: RuleTableReference = strawberry.field(
        description="The rule table that the claimed levels are verified by."
    )
    as_of: date = strawberry.field(
        description="The date on which the evidence is judged; dates are those of UTC."
    )
    claimed: VerifiedScore | None = strawberry.field(
        description="The index from the claimed levels; null if no level is claimed."
    )
    supported: VerifiedScore | None = strawberry.field(
        description="The index with each claim capped at the level that the evidence shows. A "
        "claim for an indicator without a rule counts as claimed. Null if no level is claimed."
    )
    not_refuted: VerifiedScore | None = strawberry.field(
        description="The index if only the levels that the evidence refutes were lowered; null if "
        "no level is claimed."
    )

    @classmethod
    def from_result(cls, value: resolved.VerificationResult) -> VerifiedIndex:
        """Return the claimed, supported and not refuted scores of a verification."""
        verification = value.verification
        return cls(
            rule_table=RuleTableReference.from_id_and_version(value.table.id, value.table.version),
            as_of=verification.today,
            claimed=VerifiedScore.from_model(verification.claimed),
            supported=VerifiedScore.from_model(verification.supported),
            not_refuted=VerifiedScore.from_model(verification.not_refuted),
        )


@strawberry.type(
    description="The index of one assessment with its parts. The index is the weighted mean of "
    "the levels of all indicators, on the scale of the instrument's levels."
)
class IndexScore:
    instrument: Instrument = strawberry.field(
        description="The instrument of the assessment. Indices of different instruments are not "
        "comparable."
    )
    year: int = strawberry.field(description="The year of the assessment.")
    kind: AssessmentKind = strawberry.field(description="Who assessed, and for what purpose.")
    index: Figure = strawberry.field(
        description="The index: exact if it follows from levels, and with the two decimal places "
        "of the publication if only figures are published."
    )
    predicate: str = strawberry.field(
        description=f"{PREDICATE} It follows from the exact index, not from the rounded one."
    )
    domains: list[PartScore] = strawberry.field(
        description=f"{DOMAINS} Empty if the publication does not print them."
    )
    aspects: list[PartScore] = strawberry.field(
        description=f"{ASPECTS} Empty if only figures are published."
    )
    basis: ScoreBasis = strawberry.field(
        description="Whether the index follows from levels or is a published figure."
    )
    claimed_count: int = strawberry.field(
        description="The number of indicators that have a claimed level; 0 for a published figure."
    )
    is_complete: bool = strawberry.field(
        description=f"{IS_COMPLETE} It is true for a published figure."
    )
    next_predicate: PredicateGap | None = strawberry.field(
        description="The next better predicate; null if the index has the best one."
    )
    provenance: Provenance = strawberry.field(
        description="The source of the assessment that the index belongs to."
    )
    _assessment_id: strawberry.Private[strawberry.ID]

    @strawberry.field(
        description="The claimed index next to the index that the evidence supports; null if only "
        "figures are known, or if the instrument has no rules."
    )
    async def verified(self, info: Info) -> VerifiedIndex | None:
        result = await resolved.verify_assessment(info.context, self._assessment_id)
        return None if result is None else VerifiedIndex.from_result(result)

    @classmethod
    def from_model(cls, assessment: model.Assessment, value: engine.Score) -> IndexScore:
        instrument = instrument_in_catalogue(assessment.instrument)
        gap = engine.next_predicate(instrument, value.exact, value.predicate)
        return cls(
            instrument=schema_instrument(assessment.instrument),
            year=assessment.year,
            kind=assessment.kind,
            index=Figure.from_fraction(value.exact),
            predicate=value.predicate,
            domains=[PartScore.from_model(domain) for domain in value.domains],
            aspects=[PartScore.from_model(aspect) for aspect in value.aspects],
            basis=value.basis,
            claimed_count=value.claimed,
            is_complete=value.is_complete,
            next_predicate=None if gap is None else PredicateGap.from_model(gap),
            provenance=Provenance.from_model(assessment.provenance),
            _assessment_id=strawberry.ID(assessment.id),
        )

    @classmethod
    def from_scored(cls, value: engine.ScoredAssessment) -> IndexScore:
        """Return the score of an assessment."""
        return cls.from_model(value.assessment, value.score)
