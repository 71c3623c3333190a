"""GraphQL over a WebSocket against a real server."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from engine.model import Role
from tests.hub.conftest import IssueToken

PROTOCOL = Subprotocol("graphql-transport-ws")


@asynccontextmanager
async def open_socket(
    port: int, payload: object = None, protocol: str = PROTOCOL, **options: Any
) -> AsyncIterator[ClientConnection]:
    url = f"ws://127.0.0.1:{port}/graphql"
    async with connect(url, subprotocols=[Subprotocol(protocol)], **options) as client:
        init = {"type": "connection_init"} | ({} if payload is None else {"payload": payload})
        await client.send(json.dumps(init))
        yield client


def subscribe_message(id: str, document: str, **members: object) -> str:
    payload = {"query": document, **members}
    return json.dumps({"id": id, "type": "subscribe", "payload": payload})


async def receive_message(client: ClientConnection) -> Any:
    return json.loads(await client.recv())


async def wait_until_closed(client: ClientConnection) -> tuple[int, str]:
    """Return the code and the reason with which the server closes, ignoring earlier messages."""
    with suppress(ConnectionClosed):
        async for _ in client:
            pass
    assert client.close_code is not None
    assert client.close_reason is not None
    return client.close_code, client.close_reason


async def test_operations_of_every_kind_run_on_a_socket(toy_port: int) -> None:
    async with open_socket(toy_port) as client:
        assert await receive_message(client) == {"type": "connection_ack"}
        await client.send(subscribe_message("1", "subscription { count(to: 2) }"))
        assert [await receive_message(client) for _ in range(3)] == [
            {"id": "1", "type": "next", "payload": {"data": {"count": 0}}},
            {"id": "1", "type": "next", "payload": {"data": {"count": 1}}},
            {"id": "1", "type": "complete"},
        ]
        await client.send(subscribe_message("1", "mutation { increment(by: 2) }"))
        assert await receive_message(client) == {
            "id": "1",
            "type": "next",
            "payload": {"data": {"increment": 3}},
        }


@pytest.mark.parametrize("name", ["Authorization", "authorization"])
async def test_connection_init_gives_the_same_viewer_as_http(
    toy_port: int, toy_token: IssueToken, name: str
) -> None:
    assessor = toy_token(Role.ASSESSOR, regions=("32.01", "32.11"))
    async with open_socket(toy_port, {name: f"Bearer {assessor}"}) as client:
        assert await receive_message(client) == {"type": "connection_ack"}
        await client.send(subscribe_message("1", "{ whoami }"))
        assert (await receive_message(client))["payload"] == {
            "data": {"whoami": "ani-assessor-32.01-32.11 ASSESSOR ['32.01', '32.11']"}
        }


@pytest.mark.parametrize("bad", ["Bearer x.y.z", "Basic YTpi", "", 7])
async def test_a_bad_token_closes_the_socket_with_a_code_that_clients_do_not_retry(
    toy_port: int, bad: object
) -> None:
    async with open_socket(toy_port, {"Authorization": bad}) as client:
        code, reason = await wait_until_closed(client)
    assert code == 4401
    assert reason.startswith("expected ")


@pytest.mark.parametrize(
    ("payload", "name"),
    [
        ({"headers": {"Authorization": "Bearer x"}}, "headers"),
        ({"token": "x"}, "token"),
        ({"authToken": "x"}, "authToken"),
    ],
)
async def test_a_token_in_another_servers_place_is_refused_by_name(
    toy_port: int, payload: dict[str, object], name: str
) -> None:
    async with open_socket(toy_port, payload) as client:
        assert await wait_until_closed(client) == (
            4400,
            f"expected the token in `authorization` of connection_init's payload, got `{name}`",
        )


@pytest.mark.parametrize("payload", [{"headers": {}}, {"token": None}, {"lang": "id"}])
async def test_other_connection_parameters_are_ignored(
    toy_port: int, toy_token: IssueToken, payload: dict[str, object]
) -> None:
    assessor = toy_token(Role.ASSESSOR, regions=("32.11",))
    for parameters in (
        payload,
        {**payload, "headers": {"a": "b"}, "authorization": f"Bearer {assessor}"},
    ):
        async with open_socket(toy_port, parameters) as client:
            assert await receive_message(client) == {"type": "connection_ack"}


async def test_a_token_that_expires_ends_its_connection(
    toy_port: int, toy_token: IssueToken
) -> None:
    soon = toy_token(lifetime=timedelta(seconds=1.5))
    async with open_socket(toy_port, {"Authorization": f"Bearer {soon}"}) as client:
        assert await receive_message(client) == {"type": "connection_ack"}
        code, reason = await wait_until_closed(client)
    assert code == 4401
    assert reason.startswith("expected a token that is still good, got one that expired at 20")


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{ hello", "Syntax Error: Expected Name, found <EOF>."),
        ("{ nothing }", "Cannot query field 'nothing' on type 'Query'."),
        (
            "query A { hello } query B { hello }",
            "expected an operationName for a document of 2 operations, got none",
        ),
        ("{ hello " * 1_000, "expected a document of at most 1500 tokens, got more"),
        ("#" * 20_001, "expected a document of at most 20000 bytes, got 20001"),
        ("fragment F on Query { hello }", "expected an operation in the document, got none"),
    ],
)
async def test_a_bad_document_ends_its_operation_and_not_the_connection(
    toy_port: int, document: str, message: str
) -> None:
    async with open_socket(toy_port) as client:
        await receive_message(client)
        await client.send(subscribe_message("1", document))
        answer = await receive_message(client)
        assert (answer["id"], answer["type"]) == ("1", "error")
        assert [error["message"] for error in answer["payload"]] == [message]
        await client.send(subscribe_message("2", "{ hello }"))
        assert (await receive_message(client))["payload"] == {"data": {"hello": 1}}


async def test_a_bug_in_a_subscription_is_masked(toy_port: int) -> None:
    async with open_socket(toy_port) as client:
        await receive_message(client)
        await client.send(subscribe_message("1", "subscription { bug }"))
        assert (await receive_message(client))["payload"] == {"data": {"bug": 0}}
        [error] = (await receive_message(client))["payload"]["errors"]
        assert (error["message"], error["extensions"]["code"]) == ("internal error", "INTERNAL")


async def test_subscriptions_of_one_connection_are_bounded(toy_port: int) -> None:
    async with open_socket(toy_port) as client:
        await receive_message(client)
        for number in range(4):
            await client.send(subscribe_message(str(number), "subscription { silence }"))
        answer = await receive_message(client)
        assert (answer["id"], answer["type"]) == ("3", "error")
        assert answer["payload"] == [{"message": "Subscription limit reached"}]


ODD_MESSAGES = {
    "not JSON": "{",
    "null": "null",
    "a number": "7",
    "a list": "[]",
    "no type": "{}",
    "an unknown type": '{"type": "start"}',
    "a type that is no string": '{"type": ["ping"]}',
    "a payload that is no object": '{"type": "ping", "payload": 7}',
    "no id": '{"type": "subscribe", "payload": {"query": "{hello}"}}',
    "an empty id": '{"type": "subscribe", "id": "", "payload": {"query": "{hello}"}}',
    "an id that is no string": '{"type": "complete", "id": {}}',
    "no payload": '{"type": "subscribe", "id": "1"}',
    "a query that is no string": '{"type": "subscribe", "id": "1", "payload": {"query": 7}}',
    "variables that are no object": (
        '{"type": "subscribe", "id": "1", "payload": {"query": "{hello}", "variables": []}}'
    ),
    "too deep": "[" * 100_000,
    "a huge number": '{"type": ' + "9" * 5_000 + "}",
    "a lone surrogate": '{"type": "complete", "id": "\\ud800"}',
    "binary": b'{"type": "ping"}',
    "too large": '{"type": "' + "p" * 1_100_000 + '"}',
}


@pytest.mark.parametrize("message", ODD_MESSAGES.values(), ids=ODD_MESSAGES)
async def test_an_odd_message_closes_the_socket_with_the_code_of_the_protocol(
    toy_port: int, message: str | bytes
) -> None:
    async with open_socket(toy_port) as client:
        await receive_message(client)
        await client.send(message)
        code, reason = await wait_until_closed(client)
    assert code == 4400
    assert reason.startswith("expected ")


async def test_the_older_protocol_is_refused(toy_port: int) -> None:
    with pytest.raises(ConnectionClosed) as closed:
        async with open_socket(toy_port, protocol="graphql-ws") as client:
            await client.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4406


async def test_a_silent_socket_is_closed_and_a_second_init_too(toy_port: int) -> None:
    url = f"ws://127.0.0.1:{toy_port}/graphql"
    async with connect(url, subprotocols=[PROTOCOL]) as client:
        assert await wait_until_closed(client) == (4408, "Connection initialisation timeout")
    async with open_socket(toy_port) as client:
        await client.send('{"type": "connection_init"}')
        assert await wait_until_closed(client) == (4429, "Too many initialisation requests")


async def test_subscribing_before_the_acknowledgement_is_not_allowed(toy_port: int) -> None:
    url = f"ws://127.0.0.1:{toy_port}/graphql"
    async with connect(url, subprotocols=[PROTOCOL]) as client:
        await client.send(subscribe_message("1", "{ hello }"))
        assert await wait_until_closed(client) == (4401, "Unauthorized")


async def test_a_page_of_another_origin_cannot_open_a_socket(toy_port: int) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with open_socket(toy_port, origin="https://elsewhere.example"):
            pass
    assert refused.value.response.status_code == 403
    async with open_socket(toy_port, origin=f"http://127.0.0.1:{toy_port}") as client:
        assert await receive_message(client) == {"type": "connection_ack"}
