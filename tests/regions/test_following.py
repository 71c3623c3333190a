"""Instances that follow each other as real processes, from a node up to the nation."""

from __future__ import annotations

import re
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import delete

from engine.model import Role
from hub.app import open_instance
from resolvers.handover import SelfHandover, hand_over_region
from storage import log
from storage.database import Database
from storage.log import LogNotFound, LogOwnedElsewhere
from storage.tables import EntryRow
from tests.fixtures.eventually import eventually
from tests.fixtures.processes import StartSimpul
from tests.hub.live import EVENTS, Client, client
from tests.regions.instances import SOURCES, Place, until_replicated, until_state

pytestmark = pytest.mark.integration

SUMEDANG, INDRAMAYU = "32.11", "32.12"
DISHUB, DISKOMINFO = "opd-32.11.dishub", "opd-32.12.diskominfo"
OWNER = "query ($code: ID!) { region(code: $code) { source { ownerUrl } } }"
REGISTERED = ["APPLICATION_REGISTERED"]
REGISTER = """mutation ($input: RegisterApplicationInput!) { registerApplication(input: $input) {
  __typename ... on Problem { message } ... on OwnedElsewhere { ownerUrl }
  ... on Application { id } } }"""


def new(name: str, region: str = SUMEDANG, opd: str = DISHUB) -> dict[str, str]:
    return {"region": region, "opd": opd, "name": name}


async def test_a_copy_equals_its_owner_and_each_change_is_announced_once(
    simpul_process: StartSimpul, tmp_path: Path, database_url: str
) -> None:
    node = await Place(tmp_path / "node").prepare(SUMEDANG)
    hub = await Place(tmp_path / "hub", database_url=database_url).prepare("32", INDRAMAYU)
    hub.follow((node, [SUMEDANG]))
    node.serve(simpul_process)
    hub.serve(simpul_process)
    await until_replicated(hub, node, SUMEDANG)
    async with (
        client(hub.running, Role.PROVINCE) as above,
        client(node.running, Role.PROVINCE) as it,
    ):
        assert (await until_state(above, SUMEDANG, "FRESH"))["url"] == node.url
        after = await above.cursor()
        async with above.listening(EVENTS, after=after, kinds=REGISTERED) as events:
            for number in range(5):
                id = await it.register(SUMEDANG, DISHUB, f"Uji {number}")
                event = await events.next()
                assert (event["subject"], event["region"]["code"]) == (id, SUMEDANG)
        await until_replicated(hub, node, SUMEDANG)
        refused = (await above.ask(REGISTER, input=new("Lain")))["registerApplication"]
        assert refused["__typename"] == "OwnedElsewhere"
        assert refused["ownerUrl"] == node.url
        # The hub still accepts changes of the region that it owns.
        own = new("Sendiri", INDRAMAYU, DISKOMINFO)
        assert "id" in (await above.ask(REGISTER, input=own))["registerApplication"]


async def test_a_node_that_stops_turns_stale_and_heals_with_what_came_meanwhile(
    simpul_process: StartSimpul, tmp_path: Path
) -> None:
    node = await Place(tmp_path / "node").prepare(SUMEDANG)
    hub = await Place(tmp_path / "hub").prepare("32", INDRAMAYU)
    hub.follow((node, [SUMEDANG]))
    node.serve(simpul_process)
    hub.serve(simpul_process)
    async with client(hub.running, Role.PROVINCE) as above:
        await until_state(above, SUMEDANG, "FRESH")
        node.running.kill()
        gone = await until_state(above, SUMEDANG, "UNREACHABLE", reason="no connection")
        assert gone["asOf"] is not None
        answer = await above.ask(
            '{ region(code: "32.11") { name source { state } index { display } } }'
        )
        assert answer["region"]["name"] == "Kabupaten Sumedang"
        assert answer["region"]["source"]["state"] == "UNREACHABLE"
        assert answer["region"]["index"] is not None
        await until_state(above, INDRAMAYU, "OWNED")
        after = await above.cursor()
        node.serve(simpul_process)
        async with client(node.running, Role.PROVINCE) as it:
            id = await it.register(SUMEDANG, DISHUB, "Kembali")
        async with above.listening(EVENTS, after=after, kinds=REGISTERED) as events:
            assert (await events.next())["subject"] == id
        await until_state(above, SUMEDANG, "FRESH")
    await until_replicated(hub, node, SUMEDANG)


async def test_a_region_of_our_own_is_not_counted_as_unreachable_with_its_endpoint(
    simpul_process: StartSimpul, tmp_path: Path
) -> None:
    node = await Place(tmp_path / "node").prepare(SUMEDANG)
    hub = await Place(tmp_path / "hub").prepare("32", INDRAMAYU)
    hub.follow((node, [SUMEDANG, INDRAMAYU]))
    hub.serve(simpul_process)
    async with client(hub.running) as above:
        await until_state(above, SUMEDANG, "UNREACHABLE")
        found = (await above.ask(SOURCES))["sources"]
        assert [(each["region"], each["state"]) for each in found] == [(SUMEDANG, "UNREACHABLE")]
    await until_counted(hub, OWNED=2, UNREACHABLE=1)


async def test_where_the_log_is_not_kept_a_copy_begins_with_a_snapshot(
    simpul_process: StartSimpul, tmp_path: Path
) -> None:
    node = await Place(tmp_path / "node").prepare(SUMEDANG)
    hub = await Place(tmp_path / "hub").prepare()
    length = await node.head(SUMEDANG)
    database = Database(node.settings.database)
    async with database.write() as session:  # as older software does, which has no history
        await session.execute(delete(EntryRow).where(EntryRow.sequence < length))
    await database.close()
    hub.follow((node, [SUMEDANG]))
    node.serve(simpul_process)
    hub.serve(simpul_process, SIMPUL_WORKERS="2")
    async with (
        client(hub.running, Role.PROVINCE) as above,
        client(node.running, Role.PROVINCE) as it,
    ):
        await until_state(above, SUMEDANG, "FRESH")
        assert await followers(hub) == 1  # one of the two workers
        await until_replicated(hub, node, SUMEDANG)
        await it.register(SUMEDANG, DISHUB, "Sesudah")
        await until_replicated(hub, node, SUMEDANG)
        found = await above.ask('{ region(code: "32.11") { index { display } } }')
        assert found["region"]["index"]["display"] == "4.51"
    assert await whole(hub)


async def test_a_region_is_handed_over_to_its_own_node_and_back(
    simpul_process: StartSimpul, tmp_path: Path
) -> None:
    hub = await Place(tmp_path / "hub").prepare("32", SUMEDANG)
    node = await Place(tmp_path / "node").prepare()
    hub.follow((node, [SUMEDANG]))
    node.follow((hub, [SUMEDANG]))
    hub.serve(simpul_process)
    node.serve(simpul_process)
    await until_replicated(node, hub, SUMEDANG)
    async with (
        client(hub.running, Role.PROVINCE) as above,
        client(node.running, Role.PROVINCE) as it,
    ):

        async def owned_by_one(owner: Place, name: str) -> None:
            """Check that the instance that does not own the region refuses, and names the owner."""
            for place, asked in ((hub, above), (node, it)):
                answer = (await asked.ask(REGISTER, input=new(name)))["registerApplication"]
                if place is owner:
                    assert "id" in answer, answer
                else:
                    assert answer["ownerUrl"] == owner.url

        await owned_by_one(hub, "Sebelum")
        given = await handed_over(hub, node)
        await until_state(it, SUMEDANG, "OWNED")
        assert await node.head(SUMEDANG) == given
        await owned_by_one(node, "Di simpul")
        await until_state(above, SUMEDANG, "FRESH")
        await until_replicated(hub, node, SUMEDANG)
        assert await hub.head(SUMEDANG) == given + 1

        await handed_over(node, hub)
        await until_state(above, SUMEDANG, "OWNED")
        await owned_by_one(hub, "Kembali")
        await until_state(it, SUMEDANG, "FRESH")
        await until_counted(hub, OWNED=2)
        await until_counted(node, FRESH=1)
    await until_replicated(node, hub, SUMEDANG)
    assert await whole(hub)
    assert await whole(node)


async def test_a_region_is_handed_over_only_by_its_owner_and_to_another(tmp_path: Path) -> None:
    hub, other = await Place(tmp_path / "hub").prepare(SUMEDANG), "wss://example.id/graphql"
    async with open_instance(hub.settings) as instance:
        with pytest.raises(SelfHandover, match="expected the API of another instance"):
            await hand_over_region(instance, SUMEDANG, hub.url)
        with pytest.raises(LogNotFound):
            await hand_over_region(instance, "99.99", other)
        before = await hub.head(SUMEDANG)
        assert await hand_over_region(instance, SUMEDANG, other) == before + 1
        with pytest.raises(LogOwnedElsewhere, match=other):
            await hand_over_region(instance, SUMEDANG, other)
        assert await hub.head(SUMEDANG) == before + 1


async def test_an_entry_keeps_its_origin_and_chain_over_three_levels(
    simpul_process: StartSimpul, tmp_path: Path
) -> None:
    sumedang = await Place(tmp_path / "sumedang").prepare(SUMEDANG)
    bandung = await Place(tmp_path / "bandung").prepare("32.73")
    west = await Place(tmp_path / "west").prepare("32", INDRAMAYU)
    west.follow((sumedang, [SUMEDANG]))
    other = await Place(tmp_path / "other").prepare("32.01")
    other.follow((bandung, ["32.73"]))
    nation = await Place(tmp_path / "nation").prepare()
    nation.follow((west, ["32", SUMEDANG, INDRAMAYU]), (other, ["32.01", "32.73"]))
    for place in (sumedang, bandung, west, other, nation):
        place.serve(simpul_process)
    async with client(sumedang.running, Role.PROVINCE) as it, client(nation.running) as top:
        id = await it.register(SUMEDANG, DISHUB, "Uji")
        for owner, region in (
            (sumedang, SUMEDANG),
            (bandung, "32.73"),
            (west, INDRAMAYU),
            (west, "32"),
            (other, "32.01"),
        ):
            await until_replicated(nation, owner, region)
        found = await top.ask(
            '{ region(code: "32.11") { applications(first: 200) { nodes { id } } } }'
        )
        assert {"id": id} in found["region"]["applications"]["nodes"]
        assert await top.ask("query ($id: ID!) { node(id: $id) { id } }", id=id) == {
            "node": {"id": id}
        }


async def test_the_nation_names_the_node_that_owns_a_region_and_not_the_hub_between(
    simpul_process: StartSimpul, tmp_path: Path
) -> None:
    node = await Place(tmp_path / "node").prepare(SUMEDANG)
    west = await Place(tmp_path / "west").prepare("32", INDRAMAYU)
    nation = await Place(tmp_path / "nation").prepare()
    west.follow((node, [SUMEDANG]))
    node.follow((west, [INDRAMAYU]))
    nation.follow((west, ["32", SUMEDANG, INDRAMAYU]))
    for place in (node, west, nation):
        place.serve(simpul_process)
    async with client(nation.running, Role.PROVINCE) as top:
        for region in (SUMEDANG, INDRAMAYU):
            await until_state(top, region, "FRESH")
        assert await owners(top) == {
            SUMEDANG: (west.url, node.url, node.url),
            INDRAMAYU: (west.url, west.url, west.url),
        }
        # An instance above sees when a region below changes its owner.
        await until_replicated(node, west, INDRAMAYU)
        await handed_over(west, node, INDRAMAYU)
        west.follow((node, [SUMEDANG, INDRAMAYU]))
        handed = dict.fromkeys((SUMEDANG, INDRAMAYU), (west.url, node.url, node.url))

        async def is_handed_over() -> None:
            assert await owners(top) == handed

        await eventually(is_handed_over)


async def followers(hub: Place) -> int:
    """Return how many workers follow; each worker reports its metrics now and then."""
    async with httpx2.AsyncClient(trust_env=False) as http:

        async def following() -> int:
            metrics = (await http.get(f"{hub.running.url}/metrics")).text
            found = re.findall(r'simpul_sources{[^}]*state="FRESH"[^}]*} 1.0', metrics)
            assert found != []
            return len(found)

        return await eventually(following)


async def until_counted(place: Place, **expected: int) -> None:
    """Return once the metrics of an instance count its regions like this, and no other states."""
    async with httpx2.AsyncClient(trust_env=False) as http:

        async def counted() -> None:
            metrics = (await http.get(f"{place.running.url}/metrics")).text
            counts = re.findall(r'^simpul_sources{state="(.+)"} (\S+)$', metrics, re.MULTILINE)
            found = {state: int(float(count)) for state, count in counts if float(count)}
            lags = metrics.count("simpul_source_lag_seconds{")
            assert (found, lags) == (expected, expected.get("FRESH", 0))

        await eventually(counted)


async def owners(asked: Client) -> dict[str, tuple[str, str, str]]:
    """Return for each of the two regions its source URL, its owner URL, and a refusal's owner URL."""
    sources = {each["region"]: each["url"] for each in (await asked.ask(SOURCES))["sources"]}
    found = {}
    for region, opd in ((SUMEDANG, DISHUB), (INDRAMAYU, DISKOMINFO)):
        refused = await asked.ask(REGISTER, input=new("Uji", region, opd))
        source = await asked.ask(OWNER, code=region)
        found[region] = (
            sources[region],
            source["region"]["source"]["ownerUrl"],
            refused["registerApplication"]["ownerUrl"],
        )
    return found


async def handed_over(owner: Place, to: Place, region: str = SUMEDANG) -> int:
    """Hand a region over while the owner's server runs; return the sequence of the log entry."""
    async with open_instance(owner.settings) as instance:
        return await hand_over_region(instance, region, to.url)


async def whole(place: Place) -> bool:
    """Return whether the hash chain of Sumedang's log is valid at an instance."""
    async with open_instance(place.settings) as instance, instance.database.read() as session:
        return await log.verify_log_chain(session, SUMEDANG) > 0
