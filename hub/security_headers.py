"""Security headers on every response, which restrict what a page may do in the browser."""

from __future__ import annotations

from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.auth.credentials import SessionCookie
from hub.root_path import unrooted_path

NO_FRAMES = "frame-ancestors 'none'"
PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; " + NO_FRAMES
)
# What is no page loads nothing. A page receives dozens of such responses, so their policy is short.
DATA_POLICY = "default-src 'none'; " + NO_FRAMES
PAGE_MEDIA_TYPES = ("text/html", "image/svg+xml")
FRAMED_PAGES = ("/", "/daerah/")  # the wall, and the pages below


class SecurityHeaders:
    """ASGI middleware that adds security headers; it keeps those that the application has set.

    Args:
        frame_ancestors: origins whose pages may show the public pages in a frame.
        cookie: returns the cookie of sessions; needed with `frame_ancestors`.
    """

    def __init__(
        self,
        app: ASGIApp,
        content_security_policy: str = PAGE_POLICY,
        frame_ancestors: tuple[str, ...] = (),
        cookie: Callable[[], SessionCookie] | None = None,
    ) -> None:
        self.app = app
        self.cookie = cookie
        self.framed_policy: str | None = None
        if frame_ancestors:
            self.framed_policy = content_security_policy.replace(
                NO_FRAMES, f"frame-ancestors {' '.join(frame_ancestors)}"
            )
        self.headers = {
            "content-security-policy": content_security_policy,
            "cross-origin-opener-policy": "same-origin",
            "referrer-policy": "no-referrer",
            "x-content-type-options": "nosniff",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if self.framed_policy is not None and is_framed_page(unrooted_path(scope)):
                    headers.add_vary_header("cookie")
                    if self._is_without_session(scope):
                        headers.setdefault("content-security-policy", self.framed_policy)
                # A 304 has no media type, and its headers replace those of the page in the cache.
                media_type = headers.get("content-type", PAGE_MEDIA_TYPES[0])
                if not media_type.startswith(PAGE_MEDIA_TYPES):
                    headers.setdefault("content-security-policy", DATA_POLICY)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)

    def _is_without_session(self, scope: Scope) -> bool:
        # In a frame of another site a browser sends no SameSite=Lax cookie, neither with the page
        # nor with the requests of its scripts. So a framed page is public, and a click in it that
        # its surroundings provoke changes nothing.
        return self.cookie is not None and self.cookie().read(HTTPConnection(scope)) is None


def is_framed_page(path: str) -> bool:
    """Whether a page is public as a whole, so that pages of configured origins may frame it."""
    wall, below = FRAMED_PAGES
    return path == wall or path.startswith(below)
