"""Hands a region over to another instance, in two steps: an offer, and the owner's last entry.

The region stays owned here until the other instance has acknowledged the offer, and the offer can be
taken back until then. No instance writes the log from the last entry on until the new owner has that
entry, so that two instances never write it at the same time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from engine.document import from_document, to_document
from engine.identifier import region_id
from engine.log.entry import Entry
from engine.log.region_identity import identify_region
from engine.log.source import RegionHandover, Source, SourceProblem, SourceState
from engine.model import OWN_ACTOR_PREFIX, EventKind
from regions.contract import RemoteLogHead
from regions.endpoint_directory import EndpointDirectory, to_websocket_url
from regions.handover_target import HandoverTarget
from regions.handover_target import TargetUnreachable as NoResponse
from resolvers.accepted_handover import is_same_url
from resolvers.context import Instance
from resolvers.handover_error import (
    NoStandingOffer,
    OfferNotAccepted,
    OfferWithdrawn,
    OtherOfferStands,
    SelfHandover,
    TargetBehind,
    TargetDiverged,
    TargetNotListed,
    TargetUnreachable,
    TargetUnwilling,
)
from storage import handover, log, log_entries
from storage import ownership as stored
from storage import region as stored_region
from storage.log import LogTransaction

HANDOVER_ACTOR = f"{OWN_ACTOR_PREFIX}hand-over"
WAIT_SECONDS = 30.0  # for each response of the new owner
POLL_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class CompletedHandover:
    """A hand-over whose last entry is written."""

    region: str
    url: str  # URL of the new owner's API
    sequence: int  # of the last entry
    is_confirmed: bool  # whether the new owner has stated that it owns the region


@dataclass(frozen=True, slots=True)
class _Negotiation:
    """The hand-over of a region to an instance, and the time that it may take for each step."""

    instance: Instance
    region: str
    url: str
    target: HandoverTarget
    seconds: float

    async def heads(self) -> AsyncIterator[RemoteLogHead | NoResponse]:
        """Yield the head of the log at the target, again and again until the time is over."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self.seconds
        while True:
            try:
                yield await self.target.read_head(self.region)
            except NoResponse as failure:
                yield failure
            if loop.time() >= deadline:
                return
            await asyncio.sleep(min(POLL_SECONDS, self.seconds))


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
    negotiation = _Negotiation(instance, region, url, HandoverTarget(endpoint), seconds)
    if offer is None:
        await _check_readiness(negotiation)
        offer = await _append_offer(instance, region, url)
    await _wait_for_acceptance(negotiation, offer)
    sequence = await _append_last_entry(instance, region, url, offer)
    return CompletedHandover(region, url, sequence, await _is_taken_over(negotiation, sequence))


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


async def _check_readiness(negotiation: _Negotiation) -> None:
    """Check that the target has the log up to its present end, and accepts a hand-over.

    The region may be written meanwhile.
    """
    instance, region, url = negotiation.instance, negotiation.region, negotiation.url
    async with instance.database.read() as session:
        sequence, _ = await log_entries.read_log_head(session, region)
    head: RemoteLogHead | None = None
    async for response in negotiation.heads():
        if isinstance(response, NoResponse):
            raise TargetUnreachable(url, str(response))
        head = response
        await _check_history(negotiation, head)
        if head.sequence >= sequence and head.handover_url is not None:
            if not is_same_url(head.handover_url, url):
                raise TargetUnwilling(region, url, head.handover_url)
            return
    assert head is not None  # the first response is never left out
    if head.sequence < sequence:
        raise TargetBehind(region, url, sequence, head.sequence)
    raise TargetUnwilling(region, url, None)


async def _check_history(negotiation: _Negotiation, head: RemoteLogHead) -> None:
    """Check that the newest entry of the target is an entry of our log."""
    instance, region = negotiation.instance, negotiation.region
    if head.sequence == 0:
        return
    async with instance.database.read() as session:
        entries = await log_entries.list_log_entries(
            session, region, after=head.sequence - 1, limit=1
        )
    if [(entry.sequence, entry.hash) for entry in entries] != [(head.sequence, head.hash)]:
        raise TargetDiverged(region, negotiation.url, head.sequence)


async def _wait_for_acceptance(negotiation: _Negotiation, offer: Entry) -> None:
    """Wait until the target acknowledges an offer."""
    failure = ""
    async for response in negotiation.heads():
        if isinstance(response, NoResponse):
            failure = str(response)
        elif response.accepted_offer == offer.sequence:
            await _check_history(negotiation, response)
            return
        else:
            failure = "its copy is not ready"
            if response.sequence < offer.sequence:
                failure = f"its copy ends at entry {response.sequence}"
    raise OfferNotAccepted(
        negotiation.region, negotiation.url, offer.sequence, negotiation.seconds, failure
    )


async def _is_taken_over(negotiation: _Negotiation, sequence: int) -> bool:
    """Wait until the target owns the region, which has the entry `sequence` as its last one here.

    Return False if it does not state that in time.
    """
    async for response in negotiation.heads():
        if isinstance(response, NoResponse) or response.sequence < sequence:
            continue
        owner_url = response.owner_url
        if owner_url is None or is_same_url(owner_url, negotiation.url):
            return True
    return False


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
