"""How many sockets and streams an instance takes: in all, and of one who has a token."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from engine.model import Role
from hub.transport.websocket_protocol import TRY_AGAIN_LATER
from tests.fixtures.eventually import eventually
from tests.fixtures.processes import SimpulProcess, StartSimpul
from tests.hub.live import client

pytestmark = pytest.mark.integration


@asynccontextmanager
async def opened(
    hub: SimpulProcess, authorization: dict[str, str]
) -> AsyncIterator[ClientConnection]:
    address = hub.url.replace("http", "ws", 1) + "/graphql"
    protocols = [Subprotocol("graphql-transport-ws")]
    async with connect(address, subprotocols=protocols, proxy=None) as socket:
        await socket.send(json.dumps({"type": "connection_init", "payload": authorization}))
        yield socket


async def acknowledged(socket: ClientConnection) -> bool:
    async with asyncio.timeout(10):
        return bool(json.loads(await socket.recv()) == {"type": "connection_ack"})


async def test_one_too_many_is_told_to_come_back_and_one_that_leaves_makes_room(
    sqlite_database_url: str, simpul_process: StartSimpul
) -> None:
    environment = {"DATABASE_URL": sqlite_database_url, "SIMPUL_SOCKETS": "2"}
    hub = simpul_process("serve", environment=environment)
    async with AsyncExitStack() as sockets:
        first = await sockets.enter_async_context(opened(hub, {}))
        assert await acknowledged(first)
        assert await acknowledged(await sockets.enter_async_context(opened(hub, {})))
        with pytest.raises(InvalidStatus) as refused:
            await sockets.enter_async_context(opened(hub, {}))
        assert refused.value.response.status_code == 503
        assert refused.value.response.headers["retry-after"] == "5"
        await first.close()

        async def has_room() -> bool:
            """Once the server has seen it go."""
            with suppress(InvalidStatus):
                return await acknowledged(await sockets.enter_async_context(opened(hub, {})))
            return False

        await eventually(has_room)


async def test_one_who_has_a_token_has_a_limit_of_his_own(
    sqlite_database_url: str, simpul_process: StartSimpul
) -> None:
    environment = {"DATABASE_URL": sqlite_database_url, "SIMPUL_SOCKETS_PER_VIEWER": "1"}
    hub = simpul_process("serve", environment=environment)
    async with client(hub, Role.PROVINCE) as ani, AsyncExitStack() as sockets:
        assert await acknowledged(await sockets.enter_async_context(opened(hub, ani.authorization)))
        another = await sockets.enter_async_context(opened(hub, ani.authorization))
        with pytest.raises(ConnectionClosed) as closed:
            await acknowledged(another)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == TRY_AGAIN_LATER
        for _ in range(2):  # nobody knows whether these are one or two
            assert await acknowledged(await sockets.enter_async_context(opened(hub, {})))


async def test_streams_count_as_sockets_do(
    sqlite_database_url: str, simpul_process: StartSimpul
) -> None:
    environment = {
        "DATABASE_URL": sqlite_database_url,
        "SIMPUL_SOCKETS": "2",
        "SIMPUL_SOCKETS_PER_VIEWER": "1",
    }
    hub = simpul_process("serve", environment=environment)
    async with client(hub, Role.PROVINCE) as ani:
        asked = {
            "url": f"{hub.url}/graphql",
            "json": {"query": "subscription { events { cursor } }"},
            "headers": {"accept": "text/event-stream"},
        }
        own = {**asked, "headers": {**asked["headers"], **ani.authorization}}
        async with ani.http.stream("POST", **own) as first:
            assert first.status_code == 200
            refused = await ani.http.post(**own)
            assert refused.status_code == 429
            assert refused.json()["errors"][0]["extensions"]["code"] == "TOO_MANY_CONNECTIONS"
            async with opened(hub, {}) as socket:
                assert await acknowledged(socket)
                refused = await ani.http.post(**asked)
                assert refused.status_code == 503
                assert refused.headers["retry-after"] == "5"

        async def has_room() -> None:
            """Once the server has seen it go."""
            async with ani.http.stream("POST", **own) as again:
                assert again.status_code == 200

        await eventually(has_room)
