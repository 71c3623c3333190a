"""A hub with a small schema in the process of the test, on a real port, with limits to choose."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute
from uvicorn.server import ServerState
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from engine.model import Viewer
from hub.admission.admission import Admission
from hub.auth.authentication import Authenticator
from hub.auth.credentials import SessionCookie
from hub.transport.graphql_http import GraphQLApp
from hub.transport.request_limits import BoundedHttpProtocol, RequestLimits
from hub.transport.shared_subscription import INTERNAL_ERROR_PAYLOAD, SubscriptionSharing
from hub.transport.subscription_budget import SubscriptionLimits
from hub.transport.websocket_protocol import FrameProtocol, flush_outbox
from realtime.fanout import Fanout
from resolvers.cpu_meter import create_metered_task
from schema.event_envelope import EventEnvelope
from schema.execution import Execution
from schema.limits import document_extensions
from storage.database import Database

COOKIE = SessionCookie("toy")


@dataclass
class Work:
    """What the resolvers have done and wait for."""

    begun: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    may_end: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, name: str) -> str:
        self.begun.append(name)
        try:
            await self.may_end.wait()
        except asyncio.CancelledError:
            self.cancelled.append(name)
            raise
        self.ended.append(name)
        return name


@dataclass
class Context:
    viewer: Viewer
    work: Work


Info = strawberry.Info[Context, None]


@strawberry.type
class Query:
    @strawberry.field
    async def work(self, info: Info, name: str) -> str:
        return await info.context.work.run(name)

    @strawberry.field
    def hello(self) -> str:
        return "hello"


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def work(self, info: Info, name: str) -> str:
        return await info.context.work.run(name)


@strawberry.type
class Event:
    number: int

    @strawberry.field
    def spend(self, seconds: float) -> int:
        """Use CPU time."""
        until = time.thread_time() + seconds
        while time.thread_time() < until:
            pass
        return self.number


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def events(
        self, region_codes: list[str], after: str | None = None
    ) -> AsyncIterator[Event]:
        """Yield a snapshot of ten events, and nothing more."""
        for number in range(10):
            event: Any = EventEnvelope(Event(number=number), str(number), None, number < 9, True)
            yield event
        await asyncio.Event().wait()


@dataclass(frozen=True)
class SocketHub:
    """A running hub."""

    port: int
    work: Work
    fanout: Fanout
    admission: Admission


@asynccontextmanager
async def open_socket_hub(
    database_url: str,
    *,
    limits: RequestLimits | None = None,
    admission: Admission | None = None,
    subscription_limits: SubscriptionLimits | None = None,
) -> AsyncIterator[SocketHub]:
    """Yield a hub that serves `/graphql` on a port of 127.0.0.1."""
    loop, database = asyncio.get_running_loop(), Database(database_url)
    loop.set_task_factory(create_metered_task)
    work, fanout = Work(), Fanout(INTERNAL_ERROR_PAYLOAD, flush_outbox)
    admission = admission or Admission()
    schema = strawberry.Schema(
        Query,
        Mutation,
        Subscription,
        extensions=document_extensions(),
        execution_context_class=Execution,
    )

    def context(viewer: Viewer) -> Context:
        return Context(viewer, work)

    graphql = GraphQLApp(
        schema,
        context_factory=context,
        authenticator=Authenticator(lambda: database, lambda: COOKIE, lambda: datetime.now(UTC)),
        admission=admission,
        limits=limits,
        sharing=SubscriptionSharing(
            schema,
            fanout,
            context,
            lambda _viewer: "everything",
            admission=admission,
            subscription_limits=subscription_limits or SubscriptionLimits(),
        ),
    )
    app = Starlette(routes=[Route("/graphql", graphql), WebSocketRoute("/graphql", graphql)])
    config = uvicorn.Config(
        app,
        http=BoundedHttpProtocol,
        ws=FrameProtocol,
        ws_per_message_deflate=False,
        lifespan="off",
        log_level="error",
    )
    config.load()
    state = ServerState()
    server = await loop.create_server(
        lambda: BoundedHttpProtocol(config, state, {}, loop), "127.0.0.1", 0
    )
    try:
        yield SocketHub(server.sockets[0].getsockname()[1], work, fanout, admission)
    finally:
        work.may_end.set()
        await fanout.close()
        server.close()
        await database.close()
        loop.set_task_factory(None)


@asynccontextmanager
async def open_socket(hub: SocketHub, token: str | None = None) -> AsyncIterator[ClientConnection]:
    """Yield a socket that the hub has acknowledged."""
    async with connect(
        f"ws://127.0.0.1:{hub.port}/graphql",
        subprotocols=[Subprotocol("graphql-transport-ws")],
        proxy=None,
        max_queue=None,  # a client that reads no more could not close
    ) as socket:
        payload = {} if token is None else {"authorization": f"Bearer {token}"}
        await socket.send(json.dumps({"type": "connection_init", "payload": payload}))
        assert json.loads(await socket.recv()) == {"type": "connection_ack"}
        yield socket


async def begin(
    socket: ClientConnection, id: str, query: str, variables: dict[str, object] | None = None
) -> None:
    """Send an operation."""
    payload = {"query": query, "variables": variables}
    await socket.send(json.dumps({"id": id, "type": "subscribe", "payload": payload}))


async def receive(socket: ClientConnection) -> Any:
    """Return the next message."""
    async with asyncio.timeout(5):
        return json.loads(await socket.recv())
