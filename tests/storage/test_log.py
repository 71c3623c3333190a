"""Concurrent writes and rollbacks leave a log without gaps, in order, with a valid hash chain."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from engine.document import to_document
from engine.log.entry import GENESIS, BrokenChain
from engine.model import EventKind, Provenance, Region, RegionKind
from storage import arrival, log
from storage.arrival import Arrival
from storage.database import Database

AT = datetime(2026, 11, 24, 3, tzinfo=UTC)
EXAMPLES = count()


def clock() -> datetime:
    return AT


class Undo(Exception):
    """Raised by a writer to roll its transaction back."""


@dataclass(frozen=True)
class Writing:
    """One transaction of a writer: its region, its number of entries, and whether it commits."""

    region: int
    entries: int
    stays: bool


writings = st.builds(
    Writing, region=st.integers(0, 2), entries=st.integers(1, 3), stays=st.booleans()
)


async def write(database: Database, region: str, notes: list[str], *, stays: bool = True) -> None:
    async with log.begin_log_transaction(database, region, clock) as transaction:
        for note in notes:
            await transaction.append(
                actor=note,
                kind=EventKind.REGION_RECORDED,
                subject=f"region-{region}",
                body=to_document(Region(region, "Uji", RegionKind.CITY, None, Provenance("test"))),
            )
            await asyncio.sleep(0)
        if not stays:
            raise Undo


async def writer(database: Database, name: str, plan: list[Writing], example: int) -> list[str]:
    """Execute the plan; return the notes of the committed entries, in order."""
    committed = []
    for number, each in enumerate(plan):
        notes = [f"{name}.{number}.{entry}" for entry in range(each.entries)]
        try:
            await write(database, f"{example}.{each.region}", notes, stays=each.stays)
        except Undo:
            continue
        committed += notes
    return committed


async def reader(database: Database, start: int, done: asyncio.Event) -> list[Arrival]:
    """Follow the arrival order while it grows, as a tail does."""
    seen: list[Arrival] = []
    while True:
        finished = done.is_set()
        async with database.read() as session:
            page = await arrival.list_arrivals_after(session, seen[-1].number if seen else start, 7)
        seen += page
        if finished and not page:
            return seen
        await asyncio.sleep(0)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(plans=st.lists(st.lists(writings, min_size=1, max_size=4), min_size=2, max_size=6))
async def test_concurrent_writers_leave_no_gap_no_reordering_and_a_whole_chain(
    database: Database, plans: list[list[Writing]]
) -> None:
    example = next(EXAMPLES)
    async with database.read() as session:
        start = (await arrival.newest_position(session)).arrival
    done = asyncio.Event()
    following = asyncio.create_task(reader(database, start, done))
    committed = await asyncio.gather(
        *(writer(database, str(name), plan, example) for name, plan in enumerate(plans))
    )
    done.set()
    seen = await following

    # The arrival order has no gap, and a reader during all writes missed nothing.
    assert [each.number for each in seen] == list(range(start + 1, start + 1 + len(seen)))
    notes = [each.actor for each in seen]
    assert sorted(notes) == sorted(note for each in committed for note in each)
    # The entries of each writer are in the order in which it wrote them.
    for name, expected in enumerate(committed):
        assert [note for note in notes if note.startswith(f"{name}.")] == expected
    # Each region's log has no gap, has the same order, and its hash chain is valid.
    by_region: dict[str, list[int]] = defaultdict(list)
    for each in seen:
        by_region[each.region].append(each.sequence)
    async with database.read() as session:
        for region, sequences in by_region.items():
            assert sequences == list(range(1, len(sequences) + 1))
            assert await log.verify_log_chain(session, region) == len(sequences)


async def test_a_transaction_that_is_rolled_back_leaves_no_trace(database: Database) -> None:
    with pytest.raises(Undo):
        await write(database, "32", ["a", "b"], stays=False)
    async with database.read() as session:
        assert await log.read_log_head(session, "32") == (0, GENESIS)
        assert await log.list_regions_with_log(session) == []
        assert (await arrival.newest_position(session)).arrival == 0


async def test_entries_read_back_as_they_were_written(database: Database) -> None:
    async with log.begin_log_transaction(database, "32", clock) as transaction:
        region = Region("32", "Jawa Barat", RegionKind.PROVINCE, None, Provenance("uji “é”"))
        entry = await transaction.append(
            actor="tester",
            kind=EventKind.REGION_RECORDED,
            subject="region-32",
            body=to_document(region),
        )
    async with database.read() as session:
        assert await log.list_log_entries(session, "32") == [entry]
        assert await log.list_log_entries(session, "32", after=1) == []
        assert await log.read_log_head(session, "32") == (1, entry.hash)


@pytest.mark.parametrize(
    ("tamper", "reason"),
    [
        ("UPDATE entry SET actor = 'x' WHERE sequence = 2", "header does not match its hash"),
        ("DELETE FROM entry WHERE sequence = 2", "expected this sequence, got 3"),
        ("DELETE FROM entry WHERE sequence = 3", "the head names another last entry"),
    ],
)
async def test_what_is_changed_behind_its_back_is_found(
    database: Database, tamper: str, reason: str
) -> None:
    await write(database, "32", ["a", "b", "c"])
    async with database.write() as session:
        await session.execute(text(tamper))
    async with database.read() as session:
        with pytest.raises(BrokenChain) as broken:
            await log.verify_log_chain(session, "32")
    assert (broken.value.region, broken.value.sequence, broken.value.reason) == ("32", 2, reason)


async def test_a_new_epoch_keeps_the_numbers_and_changes_the_name(database: Database) -> None:
    await write(database, "32", ["a"])
    async with database.read() as session:
        before = await arrival.newest_position(session)
    async with database.write() as session:
        await arrival.renew_arrival_epoch(session)
    async with database.read() as session:
        after = await arrival.newest_position(session)
    assert (after.arrival, after.epoch == before.epoch) == (1, False)
