"""Reads the earlier imports of a region, for viewers who may read its unpublished rows."""

from __future__ import annotations

from engine.log.inventory_import import InventoryImport
from engine.model import Region
from engine.page import Page
from resolvers import access
from resolvers.context import Context
from storage import inventory_import as stored


async def find_import(context: Context, id: str) -> InventoryImport | None:
    """Return an import with this id that the viewer may read, or None."""
    async with context.read() as session:
        found = await stored.find_import(session, id)
    if found is None:
        return None
    region = await context.loaders.regions.load(found.region)
    is_readable = region is not None and access.covers_region(context.viewer, region)
    return found if is_readable else None


async def page_of_imports(
    context: Context, region: Region, first: int, after: tuple[str, ...] | None
) -> Page[InventoryImport]:
    """Return one page of a region's imports; an empty one if the viewer may not read them."""
    if not access.covers_region(context.viewer, region):
        return Page([], [], has_next=False, has_previous=False, total=0)
    async with context.read() as session:
        return await stored.paginate_imports(session, region=region.code, first=first, after=after)
