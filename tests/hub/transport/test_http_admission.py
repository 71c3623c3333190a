"""The budgets of clients over HTTP, with the real application in this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from hub.app import create_app
from hub.settings import Settings
from hub.transport.http_protocol import STREAM_EXTENSION

ATTACKER, VISITOR = "203.0.113.7", "203.0.113.8"
DOCUMENT = "{ regions { totalCount } }"
OTHER_DOCUMENT = "{ other: regions { totalCount } }"


@asynccontextmanager
async def open_app(url: str, **settings: Any) -> AsyncIterator[Starlette]:
    app = create_app(Settings(SIMPUL_DATABASE_URL=url, **settings))
    try:
        async with app.router.lifespan_context(app):
            yield app
    finally:
        asyncio.get_running_loop().set_task_factory(None)


class StreamExtension:
    """The application behind a server that has streams; a refused subscription opens none."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app({**scope, "extensions": {STREAM_EXTENSION: None}}, receive, send)


def browser(app: ASGIApp, address: str) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app, client=(address, 40_000))
    return httpx2.AsyncClient(transport=transport, base_url="http://simpul.test")


async def post(client: httpx2.AsyncClient, document: str, **headers: str) -> httpx2.Response:
    return await client.post("/graphql", json={"query": document}, headers=headers)


async def exhaust(client: httpx2.AsyncClient) -> httpx2.Response:
    """Send different documents until one is refused."""
    for number in range(100):
        response = await post(client, f"{{ alias{number}: regions {{ totalCount }} }}")
        if response.status_code != 200:
            return response
    raise AssertionError("expected a refusal, got 100 responses")


async def test_a_client_without_budget_is_refused_and_another_is_served(
    sqlite_database_url: str,
) -> None:
    settings = {"client_cpu_rate": 0.001, "client_cpu_burst": 0.02}
    async with (
        open_app(sqlite_database_url, **settings) as app,
        browser(app, ATTACKER) as attacker,
        browser(app, VISITOR) as visitor,
    ):
        refused = await exhaust(attacker)
        assert refused.status_code == 429
        [error] = refused.json()["errors"]
        seconds = error["extensions"].pop("retryAfterSeconds")
        assert error == {
            "message": "expected at most 0.001 seconds of CPU time per second from one client, "
            "got more: send fewer or smaller operations",
            "extensions": {"code": "CLIENT_BUDGET_EXHAUSTED"},
        }
        assert refused.headers["retry-after"] == str(seconds)
        metrics = (await visitor.get("/metrics")).text
        assert 'simpul_requests_refused_total{code="CLIENT_BUDGET_EXHAUSTED"}' in metrics
        streaming = browser(StreamExtension(app), ATTACKER)
        document = "subscription { indexChanged { cursor } }"
        stream = await post(streaming, document, accept="text/event-stream")
        assert stream.status_code == 429
        # The response to the visitor costs the attacker nothing.
        assert (await post(visitor, DOCUMENT)).json() == {"data": {"regions": {"totalCount": 0}}}
        assert (await post(attacker, DOCUMENT)).json() == {"data": {"regions": {"totalCount": 0}}}


async def test_a_rate_of_zero_sets_no_limit(sqlite_database_url: str) -> None:
    settings = {"client_cpu_rate": 0, "client_cpu_burst": 1e-6}
    async with (
        open_app(sqlite_database_url, **settings) as app,
        browser(app, ATTACKER) as client,
    ):
        for number in range(5):
            response = await post(
                client, f"{{ a{number}: regions {{ totalCount }} }}", **{"simpul-cost": "report"}
            )
            assert response.status_code == 200
        assert "simpul-budget" not in response.headers


async def test_a_client_learns_the_cost_if_it_requests_it(sqlite_database_url: str) -> None:
    async with open_app(sqlite_database_url) as app, browser(app, VISITOR) as client:
        silent = await post(client, DOCUMENT)
        assert "server-timing" not in silent.headers
        reported = await post(client, OTHER_DOCUMENT, **{"simpul-cost": "report"})
        name, _, milliseconds = reported.headers["server-timing"].partition(";dur=")
        assert name == "cpu"
        assert 0 < float(milliseconds) < 1_000
        assert 5 < float(reported.headers["simpul-budget"]) < 10
        cached = await post(client, OTHER_DOCUMENT, **{"simpul-cost": "report"})
        assert float(cached.headers["server-timing"].partition("=")[2]) < float(milliseconds)


@pytest.mark.parametrize(("count", "status"), [(10, 200), (11, 400)])
async def test_a_request_has_at_most_ten_mutations(
    sqlite_database_url: str, count: int, status: int
) -> None:
    document = "mutation {" + " ".join(f"m{number}: __typename" for number in range(count)) + "}"
    async with open_app(sqlite_database_url) as app, browser(app, VISITOR) as client:
        response = await post(client, document)
    assert response.status_code == status
    if status == 400:
        [error] = response.json()["errors"]
        assert error == {
            "message": "expected at most 10 mutations in one request, got 11 or more",
            "extensions": {"code": "TOO_COMPLEX"},
        }


async def test_the_response_cache_keeps_no_variable_that_is_not_declared(
    sqlite_database_url: str,
) -> None:
    async with open_app(sqlite_database_url) as app, browser(app, VISITOR) as client:
        reports = []
        for text in ("a" * 100_000, "b" * 100_000):
            response = await client.post(
                "/graphql",
                json={"query": DOCUMENT, "variables": {"unknown": text}},
                headers={"simpul-cost": "report"},
            )
            assert response.json() == {"data": {"regions": {"totalCount": 0}}}
            reports.append(float(response.headers["server-timing"].partition("=")[2]))
        assert reports[1] < reports[0]  # the second response is the first one
