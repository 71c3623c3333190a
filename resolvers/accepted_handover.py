"""Accepts the hand-over of a region to this instance, if its operator lists the region for that.

The owner of a followed log can write at any time that it hands the region over. Only the list of the
operator makes this instance the owner.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from engine.document import from_document, to_document
from engine.identifier import region_id
from engine.log.entry import Entry
from engine.log.source import RegionHandover, SourceState
from engine.model import OWN_ACTOR_PREFIX, EventKind
from regions.endpoint_directory import is_plain_url, to_websocket_url
from regions.replica_store import HandoverNotAccepted
from resolvers.context import Instance
from storage import handover, log, log_entries
from storage import ownership as stored
from storage import region as stored_region
from storage.database import Session

TAKE_OVER_ACTOR = f"{OWN_ACTOR_PREFIX}take-over"


@dataclass(frozen=True, slots=True)
class AcceptedHandover:
    """The acceptance of a hand-over: the URL of this instance, and the offer that names it."""

    url: str
    offer: int | None  # sequence of the standing offer to this instance; None: there is none


async def read_accepted_handover(
    instance: Instance, session: Session, region: str
) -> AcceptedHandover | None:
    """Return the acceptance of a region's hand-over to this instance; None if it accepts none.

    It accepts one if the operator lists the region for that, and its copy is complete and fresh.
    """
    endpoint = instance.owners.directory.endpoint(region)
    if endpoint is None or region not in endpoint.accept_handover:
        return None
    url = instance.url
    if url is None or not is_plain_url(to_websocket_url(url)):
        return None
    source = (await stored.sources_by_region(session, [region])).get(region)
    if source is None or source.state_at(instance.clock()) is not SourceState.FRESH:
        return None
    if not await handover.is_copy_complete(session, region):
        return None
    offer = await handover.find_standing_offer(session, region)
    if offer is None or not names_instance(offer, url):
        return AcceptedHandover(url, None)
    return AcceptedHandover(url, offer.sequence)


async def take_over_region(instance: Instance, region: str, *, is_accepted: bool) -> int | None:
    """Own a region from now on; return the arrival number, or None if the log does not say so.

    Args:
        is_accepted: whether the operator accepts the hand-over.

    Raises:
        HandoverNotAccepted: the log hands the region over to this instance, but the operator does
            not accept it, or the copy is incomplete.
    """
    async with instance.database.read() as session:
        sequence, _ = await log_entries.read_log_head(session, region)
        if not await _is_handed_over_here(instance, session, region, sequence):
            return None
        is_complete = await handover.is_copy_complete(session, region)
    if not is_accepted:
        raise HandoverNotAccepted(
            "the region is handed over to this instance, which does not accept it: list the region "
            "in accept_handover of its endpoint to take it over"
        )
    if not is_complete:
        raise HandoverNotAccepted(
            "the region is handed over to this instance, whose copy is incomplete: copy the region "
            "again to take it over"
        )
    async with log.begin_log_transaction(
        instance.database, region, instance.clock, begun=True
    ) as transaction:
        if transaction.sequence != sequence:
            return None  # another process of this instance stores entries
        await stored.delete_source(transaction.session, region)
        transaction.owner = transaction.identity = None
        if await handover.has_foreign_identity(transaction.session, region):
            # The log is ours now, so it states the identity that our list gave the region.
            current = (await stored_region.regions_by_code(transaction.session, [region]))[region]
            await transaction.append(
                actor=TAKE_OVER_ACTOR,
                kind=EventKind.REGION_RECORDED,
                subject=region_id(region),
                body=to_document(current),
            )
    return transaction.arrival


def names_instance(entry: Entry, url: str | None) -> bool:
    """Return whether an entry about a hand-over names the instance with this URL."""
    try:
        stated = from_document(RegionHandover, entry.body)
    except ValidationError:  # it was refused
        return False
    return url is not None and stated.region == entry.region and is_same_url(stated.url, url)


def is_same_url(url: str, other: str) -> bool:
    """Return whether two URLs are the same API, over HTTP or over WebSocket."""
    return to_websocket_url(url) == to_websocket_url(other)


async def _is_handed_over_here(
    instance: Instance, session: Session, region: str, sequence: int
) -> bool:
    entries = await log_entries.list_log_entries(session, region, after=sequence - 1, limit=1)
    newest = entries[-1] if entries else None
    if not isinstance(newest, Entry) or newest.kind is not EventKind.REGION_HANDED_OVER:
        return False
    return names_instance(newest, instance.url)
