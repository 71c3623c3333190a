"""GraphQL type and mutation for decisions about consolidation proposals."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from engine.consolidation import decision as engine
from engine.log.body_bounds import text_bound
from resolvers import consolidation as resolved
from schema.actor import Actor
from schema.arguments import INPUT
from schema.descriptions import IDEMPOTENCY_KEY
from schema.info import Info
from schema.problem import (
    IdempotencyKeyReused,
    InvalidInput,
    NotFound,
    OwnedElsewhere,
    result_or_problem,
)
from schema.proposal_enums import ProposalChoice

REASON = text_bound(engine.ProposalDecision, "reason")


@strawberry.type(description="What a person decided about a proposal.")
class ProposalDecision:
    proposal_id: strawberry.ID = strawberry.field(description="The id of the proposal.")
    inputs_hash: str = strawberry.field(
        description="The hash of the inputs that the proposal had when it was decided. If the "
        "proposal has another hash now, it is open again."
    )
    choice: ProposalChoice = strawberry.field(description="What the person decided.")
    reason: str | None = strawberry.field(
        description="The reason that the person stated; null if there is none."
    )
    decided_at: datetime = strawberry.field(description="When the decision was recorded.")
    decided_by: Actor = strawberry.field(description="Who decided.")

    @classmethod
    def from_model(cls, value: engine.ProposalDecision) -> ProposalDecision:
        return cls(
            proposal_id=strawberry.ID(value.proposal),
            inputs_hash=value.inputs,
            choice=value.decision,
            reason=value.reason or None,
            decided_at=value.at,
            decided_by=Actor.from_entry(value.by, value.region),
        )


@strawberry.input(description="A decision about a proposal.")
class DecideProposalInput:
    proposal_id: strawberry.ID = strawberry.field(description="The id of the proposal.")
    inputs_hash: str = strawberry.field(
        description="The `inputsHash` of the proposal as the person read it. If the inputs have "
        "changed since, the result is InvalidInput and nothing is written."
    )
    choice: ProposalChoice = strawberry.field(description="What the person decides.")
    reason: str | None = strawberry.field(
        default=None,
        description=f"The reason of the decision, of at most {REASON.most} characters. "
        "REJECT requires one; otherwise null means that none is stated.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


DecideProposalPayload = Annotated[
    ProposalDecision | NotFound | InvalidInput | OwnedElsewhere | IdempotencyKeyReused,
    strawberry.union(
        "DecideProposalPayload",
        description="The recorded decision, or the problem that prevented the change.",
    ),
]


@strawberry.type
class ProposalDecisionMutation:
    @strawberry.mutation(
        description="Records the decision of a person about a proposal, for viewers of the region "
        "or its province. A rejected proposal returns when its inputs change. Accepting a proposal "
        "does not carry it out."
    )
    async def decide_proposal(
        self,
        info: Info,
        input: Annotated[DecideProposalInput, INPUT],
    ) -> DecideProposalPayload:
        request = resolved.DecideProposal(
            input.proposal_id, input.inputs_hash, input.choice, input.reason or ""
        )
        mutation = resolved.decide_proposal(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, ProposalDecision.from_model)
