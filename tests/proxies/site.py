"""A hub behind a proxy, as its clients reach it by TLS."""

from __future__ import annotations

import asyncio
import json
import secrets
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from engine.model import Role
from tests.fixtures.credentials import add_token
from tests.fixtures.processes import SimpulProcess, StartSimpul
from tests.hub.live_client import EVENTS, PROTOCOLS, REGISTER, Stream, subscribe

REGION, OPD = "32.01", "32.01:opd-diskominfo"
ANSWER_SECONDS = 20.0


@dataclass(frozen=True)
class Site:
    """The public address, the certificate that it has, and the hub behind it."""

    address: str  # with the root path, without a slash at its end
    root_path: str
    authority: Path
    hub: SimpulProcess
    start: StartSimpul
    folder: Path  # for what a check writes

    def tls(self) -> ssl.SSLContext:
        """Return a context that trusts the certificate of the proxy, and no other."""
        return trust(self.authority)

    def client(self, source: str = "127.0.0.1") -> httpx2.AsyncClient:
        """Return an HTTP client that connects from an address of this machine."""
        return client_from(source, self.authority)

    async def wait_until_passed_on(self) -> None:
        """Wait until the proxy has seen that the hub is ready."""
        async with self.client() as http, asyncio.timeout(ANSWER_SECONDS):
            while True:
                if (await http.get(f"{self.address}/healthz")).status_code == 200:
                    return
                await asyncio.sleep(0.1)

    def connect(self, origin: str | None) -> connect:
        """Return a WebSocket connection that a page of the origin opens."""
        address = self.address.replace("https", "wss", 1) + "/graphql"
        options: dict[str, Any] = {"origin": origin, "subprotocols": PROTOCOLS, "proxy": None}
        return connect(address, ssl=self.tls(), **options)

    async def handshake_status(self, origin: str) -> int:
        """Return the status with which a WebSocket of a page of another site is refused."""
        try:
            async with self.connect(origin):
                return 101
        except InvalidStatus as refusal:
            return refusal.response.status_code

    async def ask(self, document: str, **variables: object) -> Any:
        """Return the data of an operation of the region's program."""
        token = await add_token(self.hub.database_url, Role.REGION, [REGION])
        async with self.client() as http:
            answer = await http.post(
                f"{self.address}/graphql",
                json={"query": document, "variables": variables},
                headers={"authorization": f"Bearer {token}"},
            )
        body = answer.json()
        if "errors" in body:
            raise AssertionError(f"expected data, got {body['errors']}")
        return body["data"]

    async def register_application(self) -> str:
        """Register an application, and return its id."""
        name = f"Uji {secrets.token_hex(6)}"
        content = {"regionCode": REGION, "opdId": OPD, "name": name, "idempotencyKey": name}
        written = await self.ask(REGISTER, input=content)
        id: str = written["registerApplication"]["id"]
        return id

    async def cursor(self) -> str:
        """Return the cursor of the newest event."""
        cursor: str = (await self.ask("{ instance { cursor } }"))["instance"]["cursor"]
        return cursor


def trust(authority: Path) -> ssl.SSLContext:
    """Return a context that trusts one certificate, and no other."""
    return ssl.create_default_context(cafile=authority)


def client_from(source: str, authority: Path) -> httpx2.AsyncClient:
    """Return an HTTP client that connects from an address of this machine."""
    transport = httpx2.AsyncHTTPTransport(verify=trust(authority), local_address=source)
    return httpx2.AsyncClient(transport=transport, timeout=ANSWER_SECONDS, trust_env=False)


@asynccontextmanager
async def listening(site: Site, origin: str) -> AsyncIterator[Stream]:
    """Yield the events from now on over a WebSocket of a page of the site."""
    after = await site.cursor()
    async with site.connect(origin) as socket:
        await acknowledge(socket)
        yield await subscribe(socket, EVENTS, after=after)


async def acknowledge(socket: ClientConnection) -> None:
    """Begin the connection, and wait until the hub has acknowledged it."""
    await socket.send(json.dumps({"type": "connection_init"}))
    check(json.loads(await socket.recv()), {"type": "connection_ack"})


async def first_event(
    site: Site, document: str, change: Callable[[], Awaitable[object]] | None = None
) -> tuple[float, str]:
    """Return the seconds until the first event of a stream, and how the stream was encoded.

    Args:
        change: made once the stream is open; the seconds count from then.
    """
    variables = {} if change is None else {"after": await site.cursor()}
    headers = {"accept": "text/event-stream", "accept-encoding": "gzip"}
    body = {"query": document, "variables": variables}
    async with site.client() as http, asyncio.timeout(ANSWER_SECONDS):
        began = time.monotonic()
        request = http.stream("POST", f"{site.address}/graphql", json=body, headers=headers)
        async with request as answer:
            check(answer.status_code, 200)
            changing = None
            if change is not None:
                changing, began = asyncio.ensure_future(change()), time.monotonic()
            async for line in answer.aiter_lines():
                if line.startswith("event: next"):
                    break
            else:
                raise AssertionError("expected an event, got the end of the stream")
            seconds = time.monotonic() - began
            if changing is not None:
                await changing
    return seconds, answer.headers.get("content-encoding", "none")


def check(got: object, expected: object) -> None:
    """Raise unless both are equal."""
    if got != expected:
        raise AssertionError(f"expected {expected!r}, got {got!r}")


def origin_of(address: str) -> str:
    """Return the origin of a page at an address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
