"""Queries with a maximal age, over owners that respond, hang, or are gone."""

from __future__ import annotations

import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.model import Role
from tests.fixtures.processes import StartSimpul
from tests.hub.live import Client, client
from tests.regions.instances import Place, until_state

pytestmark = pytest.mark.integration

DISHUB = "opd-32.11.dishub"
DEADLINE_SECONDS = 2.0
COVERED = "total fresh stale unreachable regions { region state asOf }"
ASKED = f"""query ($maxAge: Int!, $require: Require!) {{ fresh(maxAge: $maxAge, require: $require) {{
  __typename
  ... on Fresh {{ coverage {{ {COVERED} }}
    applications(filter: {{search: "Uji"}}) {{ nodes {{ id }} }}
    region(code: "32.11") {{ source {{ state lagSeconds }} }} }}
  ... on NotFresh {{ message coverage {{ {COVERED} }} }} }} }}"""


@pytest.fixture
async def places(tmp_path: Path, simpul_process: StartSimpul) -> AsyncIterator[tuple[Place, Place]]:
    """Yield a hub that owns Indramayu, and the node of Sumedang, which the hub follows."""
    node = await Place(tmp_path / "node").prepare("32.11")
    hub = await Place(tmp_path / "hub").prepare("32.12")
    hub.follow((node, ["32.11"]))
    node.serve(simpul_process)
    hub.serve(simpul_process)
    async with client(hub.running) as above:
        await until_state(above, "32.11", "FRESH")
    yield hub, node
    node.running.process.send_signal(signal.SIGCONT)


async def test_answers_are_as_fresh_as_asked_or_say_which_are_not(
    places: tuple[Place, Place],
) -> None:
    """Run all steps over the same processes, because starting them takes longer than the steps."""
    found = [await what_an_owner_has_acknowledged_is_in_an_answer_of_no_age(places)]
    found += [await an_owner_that_hangs_costs_the_deadline_and_is_reported(places)]
    places[1].running.process.send_signal(signal.SIGCONT)
    found += [await an_owner_that_is_gone_costs_nothing(places)]
    assert found == [
        {"32.11": state, "32.12": "OWNED"} for state in ("FRESH", "STALE", "UNREACHABLE")
    ]


async def what_an_owner_has_acknowledged_is_in_an_answer_of_no_age(
    places: tuple[Place, Place],
) -> dict[str, str]:
    """Return the states of the regions in the last response."""
    hub, node = places
    async with client(hub.running) as above, client(node.running, Role.PROVINCE) as it:
        for number in range(10):
            id = await it.register("32.11", DISHUB, f"Uji {number}")
            answer = (await asked(above, 0, "ALL"))["fresh"]
            assert {"id": id} in answer["applications"]["nodes"]
            assert answer["coverage"] | {"regions": None} == {
                "total": 2,
                "fresh": 2,
                "stale": 0,
                "unreachable": 0,
                "regions": None,
            }
            source = answer["region"]["source"]
            assert source["state"] == "FRESH"
            assert source["lagSeconds"] < DEADLINE_SECONDS
        return states(answer)


async def an_owner_that_hangs_costs_the_deadline_and_is_reported(
    places: tuple[Place, Place],
) -> dict[str, str]:
    """Return the states of the regions in the response that is not fresh."""
    hub, node = places
    async with client(hub.running) as above:
        node.running.process.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        answer = (await asked(above, 0, "ANY"))["fresh"]
        assert DEADLINE_SECONDS - 0.1 <= time.monotonic() - began < 2 * DEADLINE_SECONDS
        stale = states(answer)
        answer = (await asked(above, 0, "ALL"))["fresh"]
        assert answer["__typename"] == "NotFresh"
        assert answer["message"] == "of 2 regions 1 are older than 0 seconds"
        # What is already known needs no answer from the owner.
        began = time.monotonic()
        answer = (await asked(above, 3600, "ALL"))["fresh"]
        assert states(answer) == {"32.11": "FRESH", "32.12": "OWNED"}
        assert time.monotonic() - began < DEADLINE_SECONDS / 2
        return stale


async def an_owner_that_is_gone_costs_nothing(places: tuple[Place, Place]) -> dict[str, str]:
    """Return the states of the regions in the response without the owner."""
    hub, node = places
    async with client(hub.running) as above:
        node.running.kill()
        await until_state(above, "32.11", "UNREACHABLE")
        began = time.monotonic()
        answer = (await asked(above, 0, "ANY"))["fresh"]
        assert time.monotonic() - began < DEADLINE_SECONDS / 2
        assert answer["coverage"]["unreachable"] == 1
        gone = states(answer)
        found = await above.ask('{ region(code: "32.11", maxAge: 0) { source { state } } }')
        assert found == {"region": {"source": {"state": "UNREACHABLE"}}}
        return gone


async def asked(above: Client, max_age: int, require: str) -> dict:
    found: dict = await above.ask(ASKED, maxAge=max_age, require=require)
    return found


def states(answer: dict) -> dict[str, str]:
    return {each["region"]: each["state"] for each in answer["coverage"]["regions"]}
