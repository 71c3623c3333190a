"""Pages contain each item once, for each size and database; invalid arguments are refused."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest

from engine.model import Application, EventKind, Opd, Region, RegionKind
from tests.api import two_provinces
from tests.api.hub import Hub

NAMES = ["alpha", "ALPHA", "Beta", "beta", "Delta", "gamma", "Éclair", "éclair", "zeta"]

APPLICATIONS = """
query ($first: Int!, $after: Cursor) {
  page: applications(first: $first, after: $after, filter: { opdId: "32.73:opd-diskominfo" }) {
    totalCount nodes { id name } edges { cursor node { id } } pageInfo { hasNextPage endCursor }
  }
}
"""
REGIONS_BY_NAME = """
query ($first: Int!, $after: Cursor) {
  page: regions(first: $first, after: $after, orderBy: NAME, filter: { provinceCode: "33" }) {
    totalCount nodes { id name } edges { cursor node { id } } pageInfo { hasNextPage endCursor }
  }
}
"""
REGIONS_BY_CODE = REGIONS_BY_NAME.replace("NAME", "CODE")
OPDS = """
query ($first: Int!, $after: Cursor) {
  region(code: "33.74") {
    page: opds(first: $first, after: $after) {
      totalCount nodes { id name } edges { cursor node { id } } pageInfo { hasNextPage endCursor }
    }
  }
}
"""
SEARCH = (
    "query ($text: String!) { page: applications(filter: { search: $text }) { nodes { name } } }"
)


async def _add_named_objects(hub: Hub) -> None:
    """Add a region, an OPD and an application for each of the names."""
    for number, name in enumerate(NAMES, start=1):
        code = f"33.{number:02}"
        region = Region(code, name, RegionKind.REGENCY, "33", two_provinces.SOURCE)
        await hub.record(EventKind.REGION_RECORDED, code, f"{code}:region", region)
        opd = Opd(f"33.74:opd-{number}", "33.74", name, name, two_provinces.SOURCE)
        await hub.record(EventKind.OPD_RECORDED, "33.74", opd.id, opd)
        await _register_application(hub, f"application-{number}", name)


async def _register_application(hub: Hub, id: str, name: str) -> None:
    application: Application = replace(two_provinces.APPLICATIONS[2], id=id, name=name)
    await hub.record(EventKind.APPLICATION_REGISTERED, "32.73", id, application)


async def _page(hub: Hub, query: str, first: int, after: str | None = None) -> dict[str, Any]:
    data = await hub.query_data(query, first=first, after=after)
    page: dict[str, Any] = (data.get("region") or data)["page"]
    return page


async def _all_ids(hub: Hub, query: str, first: int) -> list[str]:
    ids: list[str] = []
    after = None
    while True:
        page = await _page(hub, query, first, after)
        page_ids = [node["id"] for node in page["nodes"]]
        assert [edge["node"]["id"] for edge in page["edges"]] == page_ids
        assert page["pageInfo"]["endCursor"] == page["edges"][-1]["cursor"]
        ids += page_ids
        if not page["pageInfo"]["hasNextPage"]:
            return ids
        assert len(page_ids) == first
        after = page["pageInfo"]["endCursor"]


async def test_pages_of_any_size_return_every_item_once(any_hub: Hub) -> None:
    await _add_named_objects(any_hub)
    for query in (APPLICATIONS, REGIONS_BY_NAME, REGIONS_BY_CODE, OPDS):
        single_page = await _page(any_hub, query, 200)
        ids = [node["id"] for node in single_page["nodes"]]
        assert (len(set(ids)), single_page["totalCount"]) == (10, 10)
        for first in (1, 3, 10):
            assert await _all_ids(any_hub, query, first) == ids


async def test_applications_are_in_order_of_their_names_whatever_the_case(any_hub: Hub) -> None:
    await _add_named_objects(any_hub)
    names = [node["name"] for node in (await _page(any_hub, APPLICATIONS, 200))["nodes"]]
    assert [name for name in names if name.isascii()] == [
        "alpha",
        "ALPHA",
        "Beta",
        "beta",
        "Delta",
        "e-Budgeting",
        "gamma",
        "zeta",
    ]


async def test_an_item_added_before_a_cursor_changes_no_later_page(
    hub: Hub,
) -> None:
    await _add_named_objects(hub)
    page = await _page(hub, APPLICATIONS, 3)
    assert [node["name"] for node in page["nodes"]] == ["alpha", "ALPHA", "Beta"]
    await _register_application(hub, "32.11:application-new", "aaa")
    next_page = await _page(hub, APPLICATIONS, 3, page["pageInfo"]["endCursor"])
    assert [node["name"] for node in next_page["nodes"]] == ["beta", "Delta", "e-Budgeting"]
    assert next_page["totalCount"] == 11


async def test_an_empty_list_is_a_page_without_an_end_cursor(hub: Hub) -> None:
    query = """
    { applications(filter: { search: "no such" }) {
        totalCount nodes { id } edges { cursor } pageInfo { hasNextPage endCursor }
    } }
    """
    assert (await hub.query_data(query))["applications"] == {
        "totalCount": 0,
        "nodes": [],
        "edges": [],
        "pageInfo": {"hasNextPage": False, "endCursor": None},
    }


@pytest.mark.parametrize("first", [-1, 0, 201])
@pytest.mark.parametrize("query", [APPLICATIONS, REGIONS_BY_NAME, OPDS])
async def test_a_page_has_1_to_200_items(hub: Hub, query: str, first: int) -> None:
    assert await hub.refusal(query, first=first) == "INVALID_ARGUMENT"


@pytest.mark.parametrize("first", [0, 501])
async def test_a_page_of_events_has_1_to_500(hub: Hub, first: int) -> None:
    query = "query ($first: Int!) { events(first: $first) { cursor } }"
    assert await hub.refusal(query, first=first) == "INVALID_ARGUMENT"


def _encode_key(key: bytes) -> str:
    return base64.urlsafe_b64encode(key).decode()


NO_CURSORS = [
    "",
    "not a cursor",
    "é",
    "====",
    _encode_key(b"\xff"),
    _encode_key(b"one part"),
    _encode_key(b"one\0two\0three"),
    _encode_key(b"[" * 10_000),
]


async def test_an_invalid_cursor_is_refused(any_hub: Hub) -> None:
    requests = [{"first": 5, "after": after} for after in NO_CURSORS]
    codes = [await any_hub.refusal(APPLICATIONS, **variables) for variables in requests]
    assert codes == ["INVALID_ARGUMENT"] * len(NO_CURSORS)


async def test_a_cursor_of_one_order_is_refused_in_another(any_hub: Hub) -> None:
    await _add_named_objects(any_hub)
    by_code = (await _page(any_hub, REGIONS_BY_CODE, 1))["pageInfo"]["endCursor"]
    variables = {"first": 1, "after": by_code}
    assert await any_hub.refusal(REGIONS_BY_NAME, **variables) == "INVALID_ARGUMENT"


SEARCHES = {
    "": ["100% Jabar", "a_b", "axb", "e-Budgeting", "E-Office", "Satu Data", "Wakepo"],
    "E-": ["e-Budgeting", "E-Office"],
    "OFFICE": ["E-Office"],
    "satu data": ["Satu Data"],
    "%": ["100% Jabar"],
    "_": ["a_b"],
    "/": [],
    "\\": [],
    "'": [],
}


async def test_a_search_is_for_the_text_itself_in_any_case(any_hub: Hub) -> None:
    for id, name in (("percent", "100% Jabar"), ("line", "a_b"), ("letter", "axb")):
        await _register_application(any_hub, f"application-{id}", name)
    nodes_by_text = {
        text: (await any_hub.query_data(SEARCH, text=text))["page"]["nodes"] for text in SEARCHES
    }
    assert {
        text: sorted((node["name"] for node in nodes), key=str.casefold)
        for text, nodes in nodes_by_text.items()
    } == SEARCHES


async def test_regions_are_searched_in_any_case_too(any_hub: Hub) -> None:
    query = """
    query ($text: String!, $kinds: [RegionKind!]) {
      regions(filter: { search: $text, kinds: $kinds }) { totalCount nodes { code } }
    }
    """
    provinces = (await any_hub.query_data(query, text="JAWA"))["regions"]
    assert [node["code"] for node in provinces["nodes"]] == ["32", "33"]
    assert (await any_hub.query_data(query, text="%"))["regions"]["totalCount"] == 0
    cities = (await any_hub.query_data(query, text="kota", kinds=["CITY"]))["regions"]
    assert [node["code"] for node in cities["nodes"]] == ["32.73", "33.74"]


async def test_all_filters_of_applications_apply_together(west_java: Hub) -> None:
    query = """
    query ($filter: ApplicationFilter) {
      region(code: "32.11") { applications(filter: $filter) { totalCount } }
    }
    """

    async def count(**filters: object) -> int:
        data = await west_java.query_data(query, filter=filters)
        total: int = data["region"]["applications"]["totalCount"]
        return total

    assert await count() == 20
    assert await count(statuses=["UNKNOWN"]) == 20
    assert await count(statuses=["ACTIVE", "RETIRED"]) == 0
    assert await count(search="desa", statuses=["UNKNOWN"]) == 2
    assert await count(opdId="32.73:opd-diskominfo") == 0
