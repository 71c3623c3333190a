"""The room that is kept for viewers with a token, and when anonymous sockets are closed."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from engine.model import PUBLIC_VIEWER, Role, Viewer
from hub.transport.connection_limits import ConnectionLimiter
from hub.transport.request_limits import RequestLimits, RequestRejected
from tests.fixtures.credentials import add_token
from tests.hub.transport.socket_hub import begin, open_socket, open_socket_hub, receive

ADMIN = Viewer("ani", Role.ADMIN)


async def read_close_code(socket: ClientConnection) -> int:
    with pytest.raises(ConnectionClosed) as closed:
        await receive(socket)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


async def test_idle_anonymous_sockets_leave_room_for_one_with_a_token(
    sqlite_database_url: str,
) -> None:
    token = await add_token(sqlite_database_url, Role.ADMIN)
    limits = RequestLimits(sockets=20)
    async with (
        open_socket_hub(sqlite_database_url, limits=limits) as hub,
        AsyncExitStack() as sockets,
    ):
        for _ in range(10):
            await sockets.enter_async_context(open_socket(hub))
        for _ in range(10):  # half of all sockets are from this address already
            with pytest.raises(ConnectionClosed, match="received 1013"):
                await sockets.enter_async_context(open_socket(hub))
        admin = await sockets.enter_async_context(open_socket(hub, token))
        await begin(admin, "1", "{ hello }")
        assert (await receive(admin))["payload"] == {"data": {"hello": "hello"}}


async def test_an_anonymous_socket_without_an_operation_is_closed_normally(
    sqlite_database_url: str,
) -> None:
    limits = RequestLimits(idle_seconds=0.2)
    document = "subscription { events(regionCodes: []) { number } }"
    async with (
        open_socket_hub(sqlite_database_url, limits=limits) as hub,
        open_socket(hub) as busy,
        open_socket(hub) as idle,
    ):
        await begin(busy, "1", document)
        assert await read_close_code(idle) == 1000
        while (await receive(busy))["payload"]["data"]["events"] != {"number": 9}:
            pass
        await busy.send('{"type":"ping"}')
        assert await receive(busy) == {"type": "pong"}
        await busy.send('{"id":"1","type":"complete"}')
        assert await read_close_code(busy) == 1000


def test_the_last_tenth_is_for_viewers_with_a_token() -> None:
    connections = ConnectionLimiter(RequestLimits(sockets=20))
    for number in range(18):
        connections.confirm(connections.open_socket(f"10.0.0.{number}"), PUBLIC_VIEWER)
    anonymous = connections.open_socket("10.0.1.1")
    assert connections.is_provisional(anonymous)
    with pytest.raises(RequestRejected, match="too many connections without a token"):
        connections.confirm(anonymous, PUBLIC_VIEWER)
    admin = connections.open_socket("10.0.1.1")
    connections.confirm(admin, ADMIN)
    assert not connections.is_provisional(admin)


def test_the_oldest_provisional_socket_makes_room_and_a_confirmed_one_never_does() -> None:
    connections = ConnectionLimiter(RequestLimits(sockets=10))
    for number in range(9):
        connections.confirm(connections.open_socket(f"10.0.0.{number}"), PUBLIC_VIEWER)
    ended = []
    first = connections.open_socket("10.0.1.1")
    first.end = lambda: ended.append("first")
    second = connections.open_socket("10.0.1.2")
    assert (ended, first.is_open) == (["first"], False)
    connections.close(first)  # its handler notices later
    connections.confirm(second, ADMIN)
    with pytest.raises(RequestRejected, match="too many connections"):
        connections.open_socket("10.0.1.3")
    connections.close(second)
    connections.open_socket("10.0.1.3")


def test_an_address_without_a_token_holds_at_most_half_of_all_sockets() -> None:
    connections = ConnectionLimiter(RequestLimits(sockets=10))
    for _ in range(5):
        connections.confirm(connections.open_socket("2001:db8::1"), PUBLIC_VIEWER)
    assert connections.is_provisional(connections.open_socket("2001:db8::2"))  # the same network
    assert not connections.is_provisional(connections.open_socket("2001:db8:1::1"))
