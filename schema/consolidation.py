"""GraphQL types for consolidation proposals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

from engine import model
from engine.consolidation import proposal as engine
from resolvers import consolidation as resolved
from resolvers.application import find_common_application
from schema.application_reference import (
    LISTED_MOST,
    ApplicationReference,
    first_ids,
    to_application_references,
)
from schema.arguments import AfterArgument, FirstArgument
from schema.connection import Connection, checked_page_size, slice_connection
from schema.descriptions import NOT_COMPUTED
from schema.figure import Figure
from schema.function_tag import estimated_figure
from schema.info import Info
from schema.node import Node
from schema.proposal_decision import ProposalDecision
from schema.proposal_enums import (
    ConfidenceFactor,
    MissingInputKind,
    ProposalKind,
    ProposalReasonCode,
    ProposalStatus,
    ReasonValueName,
)
from schema.scalars import WholeNumber

if TYPE_CHECKING:
    from schema.application import CommonApplication

INPUTS_HASH = (
    "The hash of the facts that the proposal is based on. It changes when one of them changes."
)


@strawberry.type(description="A value in the text of a reason.")
class ReasonValue:
    name: ReasonValueName = strawberry.field(description="What the value is.")
    value: str = strawberry.field(
        description="The value as text. Its format depends on the name; numbers have a decimal "
        "point."
    )


@strawberry.type(
    description="A reason of a proposal, as a code that a client words in its own language."
)
class ProposalReason:
    code: ProposalReasonCode = strawberry.field(description="What the reason is.")
    values: list[ReasonValue] = strawberry.field(
        description="The values in the text of the reason, at most two. The description of each "
        "code lists their names. A value that is unknown is left out."
    )

    @classmethod
    def from_model(cls, value: engine.ProposalReason) -> ProposalReason:
        values = [ReasonValue(name=name, value=text) for name, text in value.values]
        return cls(code=value.code, values=values)


@strawberry.type(
    description="The exchanges of the applications that a proposal takes out of use. Each of them "
    "must be moved to another application, or it ends. All counts are 0 if the proposal takes no "
    "application out of use."
)
class ProposalImpact:
    integration_count: int = strawberry.field(
        description="The number of active integrations of the applications that are taken out of "
        "use."
    )
    integration_ids: list[strawberry.ID] = strawberry.field(
        description=f"The ids of these integrations; the first {LISTED_MOST}."
    )
    application_count: int = strawberry.field(
        description="The number of applications at the other ends of these integrations."
    )
    applications: list[ApplicationReference] = strawberry.field(
        description=f"The applications at the other ends; the first {LISTED_MOST}."
    )
    external_name_count: int = strawberry.field(
        description="The number of other ends that are known by name only."
    )
    external_names: list[str] = strawberry.field(
        description="The names of the other ends that are known by name only; the first "
        f"{LISTED_MOST}."
    )

    @classmethod
    def from_model(cls, value: engine.ProposalImpact) -> ProposalImpact:
        return cls(
            integration_count=len(value.integrations),
            integration_ids=first_ids(value.integrations),
            application_count=len(value.applications),
            applications=to_application_references(value.applications),
            external_name_count=len(value.outside),
            external_names=list(value.outside[:LISTED_MOST]),
        )


@strawberry.type(description="An input that has to be known to judge a proposal, but is not.")
class MissingProposalInput:
    kind: MissingInputKind = strawberry.field(description="What is not known.")
    application_id: strawberry.ID | None = strawberry.field(
        description="The id of the application that it is about. Null if it is about none, or "
        "about the common application of the proposal."
    )
    candidate_count: int | None = strawberry.field(
        description="The number of suitable applications, including the one that the proposal "
        "names. Null unless the kind is CHOICE_OF_APPLICATION."
    )

    @classmethod
    def from_model(cls, value: engine.MissingInput) -> MissingProposalInput:
        id = value.application
        is_common = find_common_application(id) is not None
        return cls(
            kind=value.kind,
            application_id=None if id is None or is_common else strawberry.ID(id),
            candidate_count=value.candidate_count,
        )


@strawberry.type(description="What it would save to carry out a proposal.")
class ProposalSaving:
    yearly: WholeNumber | None = strawberry.field(
        description="The saving in rupiah a year: the yearly costs that end, minus the added "
        "cost of the application that remains, and minus the cost of migration divided by "
        f"{engine.MIGRATION_YEARS} years. It is negative if the costs rise, and null if one of "
        "the costs is unknown."
    )
    missing_inputs: list[MissingProposalInput] = strawberry.field(
        description="The costs that have to be known to compute the saving; empty if it is known."
    )

    @classmethod
    def from_model(cls, value: engine.Saving) -> ProposalSaving:
        return cls(
            yearly=None if value.yearly is None else WholeNumber(value.yearly),
            missing_inputs=[
                MissingProposalInput.from_model(missing) for missing in value.missing_inputs
            ],
        )


@strawberry.type(description="One of the factors that the confidence in a proposal depends on.")
class ConfidencePart:
    factor: ConfidenceFactor = strawberry.field(description="The factor.")
    value: Figure | None = strawberry.field(
        description="The confidence from 0 to 1; null if it is unknown."
    )


@strawberry.type(description="How certain a proposal is, which is estimated.")
class ProposalConfidence:
    value: Figure | None = strawberry.field(
        description="The lowest of the parts, from 0 to 1; null if one of them is unknown."
    )
    parts: list[ConfidencePart] = strawberry.field(
        description="The factors that matter for this proposal, each of them once."
    )

    @classmethod
    def from_model(cls, value: engine.Confidence) -> ProposalConfidence:
        parts = [
            ConfidencePart(factor=factor, value=_optional_figure(part))
            for factor, part in value.parts
        ]
        return cls(value=_optional_figure(value.value), parts=parts)


@strawberry.type(
    description="An action on some applications of a region that a rule derives from the "
    "inventory. It is advice: nothing is carried out, and people decide."
)
class Proposal(Node):
    id: strawberry.ID = strawberry.field(
        description="The id of the proposal, which stays the same for the same kind of action on "
        "the same applications. `node` finds it while the proposal exists."
    )
    kind: ProposalKind = strawberry.field(description="The action that is proposed.")
    rule: str = strawberry.field(
        description="The rule that derives the proposal, with its version, such as consolidation/1."
    )
    status: ProposalStatus = strawberry.field(
        description="Whether a person has decided about the proposal on its current inputs."
    )
    applications: list[ApplicationReference] = strawberry.field(
        description="The applications that the proposal is about; the first "
        f"{LISTED_MOST}. The application of SHARE belongs to another region."
    )
    survivor: ApplicationReference | None = strawberry.field(
        description="The application that remains after MERGE, or is taken over by SHARE; null for "
        "the other kinds."
    )
    survivor_reasons: list[ProposalReason] = strawberry.field(
        description="Why this application remains after MERGE, or why REPLACE names this common "
        "application; at most one, and empty for the other kinds."
    )
    reasons: list[ProposalReason] = strawberry.field(
        description="Why the action is proposed; at most three."
    )
    evidence_integration_ids: list[strawberry.ID] = strawberry.field(
        description="The ids of the integrations that the proposal is based on; the first "
        f"{LISTED_MOST}."
    )
    impact: ProposalImpact = strawberry.field(
        description="What must be moved, or ends, because applications are taken out of use."
    )
    missing_inputs: list[MissingProposalInput] = strawberry.field(
        description="What has to be known to judge the proposal, but is not; empty if nothing is "
        "missing. If applications are taken out of use, their unknown costs are included."
    )
    saving: ProposalSaving = strawberry.field(description="What it would save to carry it out.")
    confidence: ProposalConfidence = strawberry.field(description="How certain the proposal is.")
    legal_basis: str | None = strawberry.field(
        description="The regulation that requires the action, in Indonesian; null if none is "
        "confirmed."
    )
    inputs_hash: str = strawberry.field(
        description=f"{INPUTS_HASH} It is sent with a decision, and a decision about other inputs "
        "is refused."
    )
    decision: ProposalDecision | None = strawberry.field(
        description="The latest decision about the proposal, on its current or on earlier inputs; "
        "null if there is none."
    )
    _common: strawberry.Private[model.CommonApplication | None]

    @strawberry.field(
        description="The national common application that replaces the application; null unless "
        "the kind is REPLACE."
    )
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
            survivor_reasons=[
                ProposalReason.from_model(reason) for reason in proposal.survivor_reasons
            ],
            reasons=[ProposalReason.from_model(reason) for reason in proposal.reasons],
            evidence_integration_ids=first_ids(proposal.evidence),
            impact=ProposalImpact.from_model(proposal.impact),
            missing_inputs=[
                MissingProposalInput.from_model(missing) for missing in proposal.missing_inputs
            ],
            saving=ProposalSaving.from_model(proposal.saving),
            confidence=ProposalConfidence.from_model(proposal.confidence),
            legal_basis=proposal.legal_basis or None,
            inputs_hash=proposal.inputs,
            decision=None if decided is None else ProposalDecision.from_model(decided),
            _common=common_application,
        )


@strawberry.type
class RegionConsolidation:
    """The field of Region for its consolidation proposals."""

    _value: strawberry.Private[model.Region]

    @strawberry.field(
        description="The proposals to consolidate the applications of the region, in the order of "
        f"the rules. {NOT_COMPUTED}"
    )
    async def proposals(
        self,
        info: Info,
        status: Annotated[
            ProposalStatus | None,
            strawberry.argument(
                description="The status of the proposals to include. Null includes all but the "
                "rejected ones."
            ),
        ] = None,
        kinds: Annotated[
            list[ProposalKind] | None,
            strawberry.argument(
                description="The kinds of proposals to include. Null includes all kinds."
            ),
        ] = None,
        first: FirstArgument = 50,
        after: AfterArgument = None,
    ) -> Connection[Proposal] | None:
        page_size = checked_page_size(first)
        proposals = await resolved.list_region_proposals(
            info.context, self._value, status=status, kinds=kinds or ()
        )
        return slice_connection(
            proposals,
            page_size,
            after,
            key=lambda value: value.proposal.id,
            to_node=Proposal.from_model,
        )


def _optional_figure(value: float | None) -> Figure | None:
    return None if value is None else estimated_figure(value)
