"""The work of `simpul check`, `migrate --renew-epoch` and `prune` on logs and arrival order."""

from __future__ import annotations

from datetime import timedelta

from engine.document import from_document
from engine.log.source import RegionHandover
from hub.instance import open_instance
from hub.settings import Settings
from resolvers.credential_acts import end_all_credentials
from storage import arrival, handover, log_entries, retention
from storage.instance_identity import renew_identity


async def verify_all_logs(settings: Settings) -> dict[str, int]:
    """Verify the hash chain of every region's log; return the number of entries by region.

    Raises:
        engine.log.entry.BrokenChain: a chain is broken; the check stops there.
    """
    async with open_instance(settings) as instance, instance.database.read() as session:
        return {
            region: await log_entries.verify_log_chain(session, region)
            for region in await log_entries.list_regions_with_log(session)
        }


async def list_offered_regions(settings: Settings) -> list[tuple[RegionHandover, int]]:
    """Return the hand-overs that are offered and not completed, with the sequence of the offer."""
    async with open_instance(settings) as instance, instance.database.read() as session:
        return [
            (from_document(RegionHandover, offer.body), offer.sequence)
            for offer in await handover.list_standing_offers(session)
        ]


async def renew_instance_epoch(settings: Settings, *, new_identity: bool = False) -> None:
    """Start a new epoch of the arrival order, which invalidates all earlier cursors.

    Sessions and codes that ended after the backup was made would be valid again, so all end.

    Args:
        new_identity: whether the database becomes another instance than the one that was copied.
    """
    async with open_instance(settings) as instance, instance.database.write() as session:
        await end_all_credentials(session, instance.clock(), None, tokens=new_identity)
        if new_identity:
            await renew_identity(session)
        await arrival.renew_arrival_epoch(session)


async def prune_old_arrivals(settings: Settings, days: int) -> int:
    """Delete the arrivals that are older than this many days; return their number."""
    async with open_instance(settings) as instance:
        return await retention.prune_arrival_log(
            instance.database, instance.clock() - timedelta(days=days)
        )
