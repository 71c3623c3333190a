"""The HTTP routes of the application: pages, the map and health, each with its headers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette

from hub.app import WEB_CLIENT_FOLDER, create_app
from hub.settings import Settings
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
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS


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


def open_client(app: Starlette) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://simpul.test")


async def test_an_operation_that_takes_longer_than_it_may_is_refused(settings: Settings) -> None:
    short_limit = settings.model_copy(update={"operation_seconds": 1e-9})
    async with open_browser(short_limit) as browser:
        answer = await browser.post("/graphql", json={"query": "{ regions { totalCount } }"})
        assert answer.json()["errors"][0]["extensions"] == {"code": "TOO_COMPLEX"}
    async with open_browser(settings) as browser:
        answer = await browser.post("/graphql", json={"query": "{ regions { totalCount } }"})
        assert answer.json() == {"data": {"regions": {"totalCount": 0}}}
