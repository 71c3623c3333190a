"""What was decided about proposals. Proposals are computed and not stored; decisions are."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from engine.decision import Decided, Decision
from engine.entry import timestamp
from storage.tables import DecisionRow


def row(decided: Decided) -> DecisionRow:
    """Return the row of a decision."""
    return DecisionRow(
        proposal=decided.proposal,
        region=decided.region,
        inputs=decided.inputs,
        decision=decided.decision.value,
        reason=decided.reason,
        by=decided.by,
        at=timestamp(decided.at),
    )


def value(row: DecisionRow) -> Decided:
    """Return the decision that a row holds."""
    return Decided(
        region=row.region,
        proposal=row.proposal,
        inputs=row.inputs,
        decision=Decision(row.decision),
        reason=row.reason,
        by=row.by,
        at=datetime.fromisoformat(row.at),
    )


async def of_region(session: AsyncSession, region: str) -> dict[str, Decided]:
    """Return the latest decision on each proposal of a region, by proposal."""
    rows = await session.scalars(select(DecisionRow).where(DecisionRow.region == region))
    return {row.proposal: value(row) for row in rows}
