"""Reads where regions come from: the sources of followed regions, and their refused entries."""

from __future__ import annotations

from engine.log.refusal import RefusedEntry
from engine.log.source import Source
from regions import endpoint_directory
from resolvers.context import Context
from resolvers.problems import InvalidArgument
from storage import ownership as stored
from storage import refused_entry

SOURCES_MOST = endpoint_directory.REGIONS_MOST
REFUSED_MOST = 200  # refused entries in one response


def to_public_url(source_url: str) -> str:
    """Return the URL of an API as clients get it: for HTTP, whatever the copy is read over."""
    return endpoint_directory.to_http_url(source_url)


async def list_region_sources(context: Context) -> list[Source]:
    """Return the sources of all regions that other instances own, by code."""
    async with context.read() as session:
        return await stored.list_all_sources(session)


async def list_refused_entries(
    context: Context, region: str, after: int, first: int, *, count: int
) -> list[RefusedEntry]:
    """Return the entries of a log that were refused, in order.

    Args:
        count: the number of all these entries; the database is not read if there are none.

    Raises:
        InvalidArgument: `first` is out of bounds.
    """
    if not 1 <= first <= REFUSED_MOST:
        raise InvalidArgument("first", f"1 to {REFUSED_MOST}", str(first))
    if not count:
        return []
    async with context.read() as session:
        return await refused_entry.list_refused_entries(session, region, after=after, limit=first)
