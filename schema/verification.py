"""GraphQL types for the verification of a region's claims."""

from __future__ import annotations

from datetime import date

import strawberry

from engine import model
from engine.verification import evaluation
from engine.verification import verification as engine
from resolvers import verification as resolved
from resolvers.instrument import instrument_in_catalogue
from resolvers.verification import VerificationResult
from schema.assessment import Assessment
from schema.connection import checked_page_size
from schema.descriptions import NOT_COMPUTED
from schema.enums import (
    AssessmentKind,
    RequirementKind,
    RequirementState,
    VerificationFlag,
    VerificationGap,
)
from schema.info import Info
from schema.instrument import Instrument, schema_instrument
from schema.score import VerifiedScore

SPBE_2020 = strawberry.ID("spbe-2020")
EDGES_MOST = 200  # in one finding or verdict


@strawberry.type(description="One thing that is missing or not known.")
class Missing:
    gap: VerificationGap
    subject: str = strawberry.field(
        description="Id of the OPD, application or integration, number of the indicator, or kind "
        "of document; empty: the region as a whole."
    )
    details: list[str] = strawberry.field(description="Defects of an integration.")

    @strawberry.field(description="Of the OPD or application; null of anything else.")
    async def name(self, info: Info) -> str | None:
        opd = await info.context.loaders.opds.load(self.subject)
        subject = opd or await info.context.loaders.applications.load(self.subject)
        return None if subject is None else subject.name


@strawberry.type(description="The answer to one requirement of a rule.")
class Finding:
    level: int = strawberry.field(description="The level that asks it, with every level above.")
    ask: RequirementKind
    text: str
    state: RequirementState
    integrations: list[strawberry.ID] = strawberry.field(description="That show it, at most 200.")
    documents: list[str]
    missing_count: int
    _value: strawberry.Private[evaluation.Finding]

    @strawberry.field(description="Empty where it is met; `first` is at most 200.")
    def missing(self, first: int = 20) -> list[Missing]:
        return [
            Missing(gap=gap.gap, subject=gap.subject, details=list(gap.details))
            for gap in self._value.missing[: checked_page_size(first)]
        ]

    @classmethod
    def from_model(cls, value: evaluation.Finding) -> Finding:
        return cls(
            level=value.requirement.level,
            ask=value.requirement.kind,
            text=value.requirement.text,
            state=value.state,
            integrations=_first_ids(value.edges),
            documents=list(value.documents[:EDGES_MOST]),
            missing_count=len(value.missing),
            _value=value,
        )


@strawberry.type(
    description="One indicator under its rule. Up to `ceiling` every level is shown by evidence, "
    "up to `notRefuted` none is refuted; a claim between the two cannot be verified."
)
class Verdict:
    indicator: int
    name: str
    rule: str = strawberry.field(description="Table, version and rule.")
    confirmed: bool = strawberry.field(
        description="False: the rule rests on secondary sources and refutes no claim."
    )
    claim: int | None
    ceiling: int
    not_refuted: int
    flag: VerificationFlag | None = strawberry.field(description="Null without a claim.")
    findings: list[Finding] = strawberry.field(description="Lowest level first.")
    open: list[Finding] = strawberry.field(
        description="What is missing for the claim, or for the next level where it is supported."
    )
    integrations: list[strawberry.ID] = strawberry.field(description="Evidence, at most 200.")
    inputs: str = strawberry.field(description="Hash of all that the verdict was made of.")

    @classmethod
    def from_model(cls, value: engine.Verdict, instrument: str) -> Verdict:
        indicators = {
            indicator.number: indicator.name
            for indicator in instrument_in_catalogue(instrument).indicators
        }
        return cls(
            indicator=value.indicator,
            name=indicators[value.indicator],
            rule=value.rule,
            confirmed=value.confirmed,
            claim=value.claim,
            ceiling=value.ceiling,
            not_refuted=value.not_refuted,
            flag=value.flag,
            findings=[Finding.from_model(finding) for finding in value.findings],
            open=[Finding.from_model(finding) for finding in value.open_findings],
            integrations=_first_ids(value.edges),
            inputs=value.inputs,
        )


@strawberry.type(description="The table of rules that a verification follows.")
class RuleTable:
    id: strawberry.ID
    version: str
    confirmed: bool
    note: str
    sources: list[str]


@strawberry.type(
    description="Claims held against the graph. It caps, confirms or nominates; it raises no level."
)
class Verification:
    instrument: Instrument
    year: int
    as_of: date
    rules: RuleTable
    assessment: Assessment | None = strawberry.field(
        description="Whose claims these are; null: none with levels is to be seen, bounds only."
    )
    verdicts: list[Verdict] = strawberry.field(description="By indicator, of those with a rule.")
    claimed: VerifiedScore | None
    supported: VerifiedScore | None = strawberry.field(
        description="Each claim at most at its ceiling: what the evidence shows today."
    )
    not_refuted: VerifiedScore | None = strawberry.field(description="Only over-claims are capped.")
    documents_closed: bool = strawberry.field(
        description="False: a document that is not here may exist, so its absence proves nothing."
    )

    @classmethod
    def from_model(cls, value: VerificationResult) -> Verification:
        verification, table, claims = value.verification, value.table, value.assessment
        return cls(
            instrument=schema_instrument(verification.instrument),
            year=value.year,
            as_of=verification.today,
            rules=RuleTable(
                id=strawberry.ID(table.id),
                version=table.version,
                confirmed=table.confirmed,
                note=table.note,
                sources=list(table.sources),
            ),
            assessment=None if claims is None else Assessment.from_unscored_model(claims),
            verdicts=[
                Verdict.from_model(verdict, verification.instrument)
                for verdict in verification.verdicts
            ],
            claimed=VerifiedScore.from_model(verification.claimed),
            supported=VerifiedScore.from_model(verification.supported),
            not_refuted=VerifiedScore.from_model(verification.not_refuted),
            documents_closed=value.documents_closed,
        )


@strawberry.type
class RegionVerification:
    """The field of Region for the verification of its claims."""

    _value: strawberry.Private[model.Region]

    @strawberry.field(
        description="Of the newest assessment with levels that fits and that the viewer may see; "
        "without one the bounds only. An absence refutes a claim only where it is a fact: of an "
        "exchange where the OPDs vouch for a complete inventory, of a document once the assessment "
        "is submitted. " + NOT_COMPUTED
    )
    async def verification(
        self,
        info: Info,
        instrument: strawberry.ID = SPBE_2020,
        year: int | None = None,
        kind: AssessmentKind = model.AssessmentKind.SELF,
    ) -> Verification | None:
        result = await resolved.verify_region_claims(
            info.context, self._value.code, instrument=instrument, year=year, kind=kind
        )
        return Verification.from_model(result)


def _first_ids(values: tuple[str, ...]) -> list[strawberry.ID]:
    return [strawberry.ID(id) for id in values[:EDGES_MOST]]
