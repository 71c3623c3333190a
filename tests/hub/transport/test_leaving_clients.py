"""What runs for an HTTP client that leaves, with a server on a real port."""

from __future__ import annotations

import asyncio
import json

from hub.admission.admission import CHEAP_PER_CLIENT
from tests.fixtures.eventually import eventually
from tests.hub.transport.socket_hub import SocketHub, open_socket_hub


async def send(hub: SocketHub, document: str) -> asyncio.StreamWriter:
    """Send an operation on a connection of its own, and do not wait for the response."""
    _, writer = await asyncio.open_connection("127.0.0.1", hub.port)
    body = json.dumps({"query": document})
    head = "POST /graphql HTTP/1.1\r\nhost: simpul.test\r\ncontent-type: application/json\r\n"
    writer.write(f"{head}content-length: {len(body)}\r\n\r\n{body}".encode())
    return writer


async def test_its_query_is_cancelled_and_its_mutation_is_not(sqlite_database_url: str) -> None:
    async with open_socket_hub(sqlite_database_url) as hub:
        kinds = ("query", "mutation")
        connections = [await send(hub, f'{kind} {{ work(name: "{kind}") }}') for kind in kinds]

        async def begun() -> None:
            assert sorted(hub.work.begun) == sorted(kinds)

        await eventually(begun)
        for connection in connections:
            connection.close()

        async def cancelled() -> None:
            assert hub.work.cancelled == ["query"]

        await eventually(cancelled)
        hub.work.may_end.set()

        async def ended() -> None:
            assert hub.work.ended == ["mutation"]

        await eventually(ended)


async def test_its_query_that_waits_for_a_turn_never_begins(sqlite_database_url: str) -> None:
    async with open_socket_hub(sqlite_database_url) as hub:
        running = [str(number) for number in range(CHEAP_PER_CLIENT)]
        connections = [await send(hub, f'{{ work(name: "{name}") }}') for name in running]

        async def begun() -> None:
            assert sorted(hub.work.begun) == sorted(running)

        await eventually(begun)
        leaving = await send(hub, '{ work(name: "leaving") }')
        await asyncio.sleep(0.1)  # it waits, and its connection is watched
        leaving.close()
        connections.append(await send(hub, '{ work(name: "staying") }'))
        await asyncio.sleep(0.05)
        connections[0].close()

        async def next_one_began() -> None:
            assert hub.work.begun[CHEAP_PER_CLIENT:] == ["staying"]

        await eventually(next_one_began)
        assert hub.work.cancelled == ["0"]
        for connection in connections:
            connection.close()
