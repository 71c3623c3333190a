"""A result that is copied before its region waits for the region, and then appears."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from engine.document import to_document
from engine.log.entry import LogEntry, WithheldEntry
from engine.log.refusal import RefusalReason, TooManyRows
from engine.log.snapshot import RegionSnapshotRowKind
from engine.log.source import ClockDeviation, Source, SourceState
from engine.model import AssessmentKind, AssessmentState, EventKind, Visibility
from storage import log, log_entries, refused_entry, snapshot
from storage.application_basis import read_application_basis
from storage.followed_log import accept_entries, restore_snapshot
from storage.pending_arrivals import DerivedEvent
from storage.projected_rows import ROWS_MOST
from storage.projection_batch import ProjectionBatch
from storage.rebuild import rebuild_projection
from storage.replica_deletion import delete_replica
from storage.tables import ApplicationRow, ArrivalRow, OpdRow
from storage.upsert import PROJECTED_TABLES
from tests.api import two_provinces
from tests.api.hub import Clock, Hub, running_hub
from tests.api.test_live import INDEX_CHANGED
from tests.api.two_provinces import ADMIN, REGIONS
from tests.fixtures.followed_regions import record_source

OWNER = "https://owner.example.id/graphql"
DRAFT = "32:assessment-draft"
RESULT = "32:assessment-32.11-spbe-2020-2024-official"
READERS = """query ($id: ID!) {
  node(id: $id) { id }
  region(code: "32.11") { code index(year: 2024) { index { value } } history { year } }
  ranking(instrumentId: "spbe-2020", year: 2024, kind: OFFICIAL) { nodes { region { code } } }
  resultEditions { resultCount }
  indexMeans(provinceCode: "32", kind: OFFICIAL) { resultCount }
  events(first: 500) { nodes { eventKind region { code } } }
}"""
ENTITY = """query ($id: ID!) {
  _entities(representations: [{__typename: "Assessment", id: $id}]) { ... on Assessment { id } }
}"""


async def write_results(origin: Hub) -> None:
    """Write an official result of 32.11 and a draft of an external one into the log of 32."""
    await origin.change(
        "recordResult",
        ADMIN,
        regionCode="32.11",
        instrumentId="spbe-2020",
        year=2024,
        kind="OFFICIAL",
        value="4.51",
        source="laporan",
    )
    draft = two_provinces.assessment(kind=AssessmentKind.EXTERNAL)
    await two_provinces.write_assessment(origin, draft)


@pytest.fixture
async def origin(hub: Hub) -> Hub:
    await write_results(hub)
    return hub


@pytest.fixture
async def follower(database_url: str) -> AsyncIterator[Hub]:
    """Yield an instance that follows all regions of the two provinces, and has no entry yet."""
    async with running_hub(database_url) as follower:
        async with follower.instance.database.write() as session:
            for region in REGIONS:
                await record_source(session, Source(region.code, OWNER, SourceState.FRESH, None))
        yield follower


async def read_log(origin: Hub, region: str) -> list[LogEntry]:
    async with origin.instance.database.read() as session:
        return await log_entries.list_log_entries(session, region)


async def copy_log(follower: Hub, region: str, entries: list[LogEntry]) -> log.LogTransaction:
    """Store entries of an owner, as the replication client does."""
    instance = follower.instance
    async with log.begin_log_transaction(
        instance.database, region, instance.clock, instance.derive_events
    ) as transaction:
        await accept_entries(transaction, entries)
    instance.bus.announce(transaction.arrival)
    return transaction


async def rows_of_logs(hub: Hub) -> dict[str, set[str]]:
    """Return the projected rows by table."""
    rows = await hub.list_all_rows()
    return {
        table.__tablename__: set(map(repr, rows[table.__tablename__])) for table in PROJECTED_TABLES
    }


async def test_a_result_is_shown_to_no_reader_until_its_region_is_held(
    origin: Hub, follower: Hub
) -> None:
    await copy_log(follower, "32", await read_log(origin, "32"))
    data = await follower.query_data(READERS, ADMIN, id=RESULT)
    assert data == {
        "node": None,
        "region": None,
        "ranking": {"nodes": []},
        "resultEditions": [],
        "indexMeans": [],
        "events": {"nodes": [{"eventKind": "REGION_RECORDED", "region": {"code": "32"}}]},
    }
    assert await follower.refusal(ENTITY, ADMIN, id=RESULT) == "NOT_FOUND"
    async with follower.subscribe(INDEX_CHANGED) as changes:
        first = asyncio.create_task(changes.next())
        await copy_log(follower, "32.11", await read_log(origin, "32.11"))
        change = await first
    assert (change["region"]["code"], change["after"]["value"]) == ("32.11", "4.51")
    assert change["before"] is None
    data = await follower.query_data(READERS, ADMIN, id=RESULT)
    assert data["node"] == {"id": RESULT}
    assert data["region"]["index"] == {"index": {"value": "4.51"}}
    assert data["ranking"] == {"nodes": [{"region": {"code": "32.11"}}]}
    assert await follower.query_data(ENTITY, ADMIN, id=RESULT) == {"_entities": [{"id": RESULT}]}


async def test_a_result_and_its_region_that_come_at_once_make_one_change_of_the_index(
    origin: Hub, follower: Hub
) -> None:
    province, region = await read_log(origin, "32"), await read_log(origin, "32.11")
    await asyncio.gather(
        copy_log(follower, "32", province), copy_log(follower, "32.11", region[:1])
    )
    async with follower.instance.database.read() as session:
        changes = await session.scalar(
            select(func.count())
            .select_from(ArrivalRow)
            .where(ArrivalRow.region == "32.11", ArrivalRow.kind == EventKind.INDEX_CHANGED.value)
        )
    assert changes == 1
    data = await follower.query_data(READERS, ADMIN, id=RESULT)
    assert data["ranking"] == {"nodes": [{"region": {"code": "32.11"}}]}


async def test_a_deleted_copy_takes_the_rows_of_its_log_alone(origin: Hub, follower: Hub) -> None:
    await two_provinces.write_assessment(origin, two_provinces.assessment())
    for region in ("32", "32.11"):
        await copy_log(follower, region, await read_log(origin, region))
    both = await rows_of_logs(follower)
    await delete_replica(follower.instance.database, "32.11")
    assert len((await rows_of_logs(follower))["assessment"]) == 2  # in the log of 32
    data = await follower.query_data(READERS, ADMIN, id=RESULT)
    assert (data["node"], data["region"], data["ranking"]["nodes"]) == (None, None, [])
    await copy_log(follower, "32.11", await read_log(origin, "32.11"))
    assert await rows_of_logs(follower) == both
    await delete_replica(follower.instance.database, "32")
    left = await rows_of_logs(follower)
    assert len(left["assessment"]) == 1
    assert [len(left[name]) for name in ("region", "opd", "application")] == [1, 2, 2]
    data = await follower.query_data(READERS, ADMIN, id=RESULT)
    assert (data["node"], data["region"]["index"]) == (None, None)
    await copy_log(follower, "32", await read_log(origin, "32"))
    assert await rows_of_logs(follower) == both


async def test_rows_of_followed_logs_are_rebuilt_with_refusals_clocks_and_waiting_results(
    origin: Hub, follower: Hub
) -> None:
    foreign = two_provinces.assessment(
        "32.11:assessment-own",
        kind=AssessmentKind.OFFICIAL,
        state=AssessmentState.PUBLISHED,
    )
    await origin.record(EventKind.ASSESSMENT_PUBLISHED, "32.11", foreign.id, foreign)
    assert isinstance(origin.instance.clock, Clock)
    assert isinstance(follower.instance.clock, Clock)
    origin.instance.clock.now += timedelta(days=1)  # the owner's clock is ahead
    await origin.change("attestInventory", two_provinces.OPD, opdId="32.11:opd-dinkes")
    await origin.change(
        "updateApplication",
        two_provinces.REGION,
        id="32.11:application-health",
        version=1,
        name="Lain",
    )
    await copy_log(follower, "32", await read_log(origin, "32"))  # 32.11 and its parent
    transaction = await copy_log(follower, "32.11", await read_log(origin, "32.11"))
    assert transaction.clock is ClockDeviation.AHEAD
    async with follower.instance.database.read() as session:
        refused = await refused_entry.list_refused_entries(session, "32.11", after=0, limit=9)
        applied = await log_entries.list_applicable_entries(session, "32.11", after=6)
    assert [(entry.sequence, entry.reason) for entry in refused] == [
        (6, RefusalReason.FOREIGN_RESULT)
    ]
    assert {entry.at for entry in applied} == {transaction.entry_at}
    # The time of the entry ahead, which is credible and later than the arrival.
    assert transaction.entry_at == transaction.at + timedelta(seconds=1)
    before = await rows_of_logs(follower)
    assert len(before["assessment"]) == 2
    async with follower.instance.database.write() as session:
        await rebuild_projection(session)
    assert await rows_of_logs(follower) == before


async def test_withheld_entries_change_no_row_and_the_chain_is_whole(
    origin: Hub, follower: Hub
) -> None:
    await two_provinces.write_assessment(origin, two_provinces.assessment())
    entries = await read_log(origin, "32.11")
    newest = entries[-1]
    assert not isinstance(newest, WithheldEntry)
    await copy_log(follower, "32.11", entries[:-1])
    before = await rows_of_logs(follower)
    transaction = await copy_log(follower, "32.11", [newest.withhold()])
    assert (transaction.sequence, transaction.hash, transaction.arrival) == (6, newest.hash, 0)
    assert await rows_of_logs(follower) == before
    async with follower.instance.database.read() as session:
        assert await log_entries.verify_log_chain(session, "32.11") == 6
        assert await log_entries.read_log_head(session, "32.11") == (6, newest.hash)
    # What follows from a recomputation is an event at the newest entry, which is withheld.
    after = await follower.cursor()
    event = DerivedEvent("32.11", EventKind.PROPOSALS_CHANGED, "proposals", {}, Visibility.PUBLIC)
    instance = follower.instance
    async with log.begin_log_transaction(instance.database, "32.11", instance.clock) as recomputed:
        recomputed.add_derived_events([event])
    query = "query ($after: Cursor) { events(after: $after) { nodes { eventKind } } }"
    events = (await follower.query_data(query, after=after))["events"]["nodes"]
    assert events == [{"eventKind": "PROPOSALS_CHANGED"}]


async def test_a_snapshot_has_the_rows_of_its_log_alone_and_replaces_no_others(
    origin: Hub, follower: Hub
) -> None:
    await two_provinces.write_assessment(origin, two_provinces.assessment())
    for region in ("32", "32.11"):
        await copy_log(follower, region, await read_log(origin, region))
    before = await rows_of_logs(follower)
    for region, ids in (("32", [RESULT, DRAFT]), ("32.11", [two_provinces.DRAFT])):
        async with origin.instance.database.read() as session:
            rows = await snapshot.export_snapshot_rows(session, region, drafts=True)
        assessments = [row.body for row in rows if row.kind is RegionSnapshotRowKind.ASSESSMENT]
        assert sorted(body["id"] for body in assessments) == ids
        newest = (await read_log(origin, region))[-1]
        assert not isinstance(newest, WithheldEntry)
        for entry in (newest, newest.withhold()):
            instance = follower.instance
            async with log.begin_log_transaction(
                instance.database, region, instance.clock
            ) as transaction:
                await restore_snapshot(transaction, entry, rows)
            assert await rows_of_logs(follower) == before


async def test_a_log_that_is_full_has_no_place_for_another_application(hub: Hub) -> None:
    most = ROWS_MOST[ApplicationRow]
    batch = ProjectionBatch(row_counts={ApplicationRow: most})
    application = two_provinces.APPLICATIONS[0]
    batch.existing.add((OpdRow, "32.11:opd-diskominfo"))
    before = await hub.list_all_rows()
    instance = hub.instance
    with pytest.raises(TooManyRows, match=f"at most {most} rows of application"):
        async with log.begin_log_transaction(
            instance.database, "32.11", instance.clock
        ) as transaction:
            await transaction.append(
                actor="ani",
                kind=EventKind.APPLICATION_REGISTERED,
                subject=application.id,
                body=to_document(application),
                batch=batch,
            )
    assert await hub.list_all_rows() == before


async def test_the_basis_of_a_change_knows_the_number_of_applications(any_hub: Hub) -> None:
    instance = any_hub.instance
    async with log.begin_log_transaction(instance.database, "32.11", instance.clock) as transaction:
        basis = await read_application_basis(
            transaction, "32.11:application-new", opd_id="32.11:opd-dinkes", name="Baru"
        )
    assert basis.projection_batch().row_counts == {ApplicationRow: 2}
