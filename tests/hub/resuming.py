"""Clients that reconnect: followers resume at their cursor, writers retry until they succeed."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2
from websockets.exceptions import InvalidHandshake, WebSocketException

from tests.hub.live import EVENT, EVENTS, Client, connected, subscribe

PAGE = f"""
query ($after: Cursor) {{
  events(after: $after, first: 500) {{ cursor hasNextPage events {{ {EVENT} }} }}
}}
"""
UPDATE = """
mutation ($input: UpdateApplicationInput!) {
  updateApplication(input: $input) {
    ... on Application { id version name } ... on Problem { message }
  }
}
"""
CALL_SECONDS = 5.0
PAUSE_SECONDS = (0.05, 0.5)  # between two attempts of one client; random, to spread the clients
WRITE_SECONDS = (0.02, 0.1)  # between two changes of one writer
FOLLOWED_SECONDS = (2.0, 20.0)  # after this time a follower's own network fails

Event = dict[str, Any]


class Lost(Exception):
    """The connection or the response was lost, so the client must retry."""


@dataclass
class Follower:
    """Follows all events through any hub that answers, and records them in order."""

    hubs: Sequence[Client]
    chance: random.Random
    cursor: str  # the cursor of the newest event that it has
    events: list[Event] = field(default_factory=list)
    connections: int = 0  # connections that were lost or given up
    resumed: int = 0  # times that events arrived after one of them

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            try:
                async with asyncio.timeout(self.chance.uniform(*FOLLOWED_SECONDS)):
                    await self._follow(self.chance.choice(self.hubs))
            except (Lost, OSError, TimeoutError, WebSocketException):
                self.connections += 1
            await asyncio.sleep(self.chance.uniform(*PAUSE_SECONDS))

    async def _follow(self, hub: Client) -> None:
        async with connected(
            hub.url, hub.authorization, open_timeout=CALL_SECONDS, close_timeout=0
        ) as socket:
            try:
                await subscribe(socket, EVENTS, after=self.cursor)
                first = bool(self.connections)
                async for message in socket:
                    self._take(json.loads(message))
                    self.resumed += first
                    first = False
            finally:
                socket.transport.abort()  # as if the network were gone: no closing handshake
        raise Lost

    def _take(self, message: Any) -> None:
        if message["type"] == "next" and not message["payload"].get("errors"):
            event = message["payload"]["data"]["events"]
            self.events.append(event)
            self.cursor = event["cursor"]
            return
        # Without its database a hub may end or refuse a subscription, but every cursor stays valid.
        assert "SNAPSHOT_REQUIRED" not in json.dumps(message), message
        raise Lost


@dataclass
class Writer:
    """Changes one application again and again, each change once, by its idempotency key."""

    hubs: Sequence[Client]
    chance: random.Random
    application: str
    version: int
    repeated: int = 0  # requests that were retried because their response was lost

    async def run(self, over: asyncio.Event) -> None:
        """Write until `over` is set; a change that has begun is completed."""
        while not over.is_set():
            name = f"{self.application} {self.version + 1}"
            given = {
                "id": self.application,
                "version": self.version,
                "name": name,
                "idempotencyKey": name,
            }
            answer = await self._answered(given)
            assert answer == {
                "id": self.application,
                "version": self.version + 1,
                "name": name,
            }
            self.version += 1
            await asyncio.sleep(self.chance.uniform(*WRITE_SECONDS))

    async def _answered(self, given: Event) -> Any:
        while True:
            hub = self.chance.choice(self.hubs)
            try:
                answer = await hub.http.post(
                    f"{hub.url}/graphql",
                    json={"query": UPDATE, "variables": {"input": given}},
                    headers=hub.authorization,
                    timeout=CALL_SECONDS,
                )
                body = answer.json()
                if answer.status_code == 200 and "errors" not in body:
                    return body["data"]["updateApplication"]
            except (httpx2.TransportError, InvalidHandshake):
                pass
            self.repeated += 1
            await asyncio.sleep(self.chance.uniform(*PAUSE_SECONDS))


async def everything(hub: Client, after: str) -> list[Event]:
    """Return all events after a cursor that the client of `hub` may see, page by page."""
    found: list[Event] = []
    more = True
    while more:
        page = (await hub.ask(PAGE, after=after))["events"]
        found += page["events"]
        after, more = page["cursor"], page["hasNextPage"]
    return found
