"""Plays the published results of earlier years as live events, labelled as a replay.

Each is a real entry with its real source; only the moment is not. It is played into a
database of its own, so that no log ever mixes a replay with what happened.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from facts import tables
from resolvers.context import Instance
from resolvers.event import REPLAY
from resolvers.seed import seed_result

FIRST_SECONDS = 5.0  # for a wall to open before the first event

logger = logging.getLogger(__name__)


def replay_task(seconds: float) -> Callable[[Instance], Awaitable[None]]:
    """Return the task that plays all results in order, one each `seconds`."""

    async def run(instance: Instance) -> None:
        await asyncio.sleep(FIRST_SECONDS)
        results = tables.result_rows()
        for each in results:
            await seed_result(instance, each, REPLAY)
            await asyncio.sleep(seconds)
        logger.info("the replay of %d results is over", len(results))

    return run
