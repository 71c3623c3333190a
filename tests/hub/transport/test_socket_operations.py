"""What the operations of one socket may hold and use, and what remains when it is closed."""

from __future__ import annotations

import asyncio
import gc
import json
import time
from collections import Counter

import pytest
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import Operation

from engine.model import Role
from hub.admission.admission import Admission
from hub.admission.client_budgets import ClientRate
from hub.transport.graphql_websocket import GraphQLSocketHandler
from hub.transport.request_limits import RequestLimits
from hub.transport.socket_execution import SocketExecutor
from hub.transport.subscription_budget import SubscriptionBudget, SubscriptionLimits
from realtime.fanout import PositionedStream
from schema.execution import Execution
from tests.fixtures.credentials import add_token
from tests.fixtures.eventually import eventually
from tests.hub.transport.socket_hub import Context, begin, open_socket, open_socket_hub, receive

EVENTS = "subscription ($codes: [String!]!) { events(regionCodes: $codes) { number } }"
HELD = (
    Context,
    Execution,
    GraphQLSocketHandler,
    Operation,
    PositionedStream,
    SocketExecutor,
    SubscriptionBudget,
)


def count_held() -> Counter[str]:
    return Counter(type(value).__name__ for value in gc.get_objects() if isinstance(value, HELD))


async def test_a_closed_socket_leaves_nothing_that_a_collection_must_find(
    sqlite_database_url: str,
) -> None:
    async with open_socket_hub(sqlite_database_url) as hub:
        gc.collect()
        gc.disable()
        try:
            async with open_socket(hub) as socket:
                for number in range(20):
                    await begin(socket, str(number), EVENTS, {"codes": [str(number)]})
                await begin(socket, "query", "{ hello }")
                await begin(socket, "invalid", "{ hell }")
                while (await receive(socket))["id"] != "invalid":
                    pass
                assert count_held()["Operation"] == 20

            async def check_nothing_is_held() -> None:
                assert count_held() == Counter()

            await eventually(check_nothing_is_held)
        finally:
            gc.enable()


async def test_variables_that_an_operation_does_not_declare_are_not_kept(
    sqlite_database_url: str,
) -> None:
    async with open_socket_hub(sqlite_database_url) as hub, open_socket(hub) as socket:
        for id in ("1", "2"):
            variables: dict[str, object] = {"codes": ["32.11"], "unused": id + "x" * 900_000}
            await begin(socket, id, EVENTS, variables)
            while (await receive(socket))["id"] != id:
                pass
        [group] = hub.fanout.groups.values()
        assert len(group.stream_by_sink) == 2
        assert b'{"codes":["32.11"]}' in group.key  # type: ignore[operator]


async def test_the_variables_of_a_subscription_are_bounded(sqlite_database_url: str) -> None:
    async with open_socket_hub(sqlite_database_url) as hub, open_socket(hub) as socket:
        await begin(socket, "1", EVENTS, {"codes": ["x" * 32_755]})
        assert await receive(socket) == {
            "id": "1",
            "type": "error",
            "payload": [
                {
                    "message": "expected at most 32768 bytes of variables for a subscription, "
                    "got 32769",
                    "extensions": {"code": "INVALID"},
                }
            ],
        }
        await begin(socket, "1", EVENTS, {"codes": [f"{code:05}" for code in range(1000)]})
        assert (await receive(socket))["type"] == "next"


async def test_the_operations_of_a_socket_hold_a_bounded_number_of_bytes(
    sqlite_database_url: str,
) -> None:
    limits = RequestLimits(socket_bytes=1_000)
    async with (
        open_socket_hub(sqlite_database_url, limits=limits) as hub,
        open_socket(hub) as socket,
    ):
        document, name = "query ($name: String!) { work(name: $name) }", "x" * 600
        size = len(document) + len(json.dumps({"name": name}, separators=(",", ":")))
        await begin(socket, "1", document, {"name": name})
        await begin(socket, "2", document, {"name": name})
        refused = await receive(socket)
        assert (refused["id"], refused["type"]) == ("2", "error")
        assert refused["payload"][0]["message"] == (
            "expected at most 1000 bytes of documents and variables in progress on one "
            f"socket, got {size} and {size} more: wait for the results, or complete "
            "subscriptions"
        )
        hub.work.may_end.set()
        assert [(await receive(socket))["type"] for _ in range(2)] == ["next", "complete"]
        await begin(socket, "2", document, {"name": name})
        assert (await receive(socket))["type"] == "next"


async def test_a_few_operations_of_a_socket_run_at_once_and_the_others_wait_in_order(
    sqlite_database_url: str,
) -> None:
    async with open_socket_hub(sqlite_database_url) as hub, open_socket(hub) as socket:
        for number in range(7):
            await begin(socket, str(number), f'{{ work(name: "{number}") }}')
        await socket.send('{"type":"ping"}')
        assert await receive(socket) == {"type": "pong"}
        await asyncio.sleep(0.02)
        assert hub.work.begun == ["0", "1", "2", "3"]
        await socket.send('{"id":"4","type":"complete"}')  # it never begins
        await socket.send('{"type":"ping"}')
        await receive(socket)
        hub.work.may_end.set()
        while (await receive(socket))["id"] != "6":
            pass
        assert hub.work.begun == ["0", "1", "2", "3", "5", "6"]


async def test_a_query_ends_with_its_complete_and_a_mutation_that_has_begun_does_not(
    sqlite_database_url: str,
) -> None:
    async with open_socket_hub(sqlite_database_url) as hub:
        async with open_socket(hub) as socket:
            for kind in ("query", "mutation"):
                await begin(socket, kind, f'{kind} {{ work(name: "{kind}") }}')
                await socket.send('{"type":"ping"}')
                await receive(socket)
            assert hub.work.begun == ["query", "mutation"]
            for kind in ("query", "mutation"):
                await socket.send(json.dumps({"id": kind, "type": "complete"}))
            await socket.send('{"type":"ping"}')
            await receive(socket)
            hub.work.may_end.set()
        assert hub.work.ended == ["mutation"]


@pytest.mark.parametrize(
    "query", ["{ hello }", "subscription { events(regionCodes: []) { number } }"]
)
async def test_a_client_without_cpu_time_is_refused_until_later(
    sqlite_database_url: str, query: str
) -> None:
    admission = Admission(ClientRate(0.25, 1.0), clock=lambda: 0.0)
    admission.budgets.charge("address 127.0.0.1", 1.5)
    async with (
        open_socket_hub(sqlite_database_url, admission=admission) as hub,
        open_socket(hub) as socket,
    ):
        await begin(socket, "1", query)
        refused = await receive(socket)
        assert (refused["id"], refused["type"]) == ("1", "error")
        assert refused["payload"][0]["extensions"] == {
            "code": "CLIENT_BUDGET_EXHAUSTED",
            "retryAfterSeconds": 4,
        }


@pytest.mark.parametrize(("role", "ending"), [(None, "TOO_COMPLEX"), (Role.ADMIN, None)])
async def test_an_anonymous_snapshot_uses_a_bounded_amount_of_cpu_time(
    sqlite_database_url: str, role: Role | None, ending: str | None
) -> None:
    token = None if role is None else await add_token(sqlite_database_url, role, subject="ani")
    document = "subscription { events(regionCodes: []) { spend(seconds: 0.01) } }"
    limits = SubscriptionLimits(snapshot_seconds=0.045)
    async with (
        open_socket_hub(sqlite_database_url, subscription_limits=limits) as hub,
        open_socket(hub, token) as socket,
    ):
        await begin(socket, "1", document)
        messages = [await receive(socket) for _ in range(4)]
        while messages[-1]["type"] == "next" and messages[-1]["payload"]["data"]["events"] != {
            "spend": 9
        }:
            messages.append(await receive(socket))
        codes = [
            error["extensions"]["code"]
            for message in messages
            if message["type"] == "error"
            for error in message["payload"]
        ]
        assert codes == ([] if ending is None else [ending])
        client = "address 127.0.0.1" if role is None else "account ani"
        assert hub.admission.budgets.remaining_seconds(client) < 10


async def test_a_large_message_of_a_client_in_debt_is_not_parsed_until_it_has_cpu_time(
    sqlite_database_url: str,
) -> None:
    admission = Admission(ClientRate(seconds_per_second=0.1, burst_seconds=1.0))
    async with (
        open_socket_hub(sqlite_database_url, admission=admission) as hub,
        open_socket(hub) as socket,
    ):
        admission.budgets.charge("address 127.0.0.1", 1.02)  # 0.2 seconds until it has some again
        sent_at = time.monotonic()
        await socket.send('{"type": "ping"}')
        assert await receive(socket) == {"type": "pong"}
        assert admission.budgets.remaining_seconds("address 127.0.0.1") < 0
        await socket.send(json.dumps({"type": "ping", "payload": {"text": "a" * 33_000}}))
        assert (await receive(socket))["type"] == "pong"
        assert time.monotonic() - sent_at > 0.1
