"""Whether the logs are as they were written, and how far back their order can be followed."""

from __future__ import annotations

from datetime import timedelta

from hub.app import open_instance
from hub.settings import Settings
from storage import arrival, log, retention


async def verify_all_logs(settings: Settings) -> dict[str, int]:
    """Verify every region's chain; return the number of entries by region.

    Raises:
        engine.log.entry.BrokenChain: at the first that is broken.
    """
    async with open_instance(settings) as instance, instance.database.read() as session:
        return {
            region: await log.verify_log_chain(session, region)
            for region in await log.list_regions_with_log(session)
        }


async def renew_instance_epoch(settings: Settings) -> None:
    """Give the arrival order a new epoch: no cursor of before is good any more."""
    async with open_instance(settings) as instance, instance.database.write() as session:
        await arrival.renew_arrival_epoch(session)


async def prune_old_arrivals(settings: Settings, days: int) -> int:
    """Forget arrivals of more than so many days ago; return how many."""
    async with open_instance(settings) as instance:
        return await retention.prune_arrival_log(
            instance.database, instance.clock() - timedelta(days=days)
        )
