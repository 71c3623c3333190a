"""A crowd of connections, with the event loop that the server uses."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
from collections.abc import Iterator

import pytest
import uvicorn
import uvloop

from hub.process.shutdown import DrainingServer, copy_listener
from hub.transport.request_limits import BoundedHttpProtocol
from tests.fixtures.eventually import eventually
from tests.hub.transport.test_refusing_protocol import application

CROWD = 200


@pytest.fixture(autouse=True)
def thresholds_of_the_collector() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


def test_a_crowd_is_accepted_in_few_turns_of_the_loop_and_a_shutdown_refuses_the_next() -> None:
    turns = uvloop.run(accept_crowd())
    assert turns <= 10  # of 32 connections each; otherwise there would be 200 turns


def test_a_copy_of_a_listener_leaves_the_workers_that_share_it_without_blocking() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        os.set_blocking(listener.fileno(), False)  # as the event loop of another worker does
        with copy_listener(listener) as copy:
            assert not os.get_blocking(listener.fileno())
            assert copy.getsockname() == listener.getsockname()


async def accept_crowd() -> int:
    """Return the number of turns in which the server accepts a crowd."""
    config = uvicorn.Config(
        application, http=BoundedHttpProtocol, lifespan="off", log_level="error", backlog=CROWD
    )
    config.load()
    server = DrainingServer(config)
    server.lifespan = config.lifespan_class(config)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    address = listener.getsockname()
    await server.startup([listener])
    # They are all established before the loop turns, as if it had been busy.
    crowd = [socket.create_connection(address) for _ in range(CROWD)]
    turns = 0
    while len(server.server_state.connections) < CROWD:
        await asyncio.sleep(0)
        turns += 1
    server.stop_listening([listener])
    await asyncio.sleep(0)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address)
    assert len(server.server_state.connections) == CROWD
    for connection in crowd:
        connection.close()
    await eventually(lambda: not server.server_state.connections, every=0.01)
    return turns
