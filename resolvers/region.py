"""Reads regions and their OPDs."""

from __future__ import annotations

from collections.abc import Sequence

from engine.model import Opd, Region, RegionKind
from engine.page import Page
from facts.tables import region_names
from resolvers.context import Context
from storage import opd as stored_opd
from storage import region as stored


async def find_region(context: Context, code: str) -> Region | None:
    """Return the region with this code, if there is one."""
    return await context.loaders.regions.load(code)


async def page_of_regions(
    context: Context,
    *,
    parent: str | None,
    kinds: Sequence[RegionKind],
    search: str,
    by_name: bool,
    first: int,
    after: tuple[str, ...] | None,
) -> Page[Region]:
    """Return one page of regions, by code or by name.

    Args:
        search: a part of the names, or a code or a name as people write it; all regions if empty.
    """
    meaning = region_names().match(search)
    async with context.read() as session:
        return await stored.paginate_regions(
            session,
            parent=parent,
            kinds=kinds,
            search=search,
            meant=meaning.code or meaning.former_code_of,
            by_name=by_name,
            first=first,
            after=after,
        )


async def page_of_opds(
    context: Context,
    region: str,
    *,
    include_dissolved: bool,
    first: int,
    after: tuple[str, ...] | None,
) -> Page[Opd]:
    """Return one page of a region's OPDs, by name."""
    async with context.read() as session:
        return await stored_opd.paginate_opds(
            session, region=region, include_dissolved=include_dissolved, first=first, after=after
        )
