"""Hands a region over to another instance, in two steps: an offer, and the owner's last entry.

The region stays owned here until the other instance has acknowledged the offer, and the offer can be
taken back until then. No instance writes the log from the last entry on until the new owner has that
entry, so that two instances never write it at the same time.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.document import from_document, to_document
from engine.identifier import region_id
from engine.log.entry import Entry
from engine.log.region_identity import identify_region
from engine.log.source import RegionHandover, Source, SourceProblem, SourceState
from engine.model import OWN_ACTOR_PREFIX, EventKind
from regions.endpoint_directory import EndpointDirectory, to_websocket_url
from regions.handover_target import HandoverTarget
from resolvers.accepted_handover import is_same_url
from resolvers.context import Instance
from resolvers.handover_error import (
    NoStandingOffer,
    OfferWithdrawn,
    OtherOfferStands,
    SelfHandover,
    TargetNotListed,
)
from resolvers.handover_negotiation import (
    HandoverNegotiation,
    check_readiness,
    is_taken_over,
    wait_for_acceptance,
)
from storage import handover, log, log_entries
from storage import ownership as stored
from storage import region as stored_region
from storage.log import LogTransaction

HANDOVER_ACTOR = f"{OWN_ACTOR_PREFIX}hand-over"
WAIT_SECONDS = 30.0  # for each response of the new owner


@dataclass(frozen=True, slots=True)
class CompletedHandover:
    """A hand-over whose last entry is written."""

    region: str
    url: str  # URL of the new owner's API
    sequence: int  # of the last entry
    is_confirmed: bool  # whether the new owner has stated that it owns the region


async def hand_over_region(
    instance: Instance,
    region: str,
    url: str,
    directory: EndpointDirectory,
    seconds: float = WAIT_SECONDS,
) -> CompletedHandover:
    """Hand a region over to the instance at `url`, or complete its standing offer to it.

    Args:
        directory: the endpoints that this instance follows.
        seconds: the time to wait for each response: that the new owner is ready, that it accepts
            the offer, and that it owns the region.

    Raises:
        HandoverError: the region is not handed over; the class states why.
        storage.log.LogNotFound: there is no such region.
        storage.log.LogOwnedElsewhere: another instance owns the region.
    """
    if instance.url is not None and is_same_url(url, instance.url):
        raise SelfHandover(url)
    offer = await _load_standing_offer(instance, region)
    if offer is not None and not is_same_url(_offered_url(offer), url):
        raise OtherOfferStands(region, _offered_url(offer), offer.sequence)
    endpoint = directory.endpoint(region)
    if endpoint is None or endpoint.url != to_websocket_url(url):
        raise TargetNotListed(region, url, None if endpoint is None else endpoint.url)
    negotiation = HandoverNegotiation(instance, region, url, HandoverTarget(endpoint), seconds)
    if offer is None:
        await check_readiness(negotiation)
        offer = await _append_offer(instance, region, url)
    await wait_for_acceptance(negotiation, offer)
    sequence = await _append_last_entry(instance, region, url, offer)
    return CompletedHandover(region, url, sequence, await is_taken_over(negotiation, sequence))


async def take_back_offer(instance: Instance, region: str) -> int:
    """Withdraw the standing offer of a region; return the sequence of the entry.

    Raises:
        NoStandingOffer: the region is not offered.
        storage.log.LogNotFound: there is no such region.
        storage.log.LogOwnedElsewhere: another instance owns the region, as after a hand-over.
    """
    async with log.begin_log_transaction(
        instance.database, region, instance.clock, begun=True
    ) as transaction:
        if transaction.owner is not None:
            raise log.LogOwnedElsewhere(region, transaction.owner)
        offer = await handover.find_standing_offer(transaction.session, region)
        if offer is None:
            raise NoStandingOffer(region)
        entry = await _append(transaction, EventKind.HANDOVER_WITHDRAWN, _offered_url(offer))
    instance.bus.announce(transaction.arrival)
    return entry.sequence


async def _load_standing_offer(instance: Instance, region: str) -> Entry | None:
    async with instance.database.read() as session:
        sequence, _, owner = await log_entries.read_head_with_owner(session, region)
        if sequence == 0:
            raise log.LogNotFound(region)
        if owner is not None:
            raise log.LogOwnedElsewhere(region, owner)
        return await handover.find_standing_offer(session, region)


async def _append_offer(instance: Instance, region: str, url: str) -> Entry:
    async with log.begin_log_transaction(
        instance.database, region, instance.clock, begun=True
    ) as transaction:
        standing = await handover.find_standing_offer(transaction.session, region)
        if standing is not None:  # another command has offered it meanwhile
            raise OtherOfferStands(region, _offered_url(standing), standing.sequence)
        entry = await _append(transaction, EventKind.HANDOVER_OFFERED, url)
    instance.bus.announce(transaction.arrival)
    return entry


async def _append_last_entry(instance: Instance, region: str, url: str, offer: Entry) -> int:
    """Append the entry that hands the region over, and record its new source."""
    async with log.begin_log_transaction(
        instance.database, region, instance.clock, begun=True
    ) as transaction:
        standing = await handover.find_standing_offer(transaction.session, region)
        if standing is None or standing.sequence != offer.sequence:
            raise OfferWithdrawn(region, offer.sequence)
        entry = await _append(transaction, EventKind.REGION_HANDED_OVER, url)
        source = Source(region, url, SourceState.STALE, instance.clock(), SourceProblem.HANDED_OVER)
        current = (await stored_region.regions_by_code(transaction.session, [region]))[region]
        await stored.insert_source(transaction.session, source, identify_region(current))
    instance.bus.announce(transaction.arrival)
    return entry.sequence


async def _append(transaction: LogTransaction, kind: EventKind, url: str) -> Entry:
    return await transaction.append(
        actor=HANDOVER_ACTOR,
        kind=kind,
        subject=region_id(transaction.region),
        body=to_document(RegionHandover(transaction.region, url)),
    )


def _offered_url(offer: Entry) -> str:
    return from_document(RegionHandover, offer.body).url
