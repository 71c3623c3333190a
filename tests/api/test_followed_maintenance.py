"""Check, recomputation, rebuild and take-over where results of a region are in another log."""

from __future__ import annotations

from dataclasses import replace

from engine.log.entry import Entry
from engine.log.region_identity import RegionIdentity
from engine.log.source import RegionHandover, Source, SourceState
from engine.model import AssessmentKind, AssessmentState, EventKind, Region, RegionKind
from hub.cli.log_maintenance import verify_all_logs
from hub.settings import Settings
from regions.replica_store import ReplicaPosition
from resolvers.recompute import recompute_all_regions
from resolvers.replicas import DatabaseReplicaStore
from storage import ownership, snapshot
from storage.rebuild import rebuild_projection
from storage.replica_deletion import delete_replica
from tests.api import test_waiting_results, two_provinces
from tests.api.hub import Hub
from tests.api.test_waiting_results import OWNER, READERS, RESULT, copy_log, read_log, rows_of_logs
from tests.api.two_provinces import ADMIN
from tests.fixtures.followed_regions import record_source

origin, follower = test_waiting_results.origin, test_waiting_results.follower

FOLLOWER_URL = "https://follower.example.id/graphql"
LISTED = RegionIdentity("99.01", "Kabupaten Uji", RegionKind.REGENCY, "32")  # by regions.toml alone


async def rebuild(hub: Hub) -> None:
    async with hub.instance.database.write() as session:
        await rebuild_projection(session)


async def test_a_copy_with_a_withheld_newest_entry_is_checked_and_recomputed(
    origin: Hub, follower: Hub, database_url: str
) -> None:
    await two_provinces.write_assessment(origin, two_provinces.assessment())
    *entries, newest = await read_log(origin, "32.11")
    assert isinstance(newest, Entry)
    await copy_log(follower, "32", await read_log(origin, "32"))
    await copy_log(follower, "32.11", [*entries, newest.withhold()])
    before = await rows_of_logs(follower)
    lengths = await verify_all_logs(Settings(SIMPUL_DATABASE_URL=database_url))
    assert lengths == {"32": 3, "32.11": 6}
    summary = await recompute_all_regions(follower.instance)
    assert (summary.regions, summary.failed) == (2, ())
    assert await rows_of_logs(follower) == before
    data = await follower.query_data(READERS, ADMIN, id=RESULT)
    assert data["ranking"] == {"nodes": [{"region": {"code": "32.11"}}]}


async def test_an_own_log_is_rebuilt_with_a_result_whose_region_is_copied_again(
    origin: Hub,
) -> None:
    async with origin.instance.database.write() as session:
        await record_source(session, Source("32.11", OWNER, SourceState.FRESH, None))
    copied = await read_log(origin, "32.11")
    complete = await rows_of_logs(origin)
    await delete_replica(origin.instance.database, "32.11")
    waiting = await rows_of_logs(origin)
    assert len(waiting["assessment"]) == 2
    await rebuild(origin)
    assert await rows_of_logs(origin) == waiting
    data = await origin.query_data(READERS, ADMIN, id=RESULT)
    assert (data["node"], data["region"], data["ranking"]["nodes"]) == (None, None, [])
    await copy_log(origin, "32.11", copied)
    assert await rows_of_logs(origin) == complete
    data = await origin.query_data(READERS, ADMIN, id=RESULT)
    assert data["ranking"] == {"nodes": [{"region": {"code": "32.11"}}]}


async def test_results_of_a_region_that_was_taken_over_are_rebuilt(
    origin: Hub, follower: Hub
) -> None:
    region = Region(*("99.01", "Kabupaten Uji", RegionKind.REGENCY, "32"), two_provinces.SOURCE)
    await origin.record(EventKind.REGION_RECORDED, "99.01", "99.01:region", region)
    result = two_provinces.assessment(
        "32:assessment-listed",
        region="99.01",
        kind=AssessmentKind.OFFICIAL,
        state=AssessmentState.PUBLISHED,
    )
    await origin.record(EventKind.ASSESSMENT_PUBLISHED, "32", result.id, result)
    async with follower.instance.database.write() as session:
        source = Source("99.01", OWNER, SourceState.FRESH, None)
        await ownership.insert_source(session, source, LISTED)
    for code in ("32", "99.01"):
        await copy_log(follower, code, await read_log(origin, code))
    async with follower.instance.database.write() as session:
        await ownership.delete_source(session, "99.01")  # and with it the listed identity
    before = await rows_of_logs(follower)
    assert len(before["assessment"]) == 3
    await rebuild(follower)
    assert await rows_of_logs(follower) == before


async def test_a_hand_over_passes_the_rows_of_one_log_alone(origin: Hub, follower: Hub) -> None:
    instance = replace(follower.instance, url=FOLLOWER_URL)
    for code in ("32", "32.11"):
        await copy_log(follower, code, await read_log(origin, code))
    before = await rows_of_logs(follower)
    handover = RegionHandover("32.11", FOLLOWER_URL)
    await origin.record(EventKind.REGION_HANDED_OVER, "32.11", "32.11:region", handover)
    await copy_log(follower, "32.11", (await read_log(origin, "32.11"))[-1:])
    assert await DatabaseReplicaStore(instance).take_over("32.11", is_accepted=True)
    assert await rows_of_logs(follower) == before
    changed = await follower.change(
        "updateApplication",
        two_provinces.REGION,
        id="32.11:application-health",
        version=1,
        name="Lain",
    )
    assert (changed["__typename"], changed["name"]) == ("Application", "Lain")
    result = {"instrumentId": "spbe-2020", "year": 2023, "value": "4.40", "source": "laporan"}
    refused = await follower.change(
        "recordResult", ADMIN, regionCode="32.11", kind="OFFICIAL", **result
    )
    assert (refused["__typename"], refused["ownerUrl"]) == ("OwnedElsewhere", OWNER)
    await rebuild(follower)
    after = await rows_of_logs(follower)
    assert after["assessment"] == before["assessment"]
    assert len(after["application"] - before["application"]) == 1


async def test_a_rebuild_keeps_the_rows_of_a_copy_that_began_with_a_snapshot(
    origin: Hub, follower: Hub
) -> None:
    entries = await read_log(origin, "32.11")
    await origin.change(
        "updateApplication",
        two_provinces.REGION,
        id="32.11:application-health",
        version=1,
        name="Lain",  # by an entry before the newest one, of which the copy has no content
    )
    await origin.change("attestInventory", two_provinces.OPD, opdId="32.11:opd-dinkes")
    await copy_log(follower, "32", await read_log(origin, "32"))
    await copy_log(follower, "32.11", entries)
    async with origin.instance.database.read() as session:
        rows = await snapshot.export_snapshot_rows(session, "32.11", drafts=True)
    newest, replicas = (
        (await read_log(origin, "32.11"))[-1],
        DatabaseReplicaStore(follower.instance),
    )
    position = ReplicaPosition(entries[-1].sequence, entries[-1].hash)
    await replicas.restore_snapshot("32.11", position, newest, rows)
    before = await rows_of_logs(follower)
    assert any("'Lain'" in row for row in before["application"])
    await rebuild(follower)
    assert await rows_of_logs(follower) == before
