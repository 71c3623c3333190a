"""Records the regions that the endpoint directory lists, before any of them is followed.

The log of a province may have results of a region whose own log comes later. So the sources of all
regions, and with them their names, kinds and parents, are stored together.
"""

from __future__ import annotations

from engine.log.assessment_log import NATION_CODE
from engine.log.region_identity import RegionIdentity
from engine.log.source import Source, SourceProblem, SourceState
from regions.endpoint_directory import EndpointDirectory
from regions.replica_store import RegionNotListed
from resolvers.context import Instance
from storage import log_entries, ownership
from storage.log import lock_log

NATION_IS_OWNED = (
    f"region {NATION_CODE} is owned here, and an endpoint is listed for it: "
    f"`simpul forget {NATION_CODE}` gives it up, so that it is followed"
)


def new_source(region: str, url: str, identity: RegionIdentity | None) -> Source:
    """Return the source of a region that is followed from now on.

    Args:
        identity: of the region in the lists of this instance; None if they do not have it.
    """
    if identity is None:
        detail = str(RegionNotListed(region))
        return Source(region, url, SourceState.UNREACHABLE, None, SourceProblem.NOT_LISTED, detail)
    return Source(region, url, SourceState.UNREACHABLE, None, SourceProblem.NOT_REACHED_YET)


async def record_listed_regions(instance: Instance, directory: EndpointDirectory) -> bool:
    """Record the sources and identities of all regions that the directory lists.

    Regions that this instance owns are left out. Return whether it owns the nation, although the
    directory lists it.
    """
    endpoints = {
        region: endpoint for endpoint in directory.endpoints for region in endpoint.regions
    }
    changed: list[RegionIdentity] = []
    async with instance.database.write() as session:
        known = await ownership.identities_by_region(session, endpoints)
        sequences = await log_entries.newest_sequences_by_region(session, endpoints)
        owned = {region for region, sequence in sequences.items() if sequence} - known.keys()
        for region in sorted(endpoints.keys() - owned):
            identity = directory.identity(region)
            if region not in known:
                source = new_source(region, endpoints[region].url, identity)
                await ownership.insert_source(session, source, identity)
            elif identity is not None and identity != known[region]:
                changed.append(identity)
    for identity in changed:
        async with instance.database.write() as session:
            await lock_log(session, identity.code)
            await ownership.update_identity(session, identity)
    return NATION_CODE in owned
