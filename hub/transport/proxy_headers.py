"""Takes the address of the client, and whether it used HTTPS, from the headers of trusted proxies.

The address is used to limit what one client may do. So it counts only if the peer of the connection
is trusted, and only if it is an address.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from ipaddress import ip_address, ip_network

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

FORWARDED_FOR = "x-forwarded-for"  # the header to which each proxy appends an address
FORWARDED = "simpul.forwarded"  # in the scope of a request that a trusted proxy passed on
PEERS_MOST = 4_096  # whose trust is known; a key is an address, which is short


class ProxyHeaders:
    """Middleware that sets the scope's client and scheme."""

    def __init__(
        self, app: ASGIApp, trusted_proxies: Iterable[str], address_header: str = FORWARDED_FOR
    ) -> None:
        self.app = app
        self._address_header = address_header.lower()
        self._is_trusted = _trust(trusted_proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        peer = scope.get("client")
        if scope["type"] != "lifespan" and peer is not None and self._is_trusted(peer[0]):
            scope = self._forwarded_scope(scope)
        await self.app(scope, receive, send)

    def _forwarded_scope(self, scope: Scope) -> Scope:
        headers = HTTPConnection(scope).headers
        forwarded = {**scope, FORWARDED: self._address_header in headers}
        protocol = headers.get("x-forwarded-proto", "").strip()
        if protocol in ("http", "https", "ws", "wss"):
            is_socket = scope["type"] == "websocket"
            forwarded["scheme"] = protocol.replace("http", "ws") if is_socket else protocol
        values = headers.getlist(self._address_header)
        address = self._client_address([part for value in values for part in value.split(",")])
        if address is not None:
            forwarded["client"] = (address, 0)
        return forwarded

    def _client_address(self, parts: list[str]) -> str | None:
        """Return the address that the nearest proxy saw which is no proxy itself, if there is one.

        The addresses before it are what the client itself may have sent.
        """
        if self._address_header != FORWARDED_FOR:
            return _parse_address(parts[0]) if len(parts) == 1 else None
        address = None
        for part in reversed(parts):
            address = _parse_address(part)
            if address is None or not self._is_trusted(address):
                return address
        return address


def _trust(trusted_proxies: Iterable[str]) -> Callable[[str], bool]:
    networks = [ip_network(network) for network in trusted_proxies]

    @lru_cache(maxsize=PEERS_MOST)
    def is_trusted(peer: str) -> bool:
        try:
            address = ip_address(peer)
        except ValueError:  # a Unix socket, or a name in a test
            return False
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address in network for network in networks)

    return is_trusted


def _parse_address(text: str) -> str | None:
    """Return an address without the port that some proxies append; None if it is no address."""
    host = text.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        return str(ip_address(host))
    except ValueError:
        return None
