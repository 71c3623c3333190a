"""Reads and converts decisions on proposals, which are stored, whereas proposals are computed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from engine.consolidation.decision import ProposalChoice, ProposalDecision
from engine.consolidation.proposal import ProposalKind
from engine.log.entry import format_timestamp
from storage.tables import DecisionRow

ACCEPTED_MERGES = select(DecisionRow.proposal, DecisionRow.applications).where(
    DecisionRow.region == bindparam("region"),
    DecisionRow.kind == ProposalKind.MERGE.value,
    DecisionRow.decision == ProposalChoice.ACCEPT.value,
)


def decision_to_row(decided: ProposalDecision) -> DecisionRow:
    """Return the row of a decision."""
    return DecisionRow(
        proposal=decided.proposal,
        region=decided.region,
        inputs=decided.inputs,
        decision=decided.decision.value,
        reason=decided.reason,
        by=decided.by,
        at=format_timestamp(decided.at),
        kind=None if decided.kind is None else decided.kind.value,
        applications=[*decided.applications],
    )


def decision_from_row(row: DecisionRow) -> ProposalDecision:
    """Return the decision that a row holds."""
    return ProposalDecision(
        region=row.region,
        proposal=row.proposal,
        inputs=row.inputs,
        decision=ProposalChoice(row.decision),
        reason=row.reason,
        by=row.by,
        at=datetime.fromisoformat(row.at),
        kind=None if row.kind is None else ProposalKind(row.kind),
        applications=tuple(row.applications),
    )


async def decisions_by_proposal(session: AsyncSession, region: str) -> dict[str, ProposalDecision]:
    """Return the latest decision on each proposal of a region, by proposal."""
    rows = await session.scalars(select(DecisionRow).where(DecisionRow.region == region))
    return {row.proposal: decision_from_row(row) for row in rows}
