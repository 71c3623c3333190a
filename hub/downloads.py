"""Serves the files of a region to people: its applications, and the template to list them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from hashlib import sha256
from http import HTTPStatus
from importlib.metadata import version

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from engine.model import PUBLIC_VIEWER, Viewer
from hub.admission.admission import Admission
from hub.admission.client import client_host, client_key
from hub.admission.operation_prices import PricedOperation
from hub.inventory_export import ExportFormat, write_export
from hub.template import write_region_template
from hub.transport.responses import retry_status
from hub.xlsx import XLSX_MEDIA_TYPE
from resolvers.context import Context
from resolvers.cpu_meter import metered_thread, run_metered
from resolvers.inventory_export import RegionExport, load_region_export
from resolvers.problems import NotFound, OperationTooComplex, TryLater

FILES_AT_ONCE = 2  # writing a workbook keeps a core busy
RETRY_SECONDS = 2
CACHE_CONTROL = "no-cache"  # a browser asks whether its copy is current


class Downloads:
    """Writes files in threads, at most FILES_AT_ONCE at once. All data in them is public."""

    def __init__(
        self,
        context_factory: Callable[[Viewer], Context],
        write_template: Callable[[RegionExport], bytes] = write_region_template,
        *,
        admission: Admission | None = None,
    ) -> None:
        self.context_factory = context_factory
        self.write_template = write_template
        self._admission = admission or Admission()
        self._writing = 0

    def routes(self) -> list[BaseRoute]:
        """Return the routes below `/unduh/{code}`."""
        return [
            Route("/unduh/{code}/aplikasi.{extension}", self.applications),
            Route("/unduh/{code}/templat.xlsx", self.template),
        ]

    async def applications(self, request: Request) -> Response:
        """Respond with the applications of a region, in the format that the extension names."""
        extension = request.path_params["extension"]
        formats = [form.value for form in ExportFormat]
        if extension not in formats:
            return _error_response(
                HTTPStatus.NOT_FOUND,
                "NOT_FOUND",
                f"expected a file aplikasi with one of {', '.join(formats)}, got {extension!r}",
            )
        form = ExportFormat(extension)
        return await self._respond(
            request,
            "aplikasi",
            extension,
            form.media_type,
            lambda export: write_export(export, form),
        )

    async def template(self, request: Request) -> Response:
        """Respond with the template workbook for a region."""
        return await self._respond(
            request, "templat-aplikasi", "xlsx", XLSX_MEDIA_TYPE, self.write_template
        )

    async def _respond(
        self,
        request: Request,
        name: str,
        extension: str,
        media_type: str,
        write: Callable[[RegionExport], bytes],
    ) -> Response:
        client = client_key(PUBLIC_VIEWER, client_host(request))
        operation = PricedOperation(("file", name, extension), (f"{name}.{extension}",))
        try:
            async with self._admission.execution(client, operation) as meter:
                return await run_metered(
                    self._write_file(request, name, extension, media_type, write), meter
                )
        except TryLater as refusal:
            return _error_response(
                retry_status(refusal),
                refusal.code,
                str(refusal),
                {"retry-after": str(refusal.retry_after)},
            )
        except OperationTooComplex as error:
            return _error_response(HTTPStatus.SERVICE_UNAVAILABLE, error.code, str(error))

    async def _write_file(
        self,
        request: Request,
        name: str,
        extension: str,
        media_type: str,
        write: Callable[[RegionExport], bytes],
    ) -> Response:
        code = request.path_params["code"]
        try:
            export = await load_region_export(self.context_factory(PUBLIC_VIEWER), code)
        except NotFound:
            return _error_response(
                HTTPStatus.NOT_FOUND, "NOT_FOUND", f"expected the code of a region, got {code!r}"
            )
        headers = {
            "etag": _entity_tag(export, f"{name}.{extension}"),
            "cache-control": CACHE_CONTROL,
        }
        if headers["etag"] in _listed_tags(request.headers.get("if-none-match", "")):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        if self._writing >= FILES_AT_ONCE:
            return _error_response(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "BUSY",
                f"the server writes {FILES_AT_ONCE} files already; try again soon",
                {"retry-after": str(RETRY_SECONDS)},
            )
        self._writing += 1
        try:
            content = await asyncio.to_thread(_write_metered, write, export)
        finally:
            self._writing -= 1
        file_name = f"{name}-{_file_name_part(export.region.name)}.{extension}"
        headers["content-disposition"] = f'attachment; filename="{file_name}"'
        return Response(content, headers=headers, media_type=media_type)


def _write_metered(write: Callable[[RegionExport], bytes], export: RegionExport) -> bytes:
    with metered_thread():
        return write(export)


def _entity_tag(export: RegionExport, file: str) -> str:
    """Return the tag of a file; another version of Simpul may write it otherwise.

    It is weak, since a workbook also contains the time at which it was written.
    """
    text = "\n".join([export.digest, repr(export.region), file, version("simpul")])
    return f'W/"{sha256(text.encode()).hexdigest()[:32]}"'


def _listed_tags(header: str) -> list[str]:
    return [tag.strip() for tag in header.split(",")]


def _file_name_part(name: str) -> str:
    """Return a name as a part of a file name: "Kabupaten Garut" is "kabupaten-garut"."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _error_response(
    status: HTTPStatus, code: str, message: str, headers: dict[str, str] | None = None
) -> Response:
    return JSONResponse({"error": {"code": code, "message": message}}, status, headers)
