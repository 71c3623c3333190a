"""The scope of a region's verification: its exempt OPDs and its development policy.

Only the exemptions of OPDs that are not dissolved count, and only a policy that has not ended.
"""

from __future__ import annotations

from sqlalchemy import bindparam, select

from engine.verification.inventory import DevelopmentPolicy, Exemption
from storage.tables import DevelopmentPolicyRow, ExemptionRow, OpdRow

EXEMPTIONS = (
    select(ExemptionRow.opd, ExemptionRow.reason)
    .join(OpdRow, OpdRow.id == ExemptionRow.opd)
    .where(
        ExemptionRow.region == bindparam("region"),
        ExemptionRow.reason != "",
        OpdRow.dissolved_reason.is_(None),
    )
)
POLICY = select(DevelopmentPolicyRow).where(
    DevelopmentPolicyRow.region == bindparam("region"), DevelopmentPolicyRow.year.is_not(None)
)


def exemption_row(region: str, exemption: Exemption) -> ExemptionRow:
    """Return the row of an exemption; an empty reason ends the exemption."""
    return ExemptionRow(opd=exemption.opd, region=region, reason=exemption.reason)


def policy_row(policy: DevelopmentPolicy) -> DevelopmentPolicyRow:
    """Return the row of a development policy."""
    return DevelopmentPolicyRow(
        region=policy.region, year=policy.year, title=policy.title, url=policy.url
    )
