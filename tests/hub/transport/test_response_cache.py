"""Answers that are kept while nothing arrives."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable

import pytest
from graphql import GraphQLObjectType, get_named_type
from starlette.responses import Response

from hub.transport import response_cache
from hub.transport.json_request import GraphQLRequest
from hub.transport.response_cache import MOMENTARY_ARGUMENT, MOMENTARY_TYPES, KeptAnswers
from schema.schema import schema
from tests.clients.documents.test_web_documents import DOCUMENTS


class Hub:
    """Counts what is executed; `arrived` is how far its arrival order goes."""

    def __init__(self) -> None:
        self.arrived = 0
        self.executed = 0
        self.keep = True
        self.gate = asyncio.Event()
        self.gate.set()
        self.answers = KeptAnswers(self.position)

    async def position(self) -> Hashable:
        return self.arrived

    async def work(self) -> tuple[Response, bool]:
        self.executed += 1
        number = self.executed
        await self.gate.wait()
        return Response(str(number)), self.keep

    async def ask(self, alike: Hashable = "alike") -> str:
        return bytes((await self.answers.of(alike, self.work)).body).decode()


def asked(query: str, **variables: object) -> GraphQLRequest:
    return GraphQLRequest(query, variables, None, None)


async def test_one_answer_serves_all_who_ask_alike_until_something_arrives() -> None:
    hub = Hub()
    assert [await hub.ask() for _ in range(3)] == ["1", "1", "1"]
    assert await hub.ask("another") == "2"
    hub.arrived += 1
    assert await hub.ask() == "3"


async def test_an_answer_is_kept_for_a_moment_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(response_cache, "KEPT_SECONDS", 0.05)
    hub = Hub()
    assert await hub.ask() == "1"
    await asyncio.sleep(0.1)
    assert [await hub.ask() for _ in range(2)] == ["2", "2"]


async def test_what_failed_is_not_kept() -> None:
    hub = Hub()
    hub.keep = False
    assert [await hub.ask() for _ in range(2)] == ["1", "2"]


async def test_without_a_position_each_is_executed() -> None:
    hub = Hub()

    async def gone() -> Hashable:
        raise OSError

    hub.answers.position = gone
    assert [await hub.ask() for _ in range(2)] == ["1", "2"]


async def test_who_comes_meanwhile_waits_for_the_first_also_when_that_one_leaves() -> None:
    hub = Hub()
    hub.gate.clear()
    asking = [asyncio.create_task(hub.ask()) for _ in range(3)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    asking[0].cancel()
    hub.gate.set()
    assert await asyncio.gather(*asking[1:]) == ["1", "1"]
    assert hub.executed == 1


async def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(response_cache, "KEPT_BYTES", 8)
    hub = Hub()
    for number in range(10):
        await hub.ask(number)
    assert await hub.ask(9) == "10"
    assert await hub.ask(0) == "11"


@pytest.mark.parametrize(
    "query",
    [
        "mutation { retireApplication(input: {id: 1, version: 1}) { __typename } }",
        "subscription { events { cursor } }",
        "{ fresh(maxAge: 1) { __typename } }",
        '{ region(code: "32", maxAge: 0) { name } }',
        "{ sources { state } }",
        "{ broken",
        "query A { a } query B { b }",
    ],
)
def test_what_is_of_the_moment_is_nobody_elses(query: str) -> None:
    assert Hub().answers.alike(asked(query)) is None


def test_all_documents_of_the_pages_are_kept_but_those_that_ask_for_the_moment() -> None:
    answers = Hub().answers
    queries = {name: text for name, text in DOCUMENTS.items() if text.strip().startswith("query")}
    momentary = {name for name, text in queries.items() if answers.alike(asked(text)) is None}
    assert (len(queries), momentary) == (30, {"SOURCES", "SOURCE"})


def test_every_field_that_says_how_things_are_now_is_momentary() -> None:
    answers = Hub().answers
    fields = {
        (owner.name, name)
        for owner in schema._schema.type_map.values()
        if isinstance(owner, GraphQLObjectType)
        for name, field in owner.fields.items()
        if get_named_type(field.type).name in MOMENTARY_TYPES or MOMENTARY_ARGUMENT in field.args
    }
    assert fields == {
        ("Fresh", "region"),
        ("Query", "fresh"),
        ("Query", "region"),
        ("Query", "sources"),
        ("Region", "source"),
    }
    assert answers.alike(asked('{ region(code: "32") { provenance { source } } }')) is not None
    assert answers.alike(asked('{ region(code: "32") { source { state } } }')) is None


def test_alike_are_document_operation_and_variables() -> None:
    answers = Hub().answers
    query = "query ($a: ID, $b: ID) { region(code: $a) { name } }"
    one = answers.alike(asked(query, a="1", b="2"))
    assert one is not None
    assert one == answers.alike(asked(query, b="2", a="1"))
    assert one != answers.alike(asked(query, a="1", b="3"))
    assert answers.alike(asked(query, a=2**70)) is None
