"""Reads and converts the functions that people assigned, from which the classifier learns."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from engine.log.entry import format_timestamp
from engine.matching.function_classifier import FunctionCorrection
from engine.matching.listing import Listing
from storage.tables import ApplicationRow, CorrectionRow, OpdRow

BY_REGION = select(CorrectionRow.application, CorrectionRow.function).where(
    CorrectionRow.region == bindparam("region"), CorrectionRow.function.is_not(None)
)
_BY_REGIONS = (
    select(CorrectionRow.application, CorrectionRow.function)
    .where(CorrectionRow.region.in_(bindparam("regions")), CorrectionRow.function.is_not(None))
    .order_by(CorrectionRow.application)
)


def correction_to_row(region: str, correction: FunctionCorrection) -> CorrectionRow:
    """Return the row of a correction."""
    return CorrectionRow(
        application=correction.application,
        region=region,
        function=correction.function,
        by=correction.by,
        at=format_timestamp(correction.at),
    )


async def corrected_functions(session: AsyncSession, regions: Collection[str]) -> dict[str, str]:
    """Return the functions that people assigned in these regions, by application."""
    rows = await session.execute(_BY_REGIONS, {"regions": list(regions)})
    return {row.application: row.function for row in rows}


async def list_corrected_listings(session: AsyncSession) -> list[tuple[Listing, str]]:
    """Return all listings with the functions that people assigned to them, by application."""
    rows = await session.execute(
        select(
            ApplicationRow.id,
            ApplicationRow.region,
            ApplicationRow.name,
            ApplicationRow.url,
            OpdRow.name.label("opd"),
            CorrectionRow.function,
        )
        .join(ApplicationRow, ApplicationRow.id == CorrectionRow.application)
        .outerjoin(OpdRow, OpdRow.id == ApplicationRow.opd)
        .where(CorrectionRow.function.is_not(None))
        .order_by(CorrectionRow.application)
    )
    return [
        (Listing(row.name, row.opd or "", row.url, row.id, row.region), row.function)
        for row in rows
    ]
