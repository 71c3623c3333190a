"""The words and addresses of a broken owner reach the server's log, and no public answer."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from engine.log.source import Source, SourceState
from engine.model import Role
from facts.region import listed_region
from hub.app import create_app
from hub.settings import Settings
from storage import ownership
from storage.database import Database
from tests.fixtures.credentials import issue_token
from tests.fixtures.eventually import eventually
from tests.fixtures.processes import free_port

SECRET = "psycopg.OperationalError: password=hunter2 host=10.1.2.3"
TRACE = 'File "/app/x.py" password=hunter2'
ACK = '{"type":"connection_ack"}'
SOURCES = "{ sources { regionCode problem detail url ownerUrl refusedEntries { detail } } }"
REGION = """query ($code: ID!) { region(code: $code, freshness: { maxAge: 0 }) {
  source { problem detail url ownerUrl } } }"""
STALE = "{ regions(first: 1, freshness: { maxAge: 0, require: ALL }) { nodes { code } } }"
CHANGE = """mutation { registerApplication(input: {
  regionCode: "32.11", opdId: "32.11:opd-dinkes", name: "Sehat" }) {
  ... on Problem { message } ... on OwnedElsewhere { ownerUrl } } }"""


def answer_operation(frame: Callable[[str], dict[str, Any]]) -> Callable[..., Awaitable[None]]:
    """Return a server that answers each operation, by its id, with a frame."""

    async def work(socket: ServerConnection) -> None:
        await socket.recv()
        await socket.send(ACK)
        async for text in socket:
            await socket.send(json.dumps(frame(json.loads(text)["id"])))

    return work


async def close_with_words(socket: ServerConnection) -> None:
    await socket.close(1011, SECRET)


UNREACHABLE = {"message": SECRET, "extensions": {"code": "UNREACHABLE"}}
OWNERS: dict[str, Callable[..., Awaitable[None]]] = {  # 32.78 has no server at all
    "32.11": answer_operation(
        lambda id: {"id": id, "type": "next", "payload": {"errors": [UNREACHABLE]}}
    ),
    "32.12": answer_operation(
        lambda id: {
            "id": id,
            "type": "error",
            "payload": [{"message": TRACE, "extensions": {"code": "INTERNAL"}}],
        }
    ),
    "32.73": close_with_words,
}
PROBLEMS = {
    "32.11": "REJECTED",
    "32.12": "REJECTED",
    "32.73": "NO_CONNECTION",
    "32.78": "NO_CONNECTION",
}
LEAKS = ("hunter2", "psycopg", "10.1.2.3", "x.py", "Errno", "Connect call", "127.0.0.1")


@asynccontextmanager
async def hub_of_hostile_owners(folder: Path) -> AsyncIterator[httpx2.AsyncClient]:
    """Yield a client of an instance that follows each of the owners, and one that is not there."""
    async with AsyncExitStack() as stack:
        ports = {"32.78": free_port()}
        for code, behaviour in OWNERS.items():
            protocols = [Subprotocol("graphql-transport-ws")]
            server = await stack.enter_async_context(
                serve(behaviour, "127.0.0.1", 0, subprotocols=protocols)
            )
            ports[code] = next(iter(server.sockets)).getsockname()[1]
        database = Database(Settings(data_dir=folder).database)
        async with database.write() as session:
            for code, port in ports.items():
                identity = listed_region(code)
                assert identity is not None
                source = Source(code, f"ws://127.0.0.1:{port}/", SourceState.UNREACHABLE, None)
                await ownership.insert_source(session, source, identity)
        await database.close()
        directory = folder / "regions.toml"
        directory.write_text(
            "\n".join(
                f'[[endpoint]]\nurl = "ws://127.0.0.1:{port}/"\nregions = ["{code}"]\nprivate = true'
                for code, port in ports.items()
            )
        )
        app = create_app(Settings(data_dir=folder, follows=directory))
        transport = httpx2.ASGITransport(app)
        await stack.enter_async_context(app.router.lifespan_context(app))
        yield await stack.enter_async_context(
            httpx2.AsyncClient(transport=transport, base_url="http://simpul.test")
        )


async def test_the_words_of_owners_are_in_the_log_and_in_no_public_answer(
    filled_data_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    async with hub_of_hostile_owners(filled_data_dir) as client:

        async def ask(query: str, token: str = "", **variables: object) -> str:
            headers = {"authorization": f"Bearer {token}"} if token else {}
            body = {"query": query, "variables": variables}
            return (await client.post("/graphql", json=body, headers=headers)).text

        async def read_sources(token: str = "") -> dict[str, dict[str, Any]]:
            rows = json.loads(await ask(SOURCES, token))["data"]["sources"]
            return {row["regionCode"]: row for row in rows}

        async def all_failed() -> None:
            problems = {code: row["problem"] for code, row in (await read_sources()).items()}
            assert problems == PROBLEMS

        await eventually(all_failed, seconds=4)
        database = Settings(data_dir=filled_data_dir).database
        stranger = issue_token(database, Role.REGION, ["32.73"], subject="bandung")
        answers = [
            await ask(SOURCES),
            *[await ask(REGION, code=code) for code in PROBLEMS],
            await ask(STALE),
            await ask(CHANGE),
            *[(await client.get(path)).text for path in ("/metrics", "/readyz", "/healthz")],
        ]
        assert '"NOT_FRESH"' in answers[5]
        assert "simpul_sources" in answers[7]
        answers.append(await ask(CHANGE, stranger))
        assert '"ownerUrl":null' in answers[-1]
        assert [(text, leak) for text in answers for leak in LEAKS if leak in text] == []

        admin = issue_token(database, Role.ADMIN, [], subject="operator")
        details = {code: row["detail"] for code, row in (await read_sources(admin)).items()}
    assert {code: [leak for leak in LEAKS if leak in details[code]] for code in details} == {
        "32.11": ["hunter2", "psycopg", "10.1.2.3"],
        "32.12": ["hunter2", "x.py"],
        "32.73": ["hunter2", "psycopg", "10.1.2.3"],
        "32.78": ["Errno", "Connect call", "127.0.0.1"],
    }
    assert [code for code, detail in details.items() if detail not in caplog.text] == []
