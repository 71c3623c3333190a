"""Concurrent writes and rollbacks leave a log without gaps, in order, with a valid hash chain."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from engine.document import to_document
from engine.log.entry import GENESIS, BrokenChain
from engine.model import EventKind, Provenance, Region, RegionKind
from storage import arrival, log, log_entries
from storage.arrival import Arrival
from storage.database import Database
from storage.region import regions_by_code

AT = datetime(2026, 11, 24, 3, tzinfo=UTC)
EXAMPLES = count()


def clock() -> datetime:
    return AT


@dataclass(frozen=True)
class FixedClock:
    """A clock that stands still."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


class Undo(Exception):
    """Raised by a writer to roll its transaction back."""


@dataclass(frozen=True)
class PlannedTransaction:
    """One transaction of a writer: its region, its number of entries, and whether it commits."""

    region: int
    entries: int
    commits: bool


planned_transactions = st.builds(
    PlannedTransaction, region=st.integers(0, 2), entries=st.integers(1, 3), commits=st.booleans()
)


async def write(database: Database, region: str, notes: list[str], *, commits: bool = True) -> None:
    async with log.begin_log_transaction(database, region, clock) as transaction:
        for note in notes:
            await transaction.append(
                actor=note,
                kind=EventKind.REGION_RECORDED,
                subject=f"{region}:region",
                body=to_document(Region(region, "Uji", RegionKind.CITY, None, Provenance("test"))),
            )
            await asyncio.sleep(0)
        if not commits:
            raise Undo


async def writer(
    database: Database, name: str, plan: list[PlannedTransaction], example: int
) -> list[str]:
    """Execute the plan; return the notes of the committed entries, in order."""
    committed = []
    for number, transaction in enumerate(plan):
        notes = [f"{name}.{number}.{entry}" for entry in range(transaction.entries)]
        try:
            await write(
                database, f"{example}.{transaction.region}", notes, commits=transaction.commits
            )
        except Undo:
            continue
        committed += notes
    return committed


async def reader(database: Database, start: int, finished: asyncio.Event) -> list[Arrival]:
    """Follow the arrival order while it grows, as a tail does."""
    arrivals: list[Arrival] = []
    while True:
        was_finished = finished.is_set()
        async with database.read() as session:
            newest = arrivals[-1].number if arrivals else start
            page = await arrival.list_arrivals_after(session, newest, 7)
        arrivals += page
        if was_finished and not page:
            return arrivals
        await asyncio.sleep(0)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    plans=st.lists(st.lists(planned_transactions, min_size=1, max_size=4), min_size=2, max_size=6)
)
async def test_concurrent_writers_leave_no_gap_no_reordering_and_a_valid_chain(
    database: Database, plans: list[list[PlannedTransaction]]
) -> None:
    example = next(EXAMPLES)
    async with database.read() as session:
        start = (await arrival.read_arrival_position(session)).arrival
    finished = asyncio.Event()
    following = asyncio.create_task(reader(database, start, finished))
    committed = await asyncio.gather(
        *(writer(database, str(name), plan, example) for name, plan in enumerate(plans))
    )
    finished.set()
    arrivals = await following

    # The arrival order has no gap, and a reader during all writes missed nothing.
    assert [a.number for a in arrivals] == list(range(start + 1, start + 1 + len(arrivals)))
    notes = [a.actor for a in arrivals]
    assert sorted(notes) == sorted(
        note for notes_of_writer in committed for note in notes_of_writer
    )
    # The entries of each writer are in the order in which it wrote them.
    for name, expected in enumerate(committed):
        assert [note for note in notes if note.startswith(f"{name}.")] == expected
    # Each region's log has no gap, has the same order, and its hash chain is valid.
    by_region: dict[str, list[int]] = defaultdict(list)
    for received in arrivals:
        by_region[received.region].append(received.sequence)
    async with database.read() as session:
        for region, sequences in by_region.items():
            assert sequences == list(range(1, len(sequences) + 1))
            assert await log_entries.verify_log_chain(session, region) == len(sequences)


async def test_a_transaction_that_is_rolled_back_leaves_no_trace(database: Database) -> None:
    with pytest.raises(Undo):
        await write(database, "32", ["a", "b"], commits=False)
    async with database.read() as session:
        assert await log_entries.read_log_head(session, "32") == (0, GENESIS)
        assert await log_entries.list_regions_with_log(session) == []
        assert (await arrival.read_arrival_position(session)).arrival == 0


async def test_entries_read_back_as_they_were_written(database: Database) -> None:
    async with log.begin_log_transaction(database, "32", clock) as transaction:
        region = Region("32", "Jawa Barat", RegionKind.PROVINCE, None, Provenance("uji “é”"))
        entry = await transaction.append(
            actor="tester",
            kind=EventKind.REGION_RECORDED,
            subject="32:region",
            body=to_document(region),
        )
    async with database.read() as session:
        assert await log_entries.list_log_entries(session, "32") == [entry]
        assert await log_entries.list_log_entries(session, "32", after=1) == []
        assert await log_entries.read_log_head(session, "32") == (1, entry.hash)


@pytest.mark.parametrize(
    ("tamper", "reason"),
    [
        ("UPDATE entry SET actor = 'x' WHERE sequence = 2", "header does not match its hash"),
        ("UPDATE entry SET salt = '00' WHERE sequence = 2", "body does not match its hash"),
        ("DELETE FROM entry WHERE sequence = 2", "expected this sequence, got 3"),
        ("DELETE FROM entry WHERE sequence = 3", "the head names another last entry"),
    ],
)
async def test_a_change_of_the_log_in_the_database_is_detected(
    database: Database, tamper: str, reason: str
) -> None:
    await write(database, "32", ["a", "b", "c"])
    async with database.write() as session:
        await session.execute(text(tamper))
    async with database.read() as session:
        with pytest.raises(BrokenChain) as broken:
            await log_entries.verify_log_chain(session, "32")
    assert (broken.value.region, broken.value.sequence, broken.value.reason) == ("32", 2, reason)


async def test_a_new_epoch_keeps_the_numbers_and_changes_the_name(database: Database) -> None:
    await write(database, "32", ["a"])
    async with database.read() as session:
        before = await arrival.read_arrival_position(session)
    async with database.write() as session:
        await arrival.renew_arrival_epoch(session)
    async with database.read() as session:
        after = await arrival.read_arrival_position(session)
    assert (after.arrival, after.epoch == before.epoch) == (1, False)


async def test_many_entries_continue_the_chain_as_single_ones_do(database: Database) -> None:
    new_entries = [
        log.NewEntry(
            actor=f"ani {number}",
            kind=EventKind.REGION_RECORDED,
            subject="32.11:region",
            body=to_document(
                Region("32.11", f"Uji {number}", RegionKind.CITY, None, Provenance("test"))
            ),
        )
        for number in range(log_entries.PAGE + 2)
    ]
    await write(database, "32.11", ["before"])
    async with log.begin_log_transaction(database, "32.11", clock) as transaction:
        appended = await transaction.append_all(new_entries)
    async with database.read() as session:
        assert await log_entries.verify_log_chain(session, "32.11") == log_entries.PAGE + 3
        [last] = await log_entries.list_log_entries(session, "32.11", after=log_entries.PAGE + 2)
        assert (await regions_by_code(session, ["32.11"]))[
            "32.11"
        ].name == f"Uji {log_entries.PAGE + 1}"
    assert last == appended[-1]
    assert [entry.sequence for entry in appended] == list(range(2, log_entries.PAGE + 4))


async def test_a_clock_that_is_set_back_gives_no_entry_a_time_before_the_one_ahead(
    database: Database,
) -> None:
    region = Region("32", "Jawa Barat", RegionKind.PROVINCE, None, Provenance("test"))
    for now in (AT, AT - timedelta(hours=1), AT - timedelta(hours=1), AT + timedelta(seconds=1)):
        async with log.begin_log_transaction(database, "32", FixedClock(now)) as transaction:
            await transaction.append(
                actor="tester",
                kind=EventKind.REGION_RECORDED,
                subject="32:region",
                body=to_document(region),
            )
    async with database.read() as session:
        entries = await log_entries.list_applicable_entries(session, "32")
    microsecond = timedelta(microseconds=1)
    assert [entry.at - AT for entry in entries] == [
        timedelta(),
        microsecond,
        2 * microsecond,
        timedelta(seconds=1),
    ]
