"""The response cache holds a response until the next commit, and for at most a second."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable

import pytest
from graphql import GraphQLObjectType, get_named_type
from starlette.responses import Response

from engine.model import PUBLIC_VIEWER, Role, Viewer
from hub.transport.json_request import GraphQLRequest
from hub.transport.response_cache import (
    ENTRY_BYTES,
    ENTRY_SECONDS,
    MOMENTARY_ARGUMENT,
    MOMENTARY_TYPES,
    NAMING_TYPES,
    ResponseCache,
)
from schema.schema import schema
from tests.clients.documents.test_web_documents import OPERATIONS, document_with_fragments


class Hub:
    """Counts the executions; `arrived` is the position in the arrival order."""

    def __init__(self, **bounds: int) -> None:
        self.arrived = 0
        self.now = 0.0
        self.executed = 0
        self.is_cacheable = True
        self.gate = asyncio.Event()
        self.gate.set()
        self.cache = ResponseCache(self.position, clock=lambda: self.now, **bounds)

    async def position(self) -> Hashable:
        return self.arrived

    async def execute(self) -> tuple[Response, bool]:
        self.executed += 1
        number = self.executed
        await self.gate.wait()
        return Response(str(number)), self.is_cacheable

    async def ask(self, key: Hashable = "key") -> str:
        return bytes((await self.cache.respond(key, self.execute)).body).decode()


def graphql_request(query: str, **variables: object) -> GraphQLRequest:
    return GraphQLRequest(query, variables, None, None)


async def test_one_response_serves_identical_requests_until_something_arrives() -> None:
    hub = Hub()
    assert [await hub.ask() for _ in range(3)] == ["1", "1", "1"]
    assert await hub.ask("another") == "2"
    hub.arrived += 1
    assert await hub.ask() == "3"


async def test_a_response_is_cached_for_a_second_only() -> None:
    hub = Hub()
    assert await hub.ask() == "1"
    hub.now += ENTRY_SECONDS / 2
    assert await hub.ask() == "1"
    hub.now += ENTRY_SECONDS / 2
    assert [await hub.ask() for _ in range(2)] == ["2", "2"]


async def test_a_failed_response_is_not_cached() -> None:
    hub = Hub()
    hub.is_cacheable = False
    assert [await hub.ask() for _ in range(2)] == ["1", "2"]


async def test_without_a_position_each_request_is_executed() -> None:
    hub = Hub()

    async def raise_os_error() -> Hashable:
        raise OSError

    hub.cache.read_position = raise_os_error
    assert [await hub.ask() for _ in range(2)] == ["1", "2"]


async def test_concurrent_requests_share_the_first_execution_even_when_that_client_leaves() -> None:
    hub = Hub()
    hub.gate.clear()
    asking = [asyncio.create_task(hub.ask()) for _ in range(3)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    asking[0].cancel()
    hub.gate.set()
    assert await asyncio.gather(*asking[1:]) == ["1", "1"]
    assert hub.executed == 1


async def test_the_least_recently_used_response_is_evicted() -> None:
    hub = Hub(bytes_most=5 * ENTRY_BYTES)  # for four entries, whose keys take some bytes too
    for number in range(10):
        await hub.ask(number)
    assert [await hub.ask(number) for number in range(6, 10)] == ["7", "8", "9", "10"]
    assert await hub.ask(5) == "11"


async def test_a_long_key_counts_like_a_long_response() -> None:
    hub = Hub(bytes_most=8 * ENTRY_BYTES)
    assert [await hub.ask("x" * ENTRY_BYTES) for _ in range(2)] == ["1", "2"]
    assert [await hub.ask(("x" * 100, b"{}")) for _ in range(2)] == ["3", "3"]


@pytest.mark.parametrize(
    "query",
    [
        "mutation { retireApplication(input: {id: 1, version: 1}) { __typename } }",
        "subscription { events { cursor } }",
        "{ coverage(freshness: {maxAge: 1}) { regionCount } }",
        '{ region(code: "32", freshness: {maxAge: 0}) { name } }',
        "query ($freshness: FreshnessInput) { regions(freshness: $freshness) { totalCount } }",
        "{ sources { state } }",
        "{ broken",
        "query A { a } query B { b }",
    ],
)
def test_the_response_to_these_cannot_be_shared(query: str) -> None:
    assert Hub().cache.cache_key(graphql_request(query), PUBLIC_VIEWER) is None


def test_all_queries_of_the_pages_are_cached_but_those_that_ask_for_the_moment() -> None:
    cache = Hub().cache
    documents = {name: document_with_fragments(name) for name in OPERATIONS}
    queries = {name: text for name, text in documents.items() if text.strip().startswith("query")}

    def momentary(viewer: Viewer) -> set[str]:
        return {
            name
            for name, text in queries.items()
            if cache.cache_key(graphql_request(text), viewer) is None
        }

    assert len(queries) == 48
    assert momentary(PUBLIC_VIEWER) == {
        *("SOURCES", "SOURCE", "IMPORT_DRAFT", "WAITING_FILES", "DRAFT_ROWS"),
        *("OWN_ACCOUNT", "ACCOUNT_AUDIT", "PEOPLE_OPENING", "PEOPLE", "PROGRAMS"),
        *("MANAGED_ACCOUNT", "MANAGED_SESSIONS"),
    }
    # Only these also show the names of those who acted, to viewers who may know them.
    province = Viewer(subject="account-1", role=Role.PROVINCE)
    assert momentary(province) - momentary(PUBLIC_VIEWER) == {"PROPOSALS", "EARLIER_IMPORTS"}


def test_every_field_whose_value_is_of_the_moment_is_momentary() -> None:
    cache = Hub().cache
    fields = {
        (owner.name, name)
        for owner in schema._schema.type_map.values()
        if isinstance(owner, GraphQLObjectType)
        for name, field in owner.fields.items()
        if get_named_type(field.type).name in MOMENTARY_TYPES | NAMING_TYPES
        or MOMENTARY_ARGUMENT in field.args
    }
    assert fields == {
        ("Account", "audit"),
        ("AccountConnection", "nodes"),
        ("AccountEdge", "node"),
        ("Attestation", "attestedBy"),
        ("CreatedToken", "account"),
        ("ForeignEdit", "changedBy"),
        ("Invitation", "account"),
        ("InventoryImport", "importedBy"),
        ("InventoryImport", "undoneBy"),
        ("ProposalDecision", "decidedBy"),
        ("Query", "account"),
        ("Query", "accounts"),
        ("Query", "applications"),
        ("Query", "accountAudit"),
        ("Query", "compare"),
        ("Query", "coverage"),
        ("Query", "importDraft"),
        ("Query", "importDrafts"),
        ("Query", "indexMeans"),
        ("Query", "indexMoves"),
        ("Query", "ranking"),
        ("Query", "region"),
        ("Query", "regions"),
        ("Query", "resultEditions"),
        ("Query", "sources"),
        ("Region", "source"),
        ("Viewer", "account"),
    }
    assert (
        cache.cache_key(
            graphql_request('{ region(code: "32") { provenance { source } } }'), PUBLIC_VIEWER
        )
        is not None
    )
    for query in (
        '{ region(code: "32") { source { state } } }',
        "{ accounts { totalCount } }",
        "{ accountAudit { totalCount } }",
        "{ instance { viewer { account { id } } } }",
    ):
        assert cache.cache_key(graphql_request(query), PUBLIC_VIEWER) is None
    assert (
        cache.cache_key(graphql_request("{ instance { viewer { role } } }"), PUBLIC_VIEWER)
        is not None
    )


def test_a_key_holds_the_document_the_operation_and_the_variables() -> None:
    cache = Hub().cache
    query = "query ($a: ID, $b: ID) { region(code: $a) { name } }"
    key = cache.cache_key(graphql_request(query, a="1", b="2"), PUBLIC_VIEWER)
    assert key is not None
    assert key == cache.cache_key(graphql_request(query, b="2", a="1"), PUBLIC_VIEWER)
    assert key != cache.cache_key(graphql_request(query, a="1", b="3"), PUBLIC_VIEWER)
    assert cache.cache_key(graphql_request(query, a=2**70), PUBLIC_VIEWER) is None
