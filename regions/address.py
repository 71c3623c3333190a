"""Where an endpoint is connected to: its host resolved, and every address checked before use.

A name may come to lead inside our own network after it was written down, and numbers can be spelled
in ways that a filter does not see. So a host is a name or an address in its canonical form, and what
it resolves to is checked and then connected to as it is.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"(?=.{{1,253}}$)({_LABEL}\.)*[a-z]([a-z0-9-]{{0,61}}[a-z0-9])?")
_THIS_NETWORK = IPv4Network("0.0.0.0/8")
_TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))  # NAT64 (RFC 6052, 8215)


class AddressRefused(Exception):
    """The host may not be connected to: the same text whatever the cause, which says nothing new."""

    def __init__(self) -> None:
        super().__init__("the endpoint has no address that may be connected to")


def canonical_host(host: str) -> bool:
    """Whether a host is a plain name, or an address in its one canonical form."""
    try:
        return str(ip_address(host)) == host and "%" not in host
    except ValueError:
        return _NAME.fullmatch(host) is not None


def allowed(address: Address, *, private: bool) -> bool:
    """Whether an address may be connected to; `private` also allows loopback and private ranges."""
    return all(_allowed(each, private=private) for each in _meant(address))


async def resolved(
    host: str, port: int, *, private: bool, resolve: Resolve | None = None
) -> list[Address]:
    """Return the addresses of a host.

    Raises:
        AddressRefused: one of them is not allowed, or the host is not canonical.
        OSError: the name cannot be resolved.
    """
    if not canonical_host(host):
        raise AddressRefused
    found = [ip_address(each) for each in await (resolve or _system)(host, port)]
    if not found or not all(allowed(each, private=private) for each in found):
        raise AddressRefused
    return found


def _meant(address: Address) -> Iterator[Address]:
    """The address, and the one of IPv4 that it stands for."""
    yield address
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            yield address.ipv4_mapped
        if address.sixtofour is not None:
            yield address.sixtofour
        if address.teredo is not None:
            yield from address.teredo
        if any(address in network for network in _TRANSLATED):
            yield IPv4Address(int(address) & 0xFFFFFFFF)


def _allowed(address: Address, *, private: bool) -> bool:
    if address.is_multicast or address.is_unspecified or address.is_link_local:
        return False
    if isinstance(address, IPv4Address) and (address.is_reserved or address in _THIS_NETWORK):
        return False
    return address.is_global or (private and address.is_private)


async def _system(host: str, port: int) -> Sequence[str]:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))
