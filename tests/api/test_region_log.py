"""The log of a region and the snapshot of its rows, as another instance reads them."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from itertools import product
from typing import Any

import orjson
import pytest

from engine.document import to_document
from engine.log.entry import verify_chain
from engine.log.entry_types import claim_body
from engine.log.snapshot import ROW_BODY_TYPES, RegionSnapshotRowKind
from engine.log.source import Source, SourceState
from engine.model import EventKind, LevelClaim, Region, RegionKind, Viewer
from regions import contract
from resolvers import region_log
from resolvers.context import Context
from resolvers.problems import Forbidden
from resolvers.snapshot_cache import SnapshotCache
from storage import log
from tests.api import two_provinces
from tests.api.hub import Hub
from tests.fixtures.followed_regions import record_source

WRITES = 100
NODE, WEST = "wss://node.example.go.id/graphql", "https://west.example.go.id/graphql"
SUMEDANG = Region("32.11", "Kabupaten Sumedang", RegionKind.REGENCY, "32", two_provinces.SOURCE)
SNAPSHOT = """query ($regionCode: ID!, $first: Int!, $after: Cursor) {
  regionSnapshot(regionCode: $regionCode, first: $first, after: $after) { nextCursor newestEntry { sequence }
  rows { kind body } } }"""


async def snapshot_pages(
    hub: Hub, first: int, viewer: Viewer = two_provinces.PROVINCE
) -> list[dict[str, Any]]:
    snapshots, after = [], None
    while True:
        data = await hub.query_data(SNAPSHOT, viewer, regionCode="32.11", first=first, after=after)
        snapshots.append(data["regionSnapshot"])
        after = snapshots[-1]["nextCursor"]
        if after is None:
            return snapshots


async def test_all_pages_of_a_snapshot_reflect_one_entry_despite_concurrent_writes(
    west_java: Hub,
) -> None:
    unpaged = await snapshot_pages(west_java, 500)
    first = await west_java.query_data(
        SNAPSHOT, two_provinces.PROVINCE, regionCode="32.11", first=10, after=None
    )
    await two_provinces.write_assessment(west_java, two_provinces.assessment())
    rows, after = list(first["regionSnapshot"]["rows"]), first["regionSnapshot"]["nextCursor"]
    while after is not None:
        page = await west_java.query_data(
            SNAPSHOT, two_provinces.PROVINCE, regionCode="32.11", first=10, after=after
        )
        assert page["regionSnapshot"]["newestEntry"] == first["regionSnapshot"]["newestEntry"]
        rows += page["regionSnapshot"]["rows"]
        after = page["regionSnapshot"]["nextCursor"]
    assert rows == [row for page in unpaged for row in page["rows"]]
    newer = await snapshot_pages(west_java, 500)
    assert newer[0]["newestEntry"]["sequence"] > unpaged[0]["newestEntry"]["sequence"]


async def test_a_snapshot_that_is_no_longer_cached_must_be_restarted(west_java: Hub) -> None:
    first = await west_java.query_data(
        SNAPSHOT, two_provinces.PROVINCE, regionCode="32.11", first=10, after=None
    )
    await two_provinces.write_assessment(west_java, two_provinces.assessment())
    restarted = Hub(replace(west_java.instance, snapshot_cache=SnapshotCache()))
    variables = {"regionCode": "32.11", "first": 10, "after": first["regionSnapshot"]["nextCursor"]}
    assert (
        await restarted.refusal(SNAPSHOT, two_provinces.PROVINCE, **variables)
        == "SNAPSHOT_REQUIRED"
    )


async def test_a_snapshot_has_drafts_only_for_viewers_who_may_see_them(west_java: Hub) -> None:
    await two_provinces.write_assessment(west_java, two_provinces.assessment())

    def drafts(snapshots: list[dict[str, Any]]) -> int:
        rows = [row for page in snapshots for row in page["rows"] if row["kind"] == "ASSESSMENT"]
        return sum(row["body"]["state"] != "PUBLISHED" for row in rows)

    assert drafts(await snapshot_pages(west_java, 500)) == 1
    assert drafts(await snapshot_pages(west_java, 500, two_provinces.FOLLOWER)) == 1
    for viewer in (two_provinces.OTHER_PROVINCE, two_provinces.PUBLISHED_FOLLOWER):
        assert drafts(await snapshot_pages(west_java, 500, viewer)) == 0


CONTENT = ("at", "actor", "kind", "subjectId", "visibility", "body", "salt")
READS_ENTRIES = {  # whether a viewer reads the entries of visibility REGION of Sumedang
    two_provinces.OPD: True,
    two_provinces.OTHER_OPD: False,
    two_provinces.REGION: True,
    two_provinces.OTHER_REGION: False,
    two_provinces.ASSESSOR: True,
    two_provinces.OTHER_ASSESSOR: False,
    two_provinces.PROVINCE: True,
    two_provinces.OTHER_PROVINCE: False,
    two_provinces.ADMIN: True,
    two_provinces.FOLLOWER: True,
    two_provinces.PUBLISHED_FOLLOWER: False,
}


async def read_log(hub: Hub, viewer: Viewer) -> list[dict[str, Any]]:
    """Return the entries of the first frame of Sumedang's log, as a client receives them."""
    async with hub.subscribe(contract.LOG, viewer, regionCode="32.11", afterSequence=0) as frames:
        frame = await frames.next()
    entries: list[dict[str, Any]] = frame["entries"]
    remote = contract.parse_log_frame("32.11", {"regionLog": frame})
    assert verify_chain(remote.entries) == (remote.head.sequence, remote.head.hash)
    return entries


@pytest.mark.parametrize(
    ("viewer", "reads_all"), READS_ENTRIES.items(), ids=lambda value: getattr(value, "subject", "")
)
async def test_a_viewer_outside_the_region_receives_stubs_of_entries_that_are_not_public(
    hub: Hub, viewer: Viewer, reads_all: bool
) -> None:
    await two_provinces.write_assessment(hub, two_provinces.assessment())
    *public_entries, draft = await read_log(hub, viewer)
    assert [entry["kind"] for entry in public_entries] == [
        "REGION_RECORDED",
        *2 * ["OPD_RECORDED"],
        *2 * ["APPLICATION_REGISTERED"],
    ]
    page = await hub.query_data(contract.SNAPSHOT, viewer, regionCode="32.11", after=None)
    assert page["regionSnapshot"]["newestEntry"] == draft
    contents = [draft[name] for name in CONTENT]
    if reads_all:
        assert None not in contents
        assert (draft["kind"], draft["visibility"]) == ("ASSESSMENT_STARTED", "REGION")
    else:
        assert contents == len(CONTENT) * [None]
    assert all(draft[name] for name in ("headerHash", "bodyHash", "previousHash", "hash"))


def recover_levels(entries: Sequence[Mapping[str, Any]], salt: str | None) -> dict[int, int]:
    """Guess the levels that entries claim, by the hash of each possible body.

    Args:
        salt: of the entries, None if each entry states its own.
    """
    levels: dict[int, int] = {}
    for entry in entries:
        for indicator, level in product(range(1, 21), range(1, 6)):
            for version in range(2, 10):
                claim = claim_body(two_provinces.DRAFT, version, LevelClaim(indicator, level))
                bodies = [
                    claim,
                    {"body": claim, "salt": salt if salt is not None else entry["salt"]},
                ]
                digests = [
                    hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()
                    for body in bodies
                ]
                if entry["bodyHash"] in digests:
                    levels[indicator] = level
    return levels


async def test_a_foreign_token_recovers_no_level_of_a_draft_by_guessing(hub: Hub) -> None:
    await two_provinces.write_assessment(hub, two_provinces.assessment(level=None))
    claims = {number: number % 5 + 1 for number in range(1, 9)}  # without any explanation
    await hub.change(
        "claimLevels",
        two_provinces.REGION,
        assessmentId=two_provinces.DRAFT,
        version=1,
        claims=[{"indicator": number, "level": level} for number, level in claims.items()],
    )
    stubs = (await read_log(hub, two_provinces.OTHER_OPD))[-8:]
    assert recover_levels(stubs, "") == recover_levels(stubs, "0" * 32) == {}
    # The guesses are right: with the salts, which a viewer of the region has, they find all levels.
    assert recover_levels((await read_log(hub, two_provinces.REGION))[-8:], None) == claims


async def test_no_entry_is_beyond_the_stated_head_despite_concurrent_writes(
    west_java: Hub,
) -> None:
    async def write() -> None:
        for _ in range(WRITES):
            async with log.begin_log_transaction(
                west_java.instance.database, "32.11", west_java.instance.clock
            ) as transaction:
                await transaction.append(
                    actor="sso:1",
                    kind=EventKind.REGION_RECORDED,
                    subject="32.11:region",
                    body=to_document(SUMEDANG),
                )
            west_java.instance.bus.announce(transaction.arrival)

    context = Context(west_java.instance, two_provinces.PROVINCE)
    length = (await region_log.region_log_head(context, "32.11")).sequence + WRITES
    writing, last = asyncio.create_task(write()), 0
    async with aclosing(region_log.stream_log_frames(context, "32.11", 0)) as frames:
        async for frame in frames:
            for entry in frame.entries:
                last += 1
                assert entry.sequence == last
            assert last <= frame.head.sequence
            if last == length:
                break
    await writing


@pytest.mark.parametrize("viewer", [two_provinces.PUBLIC, two_provinces.OTHER_FOLLOWER])
async def test_without_a_token_and_outside_a_followers_regions_there_is_no_log(
    west_java: Hub, viewer: Viewer
) -> None:
    head = "query ($regionCode: ID!) { regionLogHead(regionCode: $regionCode) { hash } }"
    assert await west_java.refusal(head, viewer, regionCode="32.11") == "FORBIDDEN"
    page = {"regionCode": "32.11", "first": 10}
    assert await west_java.refusal(SNAPSHOT, viewer, **page) == "FORBIDDEN"
    frames = region_log.stream_log_frames(Context(west_java.instance, viewer), "32.11", 0)
    async with aclosing(frames):
        with pytest.raises(Forbidden):
            await anext(frames)


async def test_a_follower_of_a_province_reads_the_logs_of_its_regions(west_java: Hub) -> None:
    head = "query ($regionCode: ID!) { regionLogHead(regionCode: $regionCode) { sequence } }"
    viewer = replace(two_provinces.FOLLOWER, regions=frozenset({"32"}))
    read = await west_java.query_data(head, viewer, regionCode="32.11")
    assert read == await west_java.query_data(head, two_provinces.ADMIN, regionCode="32.11")
    assert await west_java.refusal(head, viewer, regionCode="none") == "NOT_FOUND"


def test_the_contract_has_exactly_the_kinds_of_rows() -> None:
    assert set(ROW_BODY_TYPES) == set(RegionSnapshotRowKind)
    assert contract.ROWS_MOST == region_log.ROWS_MOST
    assert contract.ENTRIES_MOST == region_log.ENTRIES_MOST


@pytest.mark.parametrize(
    ("own", "read_from", "named_there", "owner"),
    [
        (None, None, None, None),
        (WEST, None, None, WEST),
        ("west", None, None, None),  # not an address that a follower accepts
        (WEST, NODE, None, NODE),
        (WEST, WEST, NODE, NODE),
    ],
)
async def test_the_head_of_the_log_names_the_owner_that_the_instance_knows(
    west_java: Hub,
    own: str | None,
    read_from: str | None,
    named_there: str | None,
    owner: str | None,
) -> None:
    instance = replace(west_java.instance, url=own)
    if read_from is not None:
        async with instance.database.write() as session:
            state = SourceState.FRESH
            source = Source("32.11", read_from, state, instance.clock(), owner=named_there)
            await record_source(session, source)
    data = await Hub(instance).query_data(contract.HEAD, two_provinces.PROVINCE, regionCode="32.11")
    assert contract.parse_log_head("32.11", data).owner_url == owner
