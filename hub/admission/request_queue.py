"""Refuses requests when those before them wait too long, so that the others are answered in time.

A server with one event loop has no queue that one could look at: requests are tasks, which all make
progress together. So the delay is estimated, from how many requests wait, and from the CPU time in
which others left.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from random import randint

from resolvers.problems import ServerBusy

DELAY_SECONDS_MOST = 0.25  # from the whole request read to its execution begun
# With fewer requests a delay comes from one long step, or from other programs on the machine, which
# a refusal does not shorten.
WAITING_LEAST = 100
SERVICE_SECONDS = 0.002  # CPU time for each request that leaves the queue, before it is measured
SERVICE_SECONDS_MOST = 0.01  # more comes from one long step
# So many requests from one address are not refused for those of others, up to a longer delay. It
# counts the same number of each address, because clients take turns.
WAITING_OF_ADDRESS = 4
UNFAIR_DELAYS = 4  # times the delay: then all addresses are refused
WINDOW_SECONDS = 0.1  # of a measurement
SMOOTHING = 0.3  # weight of the newest measurement
RETRY_SECONDS = (1, 3)  # a random time between these, so that clients do not return all at once


class RequestQueue:
    """The requests of this process that were read, and whose execution has not begun."""

    def __init__(
        self,
        *,
        delay_seconds_most: float = DELAY_SECONDS_MOST,
        clock: Callable[[], float] = time.monotonic,
        cpu_clock: Callable[[], float] = time.thread_time,
    ) -> None:
        self.waiting = 0
        self.refused = 0  # in all
        self._waiting_by_address: Counter[str] = Counter()
        self._waiting_fairly = 0  # at most WAITING_OF_ADDRESS of each address
        self.service_seconds = SERVICE_SECONDS
        self.delay_seconds_most = delay_seconds_most
        self.clock = clock
        self._cpu_clock = cpu_clock
        self._window_start = self._window_cpu_start = 0.0
        self._left_in_window = 0

    def is_full(self, address: str) -> bool:
        """Whether another request from this address would wait too long, or let others do so."""
        delay = self.waiting * self.service_seconds
        if self.waiting < WAITING_LEAST or delay <= self.delay_seconds_most:
            return False
        if self._waiting_by_address[address] >= WAITING_OF_ADDRESS:
            return True
        fair_delay = self._waiting_fairly * self.service_seconds
        return fair_delay > UNFAIR_DELAYS * self.delay_seconds_most

    def refusal(self) -> ServerBusy:
        """Count a refusal, and return it."""
        self.refused += 1
        return ServerBusy(
            f"expected requests to wait at most {self.delay_seconds_most * 1000:g} ms, "
            "got more than the server can do: try again later",
            randint(*RETRY_SECONDS),
        )

    def count_entered(self, address: str) -> None:
        """Count a request as waiting."""
        if self.waiting == 0:
            self._begin_window()
        self.waiting += 1
        self._waiting_by_address[address] += 1
        self._waiting_fairly += self._waiting_by_address[address] <= WAITING_OF_ADDRESS

    def count_left(self, address: str) -> None:
        """Count a request as waiting no more."""
        self.waiting -= 1
        self._waiting_by_address[address] -= 1
        self._waiting_fairly -= self._waiting_by_address[address] < WAITING_OF_ADDRESS
        if not self._waiting_by_address[address]:
            del self._waiting_by_address[address]
        self._left_in_window += 1
        if self.clock() - self._window_start >= WINDOW_SECONDS:
            # The time that passes would depend on how many requests are let in.
            cpu_seconds = (self._cpu_clock() - self._window_cpu_start) / self._left_in_window
            measured = min(SERVICE_SECONDS_MOST, cpu_seconds)
            self.service_seconds += SMOOTHING * (measured - self.service_seconds)
            self._begin_window()

    def _begin_window(self) -> None:
        self._window_start, self._window_cpu_start = self.clock(), self._cpu_clock()
        self._left_in_window = 0


class QueuedRequest:
    """The place of one request in the queue, from its `enter` to its `leave`."""

    __slots__ = ("_address", "_entered_at", "_has_entered", "_queue")

    def __init__(self, queue: RequestQueue, address: str) -> None:
        self._queue = queue
        self._address = address
        self._has_entered = False
        self._entered_at: float | None = None

    def enter(self) -> None:
        """Begin to wait, unless it waits or has waited already: the request was read as a whole."""
        if self._has_entered:
            return
        self._has_entered = True
        self._entered_at = self._queue.clock()
        self._queue.count_entered(self._address)

    def begin(self) -> None:
        """End the wait, since the execution begins.

        Raises:
            ServerBusy: the request has waited too long.
        """
        if self._entered_at is None:
            return
        delay = self._queue.clock() - self._entered_at
        is_late = delay > self._queue.delay_seconds_most and self._queue.waiting >= WAITING_LEAST
        self.leave()
        if is_late:
            raise self._queue.refusal()

    def leave(self) -> None:
        """End the wait, unless it has ended; a request that has left does not enter any more."""
        self._has_entered = True
        if self._entered_at is not None:
            self._entered_at = None
            self._queue.count_left(self._address)
