"""The owner of a followed log moves its own region, and nothing else on this instance."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import inspect, select

from engine.document import to_document
from engine.log.body_bounds import ROWS_MOST
from engine.log.entry import Entry
from engine.log.refusal import RefusalReason
from engine.log.snapshot import RegionSnapshotRowKind, SnapshotRow
from engine.log.source import Source, SourceProblem, SourceState
from engine.model import (
    PUBLIC_VIEWER,
    AssessmentKind,
    AssessmentState,
    EventKind,
    LevelClaim,
    Opd,
    RegionKind,
)
from hub.instance import open_instance
from hub.settings import Settings
from resolvers import region_log
from resolvers.context import Context, Instance
from resolvers.operation_budget import OperationBudget
from resolvers.replicas import DatabaseReplicaStore
from resolvers.result import rank_published_scores
from storage import log, log_entries, ownership, refused_entry
from storage.database import Database
from storage.log_entries import PAGE_BYTES
from storage.tables import ApplicationRow, AssessmentRow, RegionRow, Table
from tests.api import two_provinces
from tests.regions.hostile_log import (
    HOSTILE,
    OUR_URL,
    PROVINCE,
    VICTIM,
    HostileLog,
    Statement,
    application_of,
    assessment_of,
    describe_region,
    draft_of,
    good_statement,
    opd_of,
    region_of,
    state,
    tricks,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

TRICKS = tricks()
IDENTITY = ("Kabupaten Indramayu", "REGENCY", PROVINCE)
OWNER = "wss://owner.example.id/graphql"
# Rows of the whole instance: positions, which every entry moves.
SHARED_TABLES = frozenset({"instance", "write_probe"})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(module_database_url: str) -> AsyncIterator[Instance]:
    """Yield a hub that records the results of two regions, and follows both."""
    async with open_instance(
        Settings(SIMPUL_DATABASE_URL=module_database_url, url=OUR_URL)
    ) as instance:
        async with log.begin_log_transaction(
            instance.database, PROVINCE, instance.clock
        ) as transaction:
            for statement in describe_province():
                await transaction.append(
                    actor="budi",
                    kind=statement.kind,
                    subject=statement.subject,
                    body=statement.body,
                )
        store = DatabaseReplicaStore(instance)
        for code in (VICTIM, HOSTILE):
            await store.find_position(code, OWNER)
            entries = HostileLog(code).append(*describe_region(code))
            await store.store_entries(code, entries, more=False)
        yield instance


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def others(hub: Instance) -> dict[str, str]:
    """Return the digest of all that is not of the hostile log, before anything was tried.

    The last test lets another log grow.
    """
    return await digest_of_others(hub.database)


def describe_province() -> list[Statement]:
    """Return the province, and the results of the regions that it records."""
    province = region_of(PROVINCE, "Jawa Barat", RegionKind.PROVINCE)
    official = AssessmentKind.OFFICIAL
    return [
        state(EventKind.REGION_RECORDED, province, f"{PROVINCE}:region"),
        *(
            state(EventKind.RESULT_RECORDED, assessment_of(PROVINCE, code, official, value))
            for code, value in ((VICTIM, "4.59"), (HOSTILE, "2.11"))
        ),
    ]


@pytest.mark.soak(database="postgresql")  # the next test tries it with all of them
@pytest.mark.parametrize("name", TRICKS)
async def test_a_hostile_owner_moves_nothing_but_its_own_region(
    hub: Instance, others: dict[str, str], name: str
) -> None:
    trick = TRICKS[name]
    end = await read_end(hub.database)
    log_end, store = HostileLog(HOSTILE, *end), DatabaseReplicaStore(hub)
    await store.store_entries(HOSTILE, log_end.append(trick.statement), more=False)
    assert await store.take_over(HOSTILE, is_accepted=True) is False
    assert hub.sources_by_region[HOSTILE].clock is trick.clock
    version = log_end.sequence + 1
    good = log_end.append(good_statement(version))
    await store.store_entries(HOSTILE, good, more=True)
    refused = await list_refused(hub.database)
    assert [reason for sequence, reason in refused if sequence > end[0]] == (
        [] if trick.refused is None else [trick.refused]
    )
    assert hub.sources_by_region[HOSTILE].refused_count == len(refused)
    assert await read_end(hub.database) == (log_end.sequence, log_end.hash)
    await check_unmoved(hub, others, version)


async def test_the_entries_of_a_page_are_judged_one_by_one(
    hub: Instance, others: dict[str, str]
) -> None:
    log_end, store = HostileLog(HOSTILE, *await read_end(hub.database)), DatabaseReplicaStore(hub)
    page, expected = list[Entry](), list[tuple[int, RefusalReason]]()
    already_refused = await list_refused(hub.database)
    for trick in TRICKS.values():
        page += log_end.append(trick.statement)
        if trick.refused is not None:
            expected.append((log_end.sequence, trick.refused))
    version = log_end.sequence + 1
    page += log_end.append(good_statement(version))
    await store.store_entries(HOSTILE, page, more=False)
    assert await list_refused(hub.database) == already_refused + expected
    await check_unmoved(hub, others, version)


@pytest.mark.parametrize(
    "name",
    [
        "a body that is too large",
        "fields that there are not",
        "a field that an inner value does not have",
        "NUL in an actor",
    ],
)
async def test_what_no_reader_needs_is_stored_as_hashes_alone(hub: Instance, name: str) -> None:
    log_end, store = HostileLog(HOSTILE, *await read_end(hub.database)), DatabaseReplicaStore(hub)
    [entry] = log_end.append(TRICKS[name].statement)
    await store.store_entries(HOSTILE, [entry], more=False)
    async with hub.database.read() as session:
        after = entry.sequence - 1
        [stored] = await log_entries.list_log_entries(session, HOSTILE, after=after)
        assert stored == entry.withhold()
        hashes = await log_entries.list_entry_hashes(session, HOSTILE, after=after, limit=1)
        assert hashes == [stored]


async def test_a_page_of_entries_ends_with_the_one_that_exceeds_its_bytes(hub: Instance) -> None:
    log_end, store = HostileLog(HOSTILE, *await read_end(hub.database)), DatabaseReplicaStore(hub)
    after, version = log_end.sequence, log_end.sequence + 1
    entries = log_end.append(*(good_statement(version + number) for number in range(4)))
    await store.store_entries(HOSTILE, entries, more=True)
    async with hub.database.read() as session:
        for bytes_most, count in ((1, 1), (900, 2), (PAGE_BYTES, 4)):
            page = await log_entries.list_log_entries(
                session, HOSTILE, after=after, bytes_most=bytes_most
            )
            assert page == entries[:count]


async def test_a_snapshot_states_what_its_log_may_state_and_nothing_else(
    hub: Instance, others: dict[str, str]
) -> None:
    log_end, store = HostileLog(HOSTILE, *await read_end(hub.database)), DatabaseReplicaStore(hub)
    position = await store.find_position(HOSTILE, OWNER)
    assert position is not None
    version = log_end.sequence + 1
    newest = log_end.append(good_statement(version))[-1]
    kind, official = RegionSnapshotRowKind, AssessmentKind.OFFICIAL
    rows = [
        (kind.REGION, region_of(HOSTILE, "Jawa Barat", RegionKind.PROVINCE)),
        (kind.REGION, region_of(VICTIM, "Diambil alih")),
        (kind.OPD, opd_of(HOSTILE)),
        (kind.OPD, opd_of(VICTIM)),
        (kind.APPLICATION, application_of(HOSTILE, f"Surat Desa {version}", version)),
        (kind.APPLICATION, application_of(VICTIM, "Diubah", 9)),
        (kind.APPLICATION, replace(application_of(HOSTILE), url="javascript:alert(1)")),
        (kind.ASSESSMENT, draft_of(HOSTILE)),
        (kind.ASSESSMENT, draft_of(VICTIM)),
        (kind.ASSESSMENT, assessment_of(HOSTILE, HOSTILE, official)),
        (kind.ASSESSMENT, assessment_of(PROVINCE, VICTIM, official, "0.01")),
    ]
    snapshot = [SnapshotRow(kind, to_document(row)) for kind, row in rows]
    await store.restore_snapshot(HOSTILE, position, newest, snapshot)
    async with hub.database.read() as session:
        [*_, refusal] = await refused_entry.list_refused_entries(
            session, HOSTILE, after=newest.sequence - 1, limit=200
        )
    counts, *firsts = refusal.message.split("; FOREIGN_REGION: ")
    assert counts.startswith(
        "parts of a snapshot are refused: 1 FOREIGN_IDENTITY, 4 FOREIGN_REGION, 1 OUT_OF_BOUNDS, "
        "1 FOREIGN_RESULT, 1 FOREIGN_ID; FOREIGN_IDENTITY: expected Kabupaten Indramayu, "
    )
    assert firsts[0].startswith("expected region 32.12, got '32.11'; OUT_OF_BOUNDS: url: ")
    await check_unmoved(hub, others, version)


async def test_a_log_has_so_many_rows_and_no_more(hub: Instance, others: dict[str, str]) -> None:
    log_end, store = HostileLog(HOSTILE, *await read_end(hub.database)), DatabaseReplicaStore(hub)
    already_refused, most = await list_refused(hub.database), ROWS_MOST[Opd]
    opds = [replace(opd_of(HOSTILE), id=f"{HOSTILE}:opd-{number}") for number in range(most)]
    page = log_end.append(*(state(EventKind.OPD_RECORDED, opd) for opd in opds))
    version = log_end.sequence + 1
    page += log_end.append(good_statement(version))
    await store.store_entries(HOSTILE, page, more=True)
    # The region had an OPD before, so the last one is one too many.
    refused = [(version - 1, RefusalReason.TOO_MANY_ROWS)]
    assert await list_refused(hub.database) == already_refused + refused
    await check_unmoved(hub, others, version)


@pytest.mark.parametrize("is_withheld", [False, True])
async def test_an_entry_without_an_event_reaches_the_followers_of_the_hub_at_once(
    hub: Instance, is_withheld: bool
) -> None:
    log_end, store = HostileLog(HOSTILE, *await read_end(hub.database)), DatabaseReplicaStore(hub)
    end = log_end.sequence
    [refused] = log_end.append(TRICKS["the id 32.1:application-2"].statement)
    entry = refused.withhold() if is_withheld else refused
    context = Context(hub, two_provinces.PROVINCE, OperationBudget(bounded=False))
    async with aclosing(region_log.stream_log_frames(context, HOSTILE, end)) as frames:
        assert (await anext(frames)).entries == ()
        following = asyncio.ensure_future(anext(frames))
        await asyncio.sleep(0.05)  # so that the feed waits
        await store.store_entries(HOSTILE, [entry], more=False)
        frame = await asyncio.wait_for(following, region_log.HEARTBEAT_SECONDS / 2)
    assert (frame.head.sequence, frame.entries) == (end + 1, (entry,))


async def test_a_later_failure_does_not_hide_that_a_log_has_diverged(hub: Instance) -> None:
    log_end, store = HostileLog(HOSTILE, *await read_end(hub.database)), DatabaseReplicaStore(hub)

    async def has_diverged() -> bool:
        position = await store.find_position(HOSTILE, OWNER)
        assert position is not None
        source = hub.sources_by_region[HOSTILE]
        assert (source.state_at(hub.clock()) is SourceState.DIVERGED) == position.has_diverged
        return position.has_diverged

    async def record(state: SourceState, problem: SourceProblem | None = None) -> bool:
        as_of = hub.clock() if problem is None else None
        store.record_state(Source(HOSTILE, OWNER, state, as_of, problem))
        return await has_diverged()

    assert await record(SourceState.DIVERGED, SourceProblem.HISTORY_CHANGED)
    assert await record(SourceState.UNREACHABLE, SourceProblem.NO_CONNECTION)
    async with hub.database.write() as session:
        await ownership.update_sources(session, [hub.sources_by_region[HOSTILE]])
    del hub.sources_by_region[HOSTILE]  # as after a restart
    assert await has_diverged()
    version = log_end.sequence + 1
    await store.store_entries(HOSTILE, log_end.append(good_statement(version)), more=False)
    assert not await has_diverged()
    assert await record(SourceState.DIVERGED, SourceProblem.HISTORY_CHANGED)
    assert not await record(SourceState.FRESH)


async def test_a_sister_can_publish_under_an_id_that_was_taken_in_advance(hub: Instance) -> None:
    end = HostileLog(VICTIM, *await read_end(hub.database, VICTIM))
    draft = replace(draft_of(VICTIM, "upcoming"), year=2026)
    taken = TRICKS["the id of a sister's draft"].statement
    assert (taken.subject, taken.body["region"]) == (draft.id, HOSTILE)
    published = replace(
        draft,
        state=AssessmentState.PUBLISHED,
        levels=tuple(LevelClaim(indicator, 3) for indicator in range(1, 48)),
    )
    store = DatabaseReplicaStore(hub)
    log_end = HostileLog(HOSTILE, *await read_end(hub.database))
    await store.store_entries(HOSTILE, log_end.append(taken), more=False)
    entries = end.append(state(EventKind.ASSESSMENT_PUBLISHED, published))
    await store.store_entries(VICTIM, entries, more=False)
    async with hub.database.read() as session:
        stored = await session.get_one(AssessmentRow, draft.id)
        assert (stored.region, stored.log, stored.state) == (VICTIM, VICTIM, "PUBLISHED")
    assert hub.sources_by_region[VICTIM].refused_count == 0


async def check_unmoved(hub: Instance, others: dict[str, str], version: int) -> None:
    """Check that the good entries of the hostile log are applied, and that nothing else moved."""
    async with hub.database.read() as session:
        application = await session.get_one(ApplicationRow, f"{HOSTILE}:application-1")
        assert (application.name, application.version) == (f"Surat Desa {version}", version)
        region = await session.get_one(RegionRow, HOSTILE)
        assert (region.name, region.kind, region.parent) == IDENTITY
    assert await read_ranking(hub) == [(VICTIM, 1), (HOSTILE, 2)]
    assert await digest_of_others(hub.database) == others


async def digest_of_others(database: Database) -> dict[str, str]:
    """Return a digest of each table without the rows of the hostile region's log."""
    digests = {}
    async with database.read() as session:
        for mapper in Table.registry.mappers:
            table: Any = mapper.class_
            if table.__tablename__ in SHARED_TABLES:
                continue
            columns = [column for column in inspect(table).columns if column.key != "number"]
            rows = [
                {column.key: value for column, value in zip(columns, row, strict=True)}
                for row in await session.execute(select(*columns))
            ]
            others = sorted(repr(row) for row in rows if not is_of_hostile_log(row))
            digests[table.__tablename__] = hashlib.sha256("\n".join(others).encode()).hexdigest()
    return digests


def is_of_hostile_log(row: dict[str, Any]) -> bool:
    codes = {row[name] for name in ("region", "log", "code") if name in row}
    if not codes and "assessment" in row:  # a level
        return str(row["assessment"]).startswith(f"{HOSTILE}:")
    return codes == {HOSTILE}


async def read_ranking(hub: Instance) -> list[tuple[str, int]]:
    context = Context(hub, PUBLIC_VIEWER, OperationBudget(bounded=False))
    ranked = await rank_published_scores(
        context,
        instrument="spbe-2020",
        year=2024,
        kind=AssessmentKind.OFFICIAL,
        province=None,
        kinds=tuple(RegionKind),
    )
    return [(row.rank.region, row.rank.position) for row in ranked]


async def read_end(database: Database, region: str = HOSTILE) -> tuple[int, str]:
    async with database.read() as session:
        return await log_entries.read_log_head(session, region)


async def list_refused(database: Database) -> list[tuple[int, RefusalReason]]:
    async with database.read() as session:
        refused = await refused_entry.list_refused_entries(session, HOSTILE, after=0, limit=1000)
    return [(entry.sequence, entry.reason) for entry in refused]
