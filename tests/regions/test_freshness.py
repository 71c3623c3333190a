"""Queries with a maximal age, over owners that respond, hang, or have stopped."""

from __future__ import annotations

import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.model import Role
from tests.fixtures.processes import StartSimpul
from tests.hub.live_client import Client, client
from tests.regions.instances import SimpulInstance, wait_until_state

pytestmark = pytest.mark.integration

DISHUB = "32.11:opd-dishub"
DEADLINE_SECONDS = 2.0
FRESH_QUERY = """query ($freshness: FreshnessInput!) {
  coverage(freshness: $freshness) {
    regionCount freshCount staleCount unreachableCount regions { regionCode state asOf } }
  region(code: "32.11", freshness: $freshness) {
    source { state lagSeconds } applications(filter: {search: "Uji"}) { nodes { id } } } }"""


@pytest.fixture
async def hub_and_node(
    tmp_path: Path, simpul_process: StartSimpul
) -> AsyncIterator[tuple[SimpulInstance, SimpulInstance]]:
    """Yield a hub that owns Indramayu, and the node of Sumedang, which the hub follows."""
    node = await SimpulInstance(tmp_path / "node").prepare("32.11")
    hub = await SimpulInstance(tmp_path / "hub").prepare("32.12")
    hub.follow((node, ["32.11"]))
    node.serve(simpul_process)
    hub.serve(simpul_process)
    async with client(hub.running) as hub_client:
        await wait_until_state(hub_client, "32.11", "FRESH")
    yield hub, node
    node.running.process.send_signal(signal.SIGCONT)


async def test_answers_are_as_fresh_as_asked_or_say_which_are_not(
    hub_and_node: tuple[SimpulInstance, SimpulInstance],
) -> None:
    """Run all steps over the same processes, because starting them takes longer than the steps."""
    states_by_step = [await check_acknowledged_entries_are_in_a_fresh_answer(hub_and_node)]
    states_by_step += [await check_a_hanging_owner_costs_the_deadline_and_is_reported(hub_and_node)]
    hub_and_node[1].running.process.send_signal(signal.SIGCONT)
    states_by_step += [await check_a_lost_owner_costs_nothing(hub_and_node)]
    assert states_by_step == [
        {"32.11": state, "32.12": "OWNED"} for state in ("FRESH", "STALE", "UNREACHABLE")
    ]


async def check_acknowledged_entries_are_in_a_fresh_answer(
    hub_and_node: tuple[SimpulInstance, SimpulInstance],
) -> dict[str, str]:
    """Return the states of the regions in the last response."""
    hub, node = hub_and_node
    async with (
        client(hub.running) as hub_client,
        client(node.running, Role.PROVINCE) as node_client,
    ):
        for number in range(10):
            id = await node_client.register("32.11", DISHUB, f"Uji {number}")
            answer = await ask_fresh(hub_client, 0, "ALL")
            assert {"id": id} in answer["region"]["applications"]["nodes"]
            assert answer["coverage"] | {"regions": None} == {
                "regionCount": 2,
                "freshCount": 2,
                "staleCount": 0,
                "unreachableCount": 0,
                "regions": None,
            }
            source = answer["region"]["source"]
            assert source["state"] == "FRESH"
            assert source["lagSeconds"] < DEADLINE_SECONDS
        return states_by_region(answer)


async def check_a_hanging_owner_costs_the_deadline_and_is_reported(
    hub_and_node: tuple[SimpulInstance, SimpulInstance],
) -> dict[str, str]:
    """Return the states of the regions in the response that is not fresh."""
    hub, node = hub_and_node
    async with client(hub.running) as hub_client:
        node.running.process.send_signal(signal.SIGSTOP)
        start = time.monotonic()
        answer = await ask_fresh(hub_client, 0, "ANY")
        assert DEADLINE_SECONDS - 0.1 <= time.monotonic() - start < 2 * DEADLINE_SECONDS
        stale = states_by_region(answer)
        variables = {"freshness": {"maxAge": 0, "require": "ALL"}}
        response = await hub_client.http.post(
            f"{hub_client.url}/graphql", json={"query": FRESH_QUERY, "variables": variables}
        )
        [error] = response.json()["errors"]
        assert (error["path"], error["extensions"]["code"]) == (["region"], "NOT_FRESH")
        # What is already known needs no answer from the owner.
        start = time.monotonic()
        answer = await ask_fresh(hub_client, 3600, "ALL")
        assert states_by_region(answer) == {"32.11": "FRESH", "32.12": "OWNED"}
        assert time.monotonic() - start < DEADLINE_SECONDS / 2
        return stale


async def check_a_lost_owner_costs_nothing(
    hub_and_node: tuple[SimpulInstance, SimpulInstance],
) -> dict[str, str]:
    """Return the states of the regions in the response without the owner."""
    hub, node = hub_and_node
    async with client(hub.running) as hub_client:
        node.running.kill()
        await wait_until_state(hub_client, "32.11", "UNREACHABLE")
        start = time.monotonic()
        answer = await ask_fresh(hub_client, 0, "ANY")
        assert time.monotonic() - start < DEADLINE_SECONDS / 2
        assert answer["coverage"]["unreachableCount"] == 1
        final_states = states_by_region(answer)
        region = await hub_client.ask(
            '{ region(code: "32.11", freshness: {maxAge: 0}) { source { state } } }'
        )
        assert region == {"region": {"source": {"state": "UNREACHABLE"}}}
        return final_states


async def ask_fresh(hub_client: Client, max_age: int, require: str) -> dict:
    freshness = {"maxAge": max_age, "require": require}
    data: dict = await hub_client.ask(FRESH_QUERY, freshness=freshness)
    return data


def states_by_region(answer: dict) -> dict[str, str]:
    return {row["regionCode"]: row["state"] for row in answer["coverage"]["regions"]}
