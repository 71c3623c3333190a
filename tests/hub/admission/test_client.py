"""The clients that operations are charged to."""

from __future__ import annotations

import pytest

from engine.model import PUBLIC_VIEWER, Role, Viewer
from hub.admission.client import client_key


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("203.0.113.7", "address 203.0.113.7"),
        ("::ffff:203.0.113.7", "address 203.0.113.7"),
        ("2001:db8:1:2:aaaa:bbbb:cccc:dddd", "address 2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "address 2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "address 2001:db8:1:3::/64"),
        ("::1", "address ::/64"),
        ("unix socket", "address unix socket"),
        ("", "address "),
    ],
)
def test_a_client_without_account_is_its_address_or_the_network_of_one_customer(
    address: str, key: str
) -> None:
    assert client_key(PUBLIC_VIEWER, address) == key


def test_a_client_with_an_account_is_the_account_at_all_addresses() -> None:
    viewer = Viewer("ani", Role.REGION, frozenset({"32.11"}))
    keys = {client_key(viewer, address) for address in ("203.0.113.7", "2001:db8::1")}
    assert keys == {"account ani"}
