"""A withdrawn session, token or right ends what is open at every worker within a second."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from engine.account import Right, SignInMethod
from engine.model import Role
from resolvers.account_acts import change_right
from resolvers.credential_acts import begin_session, end_session, withdraw_token
from storage.access_token import find_token
from storage.account import find_account
from storage.audit import read_identity
from storage.database import Database
from storage.secret import secret_digest
from storage.session import extend_session, find_session
from tests.fixtures.credentials import HOUR, add_token, ensure_account
from tests.fixtures.processes import SimpulProcess, start_processes
from tests.hub.live_client import PROTOCOLS
from tests.hub.process.test_supervisor import read_metric_by_worker
from tests.hub.stream_client import FrameReader, open_stream

pytestmark = pytest.mark.integration

WITHIN_SECONDS = 1.0  # in which a withdrawal is effective everywhere
CLIENTS = 12  # with a connection each, of which the kernel gives some to each worker
EVENTS = "subscription { events { cursor } }"
VIEWER = "{ instance { viewer { subject role } } }"
ENDED = "expected a session that has not ended: sign in again"


@pytest.fixture(scope="module")
def hub(
    module_database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SimpulProcess]:
    """Yield a hub of two workers, on each database."""
    environment = {"DATABASE_URL": module_database_url, "SIMPUL_WORKERS": "2"}
    with start_processes(tmp_path_factory.mktemp("withdrawal")) as start:
        yield start("serve", environment=environment)


@dataclass(frozen=True)
class Holder:
    """A client that holds a credential of the hub, which a test withdraws."""

    hub: SimpulProcess
    database: Database
    secret: str
    headers: dict[str, str]
    is_session: bool

    async def withdraw(self) -> None:
        """Withdraw the session or the token, as another process does."""
        now = datetime.now(UTC)
        async with self.database.write() as session:
            if self.is_session:
                found = await find_session(session, secret_digest(self.secret))
                assert found is not None
                assert await end_session(session, now, None, found[0].account, found[0].id)
            else:
                token = await find_token(session, secret_digest(self.secret))
                assert token is not None
                assert await withdraw_token(session, now, None, token[0])

    @asynccontextmanager
    async def socket(self) -> AsyncIterator[ClientConnection]:
        """Yield an acknowledged socket that has subscribed."""
        address = self.hub.url.replace("http", "ws", 1) + "/graphql"
        payload = {} if self.is_session else self.headers
        headers = self.headers if self.is_session else {}
        async with connect(
            address,
            subprotocols=PROTOCOLS,
            proxy=None,
            origin=Origin(self.hub.url),
            additional_headers=headers,
        ) as socket:
            await socket.send(json.dumps({"type": "connection_init", "payload": payload}))
            assert json.loads(await socket.recv()) == {"type": "connection_ack"}
            subscription = {"id": "1", "type": "subscribe", "payload": {"query": EVENTS}}
            await socket.send(json.dumps(subscription))
            yield socket

    async def ask(self, http: httpx2.AsyncClient) -> httpx2.Response:
        return await http.post(
            f"{self.hub.url}/graphql", json={"query": VIEWER}, headers=self.headers
        )


@pytest.fixture
async def database(hub: SimpulProcess) -> AsyncIterator[Database]:
    database = Database(hub.database_url)
    yield database
    await database.close()


async def session_holder(
    hub: SimpulProcess, database: Database, subject: str, idle: timedelta = HOUR
) -> Holder:
    now, right = datetime.now(UTC), Right(Role.REGION, frozenset({"32.11"}))
    async with database.write() as session:
        await ensure_account(session, subject, right, now)
        _, secret = await begin_session(
            session, now, subject, SignInMethod.PASSWORD, idle=idle, lifetime=HOUR
        )
        identity, _ = await read_identity(session)
    headers = {"cookie": f"simpul-{identity}={secret}", "sec-fetch-site": "same-origin"}
    return Holder(hub, database, secret, headers, is_session=True)


async def token_holder(hub: SimpulProcess, database: Database, subject: str) -> Holder:
    secret = await add_token(hub.database_url, Role.REGION, ["32.11"], subject=subject)
    headers = {"authorization": f"Bearer {secret}"}
    return Holder(hub, database, secret, headers, is_session=False)


async def time_of_closure(socket: ClientConnection) -> tuple[int, str, float]:
    """Return the code and the reason with which the server closes a socket, and the time."""
    with suppress(ConnectionClosed):
        async for _ in socket:
            pass
    assert socket.close_code is not None
    return socket.close_code, socket.close_reason or "", time.monotonic()


async def time_of_cut(stream: FrameReader) -> float:
    with suppress(httpx2.RemoteProtocolError):
        while await stream.next():
            pass
    return time.monotonic()


async def time_of_refusal(holder: Holder, http: httpx2.AsyncClient) -> tuple[str, float]:
    """Return the code of the first refusal of a request, and the time."""
    while True:
        response = await holder.ask(http)
        if response.status_code == 401:
            return response.json()["errors"][0]["extensions"]["code"], time.monotonic()
        assert response.status_code == 200
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("kind", ["session", "token"])
async def test_what_is_withdrawn_ends_within_a_second_at_every_worker(
    hub: SimpulProcess, database: Database, kind: str
) -> None:
    make = session_holder if kind == "session" else token_holder
    holder = await make(hub, database, f"withdrawn-{kind}")
    async with AsyncExitStack() as stack:
        sockets: list[ClientConnection] = []
        streams: list[FrameReader] = []
        clients: list[httpx2.AsyncClient] = []
        while not sockets or min(read_metric_by_worker(hub, "simpul_sockets").values()) == 0:
            # The kernel chooses the worker of each connection. After 200 the port is not shared.
            assert len(sockets) < 200
            sockets += [await stack.enter_async_context(holder.socket()) for _ in range(CLIENTS)]
        for _ in range(CLIENTS):
            reader = open_stream(hub.url, EVENTS, headers=holder.headers)
            streams.append(await stack.enter_async_context(reader))
            http = await stack.enter_async_context(httpx2.AsyncClient(trust_env=False))
            response = await holder.ask(http)
            assert response.json()["data"]["instance"]["viewer"]["role"] == "REGION"
            clients.append(http)
        await holder.withdraw()
        withdrawn_at = time.monotonic()
        closures, cuts, refusals = await asyncio.gather(
            asyncio.gather(*(time_of_closure(socket) for socket in sockets)),
            asyncio.gather(*(time_of_cut(stream) for stream in streams)),
            asyncio.gather(*(time_of_refusal(holder, http) for http in clients)),
        )
        reconnected = await clients[0].post(
            f"{hub.url}/graphql",
            json={"query": EVENTS},
            headers={**holder.headers, "accept": "text/event-stream"},
        )
    code = "SESSION_ENDED" if kind == "session" else "UNAUTHENTICATED"
    assert {code for code, _, _ in closures} == {4401}
    assert {code for code, _ in refusals} == {code}
    assert (reconnected.status_code, reconnected.json()["errors"][0]["extensions"]["code"]) == (
        401,
        code,
    )
    times = [*(at for _, _, at in closures), *cuts, *(at for _, at in refusals)]
    assert max(times) - withdrawn_at < WITHIN_SECONDS


async def test_a_changed_right_restarts_its_sockets(hub: SimpulProcess, database: Database) -> None:
    holder = await session_holder(hub, database, "changed")
    async with holder.socket() as socket:
        now = datetime.now(UTC)
        async with database.write() as session:
            account = await find_account(session, "changed")
            assert account is not None
            right = Right(Role.ASSESSOR, frozenset({"32.11"}))
            await change_right(session, now, None, account, right)
        changed_at = time.monotonic()
        code, reason, closed_at = await time_of_closure(socket)
    assert (code, reason) == (4403, "the right of this connection has changed: connect again")
    assert closed_at - changed_at < WITHIN_SECONDS
    async with holder.socket(), httpx2.AsyncClient(trust_env=False) as http:
        viewer = (await holder.ask(http)).json()["data"]["instance"]["viewer"]
    assert viewer == {"subject": "changed", "role": "ASSESSOR"}


async def test_a_session_that_is_extended_elsewhere_keeps_its_socket_until_its_new_end(
    hub: SimpulProcess, database: Database
) -> None:
    holder = await session_holder(hub, database, "extended", timedelta(seconds=1.5))
    async with database.read() as session:
        found = await find_session(session, secret_digest(holder.secret))
    assert found is not None
    later = found[0].idle_until + timedelta(seconds=1.5)
    async with holder.socket() as socket, httpx2.AsyncClient(trust_env=False) as http:
        async with database.write() as session:
            await extend_session(session, found[0].id, later)
        code, reason, _ = await time_of_closure(socket)
        refused = await holder.ask(http)
    assert datetime.now(UTC) >= later
    assert (code, reason) == (4401, ENDED)
    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (
        401,
        "SESSION_ENDED",
    )
