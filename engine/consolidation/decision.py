"""Decisions on consolidation proposals, and the status of a proposal after them.

A decision applies to the inputs that the decider saw. If the inputs have changed, the proposal is
open again and the decision is history.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from engine.consolidation.proposal import Proposal, ProposalKind


class ProposalChoice(Enum):
    """A person's decision on a proposal."""

    ACCEPT = "ACCEPT"
    REJECT = "REJECT"
    DEFER = "DEFER"


class ProposalStatus(Enum):
    """The status of a proposal."""

    OPEN = "OPEN"  # there is no decision, or its inputs have changed
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    DEFERRED = "DEFERRED"


@dataclass(frozen=True, slots=True)
class ProposalDecision:
    """A decision on a proposal of a region."""

    region: str
    proposal: str
    inputs: str  # hash of the proposal's inputs
    decision: ProposalChoice
    reason: str
    by: str
    at: datetime
    kind: ProposalKind | None = None  # None in decisions from before this field existed
    applications: tuple[str, ...] = ()  # the applications of the proposal


_STATUS_AFTER = {
    ProposalChoice.ACCEPT: ProposalStatus.ACCEPTED,
    ProposalChoice.REJECT: ProposalStatus.REJECTED,
    ProposalChoice.DEFER: ProposalStatus.DEFERRED,
}


def proposal_status(proposal: Proposal, decided: ProposalDecision | None) -> ProposalStatus:
    """Return the status of a proposal after the latest decision on it, if there is one."""
    if decided is None or decided.inputs != proposal.inputs:
        return ProposalStatus.OPEN
    return _STATUS_AFTER[decided.decision]
