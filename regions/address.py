"""Where an endpoint is connected to: its host resolved, and every address checked before use.

A name may come to lead inside our own network after it was written down, and numbers can be spelled
in ways that a filter does not see. So a host is a name or an address in its canonical form, and what
it resolves to is checked and then connected to as it is.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

RESOLVE_SECONDS = 3.0  # what is left of the time to connect is for connecting
ADDRESSES_MOST = 8  # of one name that are tried; all are checked

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"(?=.{{1,253}}$)({_LABEL}\.)*[a-z]([a-z0-9-]{{0,61}}[a-z0-9])?")

# What Python calls private or global differs between its versions, and holds ranges for examples,
# benchmarks and cloud services; so what is ours, and what is everybody's, is said here.
_OURS_4 = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8")))
_OURS_6 = tuple(map(IPv6Network, ("::1/128", "fc00::/7")))
_EVERYBODYS_6 = IPv6Network("2000::/3")  # global unicast
_NEVER_4 = tuple(map(IPv4Network, ("0.0.0.0/8", "192.0.0.0/24", "192.88.99.0/24")))
_NEVER_6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "3fff::/20")))
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052; where others hold an address of IPv4 is not known
# What clouds answer a machine's own questions at, credentials among it, though they look like others.
_MACHINES_OWN = frozenset(map(ip_address, ("168.63.129.16", "fd00:ec2::254", "fd20:ce::254")))


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


def is_address_allowed(address: Address, *, private: bool) -> bool:
    """Whether an address may be connected to; `private` also allows loopback and private networks.

    An address of IPv6 that stands for one of IPv4 is as good as that one.
    """
    if address in _MACHINES_OWN:
        return False
    if isinstance(address, IPv6Address):
        meant = _meant(address)
        return (
            _allowed_6(address, private)
            if meant is None
            else is_address_allowed(meant, private=private)
        )
    if any(address in network for network in _OURS_4):
        return private
    refused = address.is_multicast or address.is_reserved or address.is_link_local
    return address.is_global and not refused and not any(address in it for it in _NEVER_4)


async def resolve_host(
    host: str,
    port: int,
    *,
    private: bool,
    resolve: Resolve | None = None,
    seconds: float = RESOLVE_SECONDS,
) -> list[Address]:
    """Return the addresses of a host, at most as many as are worth trying.

    Raises:
        AddressRefused: one of them is not allowed, or the host is not canonical.
        TimeoutError: the name is not resolved within `seconds`.
        OSError: the name cannot be resolved.
    """
    if not canonical_host(host):
        raise AddressRefused
    async with asyncio.timeout(seconds):
        answer = await (resolve or _system)(host, port)
    found = [ip_address(each) for each in answer]
    if not found or not all(is_address_allowed(each, private=private) for each in found):
        raise AddressRefused
    return found[:ADDRESSES_MOST]


def _meant(address: IPv6Address) -> IPv4Address | None:
    """The address of IPv4 that one of IPv6 stands for."""
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def _allowed_6(address: IPv6Address, private: bool) -> bool:
    """Of one that stands for itself: also Teredo and local NAT64, which hide another, are refused."""
    if any(address in network for network in _OURS_6):
        return private
    return address in _EVERYBODYS_6 and not any(address in network for network in _NEVER_6)


async def _system(host: str, port: int) -> Sequence[str]:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))
