"""The access of a reader to unpublished rows, and its SQL condition, which all reads share."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from storage.tables import RegionRow


@dataclass(frozen=True, slots=True)
class Access:
    """The regions whose drafts a reader may see.

    They are all regions, or `regions`, `provinces` and the regions whose parent is one of
    `provinces`.
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
    members = select(RegionRow.code).where(RegionRow.parent.in_(access.provinces))
    return or_(region.in_(access.regions | access.provinces), region.in_(members))
