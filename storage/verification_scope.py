"""The scope of a region's verification: its exempt OPDs and its development policy."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from engine.verification.inventory import DevelopmentPolicy, Exemption
from storage.tables import DevelopmentPolicyRow, ExemptionRow, OpdRow

_EXEMPTIONS = (
    select(ExemptionRow)
    .join(OpdRow, OpdRow.id == ExemptionRow.opd)
    .where(
        ExemptionRow.region == bindparam("region"),
        ExemptionRow.reason != "",
        OpdRow.dissolved_reason.is_(None),
    )
    .order_by(ExemptionRow.opd)
)


def exemption_row(region: str, exemption: Exemption) -> ExemptionRow:
    """Return the row of an exemption; an empty reason ends the exemption."""
    return ExemptionRow(opd=exemption.opd, region=region, reason=exemption.reason)


def policy_row(policy: DevelopmentPolicy) -> DevelopmentPolicyRow:
    """Return the row of a development policy."""
    return DevelopmentPolicyRow(
        region=policy.region, year=policy.year, title=policy.title, url=policy.url
    )


async def list_exemptions(session: AsyncSession, region: str) -> tuple[Exemption, ...]:
    """Return the exemptions that a region grants, by OPD; a dissolved OPD has none."""
    rows = await session.scalars(_EXEMPTIONS, {"region": region})
    return tuple(Exemption(row.opd, row.reason) for row in rows)


async def find_development_policy(session: AsyncSession, region: str) -> DevelopmentPolicy | None:
    """Return the region's policy on the development of applications, if it has one."""
    row = await session.get(DevelopmentPolicyRow, region)
    if row is None or row.year is None:
        return None
    return DevelopmentPolicy(row.region, row.year, row.title, row.url)
