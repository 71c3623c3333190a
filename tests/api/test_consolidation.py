"""Duplicates, function tags and reuse candidates of real inventories."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api import two_provinces
from tests.api.hub import Hub
from tests.api.proposals import OFFICE, read_proposals

DUPLICATES = """
query ($code: ID!) { region(code: $code) { duplicates {
  rule listingCount aloneCount
  groups { totalCount nodes {
    policy nationalSystem { id commonApplication { id } } listingCount
    listings { id application { name } } parts { listingCount }
    links { firstId secondId policy signals { kind value } }
  } }
  review: groups(policy: REVIEW) { totalCount }
  repeatedListings { totalCount nodes { listingCount listings { id } } }
  websites { totalCount nodes { id application { name } } }
  multiSystemListings { totalCount nodes { id } }
} } }
"""
TAGS = """
query ($code: ID!) { region(code: $code) { applications(first: 200) { nodes {
  name functionTag { function { id name indicators } isAbstained matchedTerms isByPerson }
} } } }
"""
REUSE = """
query ($code: ID!, $first: Int!, $after: Cursor) { region(code: $code) {
  reuseCandidates(first: $first, after: $after) { totalCount pageInfo { endCursor } nodes {
    rule function { id } application { id application { name } } owner { code }
    officialLevel isShareable servingRegionCount comparedRegionCount
    inventoryCompleteness { value }
  } }
} }
"""


async def _duplicates(hub: Hub, code: str) -> dict[str, Any]:
    duplicates: dict[str, Any] = (await hub.query_data(DUPLICATES, code=code))["region"][
        "duplicates"
    ]
    return duplicates


async def _tags(hub: Hub, code: str) -> dict[str, dict[str, Any]]:
    applications = (await hub.query_data(TAGS, code=code))["region"]["applications"]["nodes"]
    return {application["name"]: application["functionTag"] for application in applications}


async def test_sumedang_has_two_pairs_of_one_name_to_review(west_java: Hub) -> None:
    duplicates = await _duplicates(west_java, "32.11")
    groups = duplicates.pop("groups")
    assert duplicates == {
        "rule": "duplicates/1",
        "listingCount": 20,
        "aloneCount": 16,
        "review": {"totalCount": 2},
        "repeatedListings": {"totalCount": 0, "nodes": []},
        "websites": {"totalCount": 0, "nodes": []},
        "multiSystemListings": {"totalCount": 0, "nodes": []},
    }
    assert groups["totalCount"] == 2
    assert groups["nodes"][0] == {
        "policy": "REVIEW",
        "nationalSystem": None,
        "listingCount": 2,
        "listings": [
            {"id": "32.11:application-01", "application": {"name": "E-Office Sumedang"}},
            {"id": "32.11:application-02", "application": {"name": "E-Office Desa"}},
        ],
        "parts": [{"listingCount": 1}, {"listingCount": 1}],
        "links": [
            {
                "firstId": "32.11:application-01",
                "secondId": "32.11:application-02",
                "policy": "REVIEW",
                "signals": [{"kind": "SAME_NAME", "value": "eoffice"}],
            }
        ],
    }


async def test_the_page_of_a_hospital_is_classified_as_a_website(west_java: Hub) -> None:
    duplicates = await _duplicates(west_java, "32.04")
    assert duplicates["websites"] == {
        "totalCount": 1,
        "nodes": [{"id": "32.04:application-09", "application": {"name": "RSUD Otista"}}],
    }
    assert (duplicates["listingCount"], duplicates["aloneCount"]) == (10, 9)


async def test_two_listings_of_a_national_system_are_one_system_listed_twice(hub: Hub) -> None:
    ids = []
    for opd in ("32.11:opd-dinkes", "32.11:opd-diskominfo"):
        answer = await hub.change(
            "registerApplication",
            two_provinces.REGION,
            regionCode="32.11",
            opdId=opd,
            name="SRIKANDI",
        )
        ids.append(answer["id"])
    duplicates = await _duplicates(hub, "32.11")
    [group] = duplicates["groups"]["nodes"]
    assert (group["policy"], duplicates["review"]["totalCount"]) == ("AUTO", 0)
    assert group["nationalSystem"] == {
        "id": "national-system:srikandi",
        "commonApplication": {"id": "srikandi"},
    }
    assert [signal for link in group["links"] for signal in link["signals"]] == []
    [repeated] = duplicates["repeatedListings"]["nodes"]
    assert {listing["id"] for listing in repeated["listings"]} == set(ids)


async def test_an_application_is_tagged_by_its_name_or_the_classifier_abstains(hub: Hub) -> None:
    tags = await _tags(hub, "32.11")
    assert tags["E-Office"] == {
        "function": {
            "id": "records",
            "name": "Naskah dinas dan arsip dinamis",
            "indicators": [37],
        },
        "isAbstained": False,
        "matchedTerms": ["name: eoffice", "OPD: komunikasi", "OPD: informatika"],
        "isByPerson": False,
    }
    assert tags["Wakepo"] == {
        "function": None,
        "isAbstained": True,
        "matchedTerms": ["OPD: kesehatan"],
        "isByPerson": False,
    }


async def test_most_applications_of_sumedang_are_tagged(west_java: Hub) -> None:
    tags = await _tags(west_java, "32.11")
    assert sum(tag["isAbstained"] for tag in tags.values()) == 6
    assert len(tags) == 20


async def test_a_retired_application_has_no_tag_and_no_proposal(hub: Hub) -> None:
    await hub.change("retireApplication", two_provinces.REGION, id=OFFICE, version=1)
    assert (await _tags(hub, "32.11"))["E-Office"] is None
    assert await read_proposals(hub) == []


async def test_reuse_candidates_serve_functions_that_sumedang_lacks(west_java: Hub) -> None:
    data = await west_java.query_data(REUSE, code="32.11", first=1)
    assert data["region"]["reuseCandidates"]["nodes"] == [
        {
            "rule": "sharing/1",
            "function": {"id": "cctv"},
            "application": {
                "id": "32.02:application-03",
                "application": {"name": "CCTV Dishub Sukabumi"},
            },
            "owner": {"code": "32.02"},
            "officialLevel": None,
            "isShareable": None,
            "servingRegionCount": 8,
            "comparedRegionCount": 28,
            "inventoryCompleteness": {"value": "0.36"},
        }
    ]


async def test_reuse_candidates_are_paged(west_java: Hub) -> None:
    data = await west_java.query_data(REUSE, code="32.11", first=200)
    whole = data["region"]["reuseCandidates"]
    seen: list[dict[str, Any]] = []
    after = None
    while len(seen) < whole["totalCount"]:
        data = await west_java.query_data(REUSE, code="32.11", first=7, after=after)
        page = data["region"]["reuseCandidates"]
        assert len(page["nodes"]) == min(7, whole["totalCount"] - len(seen))
        seen += page["nodes"]
        after = page["pageInfo"]["endCursor"]
    assert seen == whole["nodes"]


async def test_a_system_that_is_out_of_use_is_not_offered(west_java: Hub) -> None:
    changed = await west_java.change(
        "updateApplication",
        two_provinces.PROVINCE,
        id="32.02:application-03",
        version=1,
        status="INACTIVE",
    )
    assert changed["status"] == "INACTIVE"
    data = await west_java.query_data(REUSE, code="32.11", first=200)
    candidates = data["region"]["reuseCandidates"]["nodes"]
    offered = {candidate["application"]["id"] for candidate in candidates}
    assert offered
    assert "32.02:application-03" not in offered


@pytest.mark.parametrize("first", [0, 201])
async def test_lists_of_an_invalid_length_are_refused(hub: Hub, first: int) -> None:
    assert await hub.refusal(REUSE, code="32.11", first=first) == "INVALID_ARGUMENT"
    query = f'{{ region(code: "32.11") {{ proposals(first: {first}) {{ totalCount }} }} }}'
    assert await hub.refusal(query) == "INVALID_ARGUMENT"
