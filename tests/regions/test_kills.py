"""Nodes and the hub are killed under load: copies equal their owners, and each event comes once.

FEDERATION_KILLS makes it longer, FEDERATION_SEED repeats the choices of a run.
"""

from __future__ import annotations

import asyncio
import os
import random
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest

from engine.model import Role
from tests.fixtures.eventually import eventually
from tests.fixtures.processes import StartSimpul
from tests.hub.live_client import client
from tests.hub.reconnecting_clients import Follower
from tests.regions.instances import SimpulInstance, wait_until_replicated

pytestmark = pytest.mark.integration

KILLS = int(os.environ.get("FEDERATION_KILLS", "2"))
SEED = int(os.environ.get("FEDERATION_SEED", random.randrange(1_000_000)))
UP_SECONDS = (0.3, 3.0)
OWNERS = {"32.11": "32.11:opd-dishub", "32.12": "32.12:opd-diskominfo"}


async def write_until_stopped(node: SimpulInstance, region: str, stop: asyncio.Event) -> int:
    """Register applications one by one, each until it is acknowledged; return their number."""
    number = 0
    while not stop.is_set():
        with suppress(httpx2.TransportError, OSError):
            async with client(node.running, Role.PROVINCE) as node_client:
                while not stop.is_set():
                    await node_client.register(region, OWNERS[region], f"Uji {number}")
                    number += 1
                    await asyncio.sleep(0.02)
        await asyncio.sleep(0.05)
    return number


async def test_copies_are_their_owners_and_events_come_once_whatever_is_killed(
    simpul_process: StartSimpul, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = random.Random(SEED)
    nodes = {code: await SimpulInstance(tmp_path / code).prepare(code) for code in OWNERS}
    hub = await SimpulInstance(tmp_path / "hub").prepare("32")
    hub.follow(*((node, [code]) for code, node in nodes.items()))
    instances = [*nodes.values(), hub]
    for instance in instances:
        instance.serve(simpul_process)
    for code, node in nodes.items():
        await wait_until_replicated(hub, node, code)
    before = {code: await node.count_entries(code) for code, node in nodes.items()}
    stop = asyncio.Event()
    async with client(hub.running, Role.PROVINCE) as hub_client:
        follower = Follower([hub_client], rng, await hub_client.cursor())
        following = asyncio.create_task(follower.run())
        writing = [
            asyncio.create_task(write_until_stopped(node, code, stop))
            for code, node in nodes.items()
        ]
        for _ in range(KILLS):
            await asyncio.sleep(rng.uniform(*UP_SECONDS))
            victim = rng.choice(instances)
            victim.running.kill()
            await asyncio.to_thread(victim.serve, simpul_process)
        stop.set()
        written = await asyncio.gather(*writing)
        for code, node in nodes.items():
            await wait_until_replicated(hub, node, code)
        expected = {
            (code, sequence)
            for code, node in nodes.items()
            for sequence in range(before[code] + 1, await node.count_entries(code) + 1)
        }
        assert len(expected) == sum(written)  # each acknowledged entry, once
        await eventually(lambda: len(list_registrations(follower)) >= len(expected))
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
    with capsys.disabled():
        print(  # noqa: T201
            f"\n{KILLS} kills (seed {SEED}): {len(expected)} entries of {len(nodes)} nodes "
            f"received once, over {follower.lost_connections} lost connections, "
            f"{follower.resumptions} of them resumed"
        )
    received = list_registrations(follower)
    for code in nodes:
        assert [sequence for region, sequence in received if region == code] == sorted(
            sequence for region, sequence in expected if region == code
        )


def list_registrations(follower: Follower) -> list[tuple[str, int]]:
    """Return the region and sequence of each registration that a follower received, in order."""
    return [
        (event["region"]["code"], event["sequence"])
        for event in follower.events
        if event["eventKind"] == "APPLICATION_REGISTERED"
    ]
