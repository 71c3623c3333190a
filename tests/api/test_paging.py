"""Pages contain each item once, for each size and database; invalid arguments are refused."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest

from engine.model import Application, EventKind, Opd, Region, RegionKind
from tests.api import places
from tests.api.hub import Hub

NAMES = ["alpha", "ALPHA", "Beta", "beta", "Delta", "gamma", "Éclair", "éclair", "zeta"]

APPLICATIONS = """
query ($first: Int!, $after: String) {
  page: applications(first: $first, after: $after, filter: { opd: "opd-32.73.diskominfo" }) {
    totalCount nodes { id name } edges { cursor node { id } } pageInfo { hasNextPage endCursor }
  }
}
"""
REGIONS_BY_NAME = """
query ($first: Int!, $after: String) {
  page: regions(first: $first, after: $after, orderBy: NAME, filter: { province: "33" }) {
    totalCount nodes { id name } edges { cursor node { id } } pageInfo { hasNextPage endCursor }
  }
}
"""
REGIONS_BY_CODE = REGIONS_BY_NAME.replace("NAME", "CODE")
OPDS = """
query ($first: Int!, $after: String) {
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


async def _fill(hub: Hub) -> None:
    """Add a region, an OPD and an application for each of the names."""
    for number, name in enumerate(NAMES, start=1):
        code = f"33.{number:02}"
        region = Region(code, name, RegionKind.REGENCY, "33", places.SOURCE)
        await hub.record(EventKind.REGION_RECORDED, code, f"region-{code}", region)
        opd = Opd(f"opd-33.74.{number}", "33.74", name, name, places.SOURCE)
        await hub.record(EventKind.OPD_RECORDED, "33.74", opd.id, opd)
        await _install(hub, f"application-{number}", name)


async def _install(hub: Hub, id: str, name: str) -> None:
    application: Application = replace(places.APPLICATIONS[2], id=id, name=name)
    await hub.record(EventKind.APPLICATION_REGISTERED, "32.73", id, application)


async def _page(hub: Hub, query: str, first: int, after: str | None = None) -> dict[str, Any]:
    found = await hub.ask(query, first=first, after=after)
    page: dict[str, Any] = (found.get("region") or found)["page"]
    return page


async def _walk(hub: Hub, query: str, first: int) -> list[str]:
    ids: list[str] = []
    after = None
    while True:
        page = await _page(hub, query, first, after)
        found = [node["id"] for node in page["nodes"]]
        assert [edge["node"]["id"] for edge in page["edges"]] == found
        assert page["pageInfo"]["endCursor"] == page["edges"][-1]["cursor"]
        ids += found
        if not page["pageInfo"]["hasNextPage"]:
            return ids
        assert len(found) == first
        after = page["pageInfo"]["endCursor"]


async def test_every_list_is_walked_whole_whatever_the_size_of_its_pages(any_hub: Hub) -> None:
    await _fill(any_hub)
    for query in (APPLICATIONS, REGIONS_BY_NAME, REGIONS_BY_CODE, OPDS):
        whole = await _page(any_hub, query, 200)
        ids = [node["id"] for node in whole["nodes"]]
        assert (len(set(ids)), whole["totalCount"]) == (10, 10)
        for first in (1, 3, 10):
            assert await _walk(any_hub, query, first) == ids


async def test_applications_are_in_order_of_their_names_whatever_the_case(any_hub: Hub) -> None:
    await _fill(any_hub)
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


async def test_what_is_added_behind_a_cursor_neither_repeats_nor_hides_what_follows(
    hub: Hub,
) -> None:
    await _fill(hub)
    page = await _page(hub, APPLICATIONS, 3)
    assert [node["name"] for node in page["nodes"]] == ["alpha", "ALPHA", "Beta"]
    await _install(hub, "application-new", "aaa")
    following = await _page(hub, APPLICATIONS, 3, page["pageInfo"]["endCursor"])
    assert [node["name"] for node in following["nodes"]] == ["beta", "Delta", "e-Budgeting"]
    assert following["totalCount"] == 11


async def test_an_empty_list_is_a_page_without_an_end(hub: Hub) -> None:
    asked = """
    { applications(filter: { search: "no such" }) {
        totalCount nodes { id } edges { cursor } pageInfo { hasNextPage endCursor }
    } }
    """
    assert (await hub.ask(asked))["applications"] == {
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
    asked = "query ($first: Int!) { events(first: $first) { cursor } }"
    assert await hub.refusal(asked, first=first) == "INVALID_ARGUMENT"


def _encoded(key: bytes) -> str:
    return base64.urlsafe_b64encode(key).decode()


NO_CURSORS = [
    "",
    "not a cursor",
    "é",
    "====",
    _encoded(b"\xff"),
    _encoded(b"one part"),
    _encoded(b"one\0two\0three"),
    _encoded(b"[" * 10_000),
]


async def test_what_is_no_cursor_of_this_list_is_refused(any_hub: Hub) -> None:
    asked = [{"first": 5, "after": after} for after in NO_CURSORS]
    codes = [await any_hub.refusal(APPLICATIONS, **each) for each in asked]
    assert codes == ["INVALID_ARGUMENT"] * len(NO_CURSORS)


async def test_a_cursor_of_one_order_is_refused_in_another(any_hub: Hub) -> None:
    await _fill(any_hub)
    by_code = (await _page(any_hub, REGIONS_BY_CODE, 1))["pageInfo"]["endCursor"]
    asked = {"first": 1, "after": by_code}
    assert await any_hub.refusal(REGIONS_BY_NAME, **asked) == "INVALID_ARGUMENT"


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
        await _install(any_hub, f"application-{id}", name)
    found = {text: (await any_hub.ask(SEARCH, text=text))["page"]["nodes"] for text in SEARCHES}
    assert {
        text: sorted((node["name"] for node in nodes), key=str.casefold)
        for text, nodes in found.items()
    } == SEARCHES


async def test_regions_are_searched_in_any_case_too(any_hub: Hub) -> None:
    asked = """
    query ($text: String!, $kinds: [RegionKind!]) {
      regions(filter: { search: $text, kinds: $kinds }) { totalCount nodes { code } }
    }
    """
    found = (await any_hub.ask(asked, text="JAWA"))["regions"]
    assert [node["code"] for node in found["nodes"]] == ["32", "33"]
    assert (await any_hub.ask(asked, text="%"))["regions"]["totalCount"] == 0
    cities = (await any_hub.ask(asked, text="kota", kinds=["CITY"]))["regions"]
    assert [node["code"] for node in cities["nodes"]] == ["32.73", "33.74"]


async def test_filters_of_applications_hold_all_together(west_java: Hub) -> None:
    asked = """
    query ($filter: ApplicationFilter) {
      region(code: "32.11") { applications(filter: $filter) { totalCount } }
    }
    """

    async def count(**given: object) -> int:
        found = await west_java.ask(asked, filter=given)
        total: int = found["region"]["applications"]["totalCount"]
        return total

    assert await count() == 20
    assert await count(statuses=["UNKNOWN"]) == 20
    assert await count(statuses=["ACTIVE", "RETIRED"]) == 0
    assert await count(search="desa", statuses=["UNKNOWN"]) == 2
    assert await count(opd="opd-32.73.diskominfo") == 0
