"""JSON over HTTP for the pages of this instance: bodies, errors and the check of their origin."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hub.auth.credentials import SessionCookie
from hub.auth.errors import AccessUnavailable, CrossSiteRequest
from hub.sign_in.refusal import Refusal
from hub.transport.json_request import JsonObject, parse_json_object
from hub.transport.request_limits import RequestLimits, RequestRejected, read_request_body
from storage.database import DATABASE_ERRORS

LIMITS = RequestLimits(body_bytes=16_384, body_seconds=10.0, json_depth=8)
TEXT_CHARACTERS_MOST = 1_000  # of a login, a password, a name or a code, before it is looked at
_NO_STORE = {"cache-control": "no-store"}

logger = logging.getLogger(__name__)

Endpoint = Callable[[Request], Awaitable[Response]]


def json_endpoint(endpoint: Endpoint, cookie: Callable[[], SessionCookie]) -> Endpoint:
    """Return an endpoint that only own pages reach, and that answers refusals with JSON."""

    async def respond(request: Request) -> Response:
        try:
            if not cookie().is_own_page(request):
                raise CrossSiteRequest
            response = await endpoint(request)
        except Refusal as refusal:
            response = _refusal_response(refusal)
        except CrossSiteRequest as error:
            response = _error_response(HTTPStatus.FORBIDDEN, error.code, str(error))
        except RequestRejected as rejected:
            response = _error_response(rejected.status, rejected.code, str(rejected))
            if rejected.status in (
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                HTTPStatus.REQUEST_TIMEOUT,
            ):
                response.headers["connection"] = "close"  # the rest of the body stays unread
        except DATABASE_ERRORS as error:
            # The text of such an error may contain what was to be stored, so it is not logged.
            logger.error("a request to sign in failed at the database: %s", type(error).__name__)
            unavailable = AccessUnavailable()
            response = _error_response(
                HTTPStatus.SERVICE_UNAVAILABLE, unavailable.code, str(unavailable)
            )
            response.headers["retry-after"] = "5"
        response.headers.update(_NO_STORE)
        return response

    return respond


async def read_json(request: Request) -> JsonObject:
    """Return the JSON object in the body; an empty body counts as an empty object.

    Raises:
        RequestRejected: the body is no JSON object, is too long or too slow, or has another type.
    """
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/json":  # a page of another site cannot send this type unasked
        raise RequestRejected(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "UNSUPPORTED_MEDIA_TYPE",
            f"expected content-type application/json, got {content_type[:80]!r}",
        )
    body = await read_request_body(request, LIMITS)
    return parse_json_object(body, LIMITS.json_depth) if body else {}


def text_member(body: JsonObject, name: str) -> str:
    """Return a member of the body that must be a text.

    Raises:
        RequestRejected: it is missing, or is something else.
    """
    text = optional_text_member(body, name)
    if text is None:
        raise bad_request(f"`{name}` to be a string", "none")
    return text


def optional_text_member(body: JsonObject, name: str) -> str | None:
    """Return a member of the body that is a text, or None if it is missing or null."""
    text = body.get(name)
    if text is None:
        return None
    if not isinstance(text, str):
        raise bad_request(f"`{name}` to be a string", "something else")
    if len(text) > TEXT_CHARACTERS_MOST:
        raise bad_request(f"`{name}` of at most {TEXT_CHARACTERS_MOST} characters", f"{len(text)}")
    return text


def flag_member(body: JsonObject, name: str) -> bool:
    """Return a member of the body that is a boolean, or False if it is missing."""
    flag = body.get(name, False)
    if not isinstance(flag, bool):
        raise bad_request(f"`{name}` to be a boolean", "something else")
    return flag


def object_member(body: JsonObject, name: str) -> JsonObject:
    """Return a member of the body that must be an object."""
    value = body.get(name)
    if not isinstance(value, dict):
        raise bad_request(f"`{name}` to be an object", "something else")
    return value


def bad_request(expected: str, got: str) -> RequestRejected:
    """Return the error of a body with a wrong member."""
    message = f"expected {expected}, got {got}"
    return RequestRejected(HTTPStatus.BAD_REQUEST, "BAD_REQUEST", message)


def _refusal_response(refusal: Refusal) -> Response:
    details = dict(refusal.details)
    if refusal.retry_after_seconds is not None:
        details["retryAfterSeconds"] = refusal.retry_after_seconds
    response = _error_response(refusal.status, refusal.code, str(refusal), details)
    if refusal.retry_after_seconds is not None:
        response.headers["retry-after"] = str(refusal.retry_after_seconds)
    return response


def _error_response(
    status: HTTPStatus, code: str, message: str, details: dict[str, object] | None = None
) -> Response:
    return JSONResponse({"error": {"code": code, "message": message, **(details or {})}}, status)
