"""What people decided about proposals, and where that leaves a proposal as it stands now.

A decision is about a proposal on the inputs that its decider saw. Where the inputs are others by
now, the proposal is open again, and the earlier decision is history.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from engine.consolidation.proposal import Proposal, ProposalKind


class Decision(Enum):
    """What a person says to a proposal."""

    ACCEPT = "ACCEPT"
    REJECT = "REJECT"
    DEFER = "DEFER"


class ProposalStatus(Enum):
    """Where a proposal stands."""

    OPEN = "OPEN"  # nobody decided, or on other inputs
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    DEFERRED = "DEFERRED"


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision on a proposal of a region."""

    region: str
    proposal: str
    inputs: str  # hash of what the proposal rested on
    decision: Decision
    reason: str
    by: str
    at: datetime
    kind: ProposalKind | None = None  # None: decided before decisions told it
    applications: tuple[str, ...] = ()  # that it was about


_LEADS_TO = {
    Decision.ACCEPT: ProposalStatus.ACCEPTED,
    Decision.REJECT: ProposalStatus.REJECTED,
    Decision.DEFER: ProposalStatus.DEFERRED,
}


def proposal_status(proposal: Proposal, decided: Decided | None) -> ProposalStatus:
    """Where a proposal stands after the latest decision on it, if there is one."""
    if decided is None or decided.inputs != proposal.inputs:
        return ProposalStatus.OPEN
    return _LEADS_TO[decided.decision]
