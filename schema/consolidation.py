"""GraphQL types and mutations for consolidation proposals."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from engine import model
from engine.consolidation import decision as engine_decision
from engine.consolidation import proposal as engine_proposal
from engine.consolidation.decision import Decision, ProposalStatus
from engine.consolidation.proposal import ProposalKind
from resolvers import consolidation as resolved
from resolvers.application import find_common_application
from schema.application_reference import (
    LISTED_MOST,
    ApplicationReference,
    NamedValue,
    to_application_references,
)
from schema.connection import checked_page_size
from schema.descriptions import NOT_COMPUTED
from schema.figure import Figure
from schema.function_tag import estimated_figure
from schema.info import Info
from schema.problem import (
    IdempotencyKeyReused,
    InvalidInput,
    NotFound,
    OwnedElsewhere,
    result_or_problem,
)

if TYPE_CHECKING:
    from schema.application import CommonApplication

strawberry.enum(
    ProposalKind,
    description="REPLACE is by a national common application, SHARE takes over a sister's system.",
)
strawberry.enum(
    ProposalStatus, description="OPEN: nobody decided, or what it rests on is other by now."
)
strawberry.enum(Decision, name="Decision", description="What a person says to a proposal.")


@strawberry.type(description="A ground: a code for clients to word, and its values.")
class ProposalReason:
    code: str
    values: list[NamedValue]

    @classmethod
    def from_model(cls, value: engine_proposal.ProposalReason) -> ProposalReason:
        values = [NamedValue(name=name, value=text) for name, text in value.values]
        return cls(code=value.code, values=values)


@strawberry.type(description="Who must be re-pointed; lists give the first 100.")
class ProposalImpact:
    integration_count: int
    integrations: list[strawberry.ID]
    application_count: int
    applications: list[ApplicationReference] = strawberry.field(description="At the other ends.")
    outside: list[str] = strawberry.field(description="Other ends that are known by name only.")

    @classmethod
    def from_model(cls, value: engine_proposal.ProposalImpact) -> ProposalImpact:
        return cls(
            integration_count=len(value.integrations),
            integrations=_first_ids(value.integrations),
            application_count=len(value.applications),
            applications=to_application_references(value.applications),
            outside=list(value.outside[:LISTED_MOST]),
        )


@strawberry.type(description="What carrying it out saves.")
class ProposalSaving:
    yearly: str | None = strawberry.field(description="Whole rupiah a year; null: not known.")
    display: str = strawberry.field(description="As printed; `tidak diketahui` where not known.")
    unknown: list[str] = strawberry.field(description="What has to be known first.")

    @classmethod
    def from_model(cls, value: engine_proposal.Saving) -> ProposalSaving:
        yearly = None if value.yearly is None else str(value.yearly)
        return cls(yearly=yearly, display=value.display, unknown=list(value.unknown))


@strawberry.type(description="One of the things that a proposal rests on, from 0 to 1.")
class ConfidencePart:
    name: str
    value: Figure | None = strawberry.field(description="Null: not known.")


@strawberry.type(description="Estimated: the weakest of what a proposal rests on.")
class ProposalConfidence:
    value: Figure | None = strawberry.field(description="Null: one of its parts is not known.")
    parts: list[ConfidencePart]

    @classmethod
    def from_model(cls, value: engine_proposal.Confidence) -> ProposalConfidence:
        parts = [
            ConfidencePart(name=name, value=_optional_figure(part)) for name, part in value.parts
        ]
        return cls(value=_optional_figure(value.value), parts=parts)


@strawberry.type(description="What a person decided about a proposal.")
class ProposalDecision:
    proposal_id: strawberry.ID
    region_code: strawberry.ID
    inputs: str = strawberry.field(description="Hash of what the proposal rested on then.")
    decision: Decision
    reason: str
    at: datetime

    @classmethod
    def from_model(cls, value: engine_decision.ProposalDecision) -> ProposalDecision:
        return cls(
            proposal_id=strawberry.ID(value.proposal),
            region_code=strawberry.ID(value.region),
            inputs=value.inputs,
            decision=value.decision,
            reason=value.reason,
            at=value.at,
        )


@strawberry.type(
    description="What could be done about some applications: advice, computed by a rule from the "
    "inventory. Nothing is carried out; people decide."
)
class Proposal:
    id: strawberry.ID = strawberry.field(description="Stays, for one kind and applications.")
    kind: ProposalKind
    rule: str
    status: ProposalStatus
    applications: list[ApplicationReference] = strawberry.field(description="That it is about.")
    survivor: ApplicationReference | None
    survivor_because: list[ProposalReason]
    reasons: list[ProposalReason]
    evidence: list[strawberry.ID] = strawberry.field(description="Integrations; the first 100.")
    impact: ProposalImpact
    missing: list[str] = strawberry.field(description="What is not known.")
    saving: ProposalSaving
    confidence: ProposalConfidence
    legal_basis: str | None
    inputs: str = strawberry.field(description="Hash of what it rests on; send it to decide.")
    decision: ProposalDecision | None = strawberry.field(
        description="The latest; where its inputs are others, the proposal is open again."
    )
    _common: strawberry.Private[model.CommonApplication | None]

    @strawberry.field(description="What replaces the applications, of REPLACE.")
    def common_application(
        self,
    ) -> Annotated[CommonApplication, strawberry.lazy("schema.application")] | None:
        from schema.application import CommonApplication

        return None if self._common is None else CommonApplication.from_model(self._common)

    @classmethod
    def from_model(cls, value: resolved.ProposalWithStatus) -> Proposal:
        proposal, decided = value.proposal, value.latest_decision
        common_application = find_common_application(proposal.survivor)
        survivor = None if common_application is not None else proposal.survivor
        return cls(
            id=strawberry.ID(proposal.id),
            kind=proposal.kind,
            rule=proposal.rule,
            status=value.status,
            applications=to_application_references(proposal.applications),
            survivor=None if survivor is None else ApplicationReference(id=strawberry.ID(survivor)),
            survivor_because=[
                ProposalReason.from_model(reason) for reason in proposal.survivor_because
            ],
            reasons=[ProposalReason.from_model(reason) for reason in proposal.reasons],
            evidence=_first_ids(proposal.evidence),
            impact=ProposalImpact.from_model(proposal.impact),
            missing=list(proposal.missing),
            saving=ProposalSaving.from_model(proposal.saving),
            confidence=ProposalConfidence.from_model(proposal.confidence),
            legal_basis=proposal.legal_basis or None,
            inputs=proposal.inputs,
            decision=None if decided is None else ProposalDecision.from_model(decided),
            _common=common_application,
        )


@strawberry.type
class RegionConsolidation:
    """The field of Region for its consolidation proposals."""

    _value: strawberry.Private[model.Region]

    @strawberry.field(
        description="In the order of the rules; without `status` all but those rejected on what "
        "they rest on now. `first` is at most 200. " + NOT_COMPUTED
    )
    async def proposals(
        self,
        info: Info,
        status: ProposalStatus | None = None,
        kinds: list[ProposalKind] | None = None,
        first: int = 50,
    ) -> list[Proposal] | None:
        page_size = checked_page_size(first)
        proposals = await resolved.list_region_proposals(
            info.context, self._value, status=status, kinds=kinds or ()
        )
        return [Proposal.from_model(proposal) for proposal in proposals[:page_size]]


@strawberry.input
class DecideProposalInput:
    region: strawberry.ID = strawberry.field(description="Code of the region.")
    id: strawberry.ID
    inputs: str = strawberry.field(description="Of the proposal as it was read.")
    decision: Decision
    reason: str = strawberry.field(default="", description="REJECT needs one.")
    idempotency_key: str | None = None


DecideProposalPayload = Annotated[
    ProposalDecision | NotFound | InvalidInput | OwnedElsewhere | IdempotencyKeyReused,
    strawberry.union("DecideProposalPayload"),
]


@strawberry.type
class ConsolidationMutation:
    @strawberry.mutation(
        description="For the region and its province. A rejected proposal stays away until what "
        "it rests on changes; nothing is carried out by accepting one."
    )
    async def decide_proposal(
        self, info: Info, input: DecideProposalInput
    ) -> DecideProposalPayload:
        request = resolved.DecideProposal(
            input.region, input.id, input.inputs, input.decision, input.reason
        )
        mutation = resolved.decide_proposal(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, ProposalDecision.from_model)


def _first_ids(values: Iterable[str]) -> list[strawberry.ID]:
    return [strawberry.ID(id) for id in [*values][:LISTED_MOST]]


def _optional_figure(value: float | None) -> Figure | None:
    return None if value is None else estimated_figure(value)
