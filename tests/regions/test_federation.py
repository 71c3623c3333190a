"""Instances that follow each other as real processes, from a node up to the nation."""

from __future__ import annotations

import re
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import delete

from engine.model import Role
from hub.instance import open_instance
from storage import log_entries
from storage.database import Database
from storage.tables import EntryRow
from tests.fixtures.eventually import eventually
from tests.fixtures.processes import StartSimpul
from tests.hub.live_client import EVENTS, Client, client
from tests.regions.instances import SOURCES, SimpulInstance, wait_until_replicated, wait_until_state

pytestmark = pytest.mark.integration

SUMEDANG, INDRAMAYU = "32.11", "32.12"
DISHUB, DISKOMINFO = "32.11:opd-dishub", "32.12:opd-diskominfo"
OWNER = "query ($code: ID!) { region(code: $code) { source { ownerUrl } } }"
REGISTERED = ["APPLICATION_REGISTERED"]
REGISTER = """mutation ($input: RegisterApplicationInput!) { registerApplication(input: $input) {
  __typename ... on Problem { message } ... on OwnedElsewhere { ownerUrl }
  ... on Application { id } } }"""


def application_input(name: str, region: str = SUMEDANG, opd: str = DISHUB) -> dict[str, str]:
    return {"regionCode": region, "opdId": opd, "name": name}


async def test_a_copy_equals_its_owner_and_each_change_is_announced_once(
    simpul_process: StartSimpul, tmp_path: Path, database_url: str
) -> None:
    node = await SimpulInstance(tmp_path / "node").prepare(SUMEDANG)
    hub = await SimpulInstance(tmp_path / "hub", database_url=database_url).prepare("32", INDRAMAYU)
    hub.follow((node, [SUMEDANG]))
    node.serve(simpul_process)
    hub.serve(simpul_process)
    await wait_until_replicated(hub, node, SUMEDANG)
    async with (
        client(hub.running, Role.PROVINCE) as hub_client,
        client(node.running, Role.PROVINCE) as node_client,
    ):
        assert (await wait_until_state(hub_client, SUMEDANG, "FRESH"))["url"] == node.http_url
        after = await hub_client.cursor()
        async with hub_client.listening(EVENTS, after=after, kinds=REGISTERED) as events:
            for number in range(5):
                id = await node_client.register(SUMEDANG, DISHUB, f"Uji {number}")
                event = await events.next()
                assert (event["subjectId"], event["region"]["code"]) == (id, SUMEDANG)
        await wait_until_replicated(hub, node, SUMEDANG)
        refused = (await hub_client.ask(REGISTER, input=application_input("Lain")))[
            "registerApplication"
        ]
        assert refused["__typename"] == "OwnedElsewhere"
        assert refused["ownerUrl"] == node.http_url
        # The hub still accepts changes of the region that it owns.
        own_application = application_input("Sendiri", INDRAMAYU, DISKOMINFO)
        assert (
            "id" in (await hub_client.ask(REGISTER, input=own_application))["registerApplication"]
        )


async def test_a_stopped_node_turns_stale_and_catches_up_after_its_restart(
    simpul_process: StartSimpul, tmp_path: Path
) -> None:
    node = await SimpulInstance(tmp_path / "node").prepare(SUMEDANG)
    hub = await SimpulInstance(tmp_path / "hub").prepare("32", INDRAMAYU)
    hub.follow((node, [SUMEDANG]))
    node.serve(simpul_process)
    hub.serve(simpul_process)
    async with client(hub.running, Role.PROVINCE) as hub_client:
        await wait_until_state(hub_client, SUMEDANG, "FRESH")
        node.running.kill()
        unreachable = await wait_until_state(
            hub_client, SUMEDANG, "UNREACHABLE", detail="no connection"
        )
        assert unreachable["asOf"] is not None
        answer = await hub_client.ask(
            '{ region(code: "32.11") { name source { state } index { index { display } } } }'
        )
        assert answer["region"]["name"] == "Kabupaten Sumedang"
        assert answer["region"]["source"]["state"] == "UNREACHABLE"
        assert answer["region"]["index"] is not None
        await wait_until_state(hub_client, INDRAMAYU, "OWNED")
        after = await hub_client.cursor()
        node.serve(simpul_process)
        async with client(node.running, Role.PROVINCE) as node_client:
            id = await node_client.register(SUMEDANG, DISHUB, "Kembali")
        async with hub_client.listening(EVENTS, after=after, kinds=REGISTERED) as events:
            assert (await events.next())["subjectId"] == id
        await wait_until_state(hub_client, SUMEDANG, "FRESH")
    await wait_until_replicated(hub, node, SUMEDANG)


async def test_a_region_of_our_own_is_not_counted_as_unreachable_with_its_endpoint(
    simpul_process: StartSimpul, tmp_path: Path
) -> None:
    node = await SimpulInstance(tmp_path / "node").prepare(SUMEDANG)
    hub = await SimpulInstance(tmp_path / "hub").prepare("32", INDRAMAYU)
    hub.follow((node, [SUMEDANG, INDRAMAYU]))
    hub.serve(simpul_process)
    async with client(hub.running) as hub_client:
        await wait_until_state(hub_client, SUMEDANG, "UNREACHABLE")
        sources = (await hub_client.ask(SOURCES))["sources"]
        assert [(source["regionCode"], source["state"]) for source in sources] == [
            (SUMEDANG, "UNREACHABLE")
        ]
    await wait_until_counted(hub, OWNED=2, UNREACHABLE=1)


async def test_a_copy_begins_with_a_snapshot_where_the_log_is_incomplete(
    simpul_process: StartSimpul, tmp_path: Path
) -> None:
    node = await SimpulInstance(tmp_path / "node").prepare(SUMEDANG)
    hub = await SimpulInstance(tmp_path / "hub").prepare()
    length = await node.count_entries(SUMEDANG)
    database = Database(node.settings.database)
    async with database.write() as session:  # as older software does, which has no history
        await session.execute(delete(EntryRow).where(EntryRow.sequence < length))
    await database.close()
    hub.follow((node, [SUMEDANG]))
    node.serve(simpul_process)
    hub.serve(simpul_process, SIMPUL_WORKERS="2")
    async with (
        client(hub.running, Role.PROVINCE) as hub_client,
        client(node.running, Role.PROVINCE) as node_client,
    ):
        await wait_until_state(hub_client, SUMEDANG, "FRESH")
        assert await count_followers(hub) == 1  # one of the two workers
        await wait_until_replicated(hub, node, SUMEDANG)
        id = await node_client.register(SUMEDANG, DISHUB, "Sesudah")
        await wait_until_replicated(hub, node, SUMEDANG)
        assert await hub_client.ask("query ($id: ID!) { node(id: $id) { id } }", id=id) == {
            "node": {"id": id}
        }
    assert await is_chain_valid(hub)


async def test_an_entry_keeps_its_origin_and_chain_over_three_levels(
    simpul_process: StartSimpul, tmp_path: Path
) -> None:
    sumedang = await SimpulInstance(tmp_path / "sumedang").prepare(SUMEDANG)
    bandung = await SimpulInstance(tmp_path / "bandung").prepare("32.73")
    west = await SimpulInstance(tmp_path / "west").prepare("32", INDRAMAYU)
    west.follow((sumedang, [SUMEDANG]))
    other_province = await SimpulInstance(tmp_path / "other").prepare("32.01")
    other_province.follow((bandung, ["32.73"]))
    nation = await SimpulInstance(tmp_path / "nation").prepare()
    nation.follow((west, ["32", SUMEDANG, INDRAMAYU]), (other_province, ["32.01", "32.73"]))
    for instance in (sumedang, bandung, west, other_province, nation):
        instance.serve(simpul_process)
    async with (
        client(sumedang.running, Role.PROVINCE) as node_client,
        client(nation.running) as nation_client,
    ):
        id = await node_client.register(SUMEDANG, DISHUB, "Uji")
        for owner, region in (
            (sumedang, SUMEDANG),
            (bandung, "32.73"),
            (west, INDRAMAYU),
            (west, "32"),
            (other_province, "32.01"),
        ):
            await wait_until_replicated(nation, owner, region)
        answer = await nation_client.ask(
            '{ region(code: "32.11") { applications(first: 200) { nodes { id } } } }'
        )
        assert {"id": id} in answer["region"]["applications"]["nodes"]
        assert await nation_client.ask("query ($id: ID!) { node(id: $id) { id } }", id=id) == {
            "node": {"id": id}
        }


async def test_the_nation_names_the_node_that_owns_a_region_and_not_the_hub_between(
    simpul_process: StartSimpul, tmp_path: Path
) -> None:
    node = await SimpulInstance(tmp_path / "node").prepare(SUMEDANG)
    west = await SimpulInstance(tmp_path / "west").prepare("32", INDRAMAYU)
    nation = await SimpulInstance(tmp_path / "nation").prepare()
    west.follow((node, [SUMEDANG]))
    node.follow((west, [INDRAMAYU]), accept_handover=[INDRAMAYU])
    nation.follow((west, ["32", SUMEDANG, INDRAMAYU]))
    for instance in (node, west, nation):
        instance.serve(simpul_process)
    async with client(nation.running, Role.PROVINCE) as nation_client:
        for region in (SUMEDANG, INDRAMAYU):
            await wait_until_state(nation_client, region, "FRESH")
        assert await read_owner_urls(nation_client) == {
            SUMEDANG: (west.http_url, node.http_url, node.http_url),
            INDRAMAYU: (west.http_url, west.http_url, west.http_url),
        }
        # An instance above sees when a region below changes its owner.
        await wait_until_replicated(node, west, INDRAMAYU)
        west.follow((node, [SUMEDANG, INDRAMAYU]))
        await west.hand_over(INDRAMAYU, node)
        expected = dict.fromkeys(
            (SUMEDANG, INDRAMAYU), (west.http_url, node.http_url, node.http_url)
        )

        async def check_owners() -> None:
            assert await read_owner_urls(nation_client) == expected

        await eventually(check_owners)


async def count_followers(hub: SimpulInstance) -> int:
    """Return how many workers follow; each worker reports its metrics now and then."""
    async with httpx2.AsyncClient(trust_env=False) as http:

        async def count_samples() -> int:
            metrics = (await http.get(f"{hub.running.url}/metrics")).text
            samples = re.findall(r'simpul_sources{[^}]*state="FRESH"[^}]*} 1.0', metrics)
            assert samples != []
            return len(samples)

        return await eventually(count_samples)


async def wait_until_counted(instance: SimpulInstance, **expected: int) -> None:
    """Return once the metrics of an instance count its regions as expected, and no other states."""
    async with httpx2.AsyncClient(trust_env=False) as http:

        async def check_counts() -> None:
            metrics = (await http.get(f"{instance.running.url}/metrics")).text
            counts = re.findall(r'^simpul_sources{state="(.+)"} (\S+)$', metrics, re.MULTILINE)
            counts_by_state = {state: int(float(count)) for state, count in counts if float(count)}
            lags = metrics.count("simpul_source_lag_seconds{")
            assert (counts_by_state, lags) == (expected, expected.get("FRESH", 0))

        await eventually(check_counts)


async def read_owner_urls(hub_client: Client) -> dict[str, tuple[str, str, str]]:
    """Return each of the two regions with the URLs of its source, its owner and its refusal."""
    sources = {row["regionCode"]: row["url"] for row in (await hub_client.ask(SOURCES))["sources"]}
    owner_urls = {}
    for region, opd in ((SUMEDANG, DISHUB), (INDRAMAYU, DISKOMINFO)):
        refused = await hub_client.ask(REGISTER, input=application_input("Uji", region, opd))
        source = await hub_client.ask(OWNER, code=region)
        owner_urls[region] = (
            sources[region],
            source["region"]["source"]["ownerUrl"],
            refused["registerApplication"]["ownerUrl"],
        )
    return owner_urls


async def is_chain_valid(simpul: SimpulInstance) -> bool:
    """Return whether the hash chain of Sumedang's log is valid at an instance."""
    async with open_instance(simpul.settings) as instance, instance.database.read() as session:
        return await log_entries.verify_log_chain(session, SUMEDANG) > 0
