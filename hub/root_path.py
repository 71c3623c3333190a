"""The root path: the path on a host under which the instance is served, such as `/simpul`.

A proxy may pass a request on with the root path or without it (`proxy_pass http://hub/;` in nginx
takes it off), and a health check on the machine leaves it out. Inside the application every scope
contains the root path, as ASGI defines it. The paths that responses name begin with it as well.
"""

from __future__ import annotations

from http import HTTPStatus

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send


def root_path(scope: Scope) -> str:
    """Return the root path of the application, also inside a mounted one."""
    path: str = scope.get("app_root_path", scope.get("root_path", ""))
    return path


def unrooted_path(scope: Scope) -> str:
    """Return the path of a request without the root path."""
    path: str = scope["path"]
    return path.removeprefix(root_path(scope))


class RootPath:
    """ASGI middleware that adds the root path to the scope, whether or not the proxy passed it on."""

    def __init__(self, app: ASGIApp, root_path: str) -> None:
        self.app = app
        self.root_path = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application with the root path in the scope."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        path = scope["path"]
        if path == self.root_path and scope["type"] == "http":
            query = scope["query_string"].decode("latin-1")
            address = f"{self.root_path}/{'?' if query else ''}{query}"
            redirect = RedirectResponse(address, HTTPStatus.PERMANENT_REDIRECT)
            await redirect(scope, receive, send)
            return
        if not path.startswith(self.root_path + "/"):
            path = self.root_path + path
        await self.app({**scope, "path": path, "root_path": self.root_path}, receive, send)
