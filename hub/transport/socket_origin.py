"""Which pages may open a WebSocket: browsers send no preflight for it, so the server decides."""

from __future__ import annotations

import logging
from collections.abc import Collection

from starlette.datastructures import Headers
from strawberry.http.websocket_origin import is_same_origin, normalize_origin

logger = logging.getLogger(__name__)


def may_open_socket(headers: Headers, allowed_origins: Collection[str]) -> bool:
    """Whether the page that sent a handshake may open a WebSocket; a refusal is logged.

    A program that is no browser sends no origin, and may open one.
    """
    origin, host = headers.get("origin"), headers.get("host")
    if origin is None or headers.get("sec-fetch-site") == "same-origin":
        return True
    if is_same_origin(origin, host) or normalize_origin(origin) in allowed_origins:
        return True
    logger.warning(
        "refused the WebSocket of a page of the origin %r: expected the host of the Host header, "
        "which is %r, or an origin in SIMPUL_ALLOWED_ORIGINS; a reverse proxy must pass on the "
        "Host header that the browser sent",
        origin,
        host,
    )
    return False
