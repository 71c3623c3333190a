"""Automatic persisted queries: a hash stands for a document, in a bounded store of each role."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from sys import getsizeof
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette

from engine.model import PUBLIC_VIEWER, Role
from hub.app import create_app
from hub.settings import Settings
from hub.transport.json_request import GraphQLRequest
from hub.transport.persisted_queries import (
    ENTRY_BYTES,
    PersistedQueries,
    resolve_persisted_query,
)
from hub.transport.request_limits import RequestRejected
from hub.transport.response_cache import ResponseCache
from tests.fixtures.credentials import add_token

QUERY = "{ instance { name } }"
ANSWER = {"data": {"instance": {"name": "Simpul"}}}
NOT_FOUND = (200, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
NOT_SUPPORTED = (200, "PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported")
NOT_VALID = (
    400,
    "BAD_REQUEST",
    (
        "expected `persistedQuery` to have the `version` 1 and a `sha256Hash` of 64 digits from 0 "
        "to f, got something else"
    ),
)
MISMATCH = (
    400,
    "PERSISTED_QUERY_HASH_MISMATCH",
    "expected the SHA-256 of `query` in `sha256Hash`, got another",
)


def hash_of(document: str) -> str:
    return sha256(document.encode()).hexdigest()


def extension(document: str = QUERY) -> dict[str, Any]:
    return {"persistedQuery": {"version": 1, "sha256Hash": hash_of(document)}}


@pytest.fixture
def settings(sqlite_database_url: str, tmp_path: Path) -> Settings:
    return Settings(SIMPUL_DATABASE_URL=sqlite_database_url, data_dir=tmp_path / "data")


@asynccontextmanager
async def running_app(settings: Settings) -> AsyncIterator[tuple[Starlette, httpx2.AsyncClient]]:
    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app), base_url="http://simpul.test"
        ) as client,
    ):
        yield app, client


def refusal(response: httpx2.Response) -> tuple[int, str, str]:
    [error] = response.json()["errors"]
    return response.status_code, error["extensions"]["code"], error["message"]


async def test_a_hash_stands_for_a_document_that_was_sent_with_it(settings: Settings) -> None:
    get = {"extensions": json.dumps(extension())}
    async with running_app(settings) as (_, client):
        assert refusal(await client.post("/graphql", json={"extensions": extension()})) == NOT_FOUND
        assert refusal(await client.get("/graphql", params=get)) == NOT_FOUND
        both = await client.post("/graphql", json={"query": QUERY, "extensions": extension()})
        assert both.json() == ANSWER
        assert (await client.post("/graphql", json={"extensions": extension()})).json() == ANSWER
        response = await client.get("/graphql", params=get)
        assert (response.json(), response.headers["cache-control"]) == (ANSWER, "no-store")


async def test_each_role_has_its_own_documents(settings: Settings) -> None:
    token = await add_token(settings.database, Role.REGION, ["32.11"])
    headers = {"authorization": f"Bearer {token}"}
    async with running_app(settings) as (_, client):
        await client.post("/graphql", json={"query": QUERY, "extensions": extension()})
        hash_only = {"extensions": extension()}
        assert refusal(await client.post("/graphql", json=hash_only, headers=headers)) == NOT_FOUND
        assert (await client.post("/graphql", json=hash_only)).json() == ANSWER


async def test_a_mutation_is_never_sent_by_get(settings: Settings) -> None:
    mutation = 'mutation { recordOpd(input: {region: "x", name: "y"}) { __typename } }'
    async with running_app(settings) as (_, client):
        await client.post("/graphql", json={"query": mutation, "extensions": extension(mutation)})
        get = await client.get("/graphql", params={"extensions": json.dumps(extension(mutation))})
        assert get.status_code == 405


@pytest.mark.parametrize(
    "persisted",
    [
        None,
        "00",
        {"version": 2, "sha256Hash": hash_of(QUERY)},
        {"version": 1},
        {"version": 1, "sha256Hash": hash_of(QUERY).upper()},
    ],
)
def test_an_extension_that_is_not_valid_is_refused(persisted: object) -> None:
    request = GraphQLRequest(QUERY, extensions={"persistedQuery": persisted})
    assert resolve_error(request, PersistedQueries()) == NOT_VALID


def test_a_document_is_stored_under_its_own_hash_only() -> None:
    queries = PersistedQueries()
    request = GraphQLRequest("{ another }", extensions=extension())
    assert resolve_error(request, queries) == MISMATCH
    assert queries.find_document(Role.PUBLIC, hash_of(QUERY)) is None


@pytest.mark.parametrize("document", ["{", "{ a }" + "#" * 20_000, "{ a" + " { a" * 16 + "}" * 17])
def test_a_document_beyond_the_limits_is_not_stored(document: str) -> None:
    queries = PersistedQueries()
    request = GraphQLRequest(document, extensions=extension(document))
    assert resolve_persisted_query(request, Role.PUBLIC, queries).query == document
    assert queries.find_document(Role.PUBLIC, hash_of(document)) is None


def test_the_public_pushes_out_its_own_documents_only() -> None:
    documents = [f"{{ a{number} }}" for number in range(4)]
    queries = PersistedQueries(bytes_most=3 * (ENTRY_BYTES + getsizeof(documents[0])))
    queries.store_document(Role.REGION, hash_of(QUERY), QUERY)
    for document in documents[:3]:
        queries.store_document(Role.PUBLIC, hash_of(document), document)
    queries.find_document(Role.PUBLIC, hash_of(documents[0]))  # is used now
    queries.store_document(Role.PUBLIC, hash_of(documents[3]), documents[3])
    kept = [queries.find_document(Role.PUBLIC, hash_of(document)) for document in documents]
    assert kept == [documents[0], None, documents[2], documents[3]]
    assert queries.find_document(Role.REGION, hash_of(QUERY)) == QUERY


async def test_the_response_cache_serves_both_forms_of_a_request() -> None:
    async def position() -> int:
        return 1

    cache = ResponseCache(position)
    request = GraphQLRequest(QUERY, extensions=extension())
    resolved = resolve_persisted_query(request, Role.PUBLIC, PersistedQueries())
    assert resolved == GraphQLRequest(QUERY)
    key = cache.cache_key(resolved, PUBLIC_VIEWER)
    assert key is not None
    assert key == cache.cache_key(GraphQLRequest(QUERY), PUBLIC_VIEWER)
    other = GraphQLRequest(QUERY, extensions={**extension(), "other": 1})
    assert resolve_persisted_query(other, Role.PUBLIC, None).extensions == {"other": 1}


async def test_a_setting_turns_them_off(settings: Settings) -> None:
    off = settings.model_copy(update={"persisted_queries": False})
    async with running_app(off) as (app, client):
        assert (
            refusal(await client.post("/graphql", json={"extensions": extension()}))
            == NOT_SUPPORTED
        )
        whole = {"query": QUERY, "extensions": extension()}
        assert (await client.post("/graphql", json=whole)).json() == ANSWER
        assert (
            refusal(await client.post("/graphql", json={"extensions": extension()}))
            == NOT_SUPPORTED
        )
        assert await send_to_socket(app, [{"extensions": extension()}, whole]) == [
            socket_error(NOT_SUPPORTED),
            ANSWER,
        ]


async def test_a_socket_takes_a_hash_for_a_document_too(settings: Settings) -> None:
    hash_only = {"extensions": extension()}
    payloads = [hash_only, {**hash_only, "query": QUERY}, hash_only, {"query": QUERY}]
    async with running_app(settings) as (app, _):
        assert await send_to_socket(app, payloads) == [
            socket_error(NOT_FOUND),
            ANSWER,
            ANSWER,
            ANSWER,
        ]


def resolve_error(request: GraphQLRequest, queries: PersistedQueries) -> tuple[int, str, str]:
    with pytest.raises(RequestRejected) as refused:
        resolve_persisted_query(request, Role.PUBLIC, queries)
    return refused.value.status, refused.value.code, str(refused.value)


def socket_error(refused: tuple[int, str, str]) -> list[dict[str, Any]]:
    _, code, message = refused
    return [{"message": message, "extensions": {"code": code}}]


async def send_to_socket(app: Starlette, payloads: list[dict[str, Any]]) -> list[Any]:
    """Return the payload of the first response to each operation of a socket, one by one."""
    answers: list[Any] = []

    def subscribe() -> dict[str, Any]:
        message = {"id": "1", "type": "subscribe", "payload": payloads[len(answers)]}
        return {"type": "websocket.receive", "text": json.dumps(message)}

    messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    messages.put_nowait({"type": "websocket.connect"})
    messages.put_nowait({"type": "websocket.receive", "text": '{"type": "connection_init"}'})

    async def send(message: Any) -> None:
        received = json.loads(message.get("text") or "{}")
        if received.get("type") in ("next", "error"):
            answers.append(received["payload"])
        if received.get("type") in ("connection_ack", "complete", "error"):
            last = len(answers) == len(payloads)
            done = {"type": "websocket.disconnect", "code": 1000}
            messages.put_nowait(done if last else subscribe())

    scope = {
        "type": "websocket",
        "path": "/graphql",
        "scheme": "ws",
        "query_string": b"",
        "headers": [(b"host", b"simpul.test")],
        "subprotocols": ["graphql-transport-ws"],
    }
    await app(scope, messages.get, send)
    return answers
