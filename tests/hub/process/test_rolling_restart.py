"""A rolling restart under load: no subscriber misses an event or gets one twice."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, field

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from engine.model import PUBLIC_VIEWER, Role
from hub.instance import open_instance
from hub.settings import Settings
from resolvers.access import unpublished_access
from storage import arrival
from tests.fixtures.eventually import eventually
from tests.fixtures.processes import StartSimpul
from tests.hub.live_client import EVENTS, Client, client, connected, subscribe

pytestmark = pytest.mark.integration

# `make soak` has more of them; 1000 work, too.
SUBSCRIBERS = int(os.environ.get("SIMPUL_TEST_SUBSCRIBERS", "30"))
WORKERS = 2
EVENTS_PER_SECOND = 20
WAIT_SECONDS = 1.0  # the longest pause before a subscriber reconnects
OWNER = ("32.11", "32.11:opd-dishub")


@dataclass
class Subscriber:
    """A subscriber that reconnects whenever the connection ends, and resumes at its last cursor."""

    url: str
    after: str
    cursors: list[str] = field(default_factory=list)
    disconnections: Counter[str] = field(default_factory=Counter)

    async def follow(self) -> None:
        """Receive events until cancelled."""
        while True:
            try:
                await self._follow_until_closed()
            except ConnectionClosed as closure:
                self.disconnections[str(closure.rcvd.code if closure.rcvd else 1006)] += 1
            except (InvalidHandshake, OSError):
                self.disconnections["no handshake"] += 1
            await asyncio.sleep(random.uniform(0, WAIT_SECONDS))

    async def _follow_until_closed(self) -> None:
        options = {"compression": None, "ping_interval": None, "open_timeout": 30}
        async with connected(self.url, {}, **options) as socket:
            stream = await subscribe(socket, EVENTS, after=self.after)
            while True:
                event = await stream.next(None)
                assert event["previousCursor"] == self.after
                self.after = event["cursor"]
                self.cursors.append(self.after)


async def register_applications(hub: Client, ids: list[str]) -> None:
    """Register applications at a steady rate until cancelled; retry requests without a response."""
    start = time.monotonic()
    while True:
        name = f"Uji {len(ids)}"  # also the idempotency key of a retry
        try:
            ids.append(await hub.register(*OWNER, name))
        except httpx2.TransportError:
            continue
        await asyncio.sleep(start + len(ids) / EVENTS_PER_SECOND - time.monotonic())


async def list_public_events(url: str, start: str) -> tuple[list[str], set[str]]:
    """Return the cursors and subjects of all public events after a cursor, from the database."""
    epoch, _, number = start.rpartition(":")
    settings, public = Settings(SIMPUL_DATABASE_URL=url), unpublished_access(PUBLIC_VIEWER)
    async with open_instance(settings) as instance, instance.database.read() as session:
        arrivals = await arrival.list_visible_arrivals_after(session, int(number), 100_000, public)
    return [f"{epoch}:{row.number}" for row in arrivals], {row.subject for row in arrivals}


async def test_a_rolling_restart_loses_nothing_and_repeats_nothing(
    filled_postgresql_url: str, simpul_process: StartSimpul
) -> None:
    environment = {"DATABASE_URL": filled_postgresql_url, "SIMPUL_WORKERS": str(WORKERS)}
    hub = simpul_process("serve", environment=environment)
    async with client(hub, Role.PROVINCE) as writer:
        start = await writer.cursor()
        subscribers = [Subscriber(hub.url, start) for _ in range(SUBSCRIBERS)]
        following = [asyncio.create_task(subscriber.follow()) for subscriber in subscribers]
        ids: list[str] = []
        writing = asyncio.create_task(register_applications(writer, ids))
        await eventually(lambda: all(subscriber.cursors for subscriber in subscribers))
        hub.process.send_signal(signal.SIGHUP)
        await eventually(lambda: hub.log.read_text().count("Finished server process") == WORKERS)
        await asyncio.sleep(1)
        writing.cancel()
        log, subjects = await list_public_events(filled_postgresql_url, start)
        await eventually(
            lambda: all(len(subscriber.cursors) >= len(log) for subscriber in subscribers)
        )
        for task in (*following, writing):
            task.cancel()
        outcomes = await asyncio.gather(*following, writing, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {asyncio.CancelledError}
    assert set(ids) <= subjects
    for subscriber in subscribers:
        assert subscriber.cursors[: len(log)] == log
        assert subscriber.disconnections["1012"] >= 1
    assert hub.stop() == 0
