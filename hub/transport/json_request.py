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
# Lists, objects and commas of one JSON text, those in its strings too. Parsing so many takes some
# 30 ms, in which the event loop does nothing else.
MEMBERS_MOST = 20_000
NAME_CHARACTERS = 256  # the limit for operation names and ids, which messages repeat
QUERY_STRING_FIELDS = 32
PERSISTED_QUERY = "persistedQuery"  # the extension that names a document by its hash

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_SOCKET_MESSAGES: Final = ("connection_init", "ping", "pong", "subscribe", "complete")

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """A request whose members have the right types; its document is not parsed yet."""

    query: str  # "" if an extension names the document (`hub.transport.persisted_queries`)
    variables: JsonObject | None = None
    operation_name: str | None = None
    extensions: JsonObject | None = None


def parse_body_request(body: bytes, depth: int) -> GraphQLRequest:
    """Return the request in a POST body.

    Raises:
        RequestRejected: the body is not a JSON object whose members have the right types.
    """
    return _checked_request(_parse_json(_decode(body), depth))


def parse_json_object(body: bytes, depth: int) -> JsonObject:
    """Return the JSON object in a body that is no GraphQL request.

    Raises:
        RequestRejected: the body is not a JSON object.
    """
    value = _parse_json(_decode(body), depth)
    if not isinstance(value, dict):
        _reject("an object", _type_name(value))
    return value


def parse_query_string_request(query_string: bytes, depth: int) -> GraphQLRequest:
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
        _reject("a query string of percent-encoded UTF-8", "bytes that are not")
    except ValueError:
        _reject(f"at most {QUERY_STRING_FIELDS} fields in the query string", "more")
    request: JsonObject = {}
    for name, text in fields:
        if name in request:
            _reject(f"`{name[:40]}` once in the query string", "it again")
        if name in ("variables", "extensions"):
            request[name] = _parse_json(text, depth) if text else None
        elif name != "operationName" or text:
            request[name] = text
    _check_text(request)
    return _checked_request(request)


def parse_socket_message(text: str, limit: int, depth: int) -> JsonObject:
    """Return a valid message of the graphql-transport-ws protocol.

    Args:
        limit: the longest text that is accepted, in characters.
        depth: the deepest nesting that is accepted.

    Raises:
        RequestRejected: the text is not a valid message.
    """
    if len(text) > limit:
        _reject(f"a message of at most {limit} characters", f"{len(text)}")
    message = _parse_json(text, depth)
    if not isinstance(message, dict):
        _reject("a message that is an object", _type_name(message))
    message_type = message.get("type")
    if message_type not in _SOCKET_MESSAGES:
        shown = (
            repr(message_type[:40]) if isinstance(message_type, str) else _type_name(message_type)
        )
        _reject(f"a message type of {', '.join(_SOCKET_MESSAGES)}", shown)
    if message_type in ("subscribe", "complete"):
        operation_id = _required_member(message, "id", str, "a string")
        if not 0 < len(operation_id) <= NAME_CHARACTERS:
            _reject(f"an id of 1 to {NAME_CHARACTERS} characters", f"{len(operation_id)}")
    if message_type == "subscribe":
        _checked_request(message.get("payload"))
    elif _optional_member(message, "payload", dict, "an object or null") is None:
        message.pop("payload", None)
    return message


def _checked_request(value: object) -> GraphQLRequest:
    if not isinstance(value, dict):
        hint = " (batches are not served)" if isinstance(value, list) else ""
        _reject("an object with a `query`", _type_name(value) + hint)
    extensions = _optional_member(value, "extensions", dict, "an object or null")
    if "query" not in value and PERSISTED_QUERY in (extensions or {}):
        query = ""  # the extension names the document
    else:
        query = _required_member(value, "query", str, "a string")
        if not query.strip():
            _reject("a document in `query`", "an empty string")
    operation_name = _optional_member(value, "operationName", str, "a string or null")
    if operation_name is not None and len(operation_name) > NAME_CHARACTERS:
        _reject(f"`operationName` of at most {NAME_CHARACTERS} characters", "more")
    return GraphQLRequest(
        query=query,
        variables=_optional_member(value, "variables", dict, "an object or null"),
        operation_name=operation_name,
        extensions=extensions,
    )


def _required_member(
    value: JsonObject, name: str, expected_type: type[Value], expected: str
) -> Value:
    if name not in value:
        _reject(f"`{name}` to be {expected}", "none")
    member = value[name]
    if not isinstance(member, expected_type):
        _reject(f"`{name}` to be {expected}", _type_name(member))
    return member


def _optional_member(
    value: JsonObject, name: str, expected_type: type[Value], expected: str
) -> Value | None:
    return (
        None if value.get(name) is None else _required_member(value, name, expected_type, expected)
    )


def _decode(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        _reject("UTF-8", f"byte 0x{body[error.start]:02x} at position {error.start}")


def _parse_json(text: str, depth: int) -> object:
    if is_nested_deeper(text.encode(), depth):
        _reject(f"JSON nested at most {depth} deep", "deeper")
    if sum(map(text.count, ",[{")) > MEMBERS_MOST:
        _reject(f"JSON with at most {MEMBERS_MOST} commas, lists and objects", "more")
    try:
        value: object = json.loads(
            text,
            object_pairs_hook=_object_with_unique_keys,
            parse_constant=_reject_constant,
            parse_int=_bounded_number(int),
            parse_float=_bounded_number(float),
        )
    except json.JSONDecodeError as error:
        _reject("JSON", f"something else at character {error.pos}")
    if "\\u" in text:  # only escapes can produce NUL or an unpaired surrogate
        _check_text(value)
    return value


def _object_with_unique_keys(pairs: list[tuple[str, object]]) -> JsonObject:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                _reject("each key once", f"{key[:40]!r} again")
            seen.add(key)
    return members


def _reject_constant(text: str) -> NoReturn:
    _reject("a JSON number", text)


def _bounded_number(convert: Callable[[str], Value]) -> Callable[[str], Value]:
    def number(text: str) -> Value:
        if len(text) > NUMBER_CHARACTERS:
            _reject(f"a number of at most {NUMBER_CHARACTERS} characters", f"{len(text)}")
        value = convert(text)
        if isinstance(value, float) and not isfinite(value):
            _reject("a finite number", text)
        return value

    return number


def _check_text(value: object) -> None:
    """Reject text that a database cannot store: NUL and unpaired surrogates."""
    unchecked = [value]
    while unchecked:
        part = unchecked.pop()
        if isinstance(part, dict):
            unchecked += part.keys()
            unchecked += part.values()
        elif isinstance(part, list):
            unchecked += part
        elif isinstance(part, str):
            if "\0" in part:
                _reject("text", "a NUL character in it")
            if _SURROGATE.search(part):
                _reject("text", "half a surrogate pair in it")


def _type_name(value: object) -> str:
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


def _reject(expected: str, got: str) -> NoReturn:
    raise RequestRejected(HTTPStatus.BAD_REQUEST, "BAD_REQUEST", f"expected {expected}, got {got}")
