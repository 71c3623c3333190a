"""The maximum age of copies: fields of one operation share a wait, and old copies are counted."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from engine.log.entry import SALT_BYTES, LogEntry, WithheldEntry, seal_entry
from engine.log.source import Source, SourceState
from engine.model import EventKind, Visibility
from regions.contract import RemoteLogHead
from regions.owner_heads import ObservedHead, OwnerHeadCache
from schema.schema import schema
from storage import log, log_entries
from storage.followed_log import accept_entries
from tests.api.hub import Hub
from tests.fixtures.followed_regions import record_source

NODE = "wss://node.example.go.id/graphql"
SUMEDANG, SUBANG = "32.11", "32.13"
COUNTS = "regionCount freshCount staleCount unreachableCount"
SHARED = f"""query ($freshness: FreshnessInput!) {{
  coverage(freshness: $freshness) {{ {COUNTS} regions {{ regionCode state }} }}
  region(code: "{SUMEDANG}", freshness: $freshness) {{ source {{ state }} }}
  regions(freshness: $freshness) {{ totalCount }}
}}"""


@dataclass
class Owners(OwnerHeadCache):
    """Owners of which only some respond, with a log that is empty here too."""

    responding: Collection[str] = ()
    sequence: int = 0  # of the head of each log
    requests: list[set[str]] = field(default_factory=list)  # the regions of each request
    requested: asyncio.Event = field(default_factory=asyncio.Event)

    async def heads(
        self, regions: Collection[str], since: datetime, seconds: float
    ) -> dict[str, ObservedHead]:
        self.requests.append(set(regions))
        self.requested.set()
        head = RemoteLogHead(self.sequence, "0" * 64)
        return {code: ObservedHead(self.clock(), head) for code in self.responding}


@pytest.fixture
async def owners(west_java: Hub) -> Owners:
    """Return the owners of two regions, whose copies are six seconds old; Subang's does not respond."""
    clock = west_java.instance.clock
    old = clock() - timedelta(seconds=6)
    async with west_java.instance.database.write() as session:
        for code in (SUMEDANG, SUBANG):
            await record_source(session, Source(code, NODE, SourceState.FRESH, old))
    return Owners(clock, responding=[SUMEDANG])


def following(west_java: Hub, owners: Owners) -> Hub:
    return Hub(replace(west_java.instance, owners=owners))


def _next_withheld(newest: LogEntry) -> WithheldEntry:
    return seal_entry(
        region=newest.region,
        sequence=newest.sequence + 1,
        at=datetime.now(UTC),
        actor="test",
        kind=EventKind.LEVEL_CLAIMED,
        subject=f"{newest.region}:assessment-draft",
        visibility=Visibility.REGION,
        body={},
        salt=secrets.token_hex(SALT_BYTES),
        previous_hash=newest.hash,
    ).withhold()


async def test_fields_with_equal_input_share_one_wait(west_java: Hub, owners: Owners) -> None:
    freshness = {"maxAge": 5, "regionCodes": [SUMEDANG, SUBANG]}
    data = await following(west_java, owners).query_data(SHARED, freshness=freshness)
    assert owners.requests == [{SUMEDANG, SUBANG}]
    assert data["coverage"] == {
        "regionCount": 2,
        "freshCount": 1,
        "staleCount": 1,
        "unreachableCount": 0,
        "regions": [
            {"regionCode": SUMEDANG, "state": "FRESH"},
            {"regionCode": SUBANG, "state": "STALE"},
        ],
    }
    assert data["region"] == {"source": {"state": "FRESH"}}


async def test_an_entry_that_makes_no_event_ends_a_wait(west_java: Hub, owners: Owners) -> None:
    instance = west_java.instance
    async with instance.database.read() as session:
        [newest] = (await log_entries.list_log_entries(session, SUMEDANG))[-1:]
    owners.sequence = newest.sequence + 1
    query = f"""{{ coverage(freshness: {{maxAge: 5, regionCodes: ["{SUMEDANG}"]}}) {{
      regions {{ regionCode state }} }} }}"""
    async with asyncio.TaskGroup() as group:
        answer = group.create_task(following(west_java, owners).query_data(query))
        await owners.requested.wait()
        await asyncio.sleep(0.05)  # the query has read the heads, and waits
        async with log.begin_log_transaction(
            instance.database, SUMEDANG, instance.clock
        ) as transaction:
            await accept_entries(transaction, [_next_withheld(newest)])
        assert transaction.arrival == 0
    assert answer.result()["coverage"]["regions"] == [{"regionCode": SUMEDANG, "state": "FRESH"}]


EDITION = 'instrumentId: "spbe-2020", year: 2024, kind: OFFICIAL'
LISTS = {
    "regions": "regions(freshness: {maxAge: 5}) { totalCount }",
    "ranking": f"ranking({EDITION}, freshness: {{maxAge: 5}}) {{ totalCount }}",
    "compare": f"""compare(regionCodes: ["32.11", "32.13"], {EDITION}, freshness: {{maxAge: 5}}) {{
        year }}""",
    "indexMeans": """indexMeans(provinceCode: "32", kind: OFFICIAL, freshness: {maxAge: 5}) {
        year }""",
    "resultEditions": "resultEditions(freshness: {maxAge: 5}) { year }",
    "indexMoves": f"indexMoves({EDITION}, freshness: {{maxAge: 5}}) {{ region {{ code }} }}",
    "applications": "applications(freshness: {maxAge: 5}) { totalCount }",
    "coverage": "coverage(freshness: {maxAge: 5}) { regionCount }",
}


@pytest.mark.parametrize("name", LISTS)
async def test_a_list_waits_for_all_regions(west_java: Hub, owners: Owners, name: str) -> None:
    await following(west_java, owners).query_data(f"{{ {LISTS[name]} }}")
    assert owners.requests == [{SUMEDANG, SUBANG}]


async def test_all_lists_of_an_operation_share_one_wait(west_java: Hub, owners: Owners) -> None:
    await following(west_java, owners).query_data(f"{{ {' '.join(LISTS.values())} }}")
    assert owners.requests == [{SUMEDANG, SUBANG}]


def test_every_field_that_can_wait_is_tested() -> None:
    fields = schema._schema.query_type.fields  # type: ignore[union-attr]
    waiting = {name for name, field in fields.items() if "freshness" in field.args}
    assert waiting == {*LISTS, "region"}


async def test_without_codes_a_region_waits_for_itself(west_java: Hub, owners: Owners) -> None:
    hub = following(west_java, owners)
    query = "query ($code: ID!) { region(code: $code, freshness: {maxAge: 5}) { name } }"
    await hub.query_data(query, code=SUBANG)
    assert owners.requests == [{SUBANG}]


async def test_a_copy_that_is_too_old_fails_the_field_if_all_are_required(
    west_java: Hub, owners: Owners
) -> None:
    hub = following(west_java, owners)
    query = f"""query ($freshness: FreshnessInput!) {{
      region(code: "{SUBANG}", freshness: $freshness) {{ name }}
      coverage(freshness: $freshness) {{ {COUNTS} }} }}"""
    freshness = {"maxAge": 5, "require": "ALL", "regionCodes": [SUMEDANG, SUBANG]}
    result = await hub.result(query, freshness=freshness)
    counts = {"regionCount": 2, "freshCount": 1, "staleCount": 1, "unreachableCount": 0}
    assert result.data == {"region": None, "coverage": counts}
    [error] = result.errors or ()
    assert error.message == "of 2 regions 1 are older than 5 seconds"
    assert error.extensions == {"code": "NOT_FRESH", **counts}
    fresh_enough = await hub.query_data(query, freshness={**freshness, "maxAge": 3600})
    assert fresh_enough["region"] == {"name": "Kabupaten Subang"}


async def test_a_code_that_the_instance_does_not_know_is_ignored(west_java: Hub) -> None:
    query = f"""{{ region(code: "99.99", freshness: {{maxAge: 0, require: ALL}}) {{ name }}
      coverage(freshness: {{maxAge: 0, regionCodes: ["99.99"]}}) {{ {COUNTS} }} }}"""
    data = await west_java.query_data(query)
    assert data["region"] is None
    assert set(data["coverage"].values()) == {0}


@pytest.mark.parametrize(
    "freshness", [{"maxAge": -1}, {"maxAge": 86_401}, {"maxAge": 0, "regionCodes": ["32"] * 1_001}]
)
async def test_an_input_out_of_bounds_is_refused(
    west_java: Hub, freshness: dict[str, object]
) -> None:
    query = (
        "query ($freshness: FreshnessInput!) { coverage(freshness: $freshness) { regionCount } }"
    )
    assert await west_java.refusal(query, freshness=freshness) == "INVALID_ARGUMENT"
