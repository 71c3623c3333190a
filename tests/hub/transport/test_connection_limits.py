"""Limits on sockets and streams: for the instance, and for each viewer with a token."""

from __future__ import annotations

from contextlib import AsyncExitStack, suppress

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from engine.model import Role
from hub.transport.websocket_protocol import TRY_AGAIN_LATER
from tests.fixtures.eventually import eventually
from tests.fixtures.processes import StartSimpul
from tests.hub.live import client, connected

pytestmark = pytest.mark.integration


async def test_one_too_many_is_asked_to_retry_and_one_that_leaves_makes_room(
    sqlite_database_url: str, simpul_process: StartSimpul
) -> None:
    environment = {"DATABASE_URL": sqlite_database_url, "SIMPUL_SOCKETS": "2"}
    hub = simpul_process("serve", environment=environment)
    async with AsyncExitStack() as sockets:
        first = await sockets.enter_async_context(connected(hub.url, {}))
        await sockets.enter_async_context(connected(hub.url, {}))
        with pytest.raises(InvalidStatus) as refused:
            await sockets.enter_async_context(connected(hub.url, {}))
        assert refused.value.response.status_code == 503
        assert refused.value.response.headers["retry-after"] == "5"
        await first.close()

        async def has_room() -> bool:
            """Pass once the server has noticed the closed connection."""
            with suppress(InvalidStatus):
                await sockets.enter_async_context(connected(hub.url, {}))
                return True
            return False

        await eventually(has_room)


async def test_one_who_has_a_token_has_a_limit_of_his_own(
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
            async with connected(hub.url, {}):
                refused = await ani.http.post(**asked)
                assert refused.status_code == 503
                assert refused.headers["retry-after"] == "5"

        async def has_room() -> None:
            """Pass once the server has noticed the closed connection."""
            async with ani.http.stream("POST", **own) as again:
                assert again.status_code == 200

        await eventually(has_room)
