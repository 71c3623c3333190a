"""Limits on sockets and streams: for the instance, and for each viewer with a token."""

from __future__ import annotations

from contextlib import AsyncExitStack, suppress

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from engine.model import Role
from hub.transport.websocket_protocol import TRY_AGAIN_LATER
from tests.fixtures.eventually import eventually
from tests.fixtures.processes import StartSimpul
from tests.hub.live_client import client, connected

pytestmark = pytest.mark.integration


async def test_an_excess_connection_is_asked_to_retry_and_a_closed_one_makes_room(
    sqlite_database_url: str, simpul_process: StartSimpul
) -> None:
    environment = {"DATABASE_URL": sqlite_database_url, "SIMPUL_SOCKETS": "2"}
    hub = simpul_process("serve", environment=environment)
    async with client(hub, Role.PROVINCE) as ani, AsyncExitStack() as sockets:
        first = await sockets.enter_async_context(connected(hub.url, ani.authorization))
        await sockets.enter_async_context(connected(hub.url, {}))
        with pytest.raises(InvalidStatus) as refused:
            await sockets.enter_async_context(connected(hub.url, ani.authorization))
        assert refused.value.response.status_code == 503
        assert refused.value.response.headers["retry-after"] == "5"
        await first.close()

        async def connect_again() -> bool:
            """Return whether the server has noticed the closed connection and accepts another."""
            with suppress(InvalidStatus):
                await sockets.enter_async_context(connected(hub.url, ani.authorization))
                return True
            return False

        await eventually(connect_again)


async def test_each_viewer_with_a_token_has_its_own_limit(
    sqlite_database_url: str, simpul_process: StartSimpul
) -> None:
    environment = {"DATABASE_URL": sqlite_database_url, "SIMPUL_SOCKETS_PER_VIEWER": "1"}
    hub = simpul_process("serve", environment=environment)
    async with client(hub, Role.PROVINCE) as ani, AsyncExitStack() as sockets:
        await sockets.enter_async_context(connected(hub.url, ani.authorization))
        with pytest.raises(ConnectionClosed) as closed:
            await sockets.enter_async_context(connected(hub.url, ani.authorization))
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == TRY_AGAIN_LATER
        for _ in range(2):  # without a token, the hub does not know whether these are one client
            await sockets.enter_async_context(connected(hub.url, {}))


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
        request = {
            "url": f"{hub.url}/graphql",
            "json": {"query": "subscription { events { cursor } }"},
            "headers": {"accept": "text/event-stream"},
        }
        authorized_request = {**request, "headers": {**request["headers"], **ani.authorization}}
        async with ani.http.stream("POST", **authorized_request) as first:
            assert first.status_code == 200
            refused = await ani.http.post(**authorized_request)
            assert refused.status_code == 429
            assert refused.json()["errors"][0]["extensions"]["code"] == "TOO_MANY_CONNECTIONS"
            async with connected(hub.url, {}):
                refused = await ani.http.post(**request)
                assert refused.status_code == 503
                assert refused.headers["retry-after"] == "5"

        async def open_another_stream() -> None:
            """Fail until the server has noticed the closed connection."""
            async with ani.http.stream("POST", **authorized_request) as response:
                assert response.status_code == 200

        await eventually(open_another_stream)
