"""What follows for a region from results in the log of its parent, which another instance writes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import select

from engine.log.entry import GENESIS, LogEntry
from engine.model import EventKind, Visibility
from regions.replica_store import ReplicaPosition
from resolvers.derivation_pace import DerivationPace
from resolvers.replicas import DatabaseReplicaStore
from storage import log, snapshot
from storage.followed_log import accept_entries
from storage.pending_arrivals import DerivedEvent
from storage.replica_deletion import delete_replica
from storage.tables import ArrivalRow
from tests.api import test_waiting_results
from tests.api.hub import Hub
from tests.api.test_waiting_results import copy_log, read_log
from tests.api.two_provinces import ADMIN

origin, follower = test_waiting_results.origin, test_waiting_results.follower

CopyLog = Callable[[Hub, DatabaseReplicaStore], Awaitable[None]]
EVENTS = """query ($after: Cursor) { events(first: 500, after: $after) {
  nodes { eventKind region { code } } } }"""


async def verified_regions(follower: Hub, after: str | None = None) -> list[str]:
    """Return the regions of the changes of verifications since a cursor."""
    nodes = (await follower.query_data(EVENTS, ADMIN, after=after))["events"]["nodes"]
    return [node["region"]["code"] for node in nodes if node["eventKind"] == "VERIFICATION_CHANGED"]


async def store_in_frames(origin: Hub, replicas: DatabaseReplicaStore) -> None:
    """Copy the log of 32 in two frames, of which the last has nothing about Sumedang."""
    frames: list[list[LogEntry]] = [await read_log(origin, "32"), []]
    frames[1].append(frames[0].pop())
    await replicas.store_entries("32", frames[0], more=True)
    assert await verified_regions(Hub(replicas.instance)) == []
    await replicas.store_entries("32", frames[1], more=False)


async def store_after_a_rest(origin: Hub, replicas: DatabaseReplicaStore) -> None:
    """Copy the log of 32 while its last derivation, which took 10 seconds, needs a rest of 80."""
    now = [0.0]
    replicas.pace = DerivationPace(monotonic=lambda: now[0])
    replicas.pace.record("32", 10.0)
    await replicas.store_entries("32", await read_log(origin, "32"), more=False)
    now[0] = 79.0
    await replicas.derive_waiting_events("32")
    assert await verified_regions(Hub(replicas.instance)) == []
    now[0] = 80.0
    for _ in range(2):  # the second time, nothing waits
        await replicas.derive_waiting_events("32")


async def restore_snapshot(origin: Hub, replicas: DatabaseReplicaStore) -> None:
    """Copy the log of 32 as a snapshot."""
    async with origin.instance.database.read() as session:
        rows = await snapshot.export_snapshot_rows(session, "32", drafts=True)
    newest = (await read_log(origin, "32"))[-1]
    position = ReplicaPosition(0, GENESIS, handed_over=False, has_diverged=False)
    await replicas.restore_snapshot("32", position, newest, rows)


@pytest.mark.parametrize("copy", [store_in_frames, store_after_a_rest, restore_snapshot])
async def test_verifications_of_graded_regions_are_announced_when_their_results_are_copied(
    origin: Hub, follower: Hub, copy: CopyLog
) -> None:
    await origin.change(
        "recordResult",
        ADMIN,
        regionCode="32.73",
        instrumentId="spbe-2020",
        year=2024,
        kind="OFFICIAL",
        value="4.40",
        source="laporan",
    )
    for region in ("32.11", "32.73"):
        await copy_log(follower, region, await read_log(origin, region))
    assert await verified_regions(follower) == []
    await copy(origin, DatabaseReplicaStore(follower.instance))
    assert await verified_regions(follower) == ["32.11"]  # of the draft with levels


async def derived_about_sumedang(hub: Hub) -> list[tuple[str, int, str]]:
    """Return log, sequence and topic of the derived events about Sumedang."""
    async with hub.instance.database.read() as session:
        rows = await session.scalars(
            select(ArrivalRow)
            .where(ArrivalRow.region == "32.11", ArrivalRow.derived.is_not(None))
            .order_by(ArrivalRow.number)
        )
        return [(row.log, row.sequence, row.topic) for row in rows]


async def test_a_deleted_log_takes_what_was_announced_about_its_results(
    origin: Hub, follower: Hub
) -> None:
    instance = follower.instance
    for region in ("32", "32.11"):  # the results wait for Sumedang
        await copy_log(follower, region, await read_log(origin, region))
    own_topic, kind = "32.11:region spbe-2020", EventKind.VERIFICATION_CHANGED
    async with log.begin_log_transaction(instance.database, "32", instance.clock) as transaction:
        event = DerivedEvent("32.11", kind, own_topic, {}, Visibility.PUBLIC)
        transaction.add_derived_events([event])
    result, verified = test_waiting_results.RESULT, f"{test_waiting_results.DRAFT} pemdi-2026"
    assert await derived_about_sumedang(follower) == [
        ("32.11", 5, result),
        ("32.11", 5, verified),
        ("32", 3, own_topic),
    ]
    await delete_replica(instance.database, "32")
    # What is about the region itself stays, and follows the newest entry of its own log.
    assert await derived_about_sumedang(follower) == [("32.11", 5, own_topic)]
    await copy_log(follower, "32", await read_log(origin, "32"))
    assert await derived_about_sumedang(follower) == [
        ("32.11", 5, own_topic),
        ("32", 2, result),
        ("32", 3, verified),
    ]


async def test_a_result_that_comes_while_its_region_is_deleted_waits_for_it(
    origin: Hub, follower: Hub
) -> None:
    instance = follower.instance
    recorded, *results = await read_log(origin, "32")
    await copy_log(follower, "32", [recorded])
    await copy_log(follower, "32.11", await read_log(origin, "32.11"))
    async with (
        asyncio.TaskGroup() as group,
        log.begin_log_transaction(instance.database, "32", instance.clock) as transaction,
    ):
        await accept_entries(transaction, results)  # which are about a region that is still held
        group.create_task(delete_replica(instance.database, "32.11"))
        await asyncio.sleep(0.1)
    async with instance.database.read() as session:
        about_sumedang = select(ArrivalRow.topic).where(ArrivalRow.region == "32.11")
        assert list(await session.scalars(about_sumedang)) == []


@pytest.mark.parametrize("held", [True, False])
async def test_the_newest_entry_of_a_snapshot_is_about_the_region_that_it_assesses(
    origin: Hub, follower: Hub, held: bool
) -> None:
    if held:
        await copy_log(follower, "32.11", await read_log(origin, "32.11"))
    after = await follower.cursor()
    await restore_snapshot(origin, DatabaseReplicaStore(follower.instance))
    nodes = (await follower.query_data(EVENTS, ADMIN, after=after))["events"]["nodes"]
    started = [node for node in nodes if node["eventKind"] == "ASSESSMENT_STARTED"]
    assert [node["region"]["code"] for node in started] == ["32.11"] * held
