"""Streams over HTTP follow their protocols, against a real server with a toy schema."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from tests.hub.conftest import IssueToken
from tests.hub.stream_client import EVENT_STREAM, MULTIPART, open_stream

COUNT = "subscription ($to: Int!) { count(to: $to) }"
COMPLETE = b"event: complete\ndata:\n\n"
PART_HEAD = b"\r\ncontent-type: application/json\r\n\r\n"
LARGE = {"to": 1, "more": 10**30}


def send_operation(
    port: int, document: str, accept: str = EVENT_STREAM, **members: Any
) -> tuple[httpx2.Response, bytes]:
    """Return the response and its complete body."""
    method = members.pop("method", "POST")
    headers = {"accept": accept, **members.pop("headers", {})}
    body: dict[str, Any] = {"query": document, **members}
    if method == "GET":
        body = {
            name: value if name == "query" else json.dumps(value) for name, value in body.items()
        }
    payload = {"params": body} if method == "GET" else {"json": body}
    with httpx2.Client(timeout=10, trust_env=False) as http:
        answer = http.request(
            method, f"http://127.0.0.1:{port}/graphql", headers=headers, **payload
        )
    return answer, answer.content


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_subscription_is_sent_in_events_and_is_complete(toy_port: int, method: str) -> None:
    answer, content = send_operation(toy_port, COUNT, variables={"to": 2}, method=method)
    assert content == (
        b":\n\n"
        b'event: next\ndata: {"data":{"count":0}}\n\n'
        b'event: next\ndata: {"data":{"count":1}}\n\n' + COMPLETE
    )
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    # A proxy that compresses the stream would delay its events.
    assert answer.headers["cache-control"] == "no-store, no-transform"
    assert answer.headers["x-accel-buffering"] == "no"
    assert answer.headers["vary"] == "accept, accept-encoding, authorization, cookie"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_subscription_is_sent_in_parts_with_a_boundary_after_each(toy_port: int) -> None:
    answer, content = send_operation(toy_port, COUNT, MULTIPART, variables={"to": 2})
    parts = [b"{}", b'{"payload":{"data":{"count":0}}}', b'{"payload":{"data":{"count":1}}}']
    boundary = b"\r\n--graphql"
    assert content == boundary + b"".join(PART_HEAD + part + boundary for part in parts) + b"--\r\n"
    expected = 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0'
    assert answer.headers["content-type"] == expected


@pytest.mark.parametrize(
    ("document", "members", "message"),
    [
        ("{ hello", {}, "Syntax Error: Expected Name, found <EOF>."),
        ("subscription { nothing }", {}, "Cannot query field 'nothing' on type 'Subscription'."),
        (
            COUNT,
            {"variables": {"to": "two"}},
            "Variable '$to' has invalid value: Int cannot represent non-integer value: 'two'",
        ),
        (
            "subscription A { count(to: 1) } subscription B { count(to: 1) }",
            {},
            "expected an operationName for a document of 2 operations, got none",
        ),
        ("#" * 20_001, {}, "expected a document of at most 20000 bytes, got 20001"),
    ],
)
@pytest.mark.parametrize("accept", [EVENT_STREAM, 'multipart/mixed;subscriptionSpec="1.0"'])
def test_errors_of_a_document_are_sent_in_the_stream(
    toy_port: int, accept: str, document: str, members: dict[str, Any], message: str
) -> None:
    answer, content = send_operation(toy_port, document, accept, **members)
    assert answer.status_code == 200
    if accept == EVENT_STREAM:
        _, frame, complete = content.split(b"\n\n", 2)
        assert complete == COMPLETE
        body = json.loads(frame.removeprefix(b"event: next\ndata: "))
    else:
        part, complete = content.split(PART_HEAD)[2].split(b"\r\n--graphql")
        assert complete == b"--\r\n"
        body = json.loads(part)["payload"]
    assert list(body) == ["errors"]
    assert [error["message"] for error in body["errors"]] == [message]


def test_a_bug_ends_a_stream_and_is_masked(toy_port: int) -> None:
    _, content = send_operation(toy_port, "subscription { bug }")
    _, first, frame, complete = content.split(b"\n\n", 3)
    assert (first, complete) == (b'event: next\ndata: {"data":{"bug":0}}', COMPLETE)
    [error] = json.loads(frame.removeprefix(b"event: next\ndata: "))["errors"]
    assert (error["message"], error["extensions"]["code"]) == ("internal error", "INTERNAL")


def test_a_number_that_no_type_holds_is_no_reason_to_fail(toy_port: int) -> None:
    _, content = send_operation(toy_port, COUNT, variables=LARGE)
    assert content == b':\n\nevent: next\ndata: {"data":{"count":0}}\n\n' + COMPLETE


@pytest.mark.parametrize(
    ("document", "data"),
    [("{ hello }", b'{"hello":1}'), ("mutation { increment }", b'{"increment":2}')],
)
def test_one_result_is_a_stream_of_one(toy_port: int, document: str, data: bytes) -> None:
    answer, content = send_operation(toy_port, document)
    assert content == b':\n\nevent: next\ndata: {"data":%s}\n\n' % data + COMPLETE
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"


@pytest.mark.parametrize("accept", [MULTIPART, "text/event-stream, application/json;q=0.1"])
def test_one_result_is_json_where_that_is_accepted_too(toy_port: int, accept: str) -> None:
    answer, content = send_operation(toy_port, "{ hello }", accept)
    assert content == b'{"data":{"hello":1}}'
    assert answer.headers["content-type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/event-stream;q=0.1, " + MULTIPART, "multipart/mixed"),
        (MULTIPART + ", text/event-stream", "text/event-stream"),
        ("multipart/mixed;deferSpec=20220824, */*", "application/json"),
        ("text/event-stream;q=0, */*", "application/json"),
    ],
)
def test_the_client_weighs_the_forms_of_a_stream(
    toy_port: int, accept: str, media_type: str
) -> None:
    answer, _ = send_operation(toy_port, COUNT, accept, variables={"to": 1})
    assert answer.headers["content-type"].partition(";")[0] == media_type


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        ({"headers": {"authorization": "Bearer x.y.z"}}, 401, "UNAUTHENTICATED"),
        ({"document": "mutation { increment }", "method": "GET"}, 405, "METHOD_NOT_ALLOWED"),
        ({"variables": []}, 400, "BAD_REQUEST"),
        ({"accept": "multipart/mixed;subscriptionSpec=2.0"}, 406, "NOT_ACCEPTABLE"),
    ],
    ids=["bad token", "mutation by GET", "bad request", "another protocol"],
)
def test_an_error_before_the_stream_is_a_plain_response(
    toy_port: int, arguments: dict[str, Any], status: int, code: str
) -> None:
    answer, content = send_operation(toy_port, **{"document": COUNT, **arguments})
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "application/json; charset=utf-8",
    )
    assert json.loads(content)["errors"][0]["extensions"] == {"code": code}


async def test_a_silent_stream_outlives_the_deadline_of_a_request(
    toy_port: int,
) -> None:
    url = f"http://127.0.0.1:{toy_port}"
    async with open_stream(url, "subscription { silence }") as frames:
        # One comment is sent at the beginning and each half second; a head has a second to arrive.
        assert [await frames.next() for _ in range(5)] == [b":\n\n"] * 5


async def test_the_silence_after_an_event_is_as_long_as_any_other(toy_port: int) -> None:
    url = f"http://127.0.0.1:{toy_port}"

    async def measure_silence() -> float:
        async with open_stream(url, "subscription { lateEvent }") as frames:
            assert await frames.next() == b":\n\n"
            assert await frames.next() == b'event: next\ndata: {"data":{"lateEvent":0}}\n\n'
            event_at = time.monotonic()
            assert await frames.next() == b":\n\n"
            return time.monotonic() - event_at

    # The keepalive is half a second; a check at fixed times would come after 0.9 s. A busy machine
    # may lengthen some of the silences.
    assert 0.4 < min([await measure_silence() for _ in range(2)]) < 0.75


async def test_a_token_that_expires_cuts_its_stream(toy_port: int, toy_token: IssueToken) -> None:
    soon = toy_token(lifetime=timedelta(seconds=2))
    headers = {"authorization": f"Bearer {soon}"}
    url = f"http://127.0.0.1:{toy_port}"
    async with open_stream(url, "subscription { silence }", headers=headers) as frames:
        with pytest.raises(httpx2.RemoteProtocolError, match="incomplete chunked read"):
            await frames.next_fields()
