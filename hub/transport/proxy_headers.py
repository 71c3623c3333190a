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
TRUSTED_PROXIES = "simpul.trusted_proxies"  # in the lifespan state of the application
PEERS_MOST = 4_096  # whose trust is known; a key is an address, which is short


class TrustedProxies:
    """The proxies whose headers count, and the header in which they state the client's address.

    The lifespan state of the application holds them as `TRUSTED_PROXIES`, for the HTTP protocol.
    """

    def __init__(self, networks: Iterable[str] = (), address_header: str = FORWARDED_FOR) -> None:
        self._address_header = address_header.lower().encode()
        self.includes = _membership(networks)  # whether an address is that of a proxy

    def client_address(self, peer: str, headers: Iterable[tuple[bytes, bytes]]) -> str:
        """Return the address that a proxy states for a request; otherwise that of the peer.

        Args:
            headers: those of the request, with names in lower case.
        """
        if not self.includes(peer):
            return peer
        values = [value.decode("latin-1") for name, value in headers if self._is_address(name)]
        parts = [part for value in values for part in value.split(",")]
        return self._stated_address(parts) or peer

    def has_address(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        """Whether a request has the header with the client's address."""
        return any(self._is_address(name) for name, _ in headers)

    def _is_address(self, name: bytes) -> bool:
        return name == self._address_header

    def _stated_address(self, parts: list[str]) -> str | None:
        """Return the address that the nearest proxy saw which is no proxy itself, if there is one.

        The addresses before it are what the client itself may have sent.
        """
        if self._address_header != FORWARDED_FOR.encode():
            return _parse_address(parts[0]) if len(parts) == 1 else None
        address = None
        for part in reversed(parts):
            address = _parse_address(part)
            if address is None or not self.includes(address):
                return address
        return address


class ProxyHeaders:
    """Middleware that sets the scope's client and scheme."""

    def __init__(self, app: ASGIApp, proxies: TrustedProxies) -> None:
        self.app = app
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        peer = scope.get("client")
        if scope["type"] != "lifespan" and peer is not None and self._proxies.includes(peer[0]):
            scope = self._forwarded_scope(scope)
        await self.app(scope, receive, send)

    def _forwarded_scope(self, scope: Scope) -> Scope:
        headers, peer = scope["headers"], scope["client"][0]
        forwarded = {**scope, FORWARDED: self._proxies.has_address(headers)}
        protocol = HTTPConnection(scope).headers.get("x-forwarded-proto", "").strip()
        if protocol in ("http", "https", "ws", "wss"):
            is_socket = scope["type"] == "websocket"
            forwarded["scheme"] = protocol.replace("http", "ws") if is_socket else protocol
        address = self._proxies.client_address(peer, headers)
        if address != peer:
            forwarded["client"] = (address, 0)
        return forwarded


def _membership(networks: Iterable[str]) -> Callable[[str], bool]:
    parsed_networks = [ip_network(network) for network in networks]

    @lru_cache(maxsize=PEERS_MOST)
    def includes(peer: str) -> bool:
        try:
            address = ip_address(peer)
        except ValueError:  # a Unix socket, or a name in a test
            return False
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address in network for network in parsed_networks)

    return includes


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
