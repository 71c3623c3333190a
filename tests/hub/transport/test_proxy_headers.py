"""The address of the client behind proxies."""

from __future__ import annotations

import pytest
from starlette.types import Message, Receive, Scope, Send

from hub.transport.proxy_headers import ProxyHeaders, TrustedProxies

PROXIES = ("127.0.0.1", "::1", "10.0.0.0/8")
FOR = "x-forwarded-for"


class Recorder:
    """An application that records the scope."""

    scope: Scope

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope


async def receive() -> Message:
    raise AssertionError("expected no read")


async def send(message: Message) -> None:
    raise AssertionError("expected no response")


async def forwarded(
    peer: str, header: str, headers: list[tuple[str, str]], scheme: str = "http"
) -> Scope:
    recorder = Recorder()
    scope = {
        "type": "websocket" if scheme.startswith("ws") else "http",
        "scheme": scheme,
        "client": (peer, 40_000),
        "headers": [(name.encode(), value.encode()) for name, value in headers],
    }
    await ProxyHeaders(recorder, TrustedProxies(PROXIES, header))(scope, receive, send)
    return recorder.scope


@pytest.mark.parametrize("scheme", ["http", "ws"])
@pytest.mark.parametrize(
    ("peer", "header", "headers", "address"),
    [
        ("127.0.0.1", FOR, [], "127.0.0.1"),
        ("127.0.0.1", FOR, [(FOR, "203.0.113.7")], "203.0.113.7"),
        ("10.2.3.4", FOR, [(FOR, "203.0.113.7")], "203.0.113.7"),
        ("::ffff:10.2.3.4", FOR, [(FOR, "203.0.113.7")], "203.0.113.7"),
        ("203.0.113.9", FOR, [(FOR, "203.0.113.7")], "203.0.113.9"),
        # The client sent the first address itself; the proxies appended the others.
        ("127.0.0.1", FOR, [(FOR, "198.51.100.1, 203.0.113.7, 10.0.0.5")], "203.0.113.7"),
        ("127.0.0.1", FOR, [(FOR, "198.51.100.1"), (FOR, "203.0.113.7")], "203.0.113.7"),
        ("127.0.0.1", FOR, [(FOR, "10.0.0.6, 10.0.0.5")], "10.0.0.6"),
        ("127.0.0.1", FOR, [(FOR, "203.0.113.7:1234")], "203.0.113.7"),
        ("127.0.0.1", FOR, [(FOR, "[2001:DB8::1]:1234")], "2001:db8::1"),
        ("127.0.0.1", FOR, [(FOR, "2001:db8::1")], "2001:db8::1"),
        ("127.0.0.1", FOR, [(FOR, "203.0.113.7, unknown")], "127.0.0.1"),
        ("127.0.0.1", FOR, [(FOR, "a" * 10_000)], "127.0.0.1"),
        ("127.0.0.1", FOR, [(FOR, "")], "127.0.0.1"),
        ("127.0.0.1", FOR, [("cf-connecting-ip", "203.0.113.7")], "127.0.0.1"),
        ("127.0.0.1", "CF-Connecting-IP", [("cf-connecting-ip", "203.0.113.7")], "203.0.113.7"),
        ("127.0.0.1", "x-real-ip", [("x-real-ip", "2001:db8::1"), (FOR, "10.0.0.5")], "2001:db8::1"),
        ("127.0.0.1", "x-real-ip", [("x-real-ip", "203.0.113.7, 203.0.113.8")], "127.0.0.1"),
        ("127.0.0.1", "x-real-ip", [("x-real-ip", "203.0.113.7")] * 2, "127.0.0.1"),
        ("127.0.0.1", "forwarded", [("forwarded", "for=203.0.113.7")], "127.0.0.1"),
        ("unix socket", FOR, [(FOR, "203.0.113.7")], "unix socket"),
    ],
)  # fmt: skip
async def test_the_address_of_the_client_is_what_a_trusted_proxy_states(
    peer: str, header: str, headers: list[tuple[str, str]], address: str, scheme: str
) -> None:
    assert (await forwarded(peer, header, headers, scheme))["client"][0] == address


@pytest.mark.parametrize(
    ("peer", "protocol", "scheme", "expected"),
    [
        ("127.0.0.1", "https", "http", "https"),
        ("127.0.0.1", "https", "ws", "wss"),
        ("127.0.0.1", "javascript", "http", "http"),
        ("203.0.113.9", "https", "http", "http"),
    ],
)
async def test_the_scheme_is_what_a_trusted_proxy_states(
    peer: str, protocol: str, scheme: str, expected: str
) -> None:
    scope = await forwarded(peer, FOR, [("x-forwarded-proto", protocol)], scheme)
    assert scope["scheme"] == expected
