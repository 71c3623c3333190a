"""The delays between attempts to reach an owner.

stamina cannot compute these delays, so this module does. stamina counts the attempts of one call,
whereas a connection that has worked starts again with the shortest delay when it fails later. It
retries only on exceptions, and an owner that ends a feed raises none. Its longest delay has no
jitter, so all replicas of an owner would reconnect at the same moment.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass

SHORTEST_DELAY_SECONDS = 0.5  # before the second attempt; then twice as long each time
LONGEST_DELAY_SECONDS = 30.0


@dataclass
class Backoff:
    """Doubles the delay with each failure up to a maximum, minus a random part of up to half."""

    seconds: float = SHORTEST_DELAY_SECONDS

    def reset(self) -> None:
        """Begin with the shortest delay again, after a success."""
        self.seconds = SHORTEST_DELAY_SECONDS

    async def wait(self, least: float = 0.0) -> None:
        """Wait before the next attempt; a longer least delay takes precedence."""
        await asyncio.sleep(max(least, self.seconds) * random.uniform(0.5, 1.0))
        self.seconds = min(LONGEST_DELAY_SECONDS, 2 * self.seconds)
