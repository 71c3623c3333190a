"""Hands a region over to another instance: the owner's last entry names the next owner.

No instance writes the log until the new owner has received that entry, so that two instances never
write it at the same time.
"""

from __future__ import annotations

from engine.document import to_document
from engine.identifier import region_id
from engine.log.region_identity import identify_region
from engine.log.source import RegionHandover, Source, SourceProblem, SourceState
from engine.model import OWN_ACTOR_PREFIX, EventKind
from resolvers.context import Instance
from storage import log
from storage import ownership as stored
from storage import region as stored_region

HANDOVER_ACTOR = f"{OWN_ACTOR_PREFIX}hand-over"


class SelfHandover(ValueError):
    """Raised when a region would be handed over to the instance that owns it."""

    def __init__(self, url: str) -> None:
        super().__init__(f"expected the API of another instance, got our own: {url}")


async def hand_over_region(instance: Instance, region: str, url: str) -> int:
    """Hand a region over to the instance at `url`; return the sequence of the last entry.

    Raises:
        SelfHandover: `url` is this instance.
        storage.log.LogNotFound: there is no such region.
        storage.log.LogOwnedElsewhere: another instance owns the region.
    """
    if url == instance.url:
        raise SelfHandover(url)
    async with log.begin_log_transaction(
        instance.database, region, instance.clock, begun=True
    ) as transaction:
        entry = await transaction.append(
            actor=HANDOVER_ACTOR,
            kind=EventKind.REGION_HANDED_OVER,
            subject=region_id(region),
            body=to_document(RegionHandover(region, url)),
        )
        source = Source(region, url, SourceState.STALE, instance.clock(), SourceProblem.HANDED_OVER)
        current = (await stored_region.regions_by_code(transaction.session, [region]))[region]
        await stored.insert_source(transaction.session, source, identify_region(current))
    instance.bus.announce(transaction.arrival)
    return entry.sequence
