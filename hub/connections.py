"""How many WebSockets this process has open: in all, and of each viewer who is known by name.

Nobody can be told apart without a token, so the public ones count only in all: a command center,
a school and a phone network each look like one address.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from starlette.responses import PlainTextResponse, Response

from engine.model import Role, Viewer
from hub.request_limits import RequestLimits

RETRY_SECONDS = 5


class Connections:
    """Counts sockets against the limits."""

    def __init__(self, limits: RequestLimits) -> None:
        self._limits = limits
        self._open = 0
        self._of_viewer: Counter[str] = Counter()

    @property
    def full(self) -> bool:
        """Whether another one must be refused."""
        return self._open >= self._limits.sockets

    @contextmanager
    def one(self) -> Iterator[None]:
        """Count one for as long as the block lasts."""
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1

    def admits(self, viewer: Viewer) -> bool:
        """Count one of this viewer's, unless they are too many; who is admitted leaves later."""
        if viewer.role is Role.PUBLIC:
            return True
        if self._of_viewer[viewer.subject] >= self._limits.sockets_per_viewer:
            return False
        self._of_viewer[viewer.subject] += 1
        return True

    def leave(self, viewer: Viewer) -> None:
        """One that was admitted has ended."""
        if viewer.role is not Role.PUBLIC:
            self._of_viewer[viewer.subject] -= 1
            if not self._of_viewer[viewer.subject]:
                del self._of_viewer[viewer.subject]


def refusal() -> Response:
    """Return the answer to a handshake for which there is no room."""
    return PlainTextResponse(
        "too many connections: come back later",
        HTTPStatus.SERVICE_UNAVAILABLE,
        {"retry-after": str(RETRY_SECONDS)},
    )
