"""Reads the inventory lines of several regions, which are names, owners and addresses."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from engine.graph.graph import hash_texts
from engine.matching.listing import Listing
from engine.model import ApplicationStatus, AssessmentKind, AssessmentState
from storage import function_correction, region
from storage.tables import ApplicationRow, AssessmentRow, LevelRow, OpdRow

SERVICE_INSTRUMENT = "spbe-2020"  # the instrument whose indicators functions are bound to

_BY_REGIONS = (
    select(
        ApplicationRow.id,
        ApplicationRow.region,
        ApplicationRow.name,
        ApplicationRow.url,
        OpdRow.name.label("opd"),
    )
    .outerjoin(OpdRow, OpdRow.id == ApplicationRow.opd)
    .where(
        ApplicationRow.region.in_(bindparam("regions")),
        ApplicationRow.status.not_in(
            (ApplicationStatus.INACTIVE.value, ApplicationStatus.RETIRED.value)
        ),
    )
    .order_by(ApplicationRow.id)
)
_OFFICIAL_LEVELS = (
    select(AssessmentRow.region, LevelRow.indicator, LevelRow.level)
    .join(LevelRow, LevelRow.assessment == AssessmentRow.id)
    .where(
        AssessmentRow.region.in_(bindparam("regions")),
        AssessmentRow.instrument == bindparam("instrument"),
        AssessmentRow.kind == AssessmentKind.OFFICIAL.value,
        AssessmentRow.state == AssessmentState.PUBLISHED.value,
    )
    .order_by(AssessmentRow.year)  # a later level replaces an earlier one
)


@dataclass(frozen=True)
class ProvinceInventory:
    """The inventory lines of several regions, with official levels and corrected functions."""

    listings: tuple[Listing, ...]
    levels: Mapping[tuple[str, int], int]  # official levels, by region and indicator
    functions: Mapping[str, str]  # those that people assigned, by application

    @cached_property
    def digest(self) -> str:
        """A hash that changes whenever any of the fields changes."""
        values = (*self.listings, *sorted(self.levels.items()), *self.functions.items())
        return hash_texts(map(repr, values))


async def load_province_inventory(session: AsyncSession, province: str) -> ProvinceInventory:
    """Return the inventories of a province and of the regions in it."""
    regions = [province, *await region.list_member_codes(session, province, region.MEMBER_KINDS)]
    return ProvinceInventory(
        tuple(await list_inventory_lines(session, regions)),
        await official_levels(session, regions, SERVICE_INSTRUMENT),
        await function_correction.corrected_functions(session, regions),
    )


async def list_inventory_lines(session: AsyncSession, regions: Collection[str]) -> list[Listing]:
    """Return the lines of these regions by id, without inactive and retired applications."""
    rows = await session.execute(_BY_REGIONS, {"regions": list(regions)})
    return [Listing(row.name, row.opd or "", row.url, row.id, row.region) for row in rows]


async def official_levels(
    session: AsyncSession, regions: Collection[str], instrument: str
) -> dict[tuple[str, int], int]:
    """Return the newest published official levels by region and indicator."""
    parameters = {"regions": list(regions), "instrument": instrument}
    rows = await session.execute(_OFFICIAL_LEVELS, parameters)
    return {(row.region, row.indicator): row.level for row in rows}
