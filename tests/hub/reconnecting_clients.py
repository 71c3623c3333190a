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

from tests.hub.live_client import EVENT, EVENTS, Client, connected, subscribe

PAGE = f"""
query ($after: Cursor) {{
  events(after: $after, first: 500) {{
    pageInfo {{ hasNextPage endCursor }} nodes {{ {EVENT} }}
  }}
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


class ConnectionLost(Exception):
    """The connection or the response was lost, so the client must retry."""


@dataclass
class Follower:
    """Follows all events through any hub that answers, and records them in order."""

    hubs: Sequence[Client]
    rng: random.Random
    cursor: str  # the cursor of the newest event that it has
    events: list[Event] = field(default_factory=list)
    lost_connections: int = 0  # connections that were lost or given up
    resumptions: int = 0  # times that events arrived after one of them

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            try:
                async with asyncio.timeout(self.rng.uniform(*FOLLOWED_SECONDS)):
                    await self._follow_hub(self.rng.choice(self.hubs))
            except (ConnectionLost, OSError, TimeoutError, WebSocketException):
                self.lost_connections += 1
            await asyncio.sleep(self.rng.uniform(*PAUSE_SECONDS))

    async def _follow_hub(self, hub: Client) -> None:
        async with connected(
            hub.url, hub.authorization, open_timeout=CALL_SECONDS, close_timeout=0
        ) as socket:
            try:
                await subscribe(socket, EVENTS, after=self.cursor)
                is_resuming = bool(self.lost_connections)
                async for message in socket:
                    self._record_event(json.loads(message))
                    self.resumptions += is_resuming
                    is_resuming = False
            finally:
                socket.transport.abort()  # as if the network had failed: no closing handshake
        raise ConnectionLost

    def _record_event(self, message: Any) -> None:
        if message["type"] == "next" and not message["payload"].get("errors"):
            event = message["payload"]["data"]["events"]
            self.events.append(event)
            self.cursor = event["cursor"]
            return
        # Without its database a hub may end or refuse a subscription, but every cursor stays valid.
        assert "SNAPSHOT_REQUIRED" not in json.dumps(message), message
        raise ConnectionLost


@dataclass
class Writer:
    """Changes one application again and again, each change once, by its idempotency key."""

    hubs: Sequence[Client]
    rng: random.Random
    application: str
    version: int
    retries: int = 0  # requests that were retried because their response was lost

    async def run(self, stop: asyncio.Event) -> None:
        """Write until `over` is set; a change that has begun is completed."""
        while not stop.is_set():
            name = f"{self.application} {self.version + 1}"
            application_input = {
                "id": self.application,
                "version": self.version,
                "name": name,
                "idempotencyKey": name,
            }
            answer = await self._send_until_answered(application_input)
            assert answer == {
                "id": self.application,
                "version": self.version + 1,
                "name": name,
            }
            self.version += 1
            await asyncio.sleep(self.rng.uniform(*WRITE_SECONDS))

    async def _send_until_answered(self, application_input: Event) -> Any:
        while True:
            hub = self.rng.choice(self.hubs)
            try:
                answer = await hub.http.post(
                    f"{hub.url}/graphql",
                    json={"query": UPDATE, "variables": {"input": application_input}},
                    headers=hub.authorization,
                    timeout=CALL_SECONDS,
                )
                body = answer.json()
                if answer.status_code == 200 and "errors" not in body:
                    return body["data"]["updateApplication"]
            except (httpx2.TransportError, InvalidHandshake):
                pass
            self.retries += 1
            await asyncio.sleep(self.rng.uniform(*PAUSE_SECONDS))


async def list_events_after(hub: Client, after: str) -> list[Event]:
    """Return all events after a cursor that the client of `hub` may see, page by page."""
    events: list[Event] = []
    has_next_page = True
    while has_next_page:
        page = (await hub.ask(PAGE, after=after))["events"]
        events += page["nodes"]
        after, has_next_page = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    return events
