"""A client of a running process: operations over HTTP, subscriptions over a WebSocket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from engine.model import Role
from tests.fixtures.credentials import add_token
from tests.fixtures.processes import SimpulProcess

PROTOCOLS = [Subprotocol("graphql-transport-ws")]
EVENT_SECONDS = 30.0  # a lost event must fail its test, not hang it
EVENT = """
cursor previousCursor eventKind region { code } ... on LogEntryAppended { sequence subjectId }
"""
EVENTS = f"""
subscription ($after: Cursor, $kinds: [EventKind!]) {{
  events(after: $after, kinds: $kinds) {{ {EVENT} }}
}}
"""

REGISTER = """
mutation ($input: RegisterApplicationInput!) {
  registerApplication(input: $input) { ... on Application { id } ... on Problem { message } }
}
"""


@dataclass(frozen=True)
class Stream:
    """A subscription to one field, with its own id on the socket."""

    socket: ClientConnection
    id: str = "1"

    async def next(self, seconds: float | None = EVENT_SECONDS) -> Any:
        """Return the payload of the next event."""
        async with asyncio.timeout(seconds):
            message = json.loads(await self.socket.recv())
        assert (message["id"], message["type"]) == (self.id, "next"), message
        assert "errors" not in message["payload"], message
        [value] = message["payload"]["data"].values()
        return value


@dataclass(frozen=True)
class Client:
    """A client of one process, with or without a token."""

    http: httpx2.AsyncClient
    url: str
    authorization: dict[str, str]

    async def ask(self, document: str, **variables: object) -> Any:
        """Return the data of an operation, which must have no error."""
        answer = await self.http.post(
            f"{self.url}/graphql",
            json={"query": document, "variables": variables},
            headers=self.authorization,
        )
        body = answer.json()
        assert "errors" not in body, body
        return body["data"]

    async def register(self, region: str, opd: str, name: str) -> str:
        """Register an application, with its name as idempotency key; return its id."""
        application_input = {
            "regionCode": region,
            "opdId": opd,
            "name": name,
            "idempotencyKey": name,
        }
        id: str = (await self.ask(REGISTER, input=application_input))["registerApplication"]["id"]
        return id

    async def cursor(self) -> str:
        """Return the cursor of the newest event."""
        cursor: str = (await self.ask("{ instance { cursor } }"))["instance"]["cursor"]
        return cursor

    @asynccontextmanager
    async def listening(self, document: str, **variables: object) -> AsyncIterator[Stream]:
        """Yield a subscription. Pass `after`, because the time when it begins is not known."""
        async with connected(self.url, self.authorization) as socket:
            yield await subscribe(socket, document, **variables)


@asynccontextmanager
async def connected(
    url: str, authorization: dict[str, str], **options: Any
) -> AsyncIterator[ClientConnection]:
    """Yield a WebSocket whose connection the process at `url` has acknowledged."""
    address = url.replace("http", "ws", 1) + "/graphql"
    async with connect(address, subprotocols=PROTOCOLS, proxy=None, **options) as socket:
        await socket.send(json.dumps({"type": "connection_init", "payload": authorization}))
        assert json.loads(await socket.recv()) == {"type": "connection_ack"}
        yield socket


async def subscribe(
    socket: ClientConnection, document: str, id: str = "1", **variables: object
) -> Stream:
    """Begin a subscription on a socket."""
    payload = {"query": document, "variables": variables}
    await socket.send(json.dumps({"id": id, "type": "subscribe", "payload": payload}))
    return Stream(socket, id)


@asynccontextmanager
async def client(simpul: SimpulProcess, role: Role | None = None) -> AsyncIterator[Client]:
    """Yield a client; with a role, it has the permissions of that role in West Java."""
    # The client closes idle connections before the server does, which could race with a request.
    limits = httpx2.Limits(keepalive_expiry=2)
    async with httpx2.AsyncClient(timeout=30, limits=limits, trust_env=False) as http:
        authorization = {}
        if role is not None:
            subject = f"ani-{role.value.lower()}"
            token = await add_token(simpul.database_url, role, ["32"], subject=subject)
            authorization = {"authorization": f"Bearer {token}"}
        yield Client(http, simpul.url, authorization)
