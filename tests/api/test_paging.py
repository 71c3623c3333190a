"""Pages contain each item once, for each size and database; invalid arguments are refused."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest

from engine.model import (
    Application,
    AssessmentKind,
    AssessmentState,
    EventKind,
    Opd,
    Region,
    RegionKind,
    Viewer,
)
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
ASSESSMENTS = """
query ($first: Int!, $after: Cursor, $kind: AssessmentKind) {
  region(code: "32.11") {
    page: assessments(first: $first, after: $after, kind: $kind) {
      totalCount nodes { id year } edges { cursor node { id } }
      pageInfo { hasNextPage hasPreviousPage endCursor }
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
        await _register_application(hub, f"32.73:application-{number}", name)


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
    await _register_application(hub, "32.73:application-new", "aaa")
    next_page = await _page(hub, APPLICATIONS, 3, page["pageInfo"]["endCursor"])
    assert [node["name"] for node in next_page["nodes"]] == ["beta", "Delta", "e-Budgeting"]
    assert next_page["totalCount"] == 11


async def test_assessments_are_paged_newest_year_first_as_far_as_the_viewer_sees_them(
    any_hub: Hub,
) -> None:
    for year, kind in ((2026, "SELF"), (2027, "SELF"), (2027, "INTERIM"), (2028, "TARGET")):
        assessment = two_provinces.assessment(
            f"{two_provinces.log_of('32.11', AssessmentKind[kind])}:assessment-{year}-{kind.lower()}",
            kind=AssessmentKind[kind],
            year=year,
        )
        await two_provinces.write_assessment(any_hub, assessment)
    published = two_provinces.assessment(
        "32:assessment-published",
        kind=AssessmentKind.EXTERNAL,
        state=AssessmentState.PUBLISHED,
        year=2027,
    )
    await two_provinces.write_assessment(any_hub, published)

    async def pages(viewer: Viewer, first: int, **filters: object) -> list[list[str]]:
        keys: list[list[str]] = []
        after = None
        while True:
            variables = {"first": first, "after": after, **filters}
            page = (await any_hub.query_data(ASSESSMENTS, viewer, **variables))["region"]["page"]
            assert page["totalCount"] == page_total[viewer, bool(filters)]
            assert page["pageInfo"]["hasPreviousPage"] == bool(keys)
            keys.append([node["id"].partition(":assessment-")[2] for node in page["nodes"]])
            if not page["pageInfo"]["hasNextPage"]:
                return keys
            after = page["pageInfo"]["endCursor"]

    page_total = {
        (two_provinces.REGION, False): 5,
        (two_provinces.REGION, True): 2,
        (two_provinces.PUBLIC, False): 1,
    }
    newest_first = ["2028-target", "2027-self", "2027-interim", "published", "2026-self"]
    assert await pages(two_provinces.REGION, 200) == [newest_first]
    assert await pages(two_provinces.REGION, 2) == [
        newest_first[:2],
        newest_first[2:4],
        newest_first[4:],
    ]
    assert await pages(two_provinces.REGION, 1, kind="SELF") == [["2027-self"], ["2026-self"]]
    assert await pages(two_provinces.PUBLIC, 1) == [["published"]]


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
@pytest.mark.parametrize("query", [APPLICATIONS, REGIONS_BY_NAME, OPDS, ASSESSMENTS])
async def test_a_page_has_1_to_200_items(hub: Hub, query: str, first: int) -> None:
    assert await hub.refusal(query, first=first) == "INVALID_ARGUMENT"


@pytest.mark.parametrize("first", [0, 501])
async def test_a_page_of_events_has_1_to_500(hub: Hub, first: int) -> None:
    query = "query ($first: Int!) { events(first: $first) { nodes { cursor } } }"
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


@pytest.mark.parametrize(
    "key", [b"a year\0id", b"99999999999999999999\0id", b"-2027\0id", "٢٠٢٧\0id".encode()]
)
async def test_a_cursor_of_assessments_without_a_year_is_refused(any_hub: Hub, key: bytes) -> None:
    variables = {"first": 1, "after": _encode_key(key)}
    assert await any_hub.refusal(ASSESSMENTS, **variables) == "INVALID_ARGUMENT"


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
        await _register_application(any_hub, f"32.73:application-{id}", name)
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


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("3211", ["32.11"]),
        ("32.11", ["32.11"]),
        ("KAB. SUMEDANG", ["32.11"]),
        ("Pemkot Bandung", ["32.73"]),
        ("Prov. Jawa Barat", ["32"]),
        ("99", []),
    ],
)
async def test_regions_are_found_by_codes_and_names_as_people_write_them(
    hub: Hub, text: str, codes: list[str]
) -> None:
    query = "query ($text: String!) { regions(filter: { search: $text }) { nodes { code } } }"
    regions = (await hub.query_data(query, text=text))["regions"]
    assert [node["code"] for node in regions["nodes"]] == codes


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
