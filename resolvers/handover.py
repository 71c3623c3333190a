"""A region changes hands: the owner's last entry says who writes its log from then on.

Nobody writes between that entry and the new owner's having it, and never do two.
"""

from __future__ import annotations

from engine.document import to_document
from engine.log.source import Handover, Source, SourceState
from engine.model import OWN_ACTORS, EventKind
from resolvers.context import Instance
from storage import log
from storage import ownership as stored

ACTOR = f"{OWN_ACTORS}hand-over"


class SelfHandover(ValueError):
    """The region would be handed over to the instance that owns it."""

    def __init__(self, url: str) -> None:
        super().__init__(f"expected the API of another instance, got our own: {url}")


async def hand_over_region(instance: Instance, region: str, url: str) -> int:
    """Let the instance at `url` own a region; return the sequence of the entry that says so.

    Raises:
        ItsOwn: it is this instance.
        storage.log.LogNotFound: there is no such region.
        storage.log.LogOwnedElsewhere: it is not ours to give.
    """
    if url == instance.url:
        raise SelfHandover(url)
    writing = log.begin_log_transaction(instance.database, region, instance.clock, begun=True)
    async with writing as transaction:
        entry = await transaction.append(
            actor=ACTOR,
            kind=EventKind.REGION_HANDED_OVER,
            subject=f"region-{region}",
            body=to_document(Handover(region, url)),
        )
        reason = "handed over; its new owner is not followed yet"
        source = Source(region, url, SourceState.STALE, instance.clock(), reason)
        await stored.insert_source(transaction.session, source)
    instance.bus.announce(transaction.arrival)
    return entry.sequence
