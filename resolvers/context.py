"""What every resolver works with: the instance, and the context of one operation."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from engine.log.source import Source
from engine.model import Viewer
from realtime.tail import Tail
from realtime.wakeup import MemoryBus
from regions.owners import OwnerHeadCache
from resolvers import access
from resolvers.loaders import Loaders
from resolvers.operation_budget import OperationBudget
from resolvers.problems import NotFound, OwnedElsewhere
from resolvers.region_analysis import Analyses
from resolvers.requests import ActiveOperations
from resolvers.result_cache import ResultCache
from resolvers.snapshot_cache import SnapshotCache
from storage import log
from storage.access import Access
from storage.arrival import Arrival
from storage.database import Database, Session
from storage.inventory import InventoryCache
from storage.log import Clock, Derive, LogTransaction


@dataclass(frozen=True)
class Instance:
    """This process's own facts and its long-lived parts, shared by all operations."""

    name: str
    version: str
    province: str  # code of the province whose wall is shown
    replay: bool
    database: Database
    bus: MemoryBus
    tail: Tail[Arrival]
    clock: Clock
    inventories: InventoryCache
    analyses: Analyses
    derive: Derive  # what follows from the entries of a transaction
    owners: OwnerHeadCache  # of regions that are followed
    computed: ResultCache = field(default_factory=ResultCache)
    followed: dict[str, Source] = field(default_factory=dict)  # by this process, as known now
    snapshots: SnapshotCache = field(default_factory=SnapshotCache)
    url: str | None = None  # of its API, as others reach it
    requests: ActiveOperations = field(
        default_factory=ActiveOperations
    )  # of clients, at this process


@dataclass
class Context:
    """One operation of one viewer: what it may read, what it has loaded, what it has cost."""

    instance: Instance
    viewer: Viewer
    budget: OperationBudget = field(default_factory=OperationBudget)
    position: int = field(init=False)  # everything up to it is seen by all reads
    confirmed: dict[str, datetime] = field(default_factory=dict)  # copies that were whole by then

    def __post_init__(self) -> None:
        self._see_newest()

    def begin_event(self) -> None:
        """Start with the next event of a subscription, which has a budget of its own.

        The operation lives on, and what it loaded may have changed; a region seldom does.
        """
        self.budget.restart()
        self._see_newest()
        self.loaders.forget(regions=False)

    @property
    def database(self) -> Database:
        return self.instance.database

    @cached_property
    def access(self) -> Access:
        """Whose unpublished rows this viewer may read."""
        return access.unpublished_access(self.viewer)

    @cached_property
    def loaders(self) -> Loaders:
        """The loaders of this operation."""
        return Loaders(self.database, self.budget, self.access, self.instance.inventories)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Session]:
        """Yield a session to read with.

        Raises:
            TooMuch: the operation has read often enough, or for long enough.
        """
        async with self.budget.reading(self.database) as session:
            yield session

    @asynccontextmanager
    async def writing(self, code: str) -> AsyncIterator[LogTransaction]:
        """Yield the transaction in which a region changes, and wake the tail after its commit.

        Raises:
            NotFound: there is no such region.
            OwnedElsewhere: another instance writes it.
        """
        clock, derive = self.instance.clock, self.instance.derive
        try:
            async with log.begin_log_transaction(
                self.database, code, clock, derive, begun=True
            ) as transaction:
                if transaction.owner is not None:
                    raise OwnedElsewhere(code, transaction.owner)
                yield transaction
        except log.LogNotFound as unknown:
            raise NotFound("region", code) from unknown
        self.instance.bus.announce(transaction.arrival)
        self.loaders.forget()

    def _see_newest(self) -> None:
        self.position = max(self.instance.bus.newest, self.instance.tail.newest)
