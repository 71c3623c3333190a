"""GraphQL over HTTP against a real server."""

from __future__ import annotations

import json
import select
import socket
import subprocess
from base64 import b64decode
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from engine.model import Role
from tests.fixtures.processes import StartSimpul
from tests.hub.conftest import IssueToken

AUDITS = Path(__file__).parents[2] / "node" / "graphql_http_audits.mjs"
BOTH = "application/graphql-response+json", "application/json"


def post_operation(
    port: int,
    document: str,
    accept: str = "application/json",
    token: str | None = None,
    trace: str | None = None,
    **members: object,
) -> tuple[int, dict[str, str], Any]:
    """Return the status, the headers and the parsed body of the response."""
    headers = {"accept": accept, "content-type": "application/json"}
    if token is not None:
        headers["authorization"] = f"Bearer {token}"
    if trace is not None:
        headers["apollo-federation-include-trace"] = trace
    body = json.dumps({"query": document, **members})
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("POST", "/graphql", body, headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, dict(answer.getheaders()), json.loads(content)


def fetch(port: int, path: str, accept: str) -> tuple[int, dict[str, str], bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers={"accept": accept})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, dict(answer.getheaders()), content


@pytest.mark.integration
def test_all_audits_of_graphql_over_http_pass(simpul_process: StartSimpul, node: str) -> None:
    url = f"{simpul_process('demo').url}/graphql"
    completed = subprocess.run([node, AUDITS, url], capture_output=True, check=True, timeout=60)
    audits = json.loads(completed.stdout)
    assert [audit for audit in audits if audit["status"] != "ok"] == []
    assert len(audits) == 61


@pytest.mark.parametrize("accept", BOTH)
def test_answers_in_the_media_type_that_is_accepted(toy_port: int, accept: str) -> None:
    status, headers, body = post_operation(toy_port, "{ hello }", accept)
    assert (status, body) == (200, {"data": {"hello": 1}})
    assert headers["content-type"] == f"{accept}; charset=utf-8"
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("application/graphql-response+json, application/json", BOTH[0]),
        ("application/graphql-response+json; q=0.5, application/json", BOTH[1]),
        ("application/graphql-response+json;q=0, */*", BOTH[1]),
        ("text/html, application/*;q=0.1", BOTH[1]),
    ],
)
def test_the_client_weighs_the_media_types(toy_port: int, accept: str, media_type: str) -> None:
    _, headers, _ = post_operation(toy_port, "{ hello }", accept)
    assert headers["content-type"] == f"{media_type}; charset=utf-8"


REQUEST_ERRORS = [
    ("{ hello", {}, "Syntax Error: Expected Name, found <EOF>."),
    ("{ nothing }", {}, "Cannot query field 'nothing' on type 'Query'."),
    (
        "query ($n: Int!) { half(number: $n) }",
        {"variables": {"n": "two"}},
        "Variable '$n' has invalid value: Int cannot represent non-integer value: 'two'",
    ),
]


@pytest.mark.parametrize(("document", "members", "message"), REQUEST_ERRORS)
@pytest.mark.parametrize(("accept", "expected"), [(BOTH[0], 400), (BOTH[1], 200)])
def test_what_is_not_executed_has_no_data(
    toy_port: int, accept: str, expected: int, document: str, members: dict[str, Any], message: str
) -> None:
    status, _, body = post_operation(toy_port, document, accept, **members)
    assert status == expected
    assert list(body) == ["errors"]
    assert [error["message"] for error in body["errors"]] == [message]


def test_one_of_several_operations_is_chosen_by_name(toy_port: int) -> None:
    document = 'query A { hello } query B { echo(text: "b") }'
    assert post_operation(toy_port, document, operationName="B")[2] == {"data": {"echo": "b"}}


@pytest.mark.parametrize("accept", BOTH)
@pytest.mark.parametrize(
    ("document", "members", "code", "message"),
    [
        (
            "query A { hello } query B { hello }",
            {},
            "OPERATION_NAME_REQUIRED",
            "expected an operationName for a document of 2 operations, got none",
        ),
        (
            "query A { hello }",
            {"operationName": "B"},
            "OPERATION_NOT_FOUND",
            "expected an operation called 'B' in the document, got none",
        ),
        (
            "fragment F on Query { hello }",
            {},
            "OPERATION_NOT_FOUND",
            "expected an operation in the document, got none",
        ),
        (
            "subscription { count(to: 2) }",
            {},
            "SUBSCRIPTION_NEEDS_A_SOCKET",
            (
                "expected a query or a mutation over HTTP, got a subscription:"
                " accept text/event-stream, or multipart/mixed;subscriptionSpec=1.0,"
                " or open a WebSocket with the protocol graphql-transport-ws"
            ),
        ),
    ],
)
def test_a_request_without_an_operation_to_run_is_refused(
    toy_port: int, accept: str, document: str, members: dict[str, Any], code: str, message: str
) -> None:
    status, _, body = post_operation(toy_port, document, accept, **members)
    assert status == 400
    assert body["errors"] == [{"message": message, "extensions": {"code": code}}]
    assert "data" not in body


def test_a_query_is_accepted_by_get_and_a_mutation_is_not(toy_port: int) -> None:
    status, _, content = fetch(toy_port, "/graphql?query=%7Bhello%7D", "application/json")
    assert (status, json.loads(content)) == (200, {"data": {"hello": 1}})
    status, headers, content = fetch(
        toy_port, "/graphql?query=mutation%7Bincrement%7D", "application/json"
    )
    assert (status, headers["allow"]) == (405, "GET, POST")
    assert json.loads(content)["errors"][0]["extensions"] == {"code": "METHOD_NOT_ALLOWED"}


def test_variables_come_in_the_query_string_as_json(toy_port: int) -> None:
    path = "/graphql?query=query(%24n:Int!)%7Bhalf(number:%24n)%7D&variables=%7B%22n%22:3%7D"
    status, _, content = fetch(toy_port, path + "&operationName=", "*/*")
    assert (status, json.loads(content)) == (200, {"data": {"half": 1.5}})


def test_a_browser_gets_the_explorer(toy_port: int) -> None:
    status, headers, content = fetch(toy_port, "/graphql", "text/html,*/*;q=0.8")
    assert (status, content) == (200, b"<title>Explorer</title>")
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["content-security-policy"].startswith("default-src 'self'")


def test_a_bug_is_masked_and_an_expected_error_is_returned(toy_port: int) -> None:
    status, _, body = post_operation(toy_port, "{ bug closed hello }", BOTH[0])
    bug, closed = body["errors"]
    assert status == 200
    assert body["data"] == {"bug": None, "closed": None, "hello": 1}
    assert (bug["message"], bug["path"]) == ("internal error", ["bug"])
    assert bug["extensions"]["code"] == "INTERNAL"
    assert len(bug["extensions"]["correlationId"]) == 32
    assert (closed["message"], closed["extensions"]) == ("closed on Sundays", {"code": "CLOSED"})


def test_data_that_is_lost_to_a_bug_is_null_and_not_absent(toy_port: int) -> None:
    status, _, body = post_operation(toy_port, "{ bugInWhatMustBeThere }", BOTH[0])
    assert (status, body["data"]) == (200, None)
    assert [error["message"] for error in body["errors"]] == ["internal error"]


def test_a_trace_reveals_no_more_of_a_bug_than_the_response(toy_port: int) -> None:
    _, _, body = post_operation(toy_port, "{ bug closed welcome: hello }", trace="ftv1")
    bug, closed = body["errors"]
    trace = b64decode(body["extensions"]["ftv1"])
    for detail in (bug["extensions"]["correlationId"], closed["message"], "welcome", "hello"):
        assert detail.encode() in trace
    assert b"hunter2" not in trace


@pytest.mark.parametrize("trace", [None, "ftv2"])
def test_a_request_for_no_trace_gets_none(toy_port: int, trace: str | None) -> None:
    assert post_operation(toy_port, "{ hello }", trace=trace)[2] == {"data": {"hello": 1}}


@pytest.mark.parametrize("document", ["{ hello", "{ nothing }"])
def test_what_is_not_executed_has_no_trace(toy_port: int, document: str) -> None:
    assert list(post_operation(toy_port, document, trace="ftv1")[2]) == ["errors"]


def test_each_operation_has_a_context_of_its_own(toy_port: int) -> None:
    assert post_operation(toy_port, "{ hello again: hello }")[2] == {
        "data": {"hello": 1, "again": 2}
    }
    assert post_operation(toy_port, "{ hello again: hello }")[2] == {
        "data": {"hello": 1, "again": 2}
    }


def test_the_viewer_comes_from_the_token(toy_port: int, toy_token: IssueToken) -> None:
    region = toy_token(Role.REGION, regions=("32.11",))
    assert post_operation(toy_port, "{ whoami }")[2] == {"data": {"whoami": "anonymous PUBLIC []"}}
    assert post_operation(toy_port, "{ whoami }", token=region)[2] == {
        "data": {"whoami": "ani-region-32.11 REGION ['32.11']"}
    }


def test_a_bad_token_is_never_public(toy_port: int, toy_token: IssueToken) -> None:
    expired = toy_token(lifetime=timedelta(minutes=-1))
    for bad in (expired, "x.y.z"):
        status, headers, body = post_operation(toy_port, "{ hello }", token=bad)
        assert status == 401
        assert headers["www-authenticate"] == 'Bearer realm="simpul", error="invalid_token"'
        assert body["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
        assert "data" not in body


def test_of_too_many_idle_connections_the_oldest_is_closed(toy_port: int) -> None:
    connections = [HTTPConnection("127.0.0.1", toy_port, timeout=10) for _ in range(21)]

    def get_status(connection: HTTPConnection) -> int:
        connection.request("GET", "/graphql?query={hello}")
        with connection.getresponse() as response:
            response.read()
        return response.status

    assert [get_status(connection) for connection in connections] == [200] * 21
    assert connections[0].sock.recv(1) == b""
    assert [get_status(connection) for connection in connections[1:]] == [200] * 20
    for connection in connections:
        connection.close()


def test_a_client_that_reads_no_response_loses_its_connection(toy_port: int) -> None:
    document = "query ($text: String!) { " + " ".join(f"a{n}: echo(text: $text)" for n in range(20))
    body = json.dumps({"query": document + " }", "variables": {"text": "a" * 900_000}})
    head = "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n"
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(10)
        client.connect(("127.0.0.1", toy_port))
        client.sendall(f"{head}content-length: {len(body)}\r\n\r\n{body}".encode())
        watch = select.poll()
        watch.register(client, select.POLLRDHUP)
        assert watch.poll(10_000) != []


UNFINISHED_BODY = (
    b"POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n"
    b"content-length: 90\r\n\r\n{"
)


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"GET /graphql HTTP/1.1\r\nhost: a\r\nx: " + b"a" * 40_000, b"HTTP/1.1 431"),
        (b"GET /graphql HTTP/1.1\r\nhost: a\r\nx: drip", b"HTTP/1.1 408"),
        (b"", b"HTTP/1.1 408"),
        (
            UNFINISHED_BODY,
            b"HTTP/1.1 408",
        ),
    ],
    ids=["huge head", "unfinished head", "silence", "unfinished body"],
)
def test_a_slow_or_huge_request_loses_its_connection(
    toy_port: int, content: bytes, status: bytes
) -> None:
    with socket.create_connection(("127.0.0.1", toy_port), timeout=10) as client:
        client.sendall(content)
        answer = b""
        while part := client.recv(65_536):
            answer += part
    assert answer.startswith(status)
    assert b"connection: close" in answer
