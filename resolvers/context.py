"""What every resolver works with, made anew for each operation."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property

from strawberry.dataloader import DataLoader

from engine.model import Application, Assessment, AssessmentKind, Opd, Region, Viewer
from engine.score import Score
from realtime.bus import MemoryBus
from realtime.tail import Tail
from resolvers import access
from resolvers.computed import Computed
from resolvers.problems import InvalidArgument
from storage import application, assessment, inventory, log, opd, region
from storage.access import Access
from storage.arrival import Arrival
from storage.assessment import Scored
from storage.database import Database
from storage.inventory import Recorded
from storage.log import Clock, LogTransaction

SEARCHES_MOST = 100  # of one operation; each takes some 20 to 200 ms


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
    computed: Computed = field(default_factory=Computed)


@dataclass(frozen=True)
class Context:
    """One operation of one viewer. Loaders batch within it, and forget what may have changed."""

    instance: Instance
    viewer: Viewer

    @property
    def database(self) -> Database:
        return self.instance.database

    @cached_property
    def access(self) -> Access:
        """Whose unpublished rows this viewer may read."""
        return access.unpublished(self.viewer)

    @asynccontextmanager
    async def writing(self, code: str) -> AsyncIterator[LogTransaction]:
        """Yield the transaction in which a region changes, and wake the tail after its commit."""
        async with log.writing(self.database, code, self.instance.clock) as transaction:
            yield transaction
        self.instance.bus.announce(transaction.arrival)
        self.forget()

    def search(self, field: str, count: int = 1) -> None:
        """Count searches that this operation asks for, whether or not they are done anew.

        Raises:
            InvalidArgument: they are too many.
        """
        self._searches["asked"] += count
        if self._searches["asked"] > SEARCHES_MOST:
            expected = f"at most {SEARCHES_MOST} searches in one operation"
            raise InvalidArgument(field, expected, f"{self._searches['asked']} or more")

    @cached_property
    def _searches(self) -> Counter[str]:
        return Counter()

    def forget(self) -> None:
        """Load anew what was loaded: the operation changed it, or something happened since."""
        for loader in (
            self.regions,
            self.opds,
            self.applications,
            self.assessments,
            self.published,
            self.inventories,
        ):
            loader.clear_all()

    @cached_property
    def regions(self) -> DataLoader[str, Region | None]:
        async def load(codes: list[str]) -> list[Region | None]:
            async with self.database.read() as session:
                found = await region.by_code(session, codes)
            return [found.get(code) for code in codes]

        return DataLoader(load)

    @cached_property
    def opds(self) -> DataLoader[str, Opd | None]:
        async def load(ids: list[str]) -> list[Opd | None]:
            async with self.database.read() as session:
                found = await opd.by_id(session, ids)
            return [found.get(id) for id in ids]

        return DataLoader(load)

    @cached_property
    def applications(self) -> DataLoader[str, Application | None]:
        async def load(ids: list[str]) -> list[Application | None]:
            async with self.database.read() as session:
                found = await application.by_id(session, ids)
            return [found.get(id) for id in ids]

        return DataLoader(load)

    @cached_property
    def assessments(self) -> DataLoader[str, tuple[Assessment, Score | None] | None]:
        async def load(ids: list[str]) -> list[tuple[Assessment, Score | None] | None]:
            async with self.database.read() as session:
                found = await assessment.by_id(session, ids, self.access)
            return [found.get(id) for id in ids]

        return DataLoader(load)

    @cached_property
    def published(self) -> DataLoader[tuple[str, AssessmentKind], list[Scored]]:
        """Published scores by region and kind, oldest first."""

        async def load(keys: list[tuple[str, AssessmentKind]]) -> list[list[Scored]]:
            found: dict[tuple[str, AssessmentKind], list[Scored]] = {key: [] for key in keys}
            async with self.database.read() as session:
                for kind in {kind for _, kind in keys}:
                    codes = [code for code, wanted in keys if wanted is kind]
                    for each in await assessment.scores(session, regions=codes, kind=kind):
                        found[each.assessment.region, kind].append(each)
            return [found[key] for key in keys]

        return DataLoader(load)

    @cached_property
    def inventories(self) -> DataLoader[str, Recorded]:
        """All that is on record about the applications of a region."""

        async def load(codes: list[str]) -> list[Recorded]:
            async with self.database.read() as session:
                return [await inventory.of_region(session, code) for code in codes]

        return DataLoader(load)
