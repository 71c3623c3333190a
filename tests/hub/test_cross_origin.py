"""CORS: pages of the allowed origins read the API and the downloads, and no cookie counts."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest

from hub.settings import Settings
from tests.hub.test_app import open_browser

PORTAL, OTHER = "https://portal.example", "https://elsewhere.example"
QUERY = {"query": "{ instance { name } }"}


@pytest.fixture
def settings(sqlite_database_url: str, tmp_path: Path) -> Settings:
    return Settings(
        SIMPUL_DATABASE_URL=sqlite_database_url,
        data_dir=tmp_path / "data",
        allowed_origins=(PORTAL,),
    )


def cors_headers(response: httpx2.Response) -> dict[str, str]:
    return {
        name.removeprefix("access-control-"): value
        for name, value in response.headers.items()
        if name.startswith("access-control-")
    }


def preflight(method: str, *headers: str, origin: str = PORTAL) -> dict[str, str]:
    return {
        "origin": origin,
        "access-control-request-method": method,
        "access-control-request-headers": ",".join(headers),
    }


ALLOWED_HEADERS = (
    "Accept, Accept-Language, Content-Language, Content-Type, accept, apollo-require-preflight, "
    "apollographql-client-name, apollographql-client-version, authorization, content-type, "
    "graphql-require-preflight, last-event-id, simpul-cost, x-apollo-operation-name"
)
PREFLIGHT = {
    "allow-origin": PORTAL,
    "allow-methods": "GET, POST, OPTIONS",
    "allow-headers": ALLOWED_HEADERS,
    "max-age": "600",
}


async def test_a_preflight_names_what_a_page_may_send(settings: Settings) -> None:
    async with open_browser(settings) as browser:
        for headers in (
            preflight("POST", "content-type", "authorization"),
            preflight("POST", "content-type", "accept", "last-event-id", "simpul-cost"),
            preflight("GET", "authorization"),
        ):
            response = await browser.options("/graphql", headers=headers)
            assert (response.status_code, cors_headers(response)) == (200, PREFLIGHT)


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/graphql", preflight("POST", origin=OTHER)),
        ("/graphql", preflight("POST", origin="null")),
        ("/graphql", preflight("DELETE")),
        ("/graphql", preflight("POST", "x-anything")),
    ],
)
async def test_another_preflight_is_refused(
    settings: Settings, path: str, headers: dict[str, str]
) -> None:
    async with open_browser(settings) as browser:
        response = await browser.options(path, headers=headers)
        assert response.status_code == 400
        is_allowed = headers["origin"] == PORTAL
        assert cors_headers(response).get("allow-origin") == (PORTAL if is_allowed else None)


@pytest.mark.parametrize(
    ("path", "status", "is_readable"),
    [
        ("/graphql?query={instance{name}}", 200, True),
        ("/graphql?query={", 200, True),
        ("/graphql", 400, True),
        ("/unduh/99.99/aplikasi.csv", 404, True),
        ("/map.geojson", 204, True),
        ("/berkas/none/ditandai", 401, False),
        ("/masuk", 200, False),
        ("/sesi", 403, False),
        ("/healthz", 200, False),
        ("/unduh", 404, False),
        ("/", 200, False),
    ],
)
async def test_a_page_of_an_allowed_origin_reads_the_api_and_the_downloads(
    settings: Settings, path: str, status: int, is_readable: bool
) -> None:
    async with open_browser(settings) as browser:
        response = await browser.get(path, headers={"origin": PORTAL})
        assert response.status_code == status
        expected = {
            "allow-origin": PORTAL,
            "expose-headers": "content-disposition, retry-after, server-timing, simpul-budget",
        }
        assert cors_headers(response) == (expected if is_readable else {})
        varies = "Origin" in response.headers.get("vary", "")
        assert varies == is_readable
        for origin in (OTHER, "null", None):
            headers = {} if origin is None else {"origin": origin}
            response = await browser.get(path, headers=headers)
            assert "allow-origin" not in cors_headers(response)
            assert ("Origin" in response.headers.get("vary", "")) == is_readable


async def test_without_the_setting_no_response_has_a_header_of_cors(settings: Settings) -> None:
    async with open_browser(settings.model_copy(update={"allowed_origins": ()})) as browser:
        response = await browser.post("/graphql", json=QUERY, headers={"origin": PORTAL})
        assert (response.status_code, cors_headers(response)) == (200, {})
        assert response.headers["vary"] == "accept, accept-encoding, authorization, cookie"
        response = await browser.options("/graphql", headers=preflight("POST"))
        assert (response.status_code, cors_headers(response)) == (405, {})


@pytest.mark.parametrize("path", ["/simpul/graphql", "/graphql"])  # a proxy may drop the prefix
async def test_the_headers_are_sent_under_a_root_path_too(settings: Settings, path: str) -> None:
    async with open_browser(settings.model_copy(update={"root_path": "/simpul"})) as browser:
        response = await browser.post(path, json=QUERY, headers={"origin": PORTAL})
        assert response.json() == {"data": {"instance": {"name": "Simpul"}}}
        assert cors_headers(response)["allow-origin"] == PORTAL
        response = await browser.get("/simpul/masuk", headers={"origin": PORTAL})
        assert (response.status_code, cors_headers(response)) == (200, {})
