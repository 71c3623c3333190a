"""HTTP responses of `/graphql`, for results and for rejected requests."""

from __future__ import annotations

from http import HTTPStatus

import orjson
from graphql import GraphQLFormattedError
from starlette.responses import Response
from strawberry.http import GraphQLHTTPResponse
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from hub.auth.errors import AccessUnavailable, AuthenticationError, CrossSiteRequest
from hub.auth.signing_keys import KeysUnavailable
from hub.transport.compression import CompressibleResponse
from hub.transport.media_types import RESPONSE_JSON
from hub.transport.refusing_protocol import REFUSED_REQUESTS
from hub.transport.request_limits import RequestRejected
from hub.transport.stream_formats import StreamFormat
from realtime.message import Message
from resolvers.outage import outage_reporter
from resolvers.problems import ClientBudgetExhausted, TryLater
from schema.limits import DocumentRejected
from schema.masking import mask_errors

# Why a request is not executed.
REFUSALS = (
    *(TryLater, RequestRejected, AuthenticationError, CrossSiteRequest),
    *(AccessUnavailable, KeysUnavailable),
)


def result_response(media_type: str, result: ExecutionResult) -> Response:
    """Return a result as JSON.

    The status is 400 if the document was rejected. With the newer media type it is also 400 if
    execution did not begin. It is 429 or 503 if the result is only that the client must try later.
    """
    refusal = _refusal(result)
    if refusal is not None:
        return _retry_response(media_type, refusal)
    body = _result_body(result)
    is_rejected = any(isinstance(error, DocumentRejected) for error in result.errors or ())
    is_bad_request = is_rejected or ("data" not in body and media_type == RESPONSE_JSON)
    return _json_response(
        media_type, HTTPStatus.BAD_REQUEST if is_bad_request else HTTPStatus.OK, body
    )


def single_result_stream(stream_format: StreamFormat, result: ExecutionResult) -> Response:
    """Return a result as a complete stream of one message."""
    message = Message(orjson.dumps(_result_body(result)) + b"}", None)
    content = stream_format.opening + stream_format.encode(message) + stream_format.completion
    return Response(
        content, headers={**stream_headers(), "content-type": stream_format.content_type}
    )


def _result_body(result: ExecutionResult) -> GraphQLHTTPResponse:
    errors = result.errors or []
    body: GraphQLHTTPResponse = {}
    if errors:
        body["errors"] = [error.formatted for error in mask_errors(errors)]
    # Errors during execution have a path; invalid variables are detected before it begins.
    if not isinstance(result, PreExecutionError) and (
        result.data is not None or any(error.path is not None for error in errors)
    ):
        body["data"] = result.data
    if result.extensions:
        body["extensions"] = result.extensions
    return body


def refusal_response(media_type: str, refusal: Exception) -> Response:
    """Return the response to a request that is refused; `refusal` is one of `REFUSALS`."""
    match refusal:
        case TryLater():
            return _retry_response(media_type, refusal)
        case RequestRejected():
            status = refusal.status
        case AuthenticationError():
            status = HTTPStatus.UNAUTHORIZED
        case CrossSiteRequest():
            status = HTTPStatus.FORBIDDEN
        case AccessUnavailable() | KeysUnavailable():
            status = HTTPStatus.SERVICE_UNAVAILABLE
        case _:
            raise refusal
    return _error_response(media_type, status, refusal.code, str(refusal))


def _error_response(media_type: str, status: HTTPStatus, code: str, message: str) -> Response:
    """Return the response to a request that is not executed."""
    body: GraphQLHTTPResponse = {"errors": [{"message": message, "extensions": {"code": code}}]}
    response = _json_response(media_type, status, body)
    if status is HTTPStatus.UNAUTHORIZED:
        response.headers["www-authenticate"] = 'Bearer realm="simpul", error="invalid_token"'
    elif status is HTTPStatus.METHOD_NOT_ALLOWED:
        response.headers["allow"] = "GET, POST"
    elif status is HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["retry-after"] = "5"
    elif status in (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.REQUEST_TIMEOUT):
        response.headers["connection"] = "close"  # the rest of the body stays unread
    return response


def _retry_response(media_type: str, refusal: TryLater) -> Response:
    """Return the response to a request that the client may send again, after a time."""
    error = GraphQLFormattedError(message=str(refusal), extensions=refusal.extensions)
    REFUSED_REQUESTS[refusal.code] += 1
    response = _json_response(media_type, retry_status(refusal), {"errors": [error]})
    response.headers["retry-after"] = str(refusal.retry_after)
    return response


def retry_status(refusal: TryLater) -> HTTPStatus:
    """Return the status: whether the client alone asks for too much, or all of them."""
    if isinstance(refusal, ClientBudgetExhausted):
        return HTTPStatus.TOO_MANY_REQUESTS
    return HTTPStatus.SERVICE_UNAVAILABLE


def _refusal(result: ExecutionResult) -> TryLater | None:
    """Return why the client must try later, if the result consists of such errors only."""
    if not result.errors or any(value is not None for value in (result.data or {}).values()):
        return None
    causes = [error.original_error for error in result.errors]
    refusals = [refusal for cause in causes if (refusal := _as_try_later(cause)) is not None]
    if len(refusals) < len(causes):
        return None
    return max(refusals, key=lambda refusal: refusal.retry_seconds)


def _as_try_later(cause: Exception | None) -> TryLater | None:
    return cause if isinstance(cause, TryLater) else outage_reporter.unavailable_for(cause)


def _json_response(media_type: str, status: HTTPStatus, body: GraphQLHTTPResponse) -> Response:
    content_type = f"{media_type}; charset=utf-8"
    return CompressibleResponse(orjson.dumps(body), status, response_headers(), content_type)


def response_headers() -> dict[str, str]:
    """Return the headers of every response."""
    return {"cache-control": "no-store", "vary": "accept, accept-encoding, authorization, cookie"}


def stream_headers() -> dict[str, str]:
    """Return the headers of every stream. Compression by a proxy would delay events."""
    return {**response_headers(), "cache-control": "no-store, no-transform"}
