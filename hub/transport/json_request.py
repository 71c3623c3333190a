"""Strict validation of the JSON that clients send, before it is interpreted.

It applies to HTTP bodies, the query string's `variables` and WebSocket messages. In valid input the
depth, numbers and text are bounded, keys are unique, and each member has its expected type.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from math import isfinite
from typing import Final, NoReturn, TypeVar
from urllib.parse import parse_qsl

from hub.transport.request_limits import RequestRejected
from regions.json_depth import is_nested_deeper

JsonObject = dict[str, object]

NUMBER_CHARACTERS = 40  # longer than any 64-bit integer and any double
NAME_CHARACTERS = 256  # the limit for operation names and ids, which messages repeat
QUERY_STRING_FIELDS = 32

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_SOCKET_MESSAGES: Final = ("connection_init", "ping", "pong", "subscribe", "complete")

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """A request whose members have the right types; its document is not parsed yet."""

    query: str
    variables: JsonObject | None = None
    operation_name: str | None = None
    extensions: JsonObject | None = None


def body_request(body: bytes, depth: int) -> GraphQLRequest:
    """Return the request in a POST body.

    Raises:
        RequestRejected: the body is not a JSON object whose members have the right types.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        _refuse("UTF-8", f"byte 0x{body[error.start]:02x} at position {error.start}")
    return _request(_loads(text, depth))


def query_string_request(query_string: bytes, depth: int) -> GraphQLRequest:
    """Return the request in the query string of a GET.

    Raises:
        RequestRejected: the query string is not a valid request.
    """
    try:
        fields = parse_qsl(
            query_string.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=QUERY_STRING_FIELDS,
        )
    except UnicodeDecodeError:
        _refuse("a query string of percent-encoded UTF-8", "bytes that are not")
    except ValueError:
        _refuse(f"at most {QUERY_STRING_FIELDS} fields in the query string", "more")
    request: JsonObject = {}
    for name, text in fields:
        if name in request:
            _refuse(f"`{name[:40]}` once in the query string", "it again")
        if name in ("variables", "extensions"):
            request[name] = _loads(text, depth) if text else None
        elif name != "operationName" or text:
            request[name] = text
    _check_text(request)
    return _request(request)


def socket_message(text: str, limit: int, depth: int) -> JsonObject:
    """Return a valid message of the graphql-transport-ws protocol.

    Args:
        limit: the longest text that is accepted, in characters.
        depth: the deepest nesting that is accepted.

    Raises:
        RequestRejected: the text is not a valid message.
    """
    if len(text) > limit:
        _refuse(f"a message of at most {limit} characters", f"{len(text)}")
    message = _loads(text, depth)
    if not isinstance(message, dict):
        _refuse("a message that is an object", _kind(message))
    name = message.get("type")
    if name not in _SOCKET_MESSAGES:
        shown = repr(name[:40]) if isinstance(name, str) else _kind(name)
        _refuse(f"a message type of {', '.join(_SOCKET_MESSAGES)}", shown)
    if name in ("subscribe", "complete"):
        identity = _member(message, "id", str, "a string")
        if not 0 < len(identity) <= NAME_CHARACTERS:
            _refuse(f"an id of 1 to {NAME_CHARACTERS} characters", f"{len(identity)}")
    if name == "subscribe":
        _request(message.get("payload"))
    elif _optional(message, "payload", dict, "an object or null") is None:
        message.pop("payload", None)
    return message


def _request(value: object) -> GraphQLRequest:
    if not isinstance(value, dict):
        what = " (batches are not served)" if isinstance(value, list) else ""
        _refuse("an object with a `query`", _kind(value) + what)
    extensions = _optional(value, "extensions", dict, "an object or null")
    if "query" not in value and "persistedQuery" in (extensions or {}):
        # Clients recognise this message, and send the whole document from then on.
        message, code = "PersistedQueryNotSupported", "PERSISTED_QUERY_NOT_SUPPORTED"
        raise RequestRejected(HTTPStatus.BAD_REQUEST, code, message)
    query = _member(value, "query", str, "a string")
    if not query.strip():
        _refuse("a document in `query`", "an empty string")
    operation_name = _optional(value, "operationName", str, "a string or null")
    if operation_name is not None and len(operation_name) > NAME_CHARACTERS:
        _refuse(f"`operationName` of at most {NAME_CHARACTERS} characters", "more")
    return GraphQLRequest(
        query=query,
        variables=_optional(value, "variables", dict, "an object or null"),
        operation_name=operation_name,
        extensions=extensions,
    )


def _member(value: JsonObject, name: str, wanted: type[Value], expected: str) -> Value:
    if name not in value:
        _refuse(f"`{name}` to be {expected}", "none")
    member = value[name]
    if not isinstance(member, wanted):
        _refuse(f"`{name}` to be {expected}", _kind(member))
    return member


def _optional(value: JsonObject, name: str, wanted: type[Value], expected: str) -> Value | None:
    return None if value.get(name) is None else _member(value, name, wanted, expected)


def _loads(text: str, depth: int) -> object:
    if is_nested_deeper(text.encode(), depth):
        _refuse(f"JSON nested at most {depth} deep", "deeper")
    try:
        value: object = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_int=_number(int),
            parse_float=_number(float),
        )
    except json.JSONDecodeError as error:
        _refuse("JSON", f"something else at character {error.pos}")
    if "\\u" in text:  # only escapes can produce NUL or an unpaired surrogate
        _check_text(value)
    return value


def _object(pairs: list[tuple[str, object]]) -> JsonObject:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                _refuse("each key once", f"{key[:40]!r} again")
            seen.add(key)
    return members


def _constant(text: str) -> NoReturn:
    _refuse("a JSON number", text)


def _number(convert: Callable[[str], Value]) -> Callable[[str], Value]:
    def number(text: str) -> Value:
        if len(text) > NUMBER_CHARACTERS:
            _refuse(f"a number of at most {NUMBER_CHARACTERS} characters", f"{len(text)}")
        value = convert(text)
        if isinstance(value, float) and not isfinite(value):
            _refuse("a finite number", text)
        return value

    return number


def _check_text(value: object) -> None:
    """Reject text that a database cannot store: NUL and unpaired surrogates."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting += part.keys()
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
        elif isinstance(part, str):
            if "\0" in part:
                _refuse("text", "a NUL character in it")
            if _SURROGATE.search(part):
                _refuse("text", "half a surrogate pair in it")


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case list():
            return "a list"
    return "an object"


def _refuse(expected: str, got: str) -> NoReturn:
    raise RequestRejected(HTTPStatus.BAD_REQUEST, "BAD_REQUEST", f"expected {expected}, got {got}")
