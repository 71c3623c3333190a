"""Takes the files that people upload to import, and gives them back with faulty cells marked.

GraphQL itself takes JSON only. A file is the plain body of `POST /berkas`, whose answer has an id
that the queries and mutations take.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from http import HTTPStatus
from urllib.parse import quote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from engine.model import Role, Viewer
from engine.spreadsheet.file_problem import FileInvalid
from engine.spreadsheet.read_limits import UPLOAD_LIMITS
from hub.admission.admission import Admission
from hub.admission.client import client_host, client_key
from hub.admission.operation_prices import PricedOperation
from hub.auth.authentication import Authenticator
from hub.auth.errors import AccessUnavailable, AuthenticationError, CrossSiteRequest
from hub.auth.signing_keys import KeysUnavailable
from hub.marked_workbook import CellMark, cell_position
from hub.problem_text import indonesian_file_problem, indonesian_problem
from hub.transport.request_limits import RequestLimits, RequestRejected, read_request_body
from hub.transport.responses import retry_status
from hub.workbook_reader import WorkbookReader
from hub.xlsx import XLSX_MEDIA_TYPE
from resolvers.context import Context
from resolvers.cpu_meter import CpuMeter, run_metered
from resolvers.import_draft import add_draft, load_importable_region
from resolvers.inventory_import import PlannedDraft, plan_draft
from resolvers.problems import (
    Forbidden,
    NotFound,
    OperationError,
    OwnedElsewhere,
    Problem,
    TooManyDrafts,
    TryLater,
)

BODY_SECONDS = 120.0  # 20 MB at 1.4 Mbit/s
UPLOADS_AT_ONCE = 8  # bodies that one worker holds in memory
UPLOADS_PER_VIEWER = 2
NAME_CHARACTERS_MOST = 200
RETRY_SECONDS = 5
# A page of another site can send these without asking the server first; "" is a missing type.
_FORM_TYPES = frozenset(
    ("", "multipart/form-data", "application/x-www-form-urlencoded", "text/plain")
)
_REFUSALS = (
    *(FileInvalid, RequestRejected, AuthenticationError, CrossSiteRequest, AccessUnavailable),
    *(KeysUnavailable, Problem, OperationError),
)
_LIMITS = RequestLimits(body_bytes=UPLOAD_LIMITS.file_bytes, body_seconds=BODY_SECONDS)


class Uploads:
    """The routes of uploaded files."""

    def __init__(
        self,
        context_factory: Callable[[Viewer], Context],
        authenticator: Authenticator,
        executing: Callable[[], AbstractContextManager[None]],
        reader: WorkbookReader,
        admission: Admission,
    ) -> None:
        self.context_factory = context_factory
        self.authenticator = authenticator
        self.executing = executing  # counts the operations in progress
        self._reader = reader
        self._admission = admission
        self._uploads: Counter[str] = Counter()  # in progress, by viewer

    def routes(self) -> list[BaseRoute]:
        """Return the routes below `/berkas`."""
        return [
            Route("/berkas", self.upload, methods=["POST"]),
            Route("/berkas/{id}/ditandai", self.marked, methods=["GET"]),
        ]

    async def upload(self, request: Request) -> Response:
        """Keep the file in the body, for a viewer who may import into the region."""
        try:
            _check_content_type(request)
            viewer = await self._viewer(request)
            code = request.query_params.get("region", "")
            context = self.context_factory(viewer)
            with self._count_upload(viewer), self.executing():
                async with context.read() as session:  # before the body is read
                    await load_importable_region(context, session, code)
                content = await read_request_body(request, _LIMITS)
                name = clean_file_name(request.query_params.get("name", ""))
                async with self._charge("upload", viewer, request) as meter:
                    await run_metered(_check_readable(context, content, name), meter)
                # Reading the body takes long: the right may be withdrawn, and this operation begins.
                viewer = await self._viewer(request)
                draft = await add_draft(self.context_factory(viewer), code, name, content)
        except ClientDisconnect:
            return Response(status_code=HTTPStatus.BAD_REQUEST)
        except _REFUSALS as error:
            return _refusal(request, error)
        body = {
            "id": draft.id,
            "name": draft.file_name,
            "size": len(content),
            "expiresAt": draft.expires_at.isoformat().replace("+00:00", "Z"),
        }
        return JSONResponse(body, HTTPStatus.CREATED, {"cache-control": "no-store"})

    async def marked(self, request: Request) -> Response:
        """Respond with an uploaded file as a workbook in which the faulty cells are marked."""
        id = request.path_params["id"]
        try:
            viewer = await self._viewer(request)
            with self.executing():
                async with self._charge("marked file", viewer, request) as meter:
                    file_name, content = await run_metered(self._mark(viewer, id), meter)
        except _REFUSALS as error:
            return _refusal(request, error)
        headers = {
            "cache-control": "no-store",
            "content-disposition": _attachment(file_name),
            "x-content-type-options": "nosniff",
        }
        return Response(content, headers=headers, media_type=XLSX_MEDIA_TYPE)

    async def _mark(self, viewer: Viewer, id: str) -> tuple[str, bytes]:
        planned = await plan_draft(self.context_factory(viewer), id)
        if planned is None:
            raise NotFound("import draft", id)
        draft = planned.draft
        corrections = {(cell.sheet, cell.row, cell.column): cell.text for cell in draft.edits.cells}
        content = await self._reader.mark(
            draft.content, planned.workbook, list_marks(planned), corrections, draft.file_name
        )
        return draft.file_name, content

    @asynccontextmanager
    async def _charge(
        self, operation: str, viewer: Viewer, request: Request
    ) -> AsyncIterator[CpuMeter]:
        client = client_key(viewer, client_host(request))
        priced = PricedOperation(("file", operation), (operation,))
        async with self._admission.execution(client, priced) as meter:
            yield meter

    async def _viewer(self, request: Request) -> Viewer:
        viewer = await self.authenticator.viewer_of(request)
        if viewer.role is Role.PUBLIC:
            raise RequestRejected(
                HTTPStatus.UNAUTHORIZED,
                "UNAUTHENTICATED",
                "expected a session or a bearer token, got none",
            )
        return viewer

    @contextmanager
    def _count_upload(self, viewer: Viewer) -> Iterator[None]:
        if (
            self._uploads.total() >= UPLOADS_AT_ONCE
            or self._uploads[viewer.subject] >= UPLOADS_PER_VIEWER
        ):
            raise RequestRejected(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "BUSY",
                f"the server receives {UPLOADS_AT_ONCE} files already, or {UPLOADS_PER_VIEWER} of "
                "this viewer; try again soon",
            )
        self._uploads[viewer.subject] += 1
        try:
            yield
        finally:
            self._uploads[viewer.subject] -= 1
            if not self._uploads[viewer.subject]:
                del self._uploads[viewer.subject]


async def _check_readable(context: Context, content: bytes, name: str) -> None:
    await context.instance.read_workbook(content, name)


def clean_file_name(name: str) -> str:
    """Return the last part of a file's path, without control characters, of bounded length."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C").strip()
    if len(plain) > NAME_CHARACTERS_MOST:
        stem, point, extension = plain.rpartition(".")
        ending = point + extension if len(extension) < 10 else ""
        plain = (stem or plain)[: NAME_CHARACTERS_MOST - len(ending)] + ending
    return plain or "berkas"


def list_marks(planned: PlannedDraft) -> list[CellMark]:
    """Return the problems of a planned file by cell; those of a whole sheet are in its first."""
    read_sheets = [sheet for sheet in planned.workbook.sheets if sheet.rows]
    first_cells = {sheet.name: (sheet.rows[0][0], 1) for sheet in read_sheets}
    problems = [problem for row in planned.plan.rows for problem in row.problems]
    problems += [shared.problem for shared in planned.plan.problems if not shared.rows]
    marks = []
    for problem in problems:
        sheet = problem.sheet if problem.sheet in first_cells else read_sheets[0].name
        row, column = cell_position(problem.cell, problem.row) or first_cells[sheet]
        text = indonesian_problem(problem)
        marks.append(CellMark(sheet, row, column, text, problem.is_blocking))
    return marks


def _check_content_type(request: Request) -> None:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type in _FORM_TYPES:
        raise RequestRejected(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "UNSUPPORTED_MEDIA_TYPE",
            "expected the file as the body with its media type or application/octet-stream, got "
            f"{media_type[:40] or 'no content-type'}",
        )


def _refusal(request: Request, error: Exception) -> Response:
    """Return the response to a refused request; other errors are raised again."""
    match error:
        case FileInvalid():
            is_indonesian = request.headers.get("accept-language", "").lower().startswith("id")
            message = indonesian_file_problem(error) if is_indonesian else str(error)
            return _error(HTTPStatus.UNPROCESSABLE_ENTITY, error.code.value, message)
        case RequestRejected():
            is_large = error.status is HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            return _error(error.status, "FILE_TOO_LARGE" if is_large else error.code, str(error))
        case AuthenticationError():
            return _error(HTTPStatus.UNAUTHORIZED, error.code, str(error))
        case CrossSiteRequest():
            return _error(HTTPStatus.FORBIDDEN, error.code, str(error))
        case AccessUnavailable() | KeysUnavailable():
            return _error(HTTPStatus.SERVICE_UNAVAILABLE, error.code, str(error))
        case NotFound():
            return _error(HTTPStatus.NOT_FOUND, "NOT_FOUND", str(error))
        case OwnedElsewhere():
            return _error(HTTPStatus.CONFLICT, "OWNED_ELSEWHERE", str(error))
        case TooManyDrafts():
            return _error(HTTPStatus.CONFLICT, "TOO_MANY_DRAFTS", str(error))
        case Forbidden():
            return _error(HTTPStatus.FORBIDDEN, error.code, str(error))
        case TryLater():
            message = str(error)
            return _error(retry_status(error), error.code, message, error.retry_after)
        case OperationError():
            return _error(HTTPStatus.SERVICE_UNAVAILABLE, error.code, str(error))
    raise error


def _error(status: HTTPStatus, code: str, message: str, retry_after: int | None = None) -> Response:
    headers = {"cache-control": "no-store"}
    if status is HTTPStatus.UNAUTHORIZED:
        headers["www-authenticate"] = 'Bearer realm="simpul", error="invalid_token"'
    elif retry_after is not None or status is HTTPStatus.SERVICE_UNAVAILABLE:
        headers["retry-after"] = str(retry_after or RETRY_SECONDS)
    if status in (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.REQUEST_TIMEOUT):
        headers["connection"] = "close"  # the rest of the body stays unread
    return JSONResponse({"error": {"code": code, "message": message}}, status, headers)


def _attachment(file_name: str) -> str:
    stem = file_name.rpartition(".")[0] or file_name
    marked = f"{stem}-ditandai.xlsx"
    plain = "".join(
        letter if letter.isascii() and letter not in '"\\' else "_" for letter in marked
    )
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(marked, safe='')}"
