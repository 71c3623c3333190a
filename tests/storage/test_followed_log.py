"""What a followed log costs, when its entries arrive, and which of its assessments count."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from engine.document import to_document
from engine.log.entry import Entry
from engine.log.refusal import RefusalReason
from engine.log.snapshot import RegionSnapshotRowKind, SnapshotRow
from engine.log.source import ClockDeviation, Source, SourceProblem, SourceState
from engine.model import Assessment, AssessmentKind, AssessmentState, EventKind, RegionKind
from facts.region import listed_region
from storage import log, ownership
from storage.database import Database
from storage.followed_log import accept_entries, restore_snapshot
from storage.projection_batch import ProjectionBatch
from storage.region import region_to_row
from storage.slices import ROWS_PER_SLICE, in_slices
from storage.tables import (
    ArrivalRow,
    AssessmentRow,
    EntryRow,
    HeadRow,
    LevelRow,
    OpdRow,
    RegionRow,
)
from storage.upsert import ROWS_PER_STATEMENT, PendingUpserts
from tests.regions.hostile_log import (
    HOSTILE,
    PROVINCE,
    VICTIM,
    HostileLog,
    Statement,
    assessment_of,
    describe_region,
    good_statement,
    opd_of,
    region_of,
    state,
)

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
    """Return a database that follows the logs of a region and its province, which are empty."""
    async with database.write() as session:
        for code in (HOSTILE, PROVINCE):
            source = Source(
                code,
                "wss://owner.example.id/graphql",
                SourceState.STALE,
                None,
                SourceProblem.COPYING,
            )
            await ownership.insert_source(session, source, listed_region(code))
    return database


async def accept(
    database: Database, entries: list[Entry], clock: log.Clock | None = None
) -> log.LogTransaction:
    region = entries[0].region
    async with log.begin_log_transaction(database, region, clock or SetClock()) as transaction:
        await accept_entries(transaction, entries)
    return transaction


async def restore(database: Database, newest: Entry, *rows: SnapshotRow) -> log.LogTransaction:
    async with log.begin_log_transaction(database, newest.region, SetClock()) as transaction:
        await restore_snapshot(transaction, newest, rows)
    return transaction


def refusals(transaction: log.LogTransaction) -> list[tuple[int, RefusalReason, str]]:
    return [(entry.sequence, entry.reason, entry.message) for entry in transaction.refused]


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
    few = min(cpu_of_assessments(100) for _ in range(2))
    many = min(cpu_of_assessments(800) for _ in range(2))
    assert many < 16 * few  # eight times as many; 64 times the work if each looks at all others


async def count_turns_during(work: Awaitable[object]) -> int:
    """Return how often another task runs until the work is done."""
    turns = 0

    async def count_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count_turns())
    await work
    counting.cancel()
    return turns


async def test_other_tasks_run_between_the_slices_of_many_rows() -> None:
    async def read_rows() -> None:
        assert [row async for row in in_slices(range(100))] == [*range(100)]

    assert await count_turns_during(read_rows()) == 100 / ROWS_PER_SLICE


async def test_other_tasks_run_between_the_statements_that_write_many_rows(
    database: Database,
) -> None:
    pending = PendingUpserts()
    for number in range(4 * ROWS_PER_STATEMENT):
        stated = region_of(f"32.{number}", "Uji")
        pending.put(region_to_row(stated))
    async with database.write() as session:
        await session.execute(text("SELECT 1"))  # which begins the transaction
        turns = await count_turns_during(pending.write(session))
        is_sqlite = session.get_bind().dialect.name == "sqlite"
    assert turns == 4 if is_sqlite else turns > 4  # PostgreSQL's driver waits for the server


def record(assessment: Assessment, kind: EventKind = EventKind.RESULT_RECORDED) -> Statement:
    return replace(state(kind, assessment), at=NOW)


SELF = assessment_of(HOSTILE, HOSTILE, AssessmentKind.SELF, "3.00")
SECOND = (
    f"expected the assessment {SELF.id}, which is of the same region, instrument, year and kind"
)


async def test_a_log_has_one_assessment_of_a_region_instrument_year_and_kind(
    followed: Database,
) -> None:
    owner = HostileLog()
    await accept(followed, owner.append(*describe_region(), record(SELF)))
    others = [
        replace(SELF, id=f"{HOSTILE}:second"),
        replace(SELF, id=f"{HOSTILE}:earlier", year=2023),
        replace(SELF, id=f"{HOSTILE}:third", year=2023),  # in the page that has the first one
        replace(SELF, id=f"{HOSTILE}:target", kind=AssessmentKind.TARGET),
        replace(SELF, version=2),
    ]
    simulations = [
        replace(SELF, id=f"{HOSTILE}:simulation-{number}", kind=AssessmentKind.SIMULATION)
        for number in range(2)
    ]
    transaction = await accept(followed, owner.append(*map(record, [*others, *simulations])))
    invalid = RefusalReason.INVALID_BODY
    assert refusals(transaction) == [
        (6, invalid, SECOND),
        (8, invalid, SECOND.replace(SELF.id, f"{HOSTILE}:earlier")),
    ]
    async with followed.read() as session:
        ids = await session.scalars(select(AssessmentRow.id).order_by(AssessmentRow.id))
        named = ("assessment-draft", "earlier", "simulation-0", "simulation-1", "target")
        assert set(ids) == {SELF.id, *(f"{HOSTILE}:{name}" for name in named)}


async def test_a_snapshot_has_one_assessment_of_a_region_instrument_year_and_kind(
    followed: Database,
) -> None:
    owner = HostileLog()
    await accept(followed, owner.append(*describe_region(), record(SELF)))
    # Another id than before is the only one in the snapshot.
    assessments = [replace(SELF, id=f"{HOSTILE}:{name}") for name in ("second", "third")]
    rows = [(RegionSnapshotRowKind.REGION, region_of(HOSTILE, "Kabupaten Indramayu"))]
    transaction = await restore(
        followed,
        owner.append(good_statement(2))[0],
        *(SnapshotRow(kind, to_document(row)) for kind, row in rows),
        *(
            SnapshotRow(RegionSnapshotRowKind.ASSESSMENT, to_document(assessment))
            for assessment in assessments
        ),
    )
    [(sequence, reason, message)] = refusals(transaction)
    second = SECOND.replace(SELF.id, f"{HOSTILE}:second")
    assert (sequence, reason) == (6, RefusalReason.INVALID_BODY)
    assert message == f"parts of a snapshot are refused: 1 INVALID_BODY; INVALID_BODY: {second}"


async def test_an_assessment_stays_what_it_is_about_and_stays_published(
    followed: Database,
) -> None:
    official = assessment_of(PROVINCE, HOSTILE, AssessmentKind.OFFICIAL)
    await accept(followed, HostileLog().append(*describe_region()))
    province = HostileLog(PROVINCE)
    stated = region_of(PROVINCE, "Jawa Barat", RegionKind.PROVINCE)
    region = state(EventKind.REGION_RECORDED, stated, f"{PROVINCE}:region")
    await accept(followed, province.append(replace(region, at=NOW), record(official)))
    returned = replace(official, state=AssessmentState.RETURNED)
    changes = [
        record(replace(official, region=VICTIM)),
        record(replace(official, year=2023)),
        record(replace(official, instrument="pemdi-2026")),
        record(replace(official, kind=AssessmentKind.INTERIM)),
        record(returned, EventKind.ASSESSMENT_RETURNED),
        record(replace(official, version=2)),
    ]
    transaction = await accept(followed, province.append(*changes))
    same = "expected the same region, instrument, year and kind as before, got others"
    stays = "expected that it stays published, got the state RETURNED"
    invalid = RefusalReason.INVALID_BODY
    assert refusals(transaction) == [
        *((sequence, invalid, same) for sequence in range(3, 7)),
        (7, invalid, stays),
    ]
    async with followed.read() as session:
        row = await session.get_one(AssessmentRow, official.id)
        assert (row.region, row.year, row.state, row.version) == (HOSTILE, 2024, "PUBLISHED", 2)


async def test_a_snapshot_without_its_region_leaves_the_region_as_it_was(
    followed: Database,
) -> None:
    owner = HostileLog()
    opd = SnapshotRow(RegionSnapshotRowKind.OPD, to_document(opd_of(HOSTILE)))
    transaction = await restore(followed, owner.append(good_statement(2))[0], opd)
    [(_sequence, reason, _message)] = refusals(transaction)
    assert reason is RefusalReason.MISSING_REFERENCE
    # Nothing is announced about a region that is not held.
    assert (transaction.arrival, transaction.kinds_by_region) == (0, {})
    await accept(followed, owner.append(*describe_region()))
    for rows in ([opd], []):
        transaction = await restore(followed, owner.append(good_statement(2))[0], *rows)
        assert refusals(transaction) == []
        async with followed.read() as session:
            assert (await session.scalars(select(RegionRow.code))).all() == [HOSTILE]
            assert len((await session.scalars(select(OpdRow))).all()) == len(rows)
            assert (await session.scalars(select(AssessmentRow))).all() == []


async def test_a_subject_of_another_log_is_refused(followed: Database) -> None:
    owner = HostileLog()
    await accept(followed, owner.append(*describe_region()))
    foreign = f"{VICTIM}:application-1"
    statement = replace(good_statement(2), subject=foreign)
    transaction = await accept(followed, owner.append(statement))
    message = f"expected an id that begins with {HOSTILE}:, got '{foreign}'"
    assert refusals(transaction) == [(5, RefusalReason.FOREIGN_ID, message)]


async def test_the_regions_that_a_log_may_not_grade_are_not_locked(followed: Database) -> None:
    province = HostileLog(PROVINCE)
    stated = [
        replace(assessment_of(PROVINCE, code, AssessmentKind.OFFICIAL), id=f"{PROVINCE}:{number}")
        for number, code in enumerate(["33.01", "ID", HOSTILE, *map(str, range(3_000))])
    ]
    async with followed.write() as session:
        batch = await ProjectionBatch.from_values(
            session, PROVINCE, stated, listed_region(PROVINCE)
        )
        locked = 0
        if session.get_bind().dialect.name == "postgresql":
            locked = await session.scalar(
                text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
            )
            assert locked == 2  # the province itself and its child
    assert batch.held_regions == {}
    [refused] = (await accept(followed, province.append(record(stated[0])))).refused
    assert refused.reason is RefusalReason.FOREIGN_RESULT
