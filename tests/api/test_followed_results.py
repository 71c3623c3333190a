"""What follows for a region from results in the log of its parent, which another instance writes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from engine.log.entry import GENESIS, LogEntry
from regions.replica_store import ReplicaPosition
from resolvers.replicas import DatabaseReplicaStore
from storage import snapshot
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


async def restore_snapshot(origin: Hub, replicas: DatabaseReplicaStore) -> None:
    """Copy the log of 32 as a snapshot."""
    async with origin.instance.database.read() as session:
        rows = await snapshot.export_snapshot_rows(session, "32", drafts=True)
    newest = (await read_log(origin, "32"))[-1]
    position = ReplicaPosition(0, GENESIS, handed_over=False, has_diverged=False)
    await replicas.restore_snapshot("32", position, newest, rows)


@pytest.mark.parametrize("copy", [store_in_frames, restore_snapshot])
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
