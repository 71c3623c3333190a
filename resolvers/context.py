"""What every resolver works with, made anew for each operation."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from strawberry.dataloader import DataLoader

from engine.assessment.score import Score
from engine.log.source import Source
from engine.model import Application, Assessment, AssessmentKind, Opd, Region, Viewer
from realtime.tail import Tail
from realtime.wakeup import MemoryBus
from regions.owners import Owners
from resolvers import access
from resolvers.problems import NotFound, OwnedElsewhere, TooMuch
from resolvers.requests import Requests
from resolvers.result_cache import Computed
from resolvers.snapshot_cache import KeptSnapshots
from storage import (
    application,
    assessment,
    inventory_line,
    log,
    opd,
    ownership,
    region,
    training_set,
)
from storage.access import Access
from storage.arrival import Arrival
from storage.assessment import Scored
from storage.database import Database, Session
from storage.inventory import Recorded, Shelf
from storage.inventory_line import Listed
from storage.log import Clock, LogTransaction

if TYPE_CHECKING:
    from resolvers.announcements import Verifier

READS_MOST = 300  # pages and batches of one operation; a page has at most 200 rows
READS_AT_ONCE = 2
SECONDS_MOST = 10.0
SEARCHES_MOST = 100  # of one operation; each takes some 20 to 200 ms
REFERENCES_MOST = 1_000  # to entities, of one operation
BATCH = 500  # ids in one query; databases bound what they take


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
    shelf: Shelf
    verifier: Verifier
    computed: Computed = field(default_factory=Computed)
    followed: dict[str, Source] = field(default_factory=dict)  # by this process, as known now
    snapshots: KeptSnapshots = field(default_factory=KeptSnapshots)
    owners: Owners = field(init=False)  # of regions that are followed
    url: str | None = None  # of its API, as others reach it
    requests: Requests = field(default_factory=Requests)  # of clients, at this process

    def __post_init__(self) -> None:
        object.__setattr__(self, "owners", Owners(self.clock))


@dataclass(frozen=True, slots=True)
class Telling:
    """What a subscription's operation says of its newest event to those who pass it on."""

    cursor: str | None = None  # None: there was no event
    subject: Hashable = None  # that a newer event about it may replace this one; None: none may
    more: bool = False  # the next one is at hand
    snapshot: bool = False  # it is part of the snapshot that the subscription begins with


@dataclass
class Context:
    """One operation of one viewer. Loaders batch within it, and forget what may have changed.

    Reads are counted, timed, and few at once: what one operation may cost does not depend on
    how its document is written.
    """

    instance: Instance
    viewer: Viewer
    bounded: bool = True  # False for what the instance does by itself, however long it takes
    position: int = field(init=False)  # everything up to it is seen by all reads
    confirmed: dict[str, datetime] = field(default_factory=dict)  # copies that were whole by then
    resume: str | None = None  # cursor after which its subscription begins, whatever it says itself
    telling: Telling = field(init=False, default_factory=Telling)  # of a subscription
    _reads: int = field(init=False)
    _searches: int = field(init=False)
    _references: int = field(init=False)
    _started: float = field(init=False)

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Count anew, as for the next event of a subscription."""
        self.position = max(self.instance.bus.newest, self.instance.tail.newest)
        self._reads = 0
        self._searches = 0
        self._references = 0
        self._started = time.monotonic()

    @property
    def database(self) -> Database:
        return self.instance.database

    @cached_property
    def access(self) -> Access:
        """Whose unpublished rows this viewer may read."""
        return access.unpublished(self.viewer)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Session]:
        """Yield a session to read with.

        Raises:
            TooMuch: the operation has read often enough, or for long enough.
        """
        self._reads += 1
        if self.bounded and self._reads > READS_MOST:
            raise TooMuch(f"at most {READS_MOST} reads")
        async with self._turns, self.database.read() as session:
            if self.bounded and time.monotonic() - self._started > SECONDS_MOST:
                raise TooMuch(f"at most {SECONDS_MOST} seconds")
            yield session

    @cached_property
    def _turns(self) -> asyncio.Semaphore:
        """So that one wide operation leaves connections to the others."""
        return asyncio.Semaphore(READS_AT_ONCE)

    @asynccontextmanager
    async def writing(self, code: str) -> AsyncIterator[LogTransaction]:
        """Yield the transaction in which a region changes, and wake the tail after its commit.

        Raises:
            NotFound: there is no such region.
            OwnedElsewhere: another instance writes it.
        """
        clock, derive = self.instance.clock, self.instance.verifier.derive
        try:
            async with log.writing(self.database, code, clock, derive, begun=True) as transaction:
                if transaction.owner is not None:
                    raise OwnedElsewhere(code, transaction.owner)
                yield transaction
        except log.NotBegun as unknown:
            raise NotFound("region", code) from unknown
        self.instance.bus.announce(transaction.arrival)
        self.forget()

    def search(self, count: int = 1) -> None:
        """Count searches that this operation asks for, whether or not they are done anew.

        Raises:
            TooMuch: they are too many.
        """
        self._searches += count
        if self.bounded and self._searches > SEARCHES_MOST:
            raise TooMuch(f"at most {SEARCHES_MOST} searches")

    def refer(self, count: int) -> None:
        """Count references to entities, however many fields of the operation they are given to.

        Raises:
            TooMuch: they are too many.
        """
        self._references += count
        if self.bounded and self._references > REFERENCES_MOST:
            raise TooMuch(f"at most {REFERENCES_MOST} references to entities")

    def forget(self, *, regions: bool = True) -> None:
        """Load anew what was loaded: the operation changed it, or something happened since."""
        if regions:
            self.regions.clear_all()
        for loader in (
            self.opds,
            self.applications,
            self.assessments,
            self.published,
            self.inventories,
            self.lessons,
            self.sisters,
            self.sources,
        ):
            loader.clear_all()

    @cached_property
    def regions(self) -> DataLoader[str, Region | None]:
        async def load(codes: list[str]) -> list[Region | None]:
            async with self.read() as session:
                found = await region.by_code(session, codes)
            return [found.get(code) for code in codes]

        return DataLoader(load, max_batch_size=BATCH)

    @cached_property
    def sources(self) -> DataLoader[str, Source | None]:
        """Where regions come from; None for one that is owned here."""

        async def load(codes: list[str]) -> list[Source | None]:
            async with self.read() as session:
                found = await ownership.of_regions(session, codes)
            return [found.get(code) for code in codes]

        return DataLoader(load, max_batch_size=BATCH)

    @cached_property
    def opds(self) -> DataLoader[str, Opd | None]:
        async def load(ids: list[str]) -> list[Opd | None]:
            async with self.read() as session:
                found = await opd.by_id(session, ids)
            return [found.get(id) for id in ids]

        return DataLoader(load, max_batch_size=BATCH)

    @cached_property
    def applications(self) -> DataLoader[str, Application | None]:
        async def load(ids: list[str]) -> list[Application | None]:
            async with self.read() as session:
                found = await application.by_id(session, ids)
            return [found.get(id) for id in ids]

        return DataLoader(load, max_batch_size=BATCH)

    @cached_property
    def assessments(self) -> DataLoader[str, tuple[Assessment, Score | None] | None]:
        async def load(ids: list[str]) -> list[tuple[Assessment, Score | None] | None]:
            async with self.read() as session:
                found = await assessment.by_id(session, ids, self.access)
            return [found.get(id) for id in ids]

        return DataLoader(load, max_batch_size=BATCH)

    @cached_property
    def published(self) -> DataLoader[tuple[str, AssessmentKind], list[Scored]]:
        """Published scores by region and kind, oldest first."""

        async def load(keys: list[tuple[str, AssessmentKind]]) -> list[list[Scored]]:
            found: dict[tuple[str, AssessmentKind], list[Scored]] = {key: [] for key in keys}
            async with self.read() as session:
                for kind in {kind for _, kind in keys}:
                    codes = [code for code, wanted in keys if wanted is kind]
                    for each in await assessment.scores(session, regions=codes, kind=kind):
                        found[each.assessment.region, kind].append(each)
            return [found[key] for key in keys]

        return DataLoader(load, max_batch_size=BATCH)

    @cached_property
    def lessons(self) -> DataLoader[None, str]:
        """The digest of what the classifier has learned; asked for with None."""

        async def load(keys: list[None]) -> list[str]:
            async with self.read() as session:
                return [await training_set.digest(session)] * len(keys)

        return DataLoader(load)

    @cached_property
    def inventories(self) -> DataLoader[str, Recorded]:
        """All that is on record about the applications of a region."""

        async def load(codes: list[str]) -> list[Recorded]:
            async with self.read() as session:
                return [await self.instance.shelf.of_region(session, code) for code in codes]

        return DataLoader(load)

    @cached_property
    def sisters(self) -> DataLoader[str, Listed]:
        """What a province and the regions within it list, by its code."""

        async def load(codes: list[str]) -> list[Listed]:
            async with self.read() as session:
                return [await inventory_line.of_province(session, code) for code in codes]

        return DataLoader(load)
