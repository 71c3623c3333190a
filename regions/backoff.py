"""The delays between attempts to reach an owner.

stamina cannot compute these delays, so this module does. stamina counts the attempts of one call,
whereas a connection that has worked starts again with the shortest delay when it fails later. It
retries only on exceptions, and an owner that ends a feed raises none. Its longest delay has no
jitter, so all replicas of an owner would reconnect at the same moment.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

SHORTEST_DELAY_SECONDS = 0.5  # before the second attempt; then twice as long each time
LONGEST_DELAY_SECONDS = 30.0
STEADY_SECONDS = 10.0  # of successes, after which a failure is the first one again


@dataclass
class Backoff:
    """Doubles the delay with each failure up to a maximum, minus a random part of up to half."""

    seconds: float = SHORTEST_DELAY_SECONDS
    clock: Callable[[], float] = time.monotonic
    _works_since: float | None = None

    def record_success(self) -> None:
        """Begin with the shortest delay again once successes have lasted for STEADY_SECONDS.

        One success proves little: an owner could fail after each, and would be asked at once again.
        """
        now = self.clock()
        if self._works_since is None:
            self._works_since = now
        elif now - self._works_since >= STEADY_SECONDS:
            self.seconds = SHORTEST_DELAY_SECONDS

    async def wait(self, least: float = 0.0) -> None:
        """Wait before the next attempt; a longer least delay takes precedence."""
        self._works_since = None
        await asyncio.sleep(max(least, self.seconds) * random.uniform(0.5, 1.0))
        self.seconds = min(LONGEST_DELAY_SECONDS, 2 * self.seconds)
