"""The operator's own address, where the metrics are served apart from the public."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Router
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose


class OperatorAddress:
    """ASGI middleware: a request to the port of the operator reaches the operator's routes only.

    Args:
        port: on which the server also listens; the port of a connection is that of its socket, which
            no header changes.
        routes: are served at that port.
    """

    def __init__(self, app: ASGIApp, port: int, routes: Sequence[BaseRoute]) -> None:
        self.app = app
        self.port = port
        self.operator_app = Router(routes, redirect_slashes=False, default=_refuse)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        server = scope.get("server")
        is_operators = server is not None and server[1] == self.port
        await (self.operator_app if is_operators else self.app)(scope, receive, send)


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await WebSocketClose()(scope, receive, send)
    else:
        response = PlainTextResponse("Not Found", HTTPStatus.NOT_FOUND)
        await response(scope, receive, send)
