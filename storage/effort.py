"""Reads the regions' own estimates of the effort of steps, and converts them to rows."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from engine.document import to_document
from engine.path.effort import LevelEffort, RegionEffort
from storage.tables import EffortRow


def effort_to_row(effort: RegionEffort) -> EffortRow:
    """Return the row of a region's estimates."""
    return EffortRow(
        region=effort.region,
        instrument=effort.instrument,
        steps=[to_document(step) for step in effort.steps],
    )


async def load_region_effort(session: AsyncSession, region: str, instrument: str) -> RegionEffort:
    """Return the estimates of a region for an instrument; without any, the steps are empty."""
    row = await session.get(EffortRow, (region, instrument))
    steps = () if row is None else tuple(LevelEffort(**step) for step in row.steps)
    return RegionEffort(region, instrument, steps)
