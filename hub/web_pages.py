"""The pages of the built web client, and the page for paths that lead nowhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from http import HTTPStatus
from importlib.resources import files
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from hub.root_path import root_path
from hub.transport import compression
from hub.transport.compression import CompressedFiles, CompressibleResponse
from storage import region
from storage.database import Database

WEB_CLIENT_FOLDER = Path(str(files("clients"))) / "web" / "dist"
_OWN_PATH = re.compile(rb'( (?:href|src)=")/')


async def unknown_page(request: Request, error: Exception) -> Response:
    """Respond to an unknown path: browsers that open it get a page, and programs a plain text."""
    is_page = request.method in ("GET", "HEAD") and "text/html" in request.headers.get("accept", "")
    if is_page and (WEB_CLIENT_FOLDER / "sign-in.html").is_file():
        return _page(request, "sign-in.html", HTTPStatus.NOT_FOUND)
    assert isinstance(error, HTTPException)
    return PlainTextResponse(error.detail, error.status_code, error.headers)


def routes(database: Callable[[], Database]) -> list[BaseRoute]:
    """Return the routes of the built web client; none if it is not built."""
    if not (WEB_CLIENT_FOLDER / "assets").is_dir():
        return []

    async def wall_page(request: Request) -> Response:
        return _page(request, "index.html")

    async def page_of_region(request: Request, name: str) -> Response:
        code = request.path_params["code"]
        async with database().read() as session:
            is_on_record = code in await region.regions_by_code(session, [code])
        # The page itself states, in both languages, that the region does not exist.
        return _page(request, name, 200 if is_on_record else 404)

    async def region_page(request: Request) -> Response:
        return await page_of_region(request, "region.html")

    async def import_page(request: Request) -> Response:
        return await page_of_region(request, "import.html")

    async def sign_in_page(request: Request) -> Response:
        return _page(request, "sign-in.html")

    async def to_sign_in(request: Request) -> Response:
        # Invited people type the word that they read; the invitation itself is a link to `/masuk`.
        return RedirectResponse(root_path(request.scope) + "/masuk", HTTPStatus.SEE_OTHER)

    async def account_page(request: Request) -> Response:
        return _page(request, "account.html")

    async def people_page(request: Request) -> Response:
        return _page(request, "people.html")

    return [
        Route("/", wall_page),
        Route("/daerah/{code}", region_page),
        Route("/peta/{code}/impor", import_page),
        Route("/masuk", sign_in_page),
        Route("/masuk/selesai", sign_in_page),
        Route("/keluar", sign_in_page),
        Route("/undangan", to_sign_in, methods=["GET"]),
        Route("/akun", account_page),
        Route("/akun/orang", people_page),
        Mount("/assets", CompressedFiles(directory=WEB_CLIENT_FOLDER / "assets")),
        Route("/favicon.svg", CompressedFiles(directory=WEB_CLIENT_FOLDER)),
    ]


def read_page(name: str, root_path: str) -> bytes | None:
    """Return a page of the built web client under a root path; None if it is not built."""
    path = WEB_CLIENT_FOLDER / name
    return _under_root_path(path.read_bytes(), root_path) if path.is_file() else None


def _page(request: Request, name: str, status: int = HTTPStatus.OK) -> Response:
    # The names of the assets contain a content hash, so only the page must be revalidated.
    headers = {"cache-control": "no-cache"}
    path = WEB_CLIENT_FOLDER / name
    if not root_path(request.scope):
        return compression.file_response(path, request.headers, status, headers)
    content = _under_root_path(path.read_bytes(), root_path(request.scope))
    headers["vary"] = compression.ACCEPT_ENCODING
    response = CompressibleResponse(content, status, headers, media_type="text/html")
    return response.compressed_for(request.headers)  # a page holds no secrets


def _under_root_path(page: bytes, root_path: str) -> bytes:
    """Return a page whose assets are under the root path, which its scripts read from it as well."""
    if not root_path:
        return page
    root = root_path.encode()  # its characters are plain, so nothing is escaped
    page = page.replace(b"<html ", b'<html data-root-path="%s" ' % root, 1)
    return _OWN_PATH.sub(rb"\1" + root + b"/", page)
