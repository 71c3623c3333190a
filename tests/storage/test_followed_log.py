"""What a followed log costs, when its entries arrive, and which of its assessments count."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from engine.log.entry import Entry
from engine.log.source import ClockDeviation, Source, SourceProblem, SourceState
from facts.region import listed_region
from storage import log, ownership
from storage.database import Database
from storage.slices import ROWS_PER_SLICE, in_slices
from storage.tables import ArrivalRow, EntryRow, HeadRow, LevelRow
from storage.upsert import PendingUpserts
from tests.regions.hostile_log import HOSTILE, HostileLog, describe_region, good_statement

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
ALMOST = timedelta(minutes=4, seconds=59)


@dataclass
class SetClock:
    """A clock that a test sets."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
async def followed(database: Database) -> Database:
    """Return a database that follows the log of a region, which has no entry yet."""
    source = Source(
        HOSTILE, "wss://owner.example.id/graphql", SourceState.STALE, None, SourceProblem.COPYING
    )
    async with database.write() as session:
        await ownership.insert_source(session, source, listed_region(HOSTILE))
    return database


async def accept(
    database: Database, entries: list[Entry], clock: log.Clock | None = None
) -> log.LogTransaction:
    async with log.begin_log_transaction(database, HOSTILE, clock or SetClock()) as transaction:
        await transaction.accept(entries)
    return transaction


async def test_an_owner_does_not_move_the_time_of_arrival(followed: Database) -> None:
    owner, clock = HostileLog(), SetClock()
    first = [replace(statement, at=NOW) for statement in describe_region()]
    await accept(followed, owner.append(*first), clock)
    for page in range(1, 25):
        statement = replace(good_statement(page + 1), at=NOW + page * ALMOST)
        transaction = await accept(followed, owner.append(statement), clock)
        assert transaction.clock is (None if page == 1 else ClockDeviation.AHEAD)
    async with followed.read() as session:
        arrivals = await session.scalars(select(ArrivalRow.at).distinct())
        head = await session.get_one(HeadRow, HOSTILE)
        applied = await session.scalars(select(EntryRow.applied_at).distinct())
        ahead = "2026-11-30T12:04:59.000000Z"
        assert arrivals.all() == ["2026-11-30T12:00:00.000000Z"]
        assert head.at == ahead
        assert set(applied) == {None, ahead}
    # The owner's clock is right from now on.
    clock.now = NOW + timedelta(minutes=10)
    honest = replace(good_statement(99), at=clock.now)
    assert (await accept(followed, owner.append(honest), clock)).clock is None


async def test_the_times_of_a_page_are_applied_in_order_and_its_worst_is_named(
    followed: Database,
) -> None:
    owner = HostileLog()
    times = [NOW + ALMOST, datetime(1990, 1, 1, tzinfo=UTC), datetime(2199, 1, 1, tzinfo=UTC), NOW]
    statements = [
        replace(statement, at=at) for statement, at in zip(describe_region(), times, strict=True)
    ]
    transaction = await accept(followed, owner.append(*statements))
    assert transaction.clock is ClockDeviation.AHEAD
    async with followed.read() as session:
        applied = await session.scalars(select(EntryRow.applied_at).order_by(EntryRow.sequence))
        assert applied.all() == [None, *["2026-11-30T12:04:59.000000Z"] * 3]


def cpu_of_assessments(count: int) -> float:
    """Return the CPU seconds for the rows of assessments that state all their levels."""
    pending, started = PendingUpserts(), time.process_time()
    for number in range(count):
        pending.clear_levels(f"a{number}")
        for indicator in range(20):
            pending.put(LevelRow(assessment=f"a{number}", indicator=indicator, level=3))
    return time.process_time() - started


def test_the_levels_of_an_assessment_cost_the_same_whatever_the_number_of_others() -> None:
    few = min(cpu_of_assessments(200) for _ in range(2))
    many = min(cpu_of_assessments(1600) for _ in range(2))
    assert many < 16 * few  # eight times as many; 64 times the work if each looks at all others


async def test_other_tasks_run_between_the_slices_of_many_rows() -> None:
    turns = 0

    async def count_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count_turns())
    assert [row async for row in in_slices(range(4 * ROWS_PER_SLICE))] == [
        *range(4 * ROWS_PER_SLICE)
    ]
    counting.cancel()
    assert turns == 4
