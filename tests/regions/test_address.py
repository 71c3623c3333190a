"""Which addresses an endpoint may have, in every spelling."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from regions.address import AddressRefused, allowed, canonical_host, resolved

PUBLIC = ["8.8.8.8", "103.28.12.1", "2001:4860:4860::8888", "64:ff9b::808:808", "2002:808:808::1"]
PRIVATE = ["127.0.0.1", "127.8.9.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "::1", "fd00::1"]
NEVER = [
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
]
# Private ranges that hide in an address of IPv6.
HIDDEN = [
    "::ffff:127.0.0.1",
    "2002:7f00:1::",
    "2002:c0a8:101::1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::a00:1",
    "2001:0:7f00:1::",
]
ODD = [
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "127.1",
    "0177.0.0.1",
    "127.000.000.001",
    "1２7.0.0.1",
    "127。0。0。1",
    "localhost.",
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
    assert allowed(ip_address(address), private=False)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_ones_are_where_it_is_configured(address: str) -> None:
    assert not allowed(ip_address(address), private=False)
    assert allowed(ip_address(address), private=True)


@pytest.mark.parametrize("address", NEVER)
def test_others_never_are(address: str) -> None:
    assert not allowed(ip_address(address), private=False)
    assert not allowed(ip_address(address), private=True)


@pytest.mark.parametrize("address", HIDDEN)
def test_what_an_address_stands_for_counts(address: str) -> None:
    assert not allowed(ip_address(address), private=False)


@pytest.mark.parametrize("host", ODD)
def test_a_host_has_one_spelling(host: str) -> None:
    assert not canonical_host(host)


@pytest.mark.parametrize("host", ["example.go.id", "localhost", "10.0.0.1", "::1", "a1.b-2.id"])
def test_plain_hosts_are_taken(host: str) -> None:
    assert canonical_host(host)


async def test_of_several_addresses_each_must_be_allowed() -> None:
    async def both(host: str, port: int) -> Sequence[str]:
        return ["8.8.8.8", "127.0.0.1"]

    with pytest.raises(AddressRefused, match="no address that may be connected to"):
        await resolved("example.id", 443, private=False, resolve=both)
    found = await resolved("example.id", 443, private=True, resolve=both)
    assert [str(each) for each in found] == ["8.8.8.8", "127.0.0.1"]
