"""Whose unpublished rows a reader may see: the one condition that all such reads share."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from storage.tables import RegionRow


@dataclass(frozen=True, slots=True)
class Access:
    """All regions, or these regions and those whose parent is one of `provinces`."""

    everything: bool = False
    regions: frozenset[str] = frozenset()
    provinces: frozenset[str] = frozenset()


PUBLISHED_ONLY = Access()
EVERYTHING = Access(everything=True)


def draft_access_condition(
    region: InstrumentedAttribute[str], access: Access
) -> ColumnElement[bool]:
    """Return the condition that `region` is one whose drafts the reader may see."""
    if access.everything:
        return true()
    if not access.regions and not access.provinces:
        return false()
    members = select(RegionRow.code).where(RegionRow.parent.in_(access.provinces))
    return or_(region.in_(access.regions | access.provinces), region.in_(members))
