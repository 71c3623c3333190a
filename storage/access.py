"""The access of a reader to unpublished rows, and its SQL condition, which all reads share."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from engine.log.assessment_log import NATION_CODE
from storage.tables import RegionRow


@dataclass(frozen=True, slots=True)
class Access:
    """The regions whose drafts a reader may see.

    They are all regions, or `regions`, `provinces` and the regions whose parent is one of
    `provinces`. The parent of provinces and central agencies is the nation.
    """

    everything: bool = False
    regions: frozenset[str] = frozenset()
    provinces: frozenset[str] = frozenset()


PUBLISHED_ONLY = Access()
EVERYTHING = Access(everything=True)


def draft_access_condition(
    region: InstrumentedAttribute[str], access: Access
) -> ColumnElement[bool]:
    """Return the SQL condition that the reader may see the drafts of the region in this column."""
    if access.everything:
        return true()
    if not access.regions and not access.provinces:
        return false()
    is_member: ColumnElement[bool] = RegionRow.parent.in_(access.provinces)
    if NATION_CODE in access.provinces:  # whose members have no parent on record
        is_member = or_(is_member, and_(RegionRow.parent.is_(None), RegionRow.code != NATION_CODE))
    members = select(RegionRow.code).where(is_member)
    return or_(region.in_(access.regions | access.provinces), region.in_(members))
