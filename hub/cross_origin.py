"""CORS: the pages of configured origins may read the API and the downloads, without cookies."""

from __future__ import annotations

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

READABLE_PATHS = ("/graphql", "/map.geojson", "/unduh/")
REQUEST_HEADERS = (
    "accept",
    "apollo-require-preflight",
    "apollographql-client-name",
    "apollographql-client-version",
    "authorization",
    "content-type",
    "graphql-require-preflight",
    "last-event-id",
    "simpul-cost",
    "x-apollo-operation-name",
)
RESPONSE_HEADERS = ("content-disposition", "retry-after", "server-timing", "simpul-budget")
PREFLIGHT_SECONDS = 600  # for which a browser does not ask again


class CrossOriginAccess:
    """ASGI middleware that adds the headers of CORS to the responses that other pages may read.

    Without allowed origins it adds none. It never allows credentials, so no page of another origin sends or uses the cookie of a session.

    Args:
        allowed_origins: the origins of those pages.
    """

    def __init__(self, app: ASGIApp, allowed_origins: tuple[str, ...]) -> None:
        self.app = app
        self.allows_origins = bool(allowed_origins)
        self.readable_app = CORSMiddleware(
            app,
            allow_origins=allowed_origins,
            allow_methods=("GET", "POST", "OPTIONS"),
            allow_headers=REQUEST_HEADERS,
            expose_headers=RESPONSE_HEADERS,
            max_age=PREFLIGHT_SECONDS,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_readable = (
            self.allows_origins
            and scope["type"] == "http"
            and is_readable_path(scope["path"].removeprefix(scope.get("root_path", "")))
        )
        await (self.readable_app if is_readable else self.app)(scope, receive, send)


def is_readable_path(path: str) -> bool:
    """Whether the pages of the allowed origins may read the responses of a path."""
    return any(
        path == readable or (readable.endswith("/") and path.startswith(readable))
        for readable in READABLE_PATHS
    )
