"""Malformed requests get a GraphQL error and a 4xx status, and the server continues."""

from __future__ import annotations

import json
from http.client import HTTPConnection
from urllib.parse import quote

import pytest

from hub.transport import json_request
from hub.transport.json_request import GraphQLRequest
from hub.transport.request_limits import RequestRejected

JSON = {"content-type": "application/json"}
BODIES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "expected JSON, got something else at character 0"),
    "blank": (b" ", "expected JSON, got something else at character 1"),
    "null": (b"null", "expected an object with a `query`, got null"),
    "a number": (b"7", "expected an object with a `query`, got a number"),
    "a fraction": (b"7.5", "expected an object with a `query`, got a number"),
    "a string": (b'"{ hello }"', "expected an object with a `query`, got a string"),
    "a boolean": (b"true", "expected an object with a `query`, got a boolean"),
    "a list": (
        b"[]",
        "expected an object with a `query`, got a list (batches are not served)",
    ),
    "a batch": (
        b'[{"query": "{ hello }"}]',
        "expected an object with a `query`, got a list (batches are not served)",
    ),
    "an empty object": (b"{}", "expected `query` to be a string, got none"),
    "GraphQL": (b"{ hello }", "expected JSON, got something else at character 2"),
    "a form": (b"query=%7Bhello%7D", "expected JSON, got something else at character 0"),
    "an open object": (b'{"query": ', "expected JSON, got something else at character 10"),
    "two documents": (
        b'{"query":"{hello}"}{}',
        "expected JSON, got something else at character 19",
    ),
    "single quotes": (b"{'query': '{hello}'}", "expected JSON, got something else at character 1"),
    "a byte order mark": (
        b'\xef\xbb\xbf{"query":"{hello}"}',
        "expected JSON, got something else at character 0",
    ),
    "bad UTF-8": (b'{"query": "\xff"}', "expected UTF-8, got byte 0xff at position 11"),
    "UTF-16": (
        '{"query":"{hello}"}'.encode("utf-16"),
        "expected UTF-8, got byte 0xff at position 0",
    ),
    "cut UTF-8": (b'{"query": "\xc3"}', "expected UTF-8, got byte 0xc3 at position 11"),
    "an encoded surrogate": (
        b'{"query": "\xed\xa0\x80"}',
        "expected UTF-8, got byte 0xed at position 11",
    ),
    "a lone surrogate": (
        b'{"query": "{hello}", "variables": {"a": "\\ud800"}}',
        "expected text, got half a surrogate pair in it",
    ),
    "a lone surrogate in a key": (
        b'{"query": "{hello}", "variables": {"\\udc00": 1}}',
        "expected text, got half a surrogate pair in it",
    ),
    "NUL": (
        b'{"query": "{hello}", "variables": {"a": ["x\\u0000"]}}',
        "expected text, got a NUL character in it",
    ),
    "a raw NUL": (b'{"query": "\x00"}', "expected JSON, got something else at character 11"),
    "a raw line break": (b'{"query": "\n"}', "expected JSON, got something else at character 11"),
    "NaN": (b'{"query": "{hello}", "variables": {"a": NaN}}', "expected a JSON number, got NaN"),
    "Infinity": (
        b'{"query": "{hello}", "variables": {"a": -Infinity}}',
        "expected a JSON number, got -Infinity",
    ),
    "a number that is infinite": (
        b'{"query": "{hello}", "variables": {"a": 1e999}}',
        "expected a finite number, got 1e999",
    ),
    "5000 digits": (
        b'{"query": "{hello}", "variables": {"a": ' + b"9" * 5_000 + b"}}",
        "expected a number of at most 40 characters, got 5000",
    ),
    "50000 decimals": (
        b'{"query": "{hello}", "variables": {"a": 1.' + b"9" * 50_000 + b"}}",
        "expected a number of at most 40 characters, got 50002",
    ),
    "a key twice": (
        b'{"query": "{hello}", "query": "{bug}"}',
        "expected each key once, got 'query' again",
    ),
    "a key twice inside": (
        b'{"query": "{hello}", "variables": {"a": {"b": 1, "b": 2}}}',
        "expected each key once, got 'b' again",
    ),
    "deep lists": (b"[" * 100_000, "expected JSON nested at most 32 deep, got deeper"),
    "deep objects": (b'{"a":' * 100_000, "expected JSON nested at most 32 deep, got deeper"),
    "deep variables": (
        b'{"query": "{hello}", "variables": {"a": ' + b"[" * 31 + b"]" * 31 + b"}}",
        "expected JSON nested at most 32 deep, got deeper",
    ),
    "query null": (b'{"query": null}', "expected `query` to be a string, got null"),
    "query object": (b'{"query": {}}', "expected `query` to be a string, got an object"),
    "query boolean": (b'{"query": true}', "expected `query` to be a string, got a boolean"),
    "query empty": (b'{"query": ""}', "expected a document in `query`, got an empty string"),
    "query blank": (b'{"query": " \\n"}', "expected a document in `query`, got an empty string"),
    "variables list": (
        b'{"query": "{hello}", "variables": [[[]]]}',
        "expected `variables` to be an object or null, got a list",
    ),
    "variables string": (
        b'{"query": "{hello}", "variables": "{}"}',
        "expected `variables` to be an object or null, got a string",
    ),
    "extensions number": (
        b'{"query": "{hello}", "extensions": 0}',
        "expected `extensions` to be an object or null, got a number",
    ),
    "operationName object": (
        b'{"query": "{hello}", "operationName": {}}',
        "expected `operationName` to be a string or null, got an object",
    ),
    "operationName huge": (
        b'{"query": "{hello}", "operationName": "' + b"n" * 257 + b'"}',
        "expected `operationName` of at most 256 characters, got more",
    ),
}
QUERY_STRINGS: dict[str, tuple[str, str]] = {
    "no query": ("variables={}", "expected `query` to be a string, got none"),
    "an empty query": ("query=", "expected a document in `query`, got an empty string"),
    "deep variables": (
        "query={hello}&variables=" + "[" * 5_000,
        "expected JSON nested at most 32 deep, got deeper",
    ),
    "variables list": (
        "query={hello}&variables=[]",
        "expected `variables` to be an object or null, got a list",
    ),
    "variables that are not JSON": (
        "query={hello}&variables=x",
        "expected JSON, got something else at character 0",
    ),
    "extensions string": (
        "query={hello}&extensions=%22a%22",
        "expected `extensions` to be an object or null, got a string",
    ),
    "query twice": (
        "query={hello}&query={bug}",
        "expected `query` once in the query string, got it again",
    ),
    "bad UTF-8": (
        "query=%ff",
        "expected a query string of percent-encoded UTF-8, got bytes that are not",
    ),
    "NUL": ("query=%00", "expected text, got a NUL character in it"),
    "many fields": (
        "&".join(f"f{number}=1" for number in range(33)),
        "expected at most 32 fields in the query string, got more",
    ),
}
EXCHANGES: dict[str, tuple[str, dict[str, str], int, str]] = {
    "PUT": ("PUT", JSON, 405, "METHOD_NOT_ALLOWED"),
    "DELETE": ("DELETE", JSON, 405, "METHOD_NOT_ALLOWED"),
    "PATCH": ("PATCH", JSON, 405, "METHOD_NOT_ALLOWED"),
    "OPTIONS": ("OPTIONS", JSON, 405, "METHOD_NOT_ALLOWED"),
    "no content type": ("POST", {}, 415, "UNSUPPORTED_MEDIA_TYPE"),
    "plain text": ("POST", {"content-type": "text/plain"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
    "a document": ("POST", {"content-type": "application/graphql"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
    "form": (
        "POST",
        {"content-type": "application/x-www-form-urlencoded"},
        415,
        "UNSUPPORTED_MEDIA_TYPE",
    ),
    "upload": (
        "POST",
        {"content-type": "multipart/form-data; boundary=b"},
        415,
        "UNSUPPORTED_MEDIA_TYPE",
    ),
    "another charset": (
        "POST",
        {"content-type": "application/json; charset=latin-1"},
        415,
        "UNSUPPORTED_MEDIA_TYPE",
    ),
    "gzip": ("POST", {**JSON, "content-encoding": "gzip"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
    "accepts XML": ("POST", {**JSON, "accept": "text/xml"}, 406, "NOT_ACCEPTABLE"),
    "accepts nothing": ("POST", {**JSON, "accept": "*/*;q=0"}, 406, "NOT_ACCEPTABLE"),
    "accepts nonsense": ("POST", {**JSON, "accept": ";;,=;q=x"}, 406, "NOT_ACCEPTABLE"),
    "Basic": ("POST", {**JSON, "authorization": "Basic YTpi"}, 401, "UNAUTHENTICATED"),
    "Bearer nothing": ("POST", {**JSON, "authorization": "Bearer"}, 401, "UNAUTHENTICATED"),
}


def refusal(
    port: int, method: str, target: str, headers: dict[str, str], body: bytes | None = None
) -> tuple[int, str, str]:
    """Return the status, code and message of a response, which must contain nothing else."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.putrequest(method, target)
    for name, value in headers.items():
        connection.putheader(name, value)
    if body is not None:
        connection.putheader("content-length", str(len(body)))
    connection.endheaders(body)
    answer = connection.getresponse()
    content = json.loads(answer.read())
    connection.close()
    assert answer.getheader("content-type") == "application/json; charset=utf-8"
    [error] = content.pop("errors")
    assert content == {}
    return answer.status, error["extensions"]["code"], error["message"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_persisted_query_is_refused_with_the_code_that_clients_know(
    toy_port: int, method: str
) -> None:
    extensions = '{"persistedQuery": {"version": 1, "sha256Hash": "00"}}'
    path = f"/graphql?extensions={quote(extensions)}" if method == "GET" else "/graphql"
    body = f'{{"extensions": {extensions}}}'.encode() if method == "POST" else b""
    assert refusal(toy_port, method, path, JSON, body) == (
        200,
        "PERSISTED_QUERY_NOT_SUPPORTED",
        "PersistedQueryNotSupported",
    )


@pytest.mark.parametrize(("body", "message"), BODIES.values(), ids=BODIES)
def test_an_odd_body_is_refused(toy_port: int, body: bytes, message: str) -> None:
    assert refusal(toy_port, "POST", "/graphql", JSON, body) == (400, "BAD_REQUEST", message)


@pytest.mark.parametrize(("fields", "message"), QUERY_STRINGS.values(), ids=QUERY_STRINGS)
def test_an_odd_query_string_is_refused(toy_port: int, fields: str, message: str) -> None:
    target = f"/graphql?{fields}"
    assert refusal(toy_port, "GET", target, {}) == (400, "BAD_REQUEST", message)


@pytest.mark.parametrize(("method", "headers", "status", "code"), EXCHANGES.values(), ids=EXCHANGES)
def test_an_odd_exchange_is_refused(
    toy_port: int, method: str, headers: dict[str, str], status: int, code: str
) -> None:
    body = b'{"query": "{ hello }"}'
    assert refusal(toy_port, method, "/graphql", headers, body)[:2] == (status, code)


def test_a_body_over_the_limit_is_refused(toy_port: int) -> None:
    body = b'{"query": "{ hello }", "variables": {"a": "' + b"a" * 1_048_576 + b'"}}'
    assert refusal(toy_port, "POST", "/graphql", JSON, body) == (
        413,
        "PAYLOAD_TOO_LARGE",
        "expected a body of at most 1048576 bytes, got more",
    )


def test_what_is_not_odd_passes() -> None:
    body = (
        '{"query": "{ hello }", "id": 7, "variables": {"text": "Banjar \\ud83d\\ude00 \\\\u0000",'
        ' "large": -9223372036854775808, "brackets": "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[{{{",'
        ' "deep": [[[[[[1.5e-3, true, null]]]]]]}, "operationName": null}'
    )
    assert json_request.parse_body_request(body.encode(), depth=8) == GraphQLRequest(
        query="{ hello }",
        variables={
            "text": "Banjar \N{GRINNING FACE} \\u0000",
            "large": -(2**63),
            "brackets": "[" * 36 + "{" * 3,
            "deep": [[[[[[0.0015, True, None]]]]]],
        },
    )


def test_depth_counts_what_is_open_at_once() -> None:
    flat = b'{"query": "{a}", "variables": {"a": [' + b"[],{}," * 4_000 + b"[]]}}"
    json_request.parse_body_request(flat, depth=4)
    with pytest.raises(RequestRejected, match="expected JSON nested at most 3 deep, got deeper"):
        json_request.parse_body_request(flat, depth=3)


@pytest.mark.parametrize("member", ["1", "[]", "{}", '""'])
def test_json_of_many_members_is_refused_before_it_blocks_the_event_loop(member: str) -> None:
    members = ",".join([member] * json_request.MEMBERS_MOST)
    body = f'{{"query": "{{a}}", "variables": {{"a": [{members}]}}}}'.encode()
    with pytest.raises(RequestRejected, match="at most 20000 commas, lists and objects, got more"):
        json_request.parse_body_request(body, depth=32)
