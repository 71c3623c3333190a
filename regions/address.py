"""Resolves the host of an endpoint, and checks every address before a connection uses it.

A name may start to resolve to an address in our own network after an operator listed it, and
numbers can be spelled in ways that a filter does not recognize. So a host is a name or an address
in its canonical form. The addresses that it resolves to are checked, and the connection uses
exactly those.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

RESOLVE_SECONDS = 3.0  # leaves the remaining time of a connection attempt for connecting
ADDRESSES_MOST = 8  # addresses that are tried for one name; all addresses are checked

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"(?=.{{1,253}}$)({_LABEL}\.)*[a-z]([a-z0-9-]{{0,61}}[a-z0-9])?")

# Python's own definitions of private and global addresses differ between its versions, and include
# ranges for examples, benchmarks and cloud services. So this module defines the ranges itself.
_PRIVATE_IPV4 = tuple(
    map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8"))
)
_PRIVATE_IPV6 = tuple(map(IPv6Network, ("::1/128", "fc00::/7")))
_GLOBAL_UNICAST_IPV6 = IPv6Network("2000::/3")
_REFUSED_IPV4 = tuple(map(IPv4Network, ("0.0.0.0/8", "192.0.0.0/24", "192.88.99.0/24")))
_REFUSED_IPV6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "3fff::/20")))
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052; other prefixes embed IPv4 at an unknown place
# Metadata services of clouds, which return credentials, although the addresses look ordinary.
_METADATA_SERVICES = frozenset(map(ip_address, ("168.63.129.16", "fd00:ec2::254", "fd20:ce::254")))


class AddressRefused(Exception):
    """The host may not be connected to. The message is always the same and reveals no address."""

    def __init__(self) -> None:
        super().__init__("the endpoint has no address that may be connected to")


def is_canonical_host(host: str) -> bool:
    """Return whether a host is a plain name, or an address in its canonical form."""
    try:
        return str(ip_address(host)) == host and "%" not in host
    except ValueError:
        return _NAME.fullmatch(host) is not None


def is_address_allowed(address: Address, *, private: bool) -> bool:
    """Return whether an address may be connected to.

    `private` also allows loopback and private networks. An IPv6 address that embeds an IPv4 address
    is allowed exactly if the IPv4 address is.
    """
    if address in _METADATA_SERVICES:
        return False
    if isinstance(address, IPv6Address):
        embedded = _embedded_ipv4(address)
        return (
            _is_ipv6_allowed(address, private)
            if embedded is None
            else is_address_allowed(embedded, private=private)
        )
    if any(address in network for network in _PRIVATE_IPV4):
        return private
    is_special = address.is_multicast or address.is_reserved or address.is_link_local
    return (
        address.is_global
        and not is_special
        and not any(address in network for network in _REFUSED_IPV4)
    )


async def resolve_host(
    host: str,
    port: int,
    *,
    private: bool,
    resolve: Resolve | None = None,
    seconds: float = RESOLVE_SECONDS,
) -> list[Address]:
    """Return the first addresses of a host, at most ADDRESSES_MOST.

    Raises:
        AddressRefused: an address is not allowed, there is none, or the host is not canonical.
        TimeoutError: the name is not resolved within `seconds`.
        OSError: the name cannot be resolved.
    """
    if not is_canonical_host(host):
        raise AddressRefused
    async with asyncio.timeout(seconds):
        texts = await (resolve or _resolve_with_system)(host, port)
    addresses = [ip_address(text) for text in texts]
    allowed = [address for address in addresses if is_address_allowed(address, private=private)]
    if not addresses or len(allowed) < len(addresses):
        raise AddressRefused
    return addresses[:ADDRESSES_MOST]


def _embedded_ipv4(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 address embeds, if any."""
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def _is_ipv6_allowed(address: IPv6Address, private: bool) -> bool:
    """Return whether an IPv6 address is allowed that embeds no IPv4 address.

    Teredo and local NAT64 are refused too, because they hide another address.
    """
    if any(address in network for network in _PRIVATE_IPV6):
        return private
    return address in _GLOBAL_UNICAST_IPV6 and not any(
        address in network for network in _REFUSED_IPV6
    )


async def _resolve_with_system(host: str, port: int) -> Sequence[str]:
    loop = asyncio.get_running_loop()
    results = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(result[4][0]) for result in results))
