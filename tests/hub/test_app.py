"""The HTTP routes of the application: pages, the map and health, each with its headers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from starlette.responses import Response
from starlette.types import ASGIApp

from hub.app import create_app
from hub.auth.credentials import SessionCookie
from hub.security_headers import SecurityHeaders
from hub.settings import Settings
from hub.web_pages import WEB_CLIENT_FOLDER
from resolvers.context import Instance

PAGE = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
HEADERS = {
    "content-security-policy": (
        "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
        "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}

requires_web_build = pytest.mark.skipif(
    not WEB_CLIENT_FOLDER.is_dir(), reason="expected the web client, which `make` builds"
)


@pytest.fixture
def settings(sqlite_database_url: str, tmp_path: Path) -> Settings:
    return Settings(SIMPUL_DATABASE_URL=sqlite_database_url, data_dir=tmp_path / "data")


@requires_web_build
async def test_the_wall_and_its_assets_are_served(settings: Settings) -> None:
    async with open_browser(settings) as browser:
        wall = await browser.get("/", headers=PAGE)
        assert wall.text == (WEB_CLIENT_FOLDER / "index.html").read_text()
        # Browsers must load a new version at once.
        assert wall.headers["cache-control"] == "no-cache"
        assets = sorted(path.name for path in (WEB_CLIENT_FOLDER / "assets").iterdir())
        asset = next(name for name in assets if name.startswith("wall-") and name.endswith(".js"))
        script = await browser.get(f"/assets/{asset}")
        assert script.headers["content-type"] == "text/javascript; charset=utf-8"
        assert script.content == (WEB_CLIENT_FOLDER / "assets" / asset).read_bytes()
        assert (await browser.get("/favicon.svg")).headers["content-type"] == "image/svg+xml"
        assert (await browser.get("/assets/../index.html")).status_code == 404


@requires_web_build
async def test_an_unknown_region_gets_the_region_page_and_404(settings: Settings) -> None:
    async with open_browser(settings) as browser:
        page = await browser.get("/daerah/99.99", headers=PAGE)
        assert (page.status_code, page.text) == (
            404,
            (WEB_CLIENT_FOLDER / "region.html").read_text(),
        )
        assert (await browser.get("/daerah/")).status_code == 404


@requires_web_build
async def test_an_unknown_path_is_a_page_for_browsers_and_plain_for_programs(
    settings: Settings,
) -> None:
    async with open_browser(settings) as browser:
        page = await browser.get("/none", headers=PAGE)
        expected = (WEB_CLIENT_FOLDER / "sign-in.html").read_text()
        assert (page.status_code, page.text) == (404, expected)
        plain = await browser.get("/none")
        assert (plain.status_code, plain.text) == (404, "Not Found")
        assert (await browser.post("/none", headers=PAGE)).text == "Not Found"
        invited = await browser.get("/undangan", headers=PAGE)
        assert (invited.status_code, invited.headers["location"]) == (303, "/masuk")


@requires_web_build
async def test_the_explorer_is_for_browsers_and_the_api_for_programs(settings: Settings) -> None:
    async with open_browser(settings) as browser:
        explorer = await browser.get("/graphql", headers=PAGE)
        assert explorer.text == (WEB_CLIENT_FOLDER / "explorer.html").read_text()
        program = await browser.get("/graphql", params={"query": "{ instruments { id } }"})
        assert program.json() == {
            "data": {
                "instruments": [{"id": "spbe-2018"}, {"id": "spbe-2020"}, {"id": "pemdi-2026"}]
            }
        }


async def test_an_operators_own_map_replaces_the_schematic_one(
    settings: Settings, tmp_path: Path
) -> None:
    async with open_browser(settings) as browser:
        absent = await browser.get("/map.geojson")
        assert (absent.status_code, absent.content) == (204, b"")
    map_file = tmp_path / "batas.geojson"
    map_file.write_text('{"type":"FeatureCollection","features":[]}')
    async with open_browser(settings.model_copy(update={"map_file": map_file})) as browser:
        served = await browser.get("/map.geojson")
        assert served.headers["content-type"] == "application/geo+json"
        assert served.content == map_file.read_bytes()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/healthz", 200),
        ("/readyz", 200),
        ("/graphql", 400),
        ("/none", 404),
        ("/unduh/99.99/aplikasi.csv", 404),
    ],
)
async def test_every_answer_says_what_a_browser_may_do_with_it(
    settings: Settings, path: str, status: int
) -> None:
    async with open_browser(settings) as browser:
        answer = await browser.get(path)
        assert answer.status_code == status
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS | {
            "content-security-policy": "default-src 'none'; frame-ancestors 'none'"
        }


@pytest.mark.parametrize(
    ("path", "cookie", "is_framed"),
    [
        ("/", None, True),
        ("/", "lang=id; simpul-b2=secret", True),  # the session of another instance on the host
        ("/", "simpul-a1=secret", False),
        ("/daerah/32.11", None, True),
        ("/daerah/32.11", "simpul-a1=secret", False),
        ("/masuk", None, False),
        ("/keluar", None, False),
        ("/akun", None, False),
        ("/akun/orang", None, False),
        ("/peta/32.11/impor", None, False),
        ("/graphql", None, False),
        ("/daerah", None, False),
    ],
)
async def test_only_public_pages_without_a_session_may_be_framed(
    path: str, cookie: str | None, is_framed: bool
) -> None:
    portals = ("https://portal.example", "http://10.0.0.1:8080")
    app = SecurityHeaders(Response(), frame_ancestors=portals, cookie=lambda: SessionCookie("a1"))
    async with open_client(app) as browser:
        response = await browser.get(path, headers={} if cookie is None else {"cookie": cookie})
    allowed = "https://portal.example http://10.0.0.1:8080" if is_framed else "'none'"
    expected = HEADERS["content-security-policy"].replace(
        "frame-ancestors 'none'", f"frame-ancestors {allowed}"
    )
    assert response.headers["content-security-policy"] == expected
    is_public = path == "/" or path.startswith("/daerah/")
    assert response.headers.get("vary") == ("cookie" if is_public else None)


async def test_the_setting_decides_who_may_frame_the_wall(settings: Settings) -> None:
    framed = settings.model_copy(update={"frame_ancestors": ("https://portal.example",)})
    async with open_browser(framed) as browser:
        policy = (await browser.get("/")).headers["content-security-policy"]
        assert policy.endswith("; frame-ancestors https://portal.example")
        assert (await browser.get("/healthz")).headers["content-security-policy"].endswith("'none'")


async def test_the_metrics_have_an_address_of_their_own(settings: Settings) -> None:
    moved = settings.model_copy(update={"metrics_address": "127.0.0.1:9464"})
    async with open_browser(moved) as browser:
        paths = (
            "/metrics",
            "/healthz",
            "/readyz",
            "/",
            "/graphql?query={instance{name}}",
            "/masuk",
        )
        public = [(await browser.get(path)).status_code for path in paths]
        operators = [
            (await browser.get(f"http://simpul.test:9464{path}")).status_code for path in paths
        ]
        metrics = await browser.get("http://simpul.test:9464/metrics", headers=PAGE)
        # The port is that of the connection: no header makes a public request an operator's one.
        forged = await browser.get("/metrics", headers={"host": "simpul.test:9464"})
    assert public == [404, 200, 200, 200, 200, 200]
    assert operators == [200, 200, 200, 404, 404, 404]
    assert metrics.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert forged.status_code == 404


async def test_a_task_that_fails_does_not_stop_the_server(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    async def fails(_instance: Instance) -> None:
        raise ValueError("gagal")

    app = create_app(settings, tasks=[fails])
    async with app.router.lifespan_context(app), open_client(app) as browser:
        ready = await browser.get("/readyz")
        assert ready.json() == {
            "ready": True,
            "database": "ok",
            "arrival": 0,
            "broker": {"kind": "memory", "state": "ok"},
        }
    [record] = caplog.records
    assert record.message == "a task beside the server has failed; the server goes on"


@asynccontextmanager
async def open_browser(settings: Settings) -> AsyncIterator[httpx2.AsyncClient]:
    app = create_app(settings)
    async with app.router.lifespan_context(app), open_client(app) as browser:
        yield browser


def open_client(app: ASGIApp) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://simpul.test")


async def test_an_operation_that_takes_longer_than_it_may_is_refused(settings: Settings) -> None:
    short_limit = settings.model_copy(update={"operation_seconds": 1e-9})
    async with open_browser(short_limit) as browser:
        answer = await browser.post("/graphql", json={"query": "{ regions { totalCount } }"})
        assert answer.json()["errors"][0]["extensions"] == {"code": "TOO_COMPLEX"}
    async with open_browser(settings) as browser:
        answer = await browser.post("/graphql", json={"query": "{ regions { totalCount } }"})
        assert answer.json() == {"data": {"regions": {"totalCount": 0}}}
