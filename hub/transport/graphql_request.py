"""What a request to `/graphql` is: the explorer's page, or an operation by GET or by POST."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from urllib.parse import unquote_to_bytes

from starlette.requests import Request

from hub.transport import json_request, request_limits
from hub.transport.json_request import GraphQLRequest
from hub.transport.media_types import LEGACY_JSON
from hub.transport.persisted_queries import parsed_bytes
from hub.transport.request_limits import RequestLimits, RequestRejected


def requests_explorer(request: Request) -> bool:
    """Whether a browser opens the page with the explorer."""
    return (
        request.method == "GET"
        and "query" not in request.query_params
        and "text/html" in request.headers.get("accept", "")
    )


def check_method_and_type(request: Request) -> None:
    """Check what is known before the body is received.

    Raises:
        RequestRejected: the method is another than GET and POST, or the body is no JSON.
    """
    if request.method not in ("GET", "POST"):
        raise RequestRejected(
            HTTPStatus.METHOD_NOT_ALLOWED,
            "METHOD_NOT_ALLOWED",
            f"expected GET or POST, got {request.method[:20]}",
        )
    if request.method == "GET":
        return
    media_type, _, parameters = request.headers.get("content-type", "").lower().partition(";")
    charset = parameters.replace('"', "").strip()
    if media_type.strip() != LEGACY_JSON or charset not in ("", "charset=utf-8"):
        raise RequestRejected(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "UNSUPPORTED_MEDIA_TYPE",
            f"expected a body of {LEGACY_JSON} in UTF-8, got another content-type",
        )


async def receive_request(
    request: Request, limits: RequestLimits
) -> tuple[Callable[[], GraphQLRequest], int]:
    """Return a function that parses the request, after its body was received, and its bytes.

    Raises:
        RequestRejected: the body exceeds the limits.
    """
    depth = limits.json_depth
    if request.method == "GET":
        query_string = request.scope["query_string"]
        size = parsed_bytes(unquote_to_bytes(query_string))
        return partial(json_request.parse_query_string_request, query_string, depth), size
    body = await request_limits.read_request_body(request, limits)
    return partial(json_request.parse_body_request, body, depth), parsed_bytes(body)
