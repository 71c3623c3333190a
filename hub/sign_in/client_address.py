"""The address of a client, by which its attempts are counted."""

from __future__ import annotations

from starlette.requests import Request


def client_address(request: Request) -> str:
    """Return the address of the client; behind a trusted proxy, the one that it states."""
    return request.client.host if request.client is not None else ""
