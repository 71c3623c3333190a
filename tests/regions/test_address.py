"""The addresses that an endpoint may have, in every spelling."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from regions.address import AddressRefused, is_address_allowed, is_canonical_host, resolve_host

PUBLIC = [
    "8.8.8.8",
    "103.28.12.1",
    "172.32.0.1",
    "2001:4860:4860::8888",
    "64:ff9b::808:808",
    "2002:808:808::1",
    "::ffff:8.8.8.8",
]
PRIVATE = [
    "127.0.0.1",
    "127.8.9.1",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "::1",
    "fd00::1",
    "fc00::1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
]
RESERVED = [
    "0.0.0.0",
    "0.1.2.3",
    "169.254.169.254",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "fe80::1",
    "ff02::1",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:0:127.0.0.1",
    "::ffff:0.0.0.0",
    "::ffff:168.63.129.16",
    "64:ff9b:1::a00:1",
    "64:ff9b:1::808:808",
    "100::1",
    "2001:0:7f00:1::",
    "2001:0:808:808::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:e000:1::",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "fd00:ec2::254",
    "fd20:ce::254",
    "fec0::1",
    "fe80::1%eth0",
]
# Private ranges that are embedded in an IPv6 address.
EMBEDDED = [
    "::ffff:127.0.0.1",
    "2002:7f00:1::",
    "2002:c0a8:101::1",
    "64:ff9b::7f00:1",
    "2002:a00:1::1",
]
INVALID_HOSTS = [
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0X7F000001",
    "127.1",
    "127.0.1",
    "017700000001",
    "0x7f.0.0.0x1",
    "0177.0.0.1",
    "127.000.000.001",
    "1２7.0.0.1",
    "127。0。0。1",
    "localhost.",
    "127.0.0.1.",
    "127.0.0.1\n",
    "0:0:0:0:0:0:0:1",
    "::0001",
    "FE80::1",
    "%6cocalhost",
    "u:p@127.0.0.1",
    "a..b",
    "-a.id",
    "a-.id",
    "a_b.id",
    "user@a.id",
    "a.id%00",
    "fe80::1%eth0",
    "[::1]",
    "0",
    "",
    "a" * 64 + ".id",
    "é.id",
    "1.2.3.4.5",
    "abc.0x7f",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_allowed(address: str) -> None:
    assert is_address_allowed(ip_address(address), private=False)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_allowed_where_it_is_configured(address: str) -> None:
    assert not is_address_allowed(ip_address(address), private=False)
    assert is_address_allowed(ip_address(address), private=True)


@pytest.mark.parametrize("address", RESERVED)
def test_reserved_addresses_are_never_allowed(address: str) -> None:
    assert not is_address_allowed(ip_address(address), private=False)
    assert not is_address_allowed(ip_address(address), private=True)


@pytest.mark.parametrize("address", EMBEDDED)
def test_an_embedded_private_address_is_not_allowed(address: str) -> None:
    assert not is_address_allowed(ip_address(address), private=False)


@pytest.mark.parametrize("host", INVALID_HOSTS)
def test_a_host_has_one_spelling(host: str) -> None:
    assert not is_canonical_host(host)


@pytest.mark.parametrize("host", ["example.go.id", "localhost", "10.0.0.1", "::1", "a1.b-2.id"])
def test_plain_hosts_are_accepted(host: str) -> None:
    assert is_canonical_host(host)


async def test_each_of_several_addresses_must_be_allowed() -> None:
    async def both(host: str, port: int) -> Sequence[str]:
        return ["8.8.8.8", "127.0.0.1"]

    with pytest.raises(AddressRefused, match="no address that may be connected to"):
        await resolve_host("example.id", 443, private=False, resolve=both)
    addresses = await resolve_host("example.id", 443, private=True, resolve=both)
    assert [str(address) for address in addresses] == ["8.8.8.8", "127.0.0.1"]


async def test_a_bounded_number_of_addresses_is_tried_and_all_are_checked() -> None:
    public = [f"8.8.8.{number}" for number in range(100)]

    async def many(host: str, port: int) -> Sequence[str]:
        return public

    async def last_is_ours(host: str, port: int) -> Sequence[str]:
        return [*public, "127.0.0.1"]

    addresses = await resolve_host("example.id", 443, private=False, resolve=many)
    assert [str(address) for address in addresses] == public[:8]
    with pytest.raises(AddressRefused):
        await resolve_host("example.id", 443, private=False, resolve=last_is_ours)


@pytest.mark.parametrize("host", ["127.0.0.1", "0x7f.1", "nothing.id", "meta.id"])
async def test_a_refusal_says_the_same_whatever_the_cause(host: str) -> None:
    addresses_by_host = {
        "127.0.0.1": ["127.0.0.1"],
        "nothing.id": [],
        "meta.id": ["169.254.169.254"],
    }

    async def resolve_by_table(host: str, port: int) -> Sequence[str]:
        return addresses_by_host[host]

    with pytest.raises(AddressRefused) as refusal:
        await resolve_host(host, 443, private=False, resolve=resolve_by_table)
    assert str(refusal.value) == "the endpoint has no address that may be connected to"


async def test_a_name_that_is_not_resolved_in_time_is_given_up() -> None:
    async def hangs(host: str, port: int) -> Sequence[str]:
        await asyncio.Event().wait()
        return []

    with pytest.raises(TimeoutError):
        await resolve_host("example.id", 443, private=False, resolve=hangs, seconds=0.05)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_an_address_stands_for_itself(host: str) -> None:
    addresses = await resolve_host(host, 443, private=True)
    assert [str(address) for address in addresses] == [host]
