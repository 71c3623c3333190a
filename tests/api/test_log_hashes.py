"""The hashes of a log, with which an owner proves that a snapshot continues a copy."""

from __future__ import annotations

import pytest
from sqlalchemy import delete

from engine.log.entry import GENESIS, LogEntry, verify_chain
from engine.model import Viewer
from regions import contract
from storage import log_entries
from storage.tables import EntryRow
from tests.api import two_provinces
from tests.api.hub import Hub

PAGE = """query ($regionCode: ID!, $afterSequence: Int!, $first: Int!) {
  regionLogHashes(regionCode: $regionCode, afterSequence: $afterSequence, first: $first) {
  sequence headerHash bodyHash previousHash hash } }"""


async def read_log(hub: Hub) -> list[LogEntry]:
    async with hub.instance.database.read() as session:
        return await log_entries.list_log_entries(session, "32.11")


@pytest.mark.parametrize("viewer", [two_provinces.PROVINCE, two_provinces.OTHER_PROVINCE])
async def test_the_hashes_of_all_pages_prove_the_run_of_the_log(
    west_java: Hub, viewer: Viewer
) -> None:
    await two_provinces.write_assessment(west_java, two_provinces.assessment())
    entries = await read_log(west_java)
    sequence, hash, pages = 0, GENESIS, 0
    while sequence < len(entries):
        data = await west_java.query_data(
            PAGE, viewer, regionCode="32.11", afterSequence=sequence, first=10
        )
        hashes = contract.parse_log_hashes("32.11", data)
        sequence, hash = verify_chain(hashes, sequence=sequence, previous_hash=hash)
        pages += 1
    assert (sequence, hash) == (entries[-1].sequence, entries[-1].hash)
    assert pages == -(-len(entries) // 10)
    after_the_end = {"regionCode": "32.11", "afterSequence": sequence, "first": 10}
    assert await west_java.query_data(PAGE, viewer, **after_the_end) == {"regionLogHashes": []}


async def test_hashes_end_before_an_entry_that_is_not_kept(west_java: Hub) -> None:
    async with west_java.instance.database.write() as session:
        await session.execute(
            delete(EntryRow).where(EntryRow.region == "32.11", EntryRow.sequence.in_([5, 6]))
        )
    page = {"regionCode": "32.11", "first": 10}
    viewer = two_provinces.PROVINCE
    data = await west_java.query_data(PAGE, viewer, **page, afterSequence=1)
    assert [entry["sequence"] for entry in data["regionLogHashes"]] == [2, 3, 4]
    assert await west_java.refusal(PAGE, viewer, **page, afterSequence=4) == "SNAPSHOT_REQUIRED"
    data = await west_java.query_data(PAGE, viewer, **page, afterSequence=6)
    assert data["regionLogHashes"][0]["sequence"] == 7


@pytest.mark.parametrize(
    ("viewer", "arguments", "code"),
    [
        (two_provinces.PUBLIC, {}, "FORBIDDEN"),
        (two_provinces.OTHER_FOLLOWER, {}, "FORBIDDEN"),
        (two_provinces.PROVINCE, {"regionCode": "none"}, "NOT_FOUND"),
        (two_provinces.PROVINCE, {"afterSequence": -1}, "INVALID_ARGUMENT"),
        (two_provinces.PROVINCE, {"first": 0}, "INVALID_ARGUMENT"),
        (two_provinces.PROVINCE, {"first": 1001}, "INVALID_ARGUMENT"),
    ],
)
async def test_hashes_are_refused_as_the_log_is(
    west_java: Hub, viewer: Viewer, arguments: dict[str, object], code: str
) -> None:
    page: dict[str, object] = {"regionCode": "32.11", "afterSequence": 0, "first": 10}
    assert await west_java.refusal(PAGE, viewer, **page | arguments) == code
