"""What must hold through a proxy; each check returns what it has seen, or raises."""

from __future__ import annotations

import re
import secrets
import socket
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from urllib.parse import urlsplit

from engine.model import Role
from tests.fixtures.credentials import add_token
from tests.hub.live_client import EVENTS
from tests.proxies.attack import attack_from_another_address
from tests.proxies.browser_check import pages_are_live
from tests.proxies.following import node_follows
from tests.proxies.hub_commands import invite
from tests.proxies.site import REGION, Site, check, first_event, listening, origin_of

FIRST_EVENT_SECONDS = 1.0
UPLOAD_BYTES = 19_000_000
INDEX_CHANGED = "subscription { indexChanged { cursor region { code } } }"


async def pages_and_files(site: Site) -> str:
    """Pages and their files, HTTP/2 and HSTS; metrics and readiness are closed"""
    async with site.client() as http:
        page = await http.get(f"{site.address}/")
        check(page.status_code, HTTPStatus.OK)
        path = re.findall(r'(?:src|href)="([^"]+\.js)"', page.text)[0]
        script = await http.get(str(page.url.join(path)))
        check(script.status_code, HTTPStatus.OK)
        check(page.headers["strict-transport-security"], "max-age=31536000")
        for closed in ("metrics", "readyz"):
            answer = await http.get(f"{site.address}/{closed}")
            check(answer.status_code, HTTPStatus.NOT_FOUND)
    protocol = negotiate_protocol(site)
    check(protocol, "h2")
    encoding = page.headers.get("content-encoding", "none")
    return f"page and {path} 200, ALPN {protocol}, page encoded as {encoding}"


async def query(site: Site) -> str:
    """A query by POST and by GET"""
    document = '{ region(code: "32.11") { index(year: 2024) { index { display } } } }'
    async with site.client() as http:
        posted = await http.post(f"{site.address}/graphql", json={"query": document})
        read = await http.get(f"{site.address}/graphql", params={"query": document})
    check(posted.json(), read.json())
    display = posted.json()["data"]["region"]["index"]["index"]["display"]
    check(display, "4.51")
    return f"index of 2024 is {display}"


async def live_socket(site: Site) -> str:
    """A WebSocket hears of a change at once; one of another site is refused"""
    async with listening(site, origin_of(site.address)) as events:
        began = time.monotonic()
        await site.register_application()
        await events.next()
        seconds = time.monotonic() - began
    check(await site.handshake_status("https://other.example"), HTTPStatus.FORBIDDEN)
    return f"event {seconds * 1000:.0f} ms after the mutation began; foreign origin 403"


async def live_stream(site: Site) -> str:
    """A stream (SSE) begins within a second and hears of a change, whatever the proxy compresses"""
    first, encoding = await first_event(site, INDEX_CHANGED)
    if first > FIRST_EVENT_SECONDS:
        raise AssertionError(f"expected the first event within 1 s, got it after {first:.2f} s")
    live, _ = await first_event(site, EVENTS, site.register_application)
    if live > FIRST_EVENT_SECONDS:
        raise AssertionError(f"expected the change within 1 s, got it after {live:.2f} s")
    return (
        f"first event after {first * 1000:.0f} ms, a change after {live * 1000:.0f} ms, "
        f"encoded as {encoding}"
    )


async def cookie_sign_in(site: Site) -> str:
    """A person signs in, and the cookie is bound to the host or the path, and to TLS"""
    url = f"{site.address}/graphql"
    invitation = invite(site, f"ani-{secrets.token_hex(4)}@example.go.id")
    async with site.client() as http:
        answer = await http.post(
            f"{site.address}/undangan/sandi",
            json={
                "code": invitation["link"].partition("=")[2],
                "password": secrets.token_urlsafe(18),
            },
            headers={"sec-fetch-site": "same-origin"},
        )
        check(answer.status_code, HTTPStatus.CREATED)
        [cookie] = answer.headers.get_list("set-cookie")
        prefix = "__Secure-" if site.root_path else "__Host-"
        name, _, _ = cookie.partition("=")
        check((name.startswith(prefix), "; secure" in cookie.lower()), (True, True))
        session = await http.get(f"{site.address}/sesi", headers={"sec-fetch-site": "same-origin"})
        check(session.json()["session"]["name"], "Ani Rahmawati")
        crossing = await http.post(
            url, json={"query": "{ __typename }"}, headers={"origin": "https://other.example"}
        )
        check(crossing.status_code, HTTPStatus.FORBIDDEN)
    check(invitation["link"].startswith(f"{site.address}/"), True)
    return f"{name.partition('-')[0]}-… Secure, session read back; from another site 403"


async def large_bodies(site: Site) -> str:
    """A workbook of 19 MB passes, and a too large operation gets the answer of the hub"""
    token = await add_token(site.hub.database_url, Role.REGION, [REGION])
    async with site.client() as http:
        upload = await http.post(
            f"{site.address}/berkas?region={REGION}",
            content=b"\0" * UPLOAD_BYTES,
            headers={
                "authorization": f"Bearer {token}",
                "content-type": "application/octet-stream",
            },
        )
        answer = await http.post(
            f"{site.address}/graphql", json={"query": "{ __typename }" + " " * 2_000_000}
        )
    if upload.status_code in (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.BAD_GATEWAY):
        raise AssertionError(f"expected the hub to read the file, got {upload.status_code}")
    check("application/json" in upload.headers["content-type"], True)
    check(answer.status_code, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    check(answer.json()["errors"][0]["extensions"]["code"], "PAYLOAD_TOO_LARGE")
    return f"the hub read 19 MB of zeros ({upload.status_code}); 2 MB at /graphql PAYLOAD_TOO_LARGE"


def negotiate_protocol(site: Site) -> str | None:
    """Return the protocol that the proxy chooses for a browser."""
    context = site.tls()
    context.set_alpn_protocols(["h2", "http/1.1"])
    parts = urlsplit(site.address)
    with (
        socket.create_connection((parts.hostname, parts.port), timeout=5) as connection,
        context.wrap_socket(connection, server_hostname=parts.hostname) as secured,
    ):
        return secured.selected_alpn_protocol()


CHECKS: tuple[Callable[[Site], Awaitable[str]], ...] = (
    pages_and_files,
    query,
    live_socket,
    live_stream,
    cookie_sign_in,
    large_bodies,
    pages_are_live,
    node_follows,
    attack_from_another_address,
)
