"""The budget of one operation: limits on its reads, searches, references and time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property

from resolvers.problems import OperationTooComplex
from storage.database import Database, Session

READS_MOST = 300  # pages and batches in one operation; a page has at most 200 rows
CONCURRENT_READS = 2
SECONDS_MOST = 10.0
SEARCHES_MOST = 100  # searches in one operation; each takes some 20 to 200 ms
REFERENCES_MOST = 1_000  # references to entities in one operation
# The events of a snapshot read one after another: the pages of the wall and of a region read each
# region once, and one page for 500 events, of which a country of 550 regions has some 30,000.
SNAPSHOT_READS_MOST = 1_500


@dataclass(frozen=True, slots=True)
class BudgetLimits:
    """The numbers of reads and searches that a budget is for, and the words for its errors."""

    reads: int
    searches: int
    scope: str = "operation"
    advice: str = "split the operation"


OPERATION_LIMITS = BudgetLimits(READS_MOST, SEARCHES_MOST)
SNAPSHOT_LIMITS = BudgetLimits(
    SNAPSHOT_READS_MOST,
    SEARCHES_MOST,
    "snapshot",
    "subscribe to fewer fields or regions, or after a cursor",
)


@dataclass
class OperationBudget:
    """Counts the reads, searches and references of an operation, and times it.

    If `bounded` is false, there are no limits, as for the background work of the instance.
    """

    bounded: bool = True
    seconds: float = SECONDS_MOST
    _limits: BudgetLimits = field(init=False, default=OPERATION_LIMITS)
    _exceeded: OperationTooComplex | None = field(init=False, default=None)
    _reads: int = field(init=False, default=0)
    _searches: int = field(init=False, default=0)
    _references: int = field(init=False, default=0)
    _started_at: float = field(init=False, default_factory=time.monotonic)

    def restart(self) -> None:
        """Reset the counts and the time, as for the next live event of a subscription."""
        self._begin(OPERATION_LIMITS)

    def begin_snapshot(self) -> None:
        """Reset the counts and the time for all events of the snapshot of a subscription."""
        self._begin(SNAPSHOT_LIMITS)

    def continue_snapshot(self) -> None:
        """Reset the time for the next event of a snapshot, which a slow client may delay.

        Raises:
            OperationTooComplex: an event before has exceeded the budget of the snapshot.
        """
        if self._exceeded is not None:
            raise self._exceeded
        self._started_at = time.monotonic()

    def _begin(self, limits: BudgetLimits) -> None:
        self._limits, self._exceeded = limits, None
        self._reads = self._searches = self._references = 0
        self._started_at = time.monotonic()

    def _exceed(self, expected: str) -> OperationTooComplex:
        self._exceeded = OperationTooComplex(expected, self._limits.scope, self._limits.advice)
        return self._exceeded

    @asynccontextmanager
    async def open_session(self, database: Database) -> AsyncIterator[Session]:
        """Yield a session for reading, once a read slot of the operation is free.

        Raises:
            OperationTooComplex: the operation exceeds its number of reads or its time.
        """
        self._reads += 1
        if self.bounded and self._reads > self._limits.reads:
            raise self._exceed(f"at most {self._limits.reads} reads")
        async with self._read_slots, database.read() as session:
            if self.bounded and time.monotonic() - self._started_at > self.seconds:
                raise self._exceed(f"at most {self.seconds} seconds")
            yield session

    def count_searches(self, count: int = 1) -> None:
        """Count searches of this operation, whether or not their results are cached.

        Raises:
            OperationTooComplex: there are too many.
        """
        self._searches += count
        if self.bounded and self._searches > self._limits.searches:
            raise self._exceed(f"at most {self._limits.searches} searches")

    def count_references(self, count: int) -> None:
        """Count references to entities, summed over all fields of the operation.

        Raises:
            OperationTooComplex: there are too many.
        """
        self._references += count
        if self.bounded and self._references > REFERENCES_MOST:
            raise self._exceed(f"at most {REFERENCES_MOST} references to entities")

    @cached_property
    def _read_slots(self) -> asyncio.Semaphore:
        """Limits concurrent reads, so that one wide operation leaves connections to the others."""
        return asyncio.Semaphore(CONCURRENT_READS)
