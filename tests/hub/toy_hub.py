"""A hub with a toy schema, as a process of its own: `python toy_hub.py PORT DATABASE_URL`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import strawberry
import uvicorn
from graphql import GraphQLError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route, WebSocketRoute

from engine.model import Viewer
from hub.auth.authentication import Authenticator
from hub.auth.credentials import SessionCookie
from hub.security_headers import SecurityHeaders
from hub.transport.graphql_http import GraphQLApp
from hub.transport.request_limits import BoundedHttpProtocol, RequestLimits
from hub.transport.shared_subscription import INTERNAL_ERROR_PAYLOAD, SubscriptionSharing
from realtime.fanout import Fanout
from schema.limits import document_extensions
from storage.database import Database

COOKIE = SessionCookie("toy")


@dataclass
class Context:
    viewer: Viewer
    greetings: int = 0


class Closed(Exception):
    """An expected error, raised by a resolver that does not depend on GraphQL."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.extensions = {"code": "CLOSED"}


Info = strawberry.Info[Context, None]


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, info: Info) -> int:
        info.context.greetings += 1
        return info.context.greetings

    @strawberry.field
    def echo(self, text: str) -> str:
        return text

    @strawberry.field
    def half(self, number: int) -> float | None:
        return number / 2

    @strawberry.field
    def whoami(self, info: Info) -> str:
        viewer = info.context.viewer
        return f"{viewer.subject} {viewer.role.value} {sorted(viewer.regions)}"

    @strawberry.field
    def bug(self) -> str | None:
        raise RuntimeError("password=hunter2")

    @strawberry.field
    def bug_in_what_must_be_there(self) -> str:
        raise RuntimeError("password=hunter2")

    @strawberry.field
    def closed(self) -> str | None:
        raise Closed("closed on Sundays")


@strawberry.type
class Mutation:
    @strawberry.mutation
    def increment(self, by: int = 1) -> int:
        return by + 1


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, to: int) -> AsyncIterator[int]:
        for number in range(to):
            yield number

    @strawberry.subscription
    async def late_event(self) -> AsyncIterator[int]:
        await asyncio.sleep(0.1)
        yield 0
        await asyncio.Event().wait()

    @strawberry.subscription
    async def silence(self) -> AsyncIterator[int]:
        await asyncio.Event().wait()
        yield 0

    @strawberry.subscription
    async def bug(self) -> AsyncIterator[int]:
        yield 0
        raise RuntimeError("password=hunter2")


class Schema(strawberry.Schema):
    def process_errors(self, errors: list[GraphQLError], execution_context: object = None) -> None:
        """Log nothing: bugs are logged where they are masked, and other errors are the client's."""


class ImpatientProtocol(BoundedHttpProtocol):
    head_seconds = 1.0
    unread_seconds = 0.5
    idle_connections_most = 20


def app(database: Database) -> Starlette:
    schema = Schema(Query, Mutation, Subscription, extensions=document_extensions())
    graphql = GraphQLApp(
        schema,
        context_factory=Context,
        authenticator=Authenticator(lambda: database, lambda: COOKIE, lambda: datetime.now(UTC)),
        limits=RequestLimits(
            body_seconds=1.0, initialisation_seconds=1.0, subscriptions=3, keepalive_seconds=0.5
        ),
        explorer_html=b"<title>Explorer</title>",
        sharing=SubscriptionSharing(
            schema, Fanout(INTERNAL_ERROR_PAYLOAD), Context, lambda viewer: viewer.subject
        ),
    )
    return Starlette(
        routes=[Route("/graphql", graphql), WebSocketRoute("/graphql", graphql)],
        middleware=[Middleware(SecurityHeaders)],
    )


if __name__ == "__main__":
    uvicorn.run(
        app(Database(sys.argv[2])),
        port=int(sys.argv[1]),
        http=ImpatientProtocol,
        ws="websockets-sansio",
        ws_max_size=2_000_000,
        log_level="error",
    )
