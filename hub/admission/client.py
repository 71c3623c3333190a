"""Names the client that an operation is charged to: an account, or else a network address."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

from starlette.requests import HTTPConnection

from engine.model import Role, Viewer

IPV6_PREFIX_BITS = 64  # what a provider gives to one customer, who can use each address in it


def client_host(connection: HTTPConnection) -> str:
    """Return the address of the peer, or of the client that a trusted proxy states."""
    return connection.client.host if connection.client is not None else ""


def client_key(viewer: Viewer, address: str) -> str:
    """Return the key of the client: its account's id if it is signed in or has a token."""
    if viewer.role is Role.PUBLIC:
        return f"address {address_group(address)}"
    return f"account {viewer.subject}"


def address_group(address: str) -> str:
    """Return the address, or of an IPv6 address its network of one customer."""
    try:
        parsed = ip_address(address)
    except ValueError:  # a Unix socket, or a name in a test
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    network = int(parsed) >> (128 - IPV6_PREFIX_BITS) << (128 - IPV6_PREFIX_BITS)
    return f"{IPv6Address(network)}/{IPV6_PREFIX_BITS}"
