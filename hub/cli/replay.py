"""Plays the published results of earlier years as live events, labelled as a replay.

Each event is a real entry with its real source; only its time differs. A replay uses its own
database, so that no log mixes replayed and real entries.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from facts import tables
from resolvers.context import Instance
from resolvers.event import REPLAY_ACTOR
from resolvers.seed import seed_result

START_DELAY_SECONDS = 5.0  # before the first event, so that a page can open

logger = logging.getLogger(__name__)


def replay_task(seconds: float) -> Callable[[Instance], Awaitable[None]]:
    """Return a task that plays all results in order, one every `seconds` seconds."""

    async def run(instance: Instance) -> None:
        await asyncio.sleep(START_DELAY_SECONDS)
        results = tables.result_rows()
        for result in results:
            await seed_result(instance, result, REPLAY_ACTOR)
            await asyncio.sleep(seconds)
        logger.info("the replay of %d results is over", len(results))

    return run
