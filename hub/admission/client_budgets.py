"""Token buckets of CPU seconds, one for each client."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from resolvers.problems import ClientBudgetExhausted

# Buckets in memory, of about 300 bytes each; those unused for the longest time are dropped.
CLIENTS_MOST = 50_000


@dataclass(frozen=True, slots=True)
class ClientRate:
    """How much CPU time a client may use."""

    seconds_per_second: float = 0.25  # on average; 0 switches the budgets off
    burst_seconds: float = 10.0  # at once, after a time of rest


@dataclass(slots=True)
class _Bucket:
    seconds: float  # what is left; negative: the client has used more than was estimated
    at: float


class ClientBudgets:
    """The remaining CPU seconds of each client, which grow at a rate up to a burst."""

    def __init__(
        self,
        rate: ClientRate,
        *,
        clock: Callable[[], float] = time.monotonic,
        clients_most: int = CLIENTS_MOST,
    ) -> None:
        self.rate = rate
        self._clock = clock
        self._clients_most = clients_most
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def remaining_seconds(self, client: str) -> float:
        """Return what the client may use at once; it is negative while it has used too much."""
        bucket = self._buckets.get(client)
        if bucket is None:
            return self.rate.burst_seconds
        gained = (self._clock() - bucket.at) * self.rate.seconds_per_second
        return min(self.rate.burst_seconds, bucket.seconds + gained)

    def check(self, client: str, *, debt_seconds: float = 0.0) -> None:
        """Raise ClientBudgetExhausted if the client has nothing left, and owes at least so much."""
        remaining = self.remaining_seconds(client)
        rate = self.rate.seconds_per_second
        if rate and remaining <= -debt_seconds:
            raise ClientBudgetExhausted(
                f"expected at most {rate:g} seconds of CPU time per second from one client, "
                "got more: send fewer or smaller operations",
                (rate - remaining - debt_seconds) / rate,
            )

    def charge(self, client: str, seconds: float) -> None:
        """Subtract CPU seconds from what the client may use; a negative number gives some back."""
        if not self.rate.seconds_per_second:
            return
        remaining = self.remaining_seconds(client) - seconds
        self._buckets[client] = _Bucket(remaining, self._clock())
        self._buckets.move_to_end(client)
        if len(self._buckets) > self._clients_most:
            self._buckets.popitem(last=False)
