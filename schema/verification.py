"""GraphQL types for the verification of a region's claims."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import strawberry

from engine import model
from engine.verification import evaluation
from engine.verification import verification as engine
from engine.verification.evaluation import MissingFact
from resolvers import verification as resolved
from resolvers.verification import VerificationResult
from schema.application import Application
from schema.application_reference import first_ids
from schema.arguments import AfterArgument, FirstArgument, KindArgument
from schema.assessment import Assessment
from schema.connection import Connection, slice_connection
from schema.descriptions import CEILING, CLAIM, INSTRUMENT_ID, NOT_COMPUTED, NOT_REFUTED
from schema.enums import AssessmentKind, EvidenceKind
from schema.graph_enums import IntegrationDefect
from schema.info import Info
from schema.instrument import Instrument, indicator_names, schema_instrument
from schema.integration import Integration
from schema.opd import Opd
from schema.rule_table import RuleTable
from schema.score import VerifiedScore
from schema.verification_enums import (
    RequirementKind,
    RequirementState,
    VerificationFlag,
    VerificationGap,
)

SPBE_2020 = strawberry.ID("spbe-2020")
INTEGRATIONS_MOST = 200  # in one finding or verdict
DOCUMENTS_MOST = 200  # in one finding

_OPD_GAPS = (VerificationGap.OPD_NOT_ON_BUS, VerificationGap.NOT_ATTESTED)
_APPLICATION_GAPS = (
    VerificationGap.SERVICE_UNKNOWN,
    VerificationGap.NO_EXCHANGE,
    VerificationGap.NOT_CONSULTED,
    VerificationGap.CONSULTATION_UNKNOWN,
    VerificationGap.DUPLICATE,
)
_INTEGRATION_GAPS = (
    VerificationGap.NOT_COUNTED,
    VerificationGap.OWNER_UNKNOWN,
    VerificationGap.PARTNER_NOT_NAMED,
)


@strawberry.type(
    description="One thing that is missing, or not known, to meet a requirement. `gap` determines "
    "which of the other fields has a value: the OPD, the applications, the integration or the "
    "document that it is about. If none has a value, it is about the region as a whole."
)
class MissingEvidence:
    gap: VerificationGap = strawberry.field(description="What is missing or not known.")
    defects: list[IntegrationDefect] = strawberry.field(
        description="Why the integration is not accepted as evidence, each reason once. Empty if "
        "it is not about an integration, or if the gap itself is the reason."
    )
    _subject: strawberry.Private[str]

    @strawberry.field(
        description="The OPD that the gap is about. Null if it is about something else, or about "
        "applications without a known owner."
    )
    async def opd(self, info: Info) -> Opd | None:
        if self.gap not in _OPD_GAPS:
            return None
        opd = await info.context.loaders.opds.load(self._subject)
        return None if opd is None else Opd.from_model(opd)

    @strawberry.field(
        description="The applications that the gap is about: two for DUPLICATE, otherwise at most "
        "one. Empty if it is about something else."
    )
    async def applications(self, info: Info) -> list[Application]:
        ids = self._subject.split() if self.gap in _APPLICATION_GAPS else []
        applications = await info.context.loaders.applications.load_many(ids)
        return [
            Application.from_model(application)
            for application in applications
            if application is not None
        ]

    @strawberry.field(
        description="The integration that the gap is about; null if it is about something else."
    )
    async def integration(self, info: Info) -> Integration | None:
        if self.gap not in _INTEGRATION_GAPS:
            return None
        integration = await info.context.loaders.integrations.load(self._subject)
        return None if integration is None else Integration.from_model(integration)

    @strawberry.field(
        description="The kind of the document that is not recorded; null if it is about something "
        "else."
    )
    def document_kind(self) -> EvidenceKind | None:
        is_kind = self.gap is VerificationGap.NO_DOCUMENT
        return EvidenceKind(self._subject) if is_kind else None

    @strawberry.field(
        description="The address of the document that has no date; null if it is about something "
        "else."
    )
    def document_url(self) -> str | None:
        return self._subject if self.gap is VerificationGap.DOCUMENT_UNDATED else None

    @classmethod
    def from_model(cls, value: MissingFact) -> MissingEvidence:
        return cls(
            gap=value.gap,
            defects=[IntegrationDefect(defect) for defect in value.details],
            _subject=value.subject,
        )


@strawberry.type(
    description="Whether a region meets one requirement of a rule, and the evidence for it."
)
class RequirementFinding:
    level: int = strawberry.field(
        description="The lowest level that has this requirement. All higher levels have it, too."
    )
    requirement: RequirementKind = strawberry.field(description="The kind of the requirement.")
    text: str = strawberry.field(
        description="The requirement in the words of Simpul, in Indonesian."
    )
    state: RequirementState = strawberry.field(description="Whether the requirement is met.")
    integration_ids: list[strawberry.ID] = strawberry.field(
        description="The ids of the integrations that show that the requirement is met, or a part "
        f"of it; the first {INTEGRATIONS_MOST} by id."
    )
    document_urls: list[str] = strawberry.field(
        description="The addresses of the documents that show that the requirement is met; the "
        f"first {DOCUMENTS_MOST} in alphabetical order."
    )
    _value: strawberry.Private[evaluation.Finding]

    @strawberry.field(
        description="What is missing, or not known, to meet the requirement. Empty if it is met. "
        "Null, with an error, if the page cannot be returned."
    )
    def missing(
        self, first: FirstArgument = 20, after: AfterArgument = None
    ) -> Connection[MissingEvidence] | None:
        return slice_connection(
            self._value.missing,
            first,
            after,
            key=lambda fact: f"{fact.gap.value} {fact.subject}",
            to_node=MissingEvidence.from_model,
        )

    @classmethod
    def from_model(cls, value: evaluation.Finding) -> RequirementFinding:
        return cls(
            level=value.requirement.level,
            requirement=value.requirement.kind,
            text=value.requirement.text,
            state=value.state,
            integration_ids=first_ids(value.edges, INTEGRATIONS_MOST),
            document_urls=list(value.documents[:DOCUMENTS_MOST]),
            _value=value,
        )


@strawberry.type(
    description="What the evidence shows about one indicator, by the rule for this indicator. The "
    "evidence shows every level up to `ceiling`, and refutes no level up to `notRefuted`. A claim "
    "between the two can neither be supported nor refuted."
)
class IndicatorVerdict:
    indicator: int = strawberry.field(
        description="The number of the indicator in the instrument of the verification."
    )
    name: str = strawberry.field(description="The name of the indicator, in Indonesian.")
    rule_id: strawberry.ID = strawberry.field(
        description="The id of the rule: the rule table, its version and the rule, with slashes "
        "between them."
    )
    is_confirmed: bool = strawberry.field(
        description="Whether the rule is based on the regulation itself. A rule that is based only "
        "on secondary sources refutes no claim."
    )
    claim: int | None = strawberry.field(description=CLAIM)
    ceiling: int = strawberry.field(description=CEILING)
    not_refuted: int = strawberry.field(description=NOT_REFUTED)
    flag: VerificationFlag | None = strawberry.field(
        description="The outcome for the claim; null without a claim."
    )
    inputs_hash: str = strawberry.field(
        description="A hash of everything that the verdict is based on. If it is the same as "
        "before, the verdict is the same."
    )
    _value: strawberry.Private[engine.Verdict]

    @strawberry.field(
        description="One finding for each requirement of the rule, for the lowest level first; a "
        "rule has at most five. " + NOT_COMPUTED
    )
    def findings(self) -> list[RequirementFinding] | None:
        return [RequirementFinding.from_model(finding) for finding in self._value.findings]

    @strawberry.field(
        description="The findings that are not met and concern the claim; if the claim is "
        "supported or missing, those that concern the next level. At most all findings of the "
        "rule. " + NOT_COMPUTED
    )
    def open_findings(self) -> list[RequirementFinding] | None:
        return [RequirementFinding.from_model(finding) for finding in self._value.open_findings]

    @strawberry.field(
        description="The ids of the integrations that are evidence for a requirement; the first "
        f"{INTEGRATIONS_MOST} by id."
    )
    def integration_ids(self) -> list[strawberry.ID]:
        return first_ids(self._value.edges, INTEGRATIONS_MOST)

    @classmethod
    def from_model(cls, value: engine.Verdict, indicator_name: str) -> IndicatorVerdict:
        return cls(
            indicator=value.indicator,
            name=indicator_name,
            rule_id=strawberry.ID(value.rule),
            is_confirmed=value.confirmed,
            claim=value.claim,
            ceiling=value.ceiling,
            not_refuted=value.not_refuted,
            flag=value.flag,
            inputs_hash=value.inputs,
            _value=value,
        )


@strawberry.type(
    description="The comparison of a region's claims with the evidence: its inventory, its "
    "integrations and its documents. A verification limits a claim, supports it, or suggests to "
    "review one that seems too low. It never raises a level; assessors decide."
)
class Verification:
    instrument: Instrument = strawberry.field(description="The instrument of the claims.")
    year: int = strawberry.field(
        description="The year of the assessment. Without an assessment it is the requested year, "
        "or else the current one."
    )
    as_of: date = strawberry.field(
        description="The day for which the age of the evidence is computed: today."
    )
    rule_table: RuleTable = strawberry.field(description="The rules that were applied.")
    assessment: Assessment | None = strawberry.field(
        description="The assessment whose claims are verified. Null if the viewer may read none "
        "with levels; the verdicts then have bounds but no claims."
    )
    claimed: VerifiedScore | None = strawberry.field(
        description="The index with all levels as claimed; null without an assessment."
    )
    supported: VerifiedScore | None = strawberry.field(
        description="The index with each claim capped at the level that the evidence shows. A "
        "claim for an indicator without a rule counts as claimed. Null without an assessment."
    )
    not_refuted: VerifiedScore | None = strawberry.field(
        description="The index with only those claims capped that the evidence refutes; null "
        "without an assessment."
    )
    are_documents_closed: bool = strawberry.field(
        description="Whether the submission of documents has ended. While it has not, a document "
        "that is not recorded may still be submitted, so its absence refutes nothing."
    )
    _value: strawberry.Private[engine.Verification]

    @strawberry.field(
        description="The verdicts by the number of the indicator, one for each indicator that has "
        "a "
        "rule: 18 for `spbe-2020`, 3 for `pemdi-2026`. " + NOT_COMPUTED
    )
    def verdicts(self) -> list[IndicatorVerdict] | None:
        names = indicator_names(self._value.instrument)
        return [
            IndicatorVerdict.from_model(verdict, names[verdict.indicator])
            for verdict in self._value.verdicts
        ]

    @classmethod
    def from_model(cls, value: VerificationResult) -> Verification:
        verification, claims = value.verification, value.assessment
        return cls(
            instrument=schema_instrument(verification.instrument),
            year=value.year,
            as_of=verification.today,
            rule_table=RuleTable.from_model(value.table),
            assessment=None if claims is None else Assessment.from_unscored_model(claims),
            claimed=VerifiedScore.from_model(verification.claimed),
            supported=VerifiedScore.from_model(verification.supported),
            not_refuted=VerifiedScore.from_model(verification.not_refuted),
            are_documents_closed=value.documents_closed,
            _value=verification,
        )


@strawberry.type
class RegionVerification:
    """The field of Region for the verification of its claims."""

    _value: strawberry.Private[model.Region]

    @strawberry.field(
        description="The verification of the newest assessment that has levels, matches the "
        "arguments and may be read by the viewer. Without such an assessment it has bounds only. A "
        "missing integration refutes a claim only if the OPDs concerned attest that their "
        "inventories are complete; a missing document, only after the assessment was submitted. "
        + NOT_COMPUTED
    )
    async def verification(
        self,
        info: Info,
        instrument_id: Annotated[
            strawberry.ID,
            strawberry.argument(
                description=INSTRUMENT_ID + " Only `spbe-2020` and `pemdi-2026` have rules."
            ),
        ] = SPBE_2020,
        year: Annotated[
            int | None,
            strawberry.argument(
                description="The year of the assessment. Null selects the newest assessment."
            ),
        ] = None,
        kind: KindArgument = AssessmentKind.SELF,
    ) -> Verification | None:
        result = await resolved.verify_region_claims(
            info.context, self._value.code, instrument=instrument_id, year=year, kind=kind
        )
        return Verification.from_model(result)
