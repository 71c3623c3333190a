"""A client without CPU time, at a process that serves; another client is served."""

from __future__ import annotations

import json

import httpx2
import pytest

from tests.fixtures.processes import StartSimpul
from tests.hub.live_client import connected

pytestmark = pytest.mark.integration

OTHER_CLIENT = {"x-forwarded-for": "203.0.113.8"}  # as the trusted proxy 127.0.0.1 states it


async def test_is_refused_over_http_and_on_its_socket(
    sqlite_database_url: str, simpul_process: StartSimpul
) -> None:
    hub = simpul_process(
        "serve",
        environment={
            "DATABASE_URL": sqlite_database_url,
            "SIMPUL_CLIENT_CPU_RATE": "0.001",
            "SIMPUL_CLIENT_CPU_BURST": "0.05",
        },
    )
    statuses = []
    async with httpx2.AsyncClient(base_url=hub.url, trust_env=False, timeout=30) as http:
        while 429 not in statuses:
            # Each document differs, because a response from the cache costs nothing.
            query = f"{{ alias{len(statuses)}: regions {{ totalCount }} }}"
            refused = await http.post("/graphql", json={"query": query})
            statuses.append(refused.status_code)
        assert statuses == [200] * (len(statuses) - 1) + [429]
        assert 1 < len(statuses) < 50
        extensions = refused.json()["errors"][0]["extensions"]
        assert extensions["code"] == "CLIENT_BUDGET_EXHAUSTED"
        assert refused.headers["retry-after"] == str(extensions["retryAfterSeconds"])
        served = await http.post("/graphql", json={"query": query}, headers=OTHER_CLIENT)
        assert served.status_code == 200
    async with connected(hub.url, {}) as socket:
        payload = {"query": "{ instance { name } }"}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        message = json.loads(await socket.recv())
    assert (message["id"], message["type"]) == ("1", "error")
    assert message["payload"][0]["extensions"]["code"] == "CLIENT_BUDGET_EXHAUSTED"
