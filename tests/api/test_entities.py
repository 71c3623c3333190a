"""Federation: `_entities` resolves each key on its own, as gateways request it."""

from __future__ import annotations

from typing import Any

import pytest

from engine.model import Viewer
from resolvers.operation_budget import READS_MOST, REFERENCES_MOST
from schema.schema import schema
from tests.api import two_provinces
from tests.api.hub import Hub

ENTITIES = """
query ($representations: [_Any!]!) {
  _entities(representations: $representations) {
    __typename
    ... on Region { code name }
    ... on Opd { acronym }
    ... on Application { name opd { id } }
    ... on Assessment { state }
    ... on CommonApplication { name }
  }
}
"""
SUMEDANG = {"__typename": "Region", "code": "32.11"}
HEALTH = {"__typename": "Application", "id": "32.11:application-health"}
FOUND_SUMEDANG = {"__typename": "Region", "code": "32.11", "name": "Kabupaten Sumedang"}
EXPECTED = (
    "argument representations: expected Region by code, "
    "or Application, Assessment, CommonApplication or Opd by id"
)


async def test_entities_come_in_the_order_of_their_references(hub: Hub) -> None:
    await two_provinces.write_assessment(hub, two_provinces.assessment())
    references = [
        HEALTH,
        SUMEDANG,
        {"__typename": "Opd", "id": "32.11:opd-dinkes"},
        {"__typename": "CommonApplication", "id": "srikandi"},
        {"__typename": "Assessment", "id": two_provinces.DRAFT},
        SUMEDANG | {"name": "a field besides the key is ignored"},
    ]
    assert (await hub.query_data(ENTITIES, two_provinces.REGION, representations=references))[
        "_entities"
    ] == [
        {"__typename": "Application", "name": "Wakepo", "opd": {"id": "32.11:opd-dinkes"}},
        FOUND_SUMEDANG,
        {"__typename": "Opd", "acronym": "Dinkes"},
        {"__typename": "CommonApplication", "name": "SRIKANDI"},
        {"__typename": "Assessment", "state": "DRAFT"},
        FOUND_SUMEDANG,
    ]


@pytest.mark.parametrize(
    ("reference", "code", "message"),
    [
        (
            {"__typename": "Region", "code": "99.99"},
            "NOT_FOUND",
            "there is no Region '99.99', or none that this viewer may see",
        ),
        (
            {"__typename": "CommonApplication", "id": "minesweeper"},
            "NOT_FOUND",
            "there is no CommonApplication 'minesweeper', or none that this viewer may see",
        ),
        (
            {"__typename": "Application", "id": "32.11:opd-dinkes"},
            "NOT_FOUND",
            "there is no Application '32.11:opd-dinkes', or none that this viewer may see",
        ),
        (
            {"__typename": "Opd", "id": "x" * 1000},
            "NOT_FOUND",
            f"there is no Opd '{'x' * 100}', or none that this viewer may see",
        ),
        (
            {"__typename": "Planet", "id": "mars"},
            "INVALID_ARGUMENT",
            f"{EXPECTED}, got {{'__typename': 'Planet', 'id': 'mars'}}",
        ),
        (
            {"code": "32.11"},
            "INVALID_ARGUMENT",
            f"{EXPECTED}, got {{'code': '32.11'}}",
        ),
        (
            {"__typename": "Region", "id": "32.11:region"},
            "INVALID_ARGUMENT",
            f"{EXPECTED}, got {{'__typename': 'Region', 'id': '32.11:region'}}",
        ),
        (
            {"__typename": "Region", "code": {"nested": [32.11]}},
            "INVALID_ARGUMENT",
            f"{EXPECTED}, got {{'__typename': 'Region', 'code': {{'nested': [32.11]}}}}",
        ),
        (
            "32.11",
            "INVALID_ARGUMENT",
            f"{EXPECTED}, got '32.11'",
        ),
    ],
)
async def test_an_unresolved_reference_is_null_alone(
    hub: Hub, reference: object, code: str, message: str
) -> None:
    result = await hub.result(ENTITIES, representations=[SUMEDANG, reference, SUMEDANG])
    assert result.data == {"_entities": [FOUND_SUMEDANG, None, FOUND_SUMEDANG]}
    [error] = result.errors or ()
    assert (error.message, error.path) == (message, ["_entities", 1])
    assert error.extensions == {"code": code}


async def test_an_entity_with_a_failed_field_is_null_alone(hub: Hub) -> None:
    query = """
    query ($both: [_Any!]!) {
      _entities(representations: $both) {
        ... on Region { name }
        ... on Application { integrations(first: 0) { totalCount } }
      }
    }
    """
    result = await hub.result(query, both=[HEALTH, SUMEDANG])
    assert result.data == {"_entities": [None, {"name": "Kabupaten Sumedang"}]}
    [error] = result.errors or ()
    assert error.path == ["_entities", 0, "integrations"]


async def test_several_fields_read_one_variable(hub: Hub) -> None:
    query = """
    query ($all: [_Any!]!) {
      names: _entities(representations: $all) { ... on Region { name } }
      codes: _entities(representations: $all) { ... on Region { code } }
    }
    """
    references = [dict(SUMEDANG)]
    assert await hub.query_data(query, all=references) == {
        "names": [{"name": "Kabupaten Sumedang"}],
        "codes": [{"code": "32.11"}],
    }
    assert references == [SUMEDANG]


async def test_references_may_be_literals_in_the_document(hub: Hub) -> None:
    query = """
    query ($code: ID!) {
      _entities(representations: [
        { __typename: "Region", code: "32.11" }, { __typename: "Region", code: $code }
      ]) { ... on Region { code } }
    }
    """
    data = await hub.query_data(query, code="32.73")
    assert data == {"_entities": [{"code": "32.11"}, {"code": "32.73"}]}


@pytest.mark.parametrize(
    ("viewer", "sees"),
    two_provinces.SEES_DRAFT.items(),
    ids=lambda value: value.subject if isinstance(value, Viewer) else None,
)
async def test_a_hidden_draft_is_indistinguishable_from_a_missing_one(
    hub: Hub, viewer: Viewer, sees: bool
) -> None:
    await two_provinces.write_assessment(hub, two_provinces.assessment())
    missing = "32.11:assessment-99"
    references: list[Any] = [
        {"__typename": "Assessment", "id": id} for id in (two_provinces.DRAFT, missing)
    ]
    result = await hub.result(ENTITIES, viewer, representations=references)
    draft = {"__typename": "Assessment", "state": "DRAFT"} if sees else None
    assert result.data == {"_entities": [draft, None]}
    messages = [
        error.message.replace(two_provinces.DRAFT, missing) for error in result.errors or ()
    ]
    assert messages == [f"there is no Assessment {missing!r}, or none that this viewer may see"] * (
        2 - sees
    )


async def test_reads_of_entities_count_like_reads_of_lists(hub: Hub) -> None:
    query = """
    query ($all: [_Any!]!) {
      _entities(representations: $all) { ... on Region { opds(first: 1) { totalCount } } }
    }
    """
    result = await hub.result(query, all=[SUMEDANG] * (READS_MOST + 10))
    assert result.data is not None
    read = READS_MOST - 1  # the regions themselves are one
    assert result.data["_entities"] == [{"opds": {"totalCount": 2}}] * read + [None] * 11
    errors = [(error.path, error.extensions) for error in result.errors or ()]
    assert errors == [
        (["_entities", index, "opds"], {"code": "TOO_COMPLEX"}) for index in range(read, read + 11)
    ]


@pytest.mark.parametrize("fields", [1, 2])
async def test_more_references_than_one_operation_may_have_are_refused(
    hub: Hub, fields: int
) -> None:
    field = "_entities(representations: $all) { __typename }"
    selections = " ".join(f"a{number}: {field}" for number in range(fields))
    document = f"query ($all: [_Any!]!) {{ {selections} }}"
    most = [SUMEDANG] * (REFERENCES_MOST // fields)
    data = await hub.query_data(document, all=most)
    assert [len(entities) for entities in data.values()] == [len(most)] * fields
    assert await hub.refusal(document, all=[*most, SUMEDANG]) == "TOO_COMPLEX"


async def test_the_service_returns_the_committed_schema(hub: Hub) -> None:
    assert await hub.query_data("{ _service { sdl } }") == {"_service": {"sdl": schema.as_str()}}
