"""An instance under a root path, behind proxies that pass the path on and that take it off."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.cookies import SimpleCookie
from pathlib import Path

import httpx2
import pytest
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from hub.app import create_app
from hub.auth.credentials import SessionCookie
from hub.pages_address import pages_address
from hub.setting_values import OWN_FIRST_PARTS
from hub.settings import Settings, explain_settings_errors
from hub.sign_in.provider_routes import own_path
from hub.transport.compression import COMPRESSED_BYTES_LEAST
from hub.web_pages import WEB_CLIENT_FOLDER
from tests.hub.test_app import HEADERS, PAGE, requires_web_build

ROOT = "/simpul"


@pytest.fixture
def settings(sqlite_database_url: str, tmp_path: Path) -> Settings:
    return Settings(
        SIMPUL_DATABASE_URL=sqlite_database_url, data_dir=tmp_path / "data", root_path=ROOT
    )


@asynccontextmanager
async def open_browser(settings: Settings) -> AsyncIterator[httpx2.AsyncClient]:
    app = create_app(settings)
    transport = httpx2.ASGITransport(app=app)  # type: ignore[arg-type]
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://simpul.test") as browser,
    ):
        yield browser


@requires_web_build
async def test_pages_and_redirects_are_under_the_root_path_at_any_depth(
    settings: Settings,
) -> None:
    async with open_browser(settings) as browser:
        for name, path in (
            ("index.html", "/"),
            ("account.html", "/akun"),
            ("people.html", "/akun/orang"),
            ("explorer.html", "/graphql"),
            ("sign-in.html", "/tidak/ada"),
        ):
            built = (WEB_CLIENT_FOLDER / name).read_text()
            expected = (
                built.replace('<html lang="', f'<html data-root-path="{ROOT}" lang="')
                .replace('="/assets/', f'="{ROOT}/assets/')
                .replace('="/favicon.svg"', f'="{ROOT}/favicon.svg"')
            )
            passed = await browser.get(ROOT + path, headers=PAGE)
            stripped = await browser.get(path, headers=PAGE)
            assert (passed.text, stripped.text) == (expected, expected)
            is_long = len(expected) >= COMPRESSED_BYTES_LEAST
            assert passed.headers.get("content-encoding") == ("gzip" if is_long else None)
            assert "accept-encoding" in passed.headers["vary"]
            policy = passed.headers["content-security-policy"]
            assert policy == HEADERS["content-security-policy"]
        icon = await browser.get(f"{ROOT}/favicon.svg")
        asset = next((WEB_CLIENT_FOLDER / "assets").glob("wall-*.js"))
        script = await browser.get(f"{ROOT}/assets/{asset.name}")
        assert (icon.status_code, script.content) == (200, asset.read_bytes())
        redirects = [
            (response.status_code, response.headers["location"])
            for response in (
                await browser.get(f"{ROOT}?bahasa=en"),
                await browser.get(f"{ROOT}/undangan", headers=PAGE),
                await browser.get("/undangan", headers=PAGE),
            )
        ]
        wall, sign_in = (308, f"{ROOT}/?bahasa=en"), (303, f"{ROOT}/masuk")
        assert redirects == [wall, sign_in, sign_in]
        # Another application's path is one of this instance only if the proxy sends it here.
        assert (await browser.get("/simpulan/")).status_code == 404


async def test_the_api_works_with_and_without_the_root_path(settings: Settings) -> None:
    async with open_browser(settings) as browser:
        query = {"query": "{ __typename }"}
        for prefix in (ROOT, ""):
            response = await browser.post(f"{prefix}/graphql", json=query)
            assert response.json() == {"data": {"__typename": "Query"}}
            assert (await browser.get(f"{prefix}/healthz")).json() == {"alive": True}


@requires_web_build
def test_no_own_path_can_be_a_root_path(settings: Settings) -> None:
    parts = {getattr(route, "path", "").split("/")[1] for route in create_app(settings).routes}
    assert parts - {""} == OWN_FIRST_PARTS


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "https://go.test/simpul/",
            "__Secure-simpul-a1=s; HttpOnly; Path=/simpul; SameSite=lax; Secure",
        ),
        ("http://go.test/simpul/", "simpul-a1=s; HttpOnly; Path=/simpul; SameSite=lax"),
    ],
)
def test_the_cookie_is_bound_to_the_root_path(url: str, expected: str) -> None:
    address = httpx2.URL(url)
    scope = {
        "type": "http",
        "method": "GET",
        "scheme": address.scheme,
        "server": ("go.test", None),
        "path": address.path,
        "root_path": ROOT,
        "query_string": b"",
        "headers": [(b"host", b"go.test"), (b"cookie", expected.partition(";")[0].encode())],
    }
    cookie, request = SessionCookie("a1"), Request(scope)
    response, deletion = Response(), Response()
    cookie.set(response, request, "s")
    cookie.delete(deletion, request)
    assert response.headers["set-cookie"] == expected
    deleted = next(iter(SimpleCookie(deletion.headers["set-cookie"]).values()))
    assert (deleted.key, deleted["path"]) == (expected.partition("=")[0], ROOT)
    assert cookie.read(request) == "s"


def test_links_are_under_the_root_path() -> None:
    url = "wss://go.test/simpul/graphql"
    assert pages_address(url, ROOT) == "https://go.test/simpul"
    paths = ("/simpul/akun", "/simpul/", "/other/akun", "/simpulan", "//evil.test", "")
    wall = f"{ROOT}/"
    assert [own_path(path, ROOT) for path in paths] == [
        "/simpul/akun",
        wall,
        wall,
        wall,
        wall,
        wall,
    ]


PLAIN = (
    "expected a path such as /simpul, of letters, digits and `.`, `_`, `~`, `-`, without `/` at "
    "its end"
)


@pytest.mark.parametrize(
    ("root_path", "url", "expected"),
    [
        ("simpul", "", f"SIMPUL_ROOT_PATH: {PLAIN}, got 'simpul'"),
        ("/simpul/", "", f"SIMPUL_ROOT_PATH: {PLAIN}, got '/simpul/'"),
        ("/a/../b", "", f"SIMPUL_ROOT_PATH: {PLAIN}, got '/a/../b'"),
        (
            "/akun/x",
            "",
            (
                "SIMPUL_ROOT_PATH: expected a path that is none of the instance's own, which begin "
                "with /akun, got '/akun/x'"
            ),
        ),
        (
            "/simpul",
            "https://go.test/graphql",
            (
                "SIMPUL_URL: expected an address with the path /simpul/graphql, since "
                "SIMPUL_ROOT_PATH is /simpul, got https://go.test/graphql"
            ),
        ),
    ],
)
def test_a_root_path_that_cannot_work_is_refused(
    root_path: str, url: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIMPUL_ROOT_PATH", root_path)
    monkeypatch.setenv("SIMPUL_URL", url)
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert list(explain_settings_errors(refused.value)) == [expected]
