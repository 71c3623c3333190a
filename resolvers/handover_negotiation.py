"""Asks the new owner of a region, again and again within a time, whether a hand-over can go on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from engine.log.entry import Entry
from regions.contract import RemoteLogHead
from regions.handover_target import HandoverTarget
from regions.handover_target import TargetUnreachable as NoResponse
from resolvers.accepted_handover import is_same_url
from resolvers.context import Instance
from resolvers.handover_error import (
    OfferNotAccepted,
    TargetBehind,
    TargetDiverged,
    TargetUnreachable,
    TargetUnwilling,
)
from storage import log_entries

POLL_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class HandoverNegotiation:
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


async def check_readiness(negotiation: HandoverNegotiation) -> None:
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


async def _check_history(negotiation: HandoverNegotiation, head: RemoteLogHead) -> None:
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


async def wait_for_acceptance(negotiation: HandoverNegotiation, offer: Entry) -> None:
    """Wait until the target acknowledges an offer."""
    failure = ""
    async for response in negotiation.heads():
        if isinstance(response, NoResponse):
            failure = str(response)
        elif response.sequence < offer.sequence:
            failure = f"its copy ends at entry {response.sequence}"
        elif response.accepted_offer == offer.sequence:
            await _check_history(negotiation, response)
            return
        else:
            failure = "its copy is not ready"
    raise OfferNotAccepted(
        negotiation.region, negotiation.url, offer.sequence, negotiation.seconds, failure
    )


async def is_taken_over(negotiation: HandoverNegotiation, sequence: int) -> bool:
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
