"""The regions that the endpoint directory lists: their sources, their identities, their results."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from engine.document import to_document
from engine.log.entry import GENESIS, Entry, seal_entry
from engine.log.region_identity import RegionIdentity
from engine.log.source import Source, SourceProblem, SourceState
from engine.model import (
    AssessmentKind,
    EventKind,
    Provenance,
    PublishedFigures,
    Region,
    RegionKind,
    Visibility,
)
from facts.instrument import instrument_by_id
from hub.instance import open_instance
from hub.settings import Settings
from regions.endpoint_directory import Endpoint, EndpointDirectory
from regions.replica_store import RegionNotListed
from resolvers.context import Instance
from resolvers.replicas import DatabaseReplicaStore
from resolvers.result import published_result
from resolvers.seed import seed_regions
from storage import arrival, log, ownership
from storage import region as stored_region
from storage.followed_log import accept_entries

AT = datetime(2026, 11, 30, 8, tzinfo=UTC)
URL = "wss://example.go.id/graphql"
PROVINCE = RegionIdentity("99", "Provinsi Contoh", RegionKind.PROVINCE, None)
REGENCY = RegionIdentity("99.01", "Kabupaten Contoh", RegionKind.REGENCY, "99")
LISTED = EndpointDirectory((Endpoint(URL, ("99", "99.01")),), (PROVINCE, REGENCY))


@pytest.fixture
async def instance(database_url: str) -> AsyncIterator[Instance]:
    async with open_instance(Settings(SIMPUL_DATABASE_URL=database_url)) as instance:
        yield instance


async def test_a_region_on_no_list_says_what_to_write_until_it_is_listed(
    instance: Instance,
) -> None:
    replicas = DatabaseReplicaStore(instance)
    await replicas.record_directory(EndpointDirectory((Endpoint(URL, ("99.01", "32.11")),)))
    sources = await list_sources(instance)
    assert [(source.region, source.problem) for source in sources] == [
        ("32.11", SourceProblem.NOT_REACHED_YET),
        ("99.01", SourceProblem.NOT_LISTED),
    ]
    assert sources[1].state is SourceState.UNREACHABLE
    assert sources[1].detail == (
        "region 99.01 is on no list of this instance: expected a [[region]] with its code, name, "
        "kind and parent in the file that SIMPUL_FOLLOWS names, got none"
    )
    with pytest.raises(RegionNotListed):
        await replicas.find_position("99.01", URL)
    await replicas.record_directory(LISTED)
    assert (await replicas.find_position("99.01", URL)) is not None
    async with instance.database.read() as session:
        assert await ownership.find_identity(session, "99.01") == REGENCY


async def test_a_result_finds_its_listed_region_before_that_is_copied(instance: Instance) -> None:
    replicas = DatabaseReplicaStore(instance)
    await replicas.record_directory(LISTED)
    result = published_result(
        "99",
        "99.01",
        instrument_by_id("spbe-2020"),
        2024,
        AssessmentKind.OFFICIAL,
        figures=PublishedFigures("3.10", "Baik"),
        version=1,
        provenance=Provenance("test"),
    )
    entries = [
        next_entry("99", None, EventKind.REGION_RECORDED, "99:region", region_of(PROVINCE)),
    ]
    entries.append(next_entry("99", entries[0], EventKind.RESULT_RECORDED, result.id, result))
    async with log.begin_log_transaction(instance.database, "99", instance.clock) as transaction:
        await accept_entries(transaction, entries)
    assert transaction.refused == []
    regency = next_entry(
        "99.01", None, EventKind.REGION_RECORDED, "99.01:region", region_of(REGENCY)
    )
    async with log.begin_log_transaction(instance.database, "99.01", instance.clock) as transaction:
        await accept_entries(transaction, [regency])
    async with instance.database.read() as session:
        arrivals = await arrival.list_arrivals_after(session, 0, 100)
    assert [(row.kind, row.region) for row in arrivals] == [
        (EventKind.REGION_RECORDED, "99"),
        (EventKind.REGION_RECORDED, "99.01"),
        (EventKind.INDEX_CHANGED, "99.01"),
    ]


async def test_a_changed_list_renames_the_region_that_is_held(instance: Instance) -> None:
    replicas = DatabaseReplicaStore(instance)
    await replicas.record_directory(LISTED)
    entry = next_entry("99", None, EventKind.REGION_RECORDED, "99:region", region_of(PROVINCE))
    async with log.begin_log_transaction(instance.database, "99", instance.clock) as transaction:
        await accept_entries(transaction, [entry])
    renamed = RegionIdentity("99", "Provinsi Percontohan", RegionKind.PROVINCE, None)
    await replicas.record_directory(EndpointDirectory(LISTED.endpoints, (renamed, REGENCY)))
    async with instance.database.read() as session:
        assert await ownership.find_identity(session, "99") == renamed
        held = (await stored_region.regions_by_code(session, ["99"]))["99"]
    assert held.name == "Provinsi Percontohan"


async def test_an_owned_nation_that_is_listed_is_warned_of_once(
    instance: Instance, caplog: pytest.LogCaptureFixture
) -> None:
    await seed_regions(instance, regions=["ID"])
    replicas = DatabaseReplicaStore(instance)
    followed = Endpoint(URL, ("ID",))
    with caplog.at_level(logging.WARNING, logger="resolvers.replicas"):
        await replicas.record_directory(EndpointDirectory((followed,)))
        await replicas.record_directory(EndpointDirectory((followed, Endpoint(URL, ("32.11",)))))
    assert [record.getMessage() for record in caplog.records] == [
        (
            "region ID is owned here, and an endpoint is listed for it: `simpul forget ID` gives it up, "
            "so that it is followed"
        )
    ]
    assert [source.region for source in await list_sources(instance)] == ["32.11"]


async def list_sources(instance: Instance) -> list[Source]:
    async with instance.database.read() as session:
        return await ownership.list_all_sources(session)


def region_of(identity: RegionIdentity) -> Region:
    return Region(identity.code, identity.name, identity.kind, identity.parent, Provenance("test"))


def next_entry(
    log_code: str, previous: Entry | None, kind: EventKind, subject: str, value: object
) -> Entry:
    return seal_entry(
        region=log_code,
        sequence=1 if previous is None else previous.sequence + 1,
        at=AT,
        actor="test",
        kind=kind,
        subject=subject,
        visibility=Visibility.PUBLIC,
        body=to_document(value),
        salt="00" * 16,
        previous_hash=GENESIS if previous is None else previous.hash,
    )
