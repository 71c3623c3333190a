"""Which credentials of a request count: own pages may use the cookie, other sites never."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from itertools import product
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from engine.model import Role
from hub.app import create_app
from hub.auth.credentials import Credentials, SessionCookie
from hub.settings import Settings
from storage.audit import read_identity
from storage.database import Database
from tests.fixtures.credentials import add_session, add_token

OWN, ALLOWED, OTHER = "http://simpul.test", "https://portal.example", "https://elsewhere.example"
WHO = "{ instance { viewer { role } } }"
BINARY = {"content-type": "application/octet-stream"}
CROSS_SITE, NO_VIEWER = "CROSS_SITE_REQUEST", "UNAUTHENTICATED"

SITES = (None, "same-origin", "none", "same-site", "cross-site")
ORIGINS = (None, OWN, ALLOWED, OTHER, "null", "http://[")
ROLES = {"cookie": "REGION", "token": "ASSESSOR", "both": "ASSESSOR", "nothing": "PUBLIC"}


@pytest.fixture
def settings(sqlite_database_url: str, tmp_path: Path) -> Settings:
    return Settings(
        SIMPUL_DATABASE_URL=sqlite_database_url,
        data_dir=tmp_path / "data",
        allowed_origins=(ALLOWED,),
    )


@asynccontextmanager
async def running_app(settings: Settings) -> AsyncIterator[tuple[Starlette, httpx2.AsyncClient]]:
    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=OWN) as browser,
    ):
        yield app, browser


async def cookie_header(settings: Settings) -> str:
    """Return the header with a session of role REGION."""
    secret = await add_session(settings.database, Role.REGION, ["32.11"])
    database = Database(settings.database)
    async with database.read() as session:
        identity, _ = await read_identity(session)
    await database.close()
    return f"simpul-{identity}={secret}"


async def credentials_by_kind(settings: Settings) -> dict[str, dict[str, str]]:
    cookie = {"cookie": await cookie_header(settings)}
    token = await add_token(settings.database, Role.ASSESSOR, ["32.11"])
    authorization = {"authorization": f"Bearer {token}"}
    return {
        "cookie": cookie,
        "token": authorization,
        "both": {**cookie, **authorization},
        "nothing": {},
    }


def counts(method: str, site: str | None, origin: str | None) -> bool:
    """Whether the cookie of a request counts."""
    if site in ("same-site", "cross-site"):
        return False
    if origin is not None:
        return origin == OWN
    return site is not None or method == "GET"


def without_none(**headers: str | None) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items() if value is not None}


async def test_the_cookie_counts_in_graphql_requests_of_own_pages_only(settings: Settings) -> None:
    credentials = await credentials_by_kind(settings)
    expected, received = {}, {}
    async with running_app(settings) as (_, browser):
        for case in product(("GET", "POST"), SITES, ORIGINS, credentials):
            method, site, origin, kind = case
            headers = {**without_none(sec_fetch_site=site, origin=origin), **credentials[kind]}
            body: dict[str, Any] = (
                {"params": {"query": WHO}} if method == "GET" else {"json": {"query": WHO}}
            )
            response = await browser.request(method, "/graphql", headers=headers, **body)
            assert response.headers.get("access-control-allow-origin") == (
                ALLOWED if origin == ALLOWED else None
            )
            assert "access-control-allow-credentials" not in response.headers
            is_refused = kind == "cookie" and not counts(method, site, origin)
            expected[case] = (403, CROSS_SITE) if is_refused else (200, ROLES[kind])
            content = response.json()
            received[case] = (
                response.status_code,
                content["errors"][0]["extensions"]["code"]
                if "errors" in content
                else content["data"]["instance"]["viewer"]["role"],
            )
    assert received == expected
    assert len(received) == 240


async def test_the_cookie_counts_for_files_of_own_pages_only(settings: Settings) -> None:
    credentials = await credentials_by_kind(settings)
    expected, received = {}, {}
    async with running_app(settings) as (_, browser):
        for case in product(("GET", "POST"), SITES, ORIGINS, credentials):
            method, site, origin, kind = case
            headers = {**without_none(sec_fetch_site=site, origin=origin), **credentials[kind]}
            address = "/berkas/none/ditandai" if method == "GET" else "/berkas?region=99.99"
            response = await browser.request(method, address, headers={**headers, **BINARY})
            assert not [name for name in response.headers if name.startswith("access-control-")]
            if kind == "nothing":
                expected[case] = (401, NO_VIEWER)
            elif kind == "cookie" and not counts(method, site, origin):
                expected[case] = (403, CROSS_SITE)
            else:
                expected[case] = (404, "NOT_FOUND")  # it was authenticated
            received[case] = (response.status_code, response.json()["error"]["code"])
    assert received == expected


async def open_socket(
    app: Starlette, headers: dict[str, str], payload: dict[str, str]
) -> tuple[int, str]:
    """Return the status or close code, and the role of the viewer of a socket.

    A socket that is closed before it is accepted is refused with 403 by the server.
    """
    query = {"id": "1", "type": "subscribe", "payload": {"query": WHO}}
    incoming: list[dict[str, Any]] = [
        {"type": "websocket.connect"},
        *(
            {"type": "websocket.receive", "text": json.dumps(message)}
            for message in ({"type": "connection_init", "payload": payload}, query)
        ),
    ]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return incoming.pop(0) if incoming else {"type": "websocket.disconnect", "code": 1000}

    async def send(message: Any) -> None:
        sent.append(message)

    all_headers = {"host": "simpul.test", **headers}
    scope = {
        "type": "websocket",
        "path": "/graphql",
        "scheme": "ws",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in all_headers.items()],
        "subprotocols": ["graphql-transport-ws"],
        "extensions": {"websocket.http.response": {}},
    }
    await app(scope, receive, send)
    for message in sent:
        if message["type"] == "websocket.http.response.start":
            return message["status"], ""
        if message["type"] == "websocket.close":
            return message["code"], ""
        received = json.loads(message.get("text") or "{}")
        if received.get("type") == "next":
            return 101, received["payload"]["data"]["instance"]["viewer"]["role"]
    raise AssertionError(sent)


@pytest.mark.parametrize(
    ("kind", "origin", "site", "payload", "expected"),
    [
        ("cookie", OWN, "same-origin", {}, (101, "REGION")),
        ("cookie", OWN, None, {}, (101, "REGION")),
        ("cookie", OWN, None, {"session": "none"}, (101, "PUBLIC")),
        ("cookie", ALLOWED, "cross-site", {}, (101, "PUBLIC")),
        ("cookie", None, None, {}, (101, "PUBLIC")),  # no browser
        ("cookie", OTHER, "cross-site", {}, (1008, "")),
        ("cookie", OTHER, None, {}, (1008, "")),
        ("cookie", "null", None, {}, (1008, "")),
        ("both", OWN, "same-origin", {}, (101, "ASSESSOR")),
        ("token", None, None, {}, (101, "ASSESSOR")),
        ("nothing", ALLOWED, "cross-site", {}, (101, "PUBLIC")),
        ("nothing", OTHER, "cross-site", {}, (1008, "")),
        ("ended", OWN, "same-origin", {}, (4401, "")),
        ("ended", OWN, "same-origin", {"session": "none"}, (101, "PUBLIC")),
    ],
)
async def test_the_cookie_counts_for_sockets_of_own_pages_only(
    settings: Settings,
    kind: str,
    origin: str | None,
    site: str | None,
    payload: dict[str, str],
    expected: tuple[int, str],
) -> None:
    credentials = await credentials_by_kind(settings)
    credentials["ended"] = {"cookie": credentials["cookie"]["cookie"] + "x"}
    headers = {**without_none(origin=origin, sec_fetch_site=site), **credentials[kind]}
    async with running_app(settings) as (app, _):
        assert await open_socket(app, headers, payload) == expected


async def test_the_log_names_the_setting_and_the_host_of_a_refused_socket(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    async with running_app(settings) as (app, _):
        assert (await open_socket(app, {"origin": OTHER, "host": "10.0.0.5:8000"}, {}))[0] == 1008
    assert [record.message for record in caplog.records] == [
        (
            "refused the WebSocket of a page of the origin 'https://elsewhere.example': expected the "
            "host of the Host header, which is '10.0.0.5:8000', or an origin in SIMPUL_ALLOWED_ORIGINS; "
            "a reverse proxy must pass on the Host header that the browser sent"
        )
    ]


async def test_a_page_of_an_allowed_origin_sends_a_token_to_its_socket(settings: Settings) -> None:
    credentials = await credentials_by_kind(settings)
    headers = {"origin": ALLOWED, **credentials["cookie"]}
    async with running_app(settings) as (app, _):
        opened = await open_socket(app, headers, credentials["token"])
    assert opened == (101, "ASSESSOR")


async def test_an_ended_session_is_refused_by_a_code_of_its_own(settings: Settings) -> None:
    cookie = await cookie_header(settings) + "x"
    headers = {"cookie": cookie, "sec-fetch-site": "same-origin"}
    async with running_app(settings) as (_, browser):
        response = await browser.post("/graphql", json={"query": WHO}, headers=headers)
        public = await browser.get("/map.geojson", headers=headers)
    assert response.status_code == 401
    assert response.json() == {
        "errors": [
            {
                "message": "expected a session that has not ended: sign in again",
                "extensions": {"code": "SESSION_ENDED"},
            }
        ]
    }
    assert public.status_code == 204


async def test_a_database_that_fails_is_no_reason_to_sign_in_again(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    credentials = await credentials_by_kind(settings)
    path = settings.database.partition(":///")[2]
    async with running_app(settings) as (app, browser):
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("ALTER TABLE session RENAME TO unreadable")
        headers = {**credentials["cookie"], "origin": OWN}
        response = await browser.post("/graphql", json={"query": WHO}, headers=headers)
        assert (response.status_code, response.headers["retry-after"]) == (503, "5")
        assert response.json()["errors"] == [
            {
                "message": "expected a database that answers, got none: try again later",
                "extensions": {"code": "ACCESS_UNAVAILABLE"},
            }
        ]
        file = await browser.post("/berkas?region=99.99", headers={**headers, **BINARY})
        assert (file.status_code, file.json()["error"]["code"]) == (503, "ACCESS_UNAVAILABLE")
        assert await open_socket(app, headers, {}) == (1013, "")
        assert await open_socket(app, {}, credentials["token"]) == (101, "ASSESSOR")
    assert len([record for record in caplog.records if "cannot be read" in record.message]) == 3


def request_at(url: str, **headers: str) -> Request:
    address = httpx2.URL(url)
    all_headers = {"host": address.netloc.decode(), **headers}
    return Request(
        {
            "type": "http",
            "method": "POST",
            "scheme": address.scheme,
            "path": "/",
            "headers": [(name.encode(), value.encode()) for name, value in all_headers.items()],
        }
    )


@pytest.mark.parametrize(
    ("public_url", "url", "expected"),
    [
        (None, "http://simpul.test", "simpul-a1=s; HttpOnly; Path=/; SameSite=lax"),
        (None, "https://simpul.test", "__Host-simpul-a1=s; HttpOnly; Path=/; SameSite=lax; Secure"),
        (
            "https://simpul.test/graphql",
            "http://simpul.test",  # a proxy ends TLS
            "__Host-simpul-a1=s; HttpOnly; Path=/; SameSite=lax; Secure",
        ),
        (
            "ws://simpul.test/graphql",
            "http://simpul.test",
            "simpul-a1=s; HttpOnly; Path=/; SameSite=lax",
        ),
    ],
)
def test_the_cookie_is_bound_to_its_host_where_the_client_is_connected_by_tls(
    public_url: str | None, url: str, expected: str
) -> None:
    cookie, response = SessionCookie("a1", public_url), Response()
    cookie.set(response, request_at(url), "s")
    assert response.headers["set-cookie"] == expected
    deletion = Response()
    cookie.delete(deletion, request_at(url))
    assert deletion.headers["set-cookie"].partition("=")[0] == expected.partition("=")[0]


def test_the_cookie_is_bound_where_the_origin_alone_shows_tls() -> None:
    cookie, response = SessionCookie("a1"), Response()
    signing_in = request_at("http://simpul.test", origin="https://simpul.test")
    cookie.set(response, signing_in, "s")
    expected = "__Host-simpul-a1=s; HttpOnly; Path=/; SameSite=lax; Secure"
    assert response.headers["set-cookie"] == expected
    assert cookie.read(request_at("http://simpul.test", cookie="__Host-simpul-a1=s")) == "s"
    elsewhere, planted = Response(), "simpul-a1=planted; __Host-simpul-a1=s"
    assert cookie.read(request_at("http://simpul.test", cookie=planted)) == "s"
    cookie.set(elsewhere, request_at("http://simpul.test", origin="https://other.test"), "s")
    assert "Secure" not in elsewhere.headers["set-cookie"]


def test_instances_on_one_host_do_not_disturb_each_other() -> None:
    hub, node = SessionCookie("hub"), SessionCookie("node")
    at_hub, at_node = "http://localhost:8000/", "http://localhost:8001/"
    jar = httpx2.Cookies()
    for cookie, url, secret in ((hub, at_hub, "of-hub"), (node, at_node, "of-node")):
        response = Response()
        cookie.set(response, request_at(url), secret)
        set_cookie = {"set-cookie": response.headers["set-cookie"]}
        jar.extract_cookies(
            httpx2.Response(200, headers=set_cookie, request=httpx2.Request("GET", url))
        )
    request = httpx2.Request("GET", at_node)
    jar.set_cookie_header(request)
    both = request_at(at_node, cookie=request.headers["cookie"], origin="http://localhost:8001")
    assert (hub.read(both), node.read(both)) == ("of-hub", "of-node")
    assert node.credentials(both) == Credentials(session="of-node")
    # A page of the hub is another site for the node, since the port is a part of an origin.
    from_hub = request_at(at_node, cookie=request.headers["cookie"], origin="http://localhost:8000")
    assert not node.is_own_page(from_hub)


def test_a_page_without_tls_is_not_an_own_page_of_an_instance_with_tls() -> None:
    secure, plain = SessionCookie("a", "https://simpul.test/graphql"), SessionCookie("a")
    by_origin = {
        origin: request_at("http://simpul.test", origin=origin)
        for origin in ("https://simpul.test", "http://simpul.test", "ftp://simpul.test")
    }
    assert [secure.is_own_page(request) for request in by_origin.values()] == [True, False, False]
    assert [plain.is_own_page(request) for request in by_origin.values()] == [True, True, False]
