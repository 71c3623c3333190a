"""Duplicates, function tags, sharing candidates and consolidation proposals of real inventories."""

from __future__ import annotations

from typing import Any

import pytest

from facts.tables import common_applications
from tests.api import places
from tests.api.hub import Hub

DUPLICATES = """
query ($code: ID!) { region(code: $code) { duplicates {
  rule listed groupCount reviewCount relistingCount websiteCount severalCount aloneCount
  groups { policy national { id } count listings { id application { name } }
    parts { count } links { a b policy signals { name value } } }
  relistings { count listings { id } } websites { id application { name } } several { id }
} } }
"""
TAGS = """
query ($code: ID!) { region(code: $code) { applications(first: 200) { nodes {
  name functionTag { function { id name indicators } abstained because byPerson }
} } } }
"""
SHARING = """
query ($code: ID!, $first: Int!) { region(code: $code) { sharingCandidates(first: $first) {
  rule function { id } system { id application { name } } owner { code }
  level shareable regionsWith regionsCompared completeness { value }
} } }
"""
PROPOSALS = """
query ($code: ID! = "32.11", $status: ProposalStatus, $kinds: [ProposalKind!]) {
  region(code: $code) { proposals(status: $status, kinds: $kinds, first: 200) {
    id kind rule status inputs legalBasis missing evidence
    applications { id } survivor { id } commonApplication { id }
    survivorBecause { code values { name value } } reasons { code values { name value } }
    impact { integrationCount integrations applicationCount applications { id } outside }
    saving { yearly display unknown } confidence { value { value } parts { name } }
    decision { decision reason inputs }
  } }
}
"""
OFFICE = "application-office"


async def _duplicates(hub: Hub, code: str) -> dict[str, Any]:
    found: dict[str, Any] = (await hub.ask(DUPLICATES, code=code))["region"]["duplicates"]
    return found


async def _proposals(hub: Hub, **given: object) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await hub.ask(PROPOSALS, **given))["region"]["proposals"]
    return found


async def _tags(hub: Hub, code: str) -> dict[str, dict[str, Any]]:
    found = (await hub.ask(TAGS, code=code))["region"]["applications"]["nodes"]
    return {each["name"]: each["functionTag"] for each in found}


async def _answer(hub: Hub, decision: str, **given: object) -> dict[str, Any]:
    [proposal] = await _proposals(hub)
    asked = {"region": "32.11", "id": proposal["id"], "inputs": proposal["inputs"]}
    return await hub.change("decideProposal", places.REGION, decision=decision, **asked, **given)


async def test_sumedang_is_asked_about_two_pairs_of_one_name(west_java: Hub) -> None:
    found = await _duplicates(west_java, "32.11")
    groups = found.pop("groups")
    assert found == {
        "rule": "duplicates/1",
        "listed": 20,
        "groupCount": 2,
        "reviewCount": 2,
        "relistingCount": 0,
        "websiteCount": 0,
        "severalCount": 0,
        "aloneCount": 16,
        "relistings": [],
        "websites": [],
        "several": [],
    }
    assert groups[0] == {
        "policy": "REVIEW",
        "national": None,
        "count": 2,
        "listings": [
            {"id": "application-32.11-01", "application": {"name": "E-Office Sumedang"}},
            {"id": "application-32.11-02", "application": {"name": "E-Office Desa"}},
        ],
        "parts": [{"count": 1}, {"count": 1}],
        "links": [
            {
                "a": "application-32.11-01",
                "b": "application-32.11-02",
                "policy": "REVIEW",
                "signals": [{"name": "same name", "value": "eoffice"}],
            }
        ],
    }


async def test_the_page_of_a_hospital_is_set_apart_as_a_website(west_java: Hub) -> None:
    found = await _duplicates(west_java, "32.04")
    assert found["websites"] == [
        {"id": "application-32.04-09", "application": {"name": "RSUD Otista"}}
    ]
    assert (found["listed"], found["websiteCount"], found["aloneCount"]) == (10, 1, 9)


async def test_two_listings_of_a_national_system_are_one_system_listed_twice(hub: Hub) -> None:
    ids = []
    for opd in ("opd-32.11.dinkes", "opd-32.11.diskominfo"):
        answer = await hub.change(
            "registerApplication", places.REGION, region="32.11", opd=opd, name="SRIKANDI"
        )
        ids.append(answer["id"])
    found = await _duplicates(hub, "32.11")
    assert (found["groupCount"], found["reviewCount"], found["relistingCount"]) == (1, 0, 1)
    assert found["groups"][0]["policy"] == "AUTO"
    assert found["groups"][0]["national"] == {"id": "srikandi"}
    assert {each["id"] for each in found["relistings"][0]["listings"]} == set(ids)


async def test_an_application_is_tagged_by_its_name_or_the_tag_is_left_open(hub: Hub) -> None:
    found = await _tags(hub, "32.11")
    assert found["E-Office"] == {
        "function": {
            "id": "records",
            "name": "Naskah dinas dan arsip dinamis",
            "indicators": [37],
        },
        "abstained": False,
        "because": ["name: eoffice", "OPD: komunikasi", "OPD: informatika"],
        "byPerson": False,
    }
    assert found["Wakepo"] == {
        "function": None,
        "abstained": True,
        "because": ["OPD: kesehatan"],
        "byPerson": False,
    }


async def test_most_names_of_sumedang_say_what_they_are_for(west_java: Hub) -> None:
    found = await _tags(west_java, "32.11")
    assert sum(each["abstained"] for each in found.values()) == 6
    assert len(found) == 20


async def test_a_retired_application_has_no_tag_and_no_proposal(hub: Hub) -> None:
    await hub.change("retireApplication", places.REGION, id=OFFICE, version=1)
    assert (await _tags(hub, "32.11"))["E-Office"] is None
    assert await _proposals(hub) == []


async def test_sisters_are_named_for_what_sumedang_does_not_list(west_java: Hub) -> None:
    found = await west_java.ask(SHARING, code="32.11", first=1)
    assert found["region"]["sharingCandidates"] == [
        {
            "rule": "sharing/1",
            "function": {"id": "cctv"},
            "system": {
                "id": "application-32.02-03",
                "application": {"name": "CCTV Dishub Sukabumi"},
            },
            "owner": {"code": "32.02"},
            "level": None,
            "shareable": None,
            "regionsWith": 8,
            "regionsCompared": 28,
            "completeness": {"value": "0.36"},
        }
    ]


async def test_a_system_that_is_out_of_use_is_not_offered(west_java: Hub) -> None:
    changed = await west_java.change(
        "updateApplication",
        places.PROVINCE,
        id="application-32.02-03",
        version=1,
        status="INACTIVE",
    )
    assert changed["status"] == "INACTIVE"
    found = await west_java.ask(SHARING, code="32.11", first=200)
    offered = {each["system"]["id"] for each in found["region"]["sharingCandidates"]}
    assert offered
    assert "application-32.02-03" not in offered


@pytest.mark.parametrize("first", [0, 201])
async def test_lists_of_an_unbounded_length_are_refused(hub: Hub, first: int) -> None:
    assert await hub.refusal(SHARING, code="32.11", first=first) == "INVALID_ARGUMENT"
    query = f'{{ region(code: "32.11") {{ proposals(first: {first}) {{ id }} }} }}'
    assert await hub.refusal(query) == "INVALID_ARGUMENT"


async def test_a_mandated_common_application_replaces_a_local_one_at_unknown_saving(
    west_java: Hub,
) -> None:
    found = (await _proposals(west_java, kinds=["REPLACE"]))[0]
    del found["inputs"]
    unknown = [
        "yearly cost of application-32.11-01",
        "migration cost of application-32.11-01",
        "added yearly cost of srikandi",
    ]
    basis = "KepmenPANRB 679/2020; Peraturan ANRI 4/2021"
    assert found == {
        "id": "1090feb643454091d0f153e8e7d1cfe1",
        "kind": "REPLACE",
        "rule": "consolidation/1",
        "status": "OPEN",
        "legalBasis": basis,
        "missing": unknown,
        "evidence": ["integration-E-042"],
        "applications": [{"id": "application-32.11-01"}],
        "survivor": None,
        "commonApplication": {"id": "srikandi"},
        "survivorBecause": [{"code": "MANDATED", "values": [{"name": "basis", "value": basis}]}],
        "reasons": [
            {
                "code": "SAME_FUNCTION_AS_COMMON_APPLICATION",
                "values": [{"name": "function", "value": "records"}],
            },
            {
                "code": "EXCEPTION_PATH",
                "values": [{"name": "basis", "value": "Perpres 95/2018 art. 37"}],
            },
        ],
        "impact": {
            "integrationCount": 1,
            "integrations": ["integration-E-042"],
            "applicationCount": 1,
            "applications": [{"id": "application-32.11-02"}],
            "outside": [],
        },
        "saving": {"yearly": None, "display": "tidak diketahui", "unknown": unknown},
        "confidence": {
            "value": {"value": "0.25"},
            "parts": [{"name": "cluster"}, {"name": "completeness"}, {"name": "evidence grade"}],
        },
        "decision": None,
    }


async def test_no_region_is_called_to_use_what_is_not_confirmed(west_java: Hub) -> None:
    """The sheet of common applications marks confirmed rows; no row of e-SAKIP is confirmed."""
    confirmed = {each.id for each in common_applications() if each.provenance.confirmed}
    query = """{ regions(first: 50) { nodes { proposals(kinds: [REPLACE]) {
      legalBasis commonApplication { id } survivorBecause { code } } } } }"""
    regions = (await west_java.ask(query))["regions"]["nodes"]
    found = [each for region in regions for each in region["proposals"]]
    by_code: dict[str, set[str]] = {}
    for each in found:
        [because] = each["survivorBecause"]
        by_code.setdefault(because["code"], set()).add(each["commonApplication"]["id"])
        assert (each["legalBasis"] is not None) == (because["code"] == "MANDATED")
    assert by_code == {"MANDATED": {"srikandi"}, "NOT_CONFIRMED": {"e-kinerja", "siasn", "sipd-ri"}}
    assert by_code["MANDATED"] <= confirmed
    assert by_code["NOT_CONFIRMED"].isdisjoint(confirmed)


async def test_bandung_is_advised_to_merge_its_two_licensing_systems(west_java: Hub) -> None:
    [found] = await _proposals(west_java, code="32.73", kinds=["MERGE"])
    assert found["applications"] == [
        {"id": "application-32.73-02"},
        {"id": "application-32.73-03"},
    ]
    assert found["survivor"] == {"id": "application-32.73-02"}
    assert found["survivorBecause"] == [{"code": "ALIKE_IN_ALL_THAT_IS_KNOWN", "values": []}]
    assert found["reasons"] == [
        {"code": "SAME_FUNCTION", "values": [{"name": "function", "value": "licensing"}]}
    ]
    assert (found["commonApplication"], found["legalBasis"]) == (None, None)


async def test_a_rejected_proposal_stays_away_until_its_inputs_change(any_hub: Hub) -> None:
    [before] = await _proposals(any_hub)
    answer = await _answer(any_hub, "REJECT", reason="Masih dipakai")
    decision = {"decision": "REJECT", "reason": "Masih dipakai"}
    decision["inputs"] = before["inputs"]
    assert answer == {
        "__typename": "ProposalDecision",
        "proposalId": before["id"],
        "regionCode": "32.11",
        **decision,
    }
    assert await _proposals(any_hub) == []
    [rejected] = await _proposals(any_hub, status="REJECTED")
    assert rejected == before | {"status": "REJECTED", "decision": decision}

    # An edit of an unrelated object does not reopen it; an edit of its basis does.
    given = {"id": "application-health", "version": 1, "platform": "web"}
    await any_hub.change("updateApplication", places.REGION, **given)
    assert await _proposals(any_hub) == []
    given = {"id": OFFICE, "version": 1, "name": "E-Office Sumedang"}
    await any_hub.change("updateApplication", places.REGION, **given)
    [again] = await _proposals(any_hub)
    assert (again["id"], again["status"], again["decision"]) == (before["id"], "OPEN", decision)
    assert again["inputs"] != before["inputs"]


@pytest.mark.parametrize(
    ("decision", "status"), [("ACCEPT", "ACCEPTED"), ("DEFER", "DEFERRED"), ("REJECT", "REJECTED")]
)
async def test_a_decision_is_where_a_proposal_stands(hub: Hub, decision: str, status: str) -> None:
    await _answer(hub, decision, reason="Alasan")
    assert [each["status"] for each in await _proposals(hub, status=status)] == [status]
    assert await _proposals(hub, status="OPEN") == []


async def test_the_latest_decision_counts(hub: Hub) -> None:
    await _answer(hub, "DEFER")
    await _answer(hub, "ACCEPT")
    [found] = await _proposals(hub)
    assert (found["status"], found["decision"]["decision"]) == ("ACCEPTED", "ACCEPT")


async def test_a_rejection_without_a_reason_changes_nothing(hub: Hub) -> None:
    before = await hub.everything()
    assert await _answer(hub, "REJECT", reason=" ") == {
        "__typename": "InvalidInput",
        "field": "reason",
        "expected": "1 to 2000 characters",
        "got": "0",
    }
    assert await hub.everything() == before


async def test_a_decision_on_inputs_that_are_gone_changes_nothing(hub: Hub) -> None:
    [proposal] = await _proposals(hub)
    given = {"id": OFFICE, "version": 1, "name": "E-Office Sumedang"}
    await hub.change("updateApplication", places.REGION, **given)
    before = await hub.everything()
    asked = {"region": "32.11", "id": proposal["id"], "inputs": proposal["inputs"]}
    answer = await hub.change("decideProposal", places.REGION, decision="ACCEPT", **asked)
    assert (answer["__typename"], answer["field"]) == ("InvalidInput", "inputs")
    assert await hub.everything() == before


async def test_a_decision_on_no_proposal_or_region_changes_nothing(hub: Hub) -> None:
    before = await hub.everything()
    given = {"id": "none", "inputs": "none", "decision": "ACCEPT"}
    answer = await hub.change("decideProposal", places.REGION, region="32.11", **given)
    assert answer == {"__typename": "NotFound", "id": "none"}
    answer = await hub.change("decideProposal", places.REGION, region="99", **given)
    assert answer == {"__typename": "NotFound", "id": "99"}
    assert await hub.everything() == before


async def test_a_repeated_decision_with_the_same_key_is_one_entry(hub: Hub) -> None:
    first = await _answer(hub, "ACCEPT", idempotencyKey="a")
    before = await hub.everything()
    assert await _answer(hub, "ACCEPT", idempotencyKey="a") == first
    assert await hub.everything() == before


async def test_a_decision_is_an_event(hub: Hub) -> None:
    after = await hub.cursor()
    answer = await _answer(hub, "DEFER")
    query = "query ($after: Cursor) { events(after: $after) { events { kind subject } } }"
    found = (await hub.ask(query, after=after))["events"]["events"]
    assert found == [{"kind": "PROPOSAL_DECIDED", "subject": answer["proposalId"]}]


WHAT_IF = """
query ($code: ID!, $proposals: [ID!]!) { region(code: $code) { whatIf(proposals: $proposals) {
  applicationsBefore applicationsAfter repointed lost added
  before { simulated diagnostics { applications edges outside } verification { year } }
  after { simulated diagnostics { applications edges outside } verification { year } }
} } }
"""


async def test_what_would_be_is_a_simulation_that_stores_nothing(west_java: Hub) -> None:
    stored = await west_java.everything()
    wanted = (await _proposals(west_java, kinds=["REPLACE"]))[0]["id"]
    found = await west_java.ask(WHAT_IF, code="32.11", proposals=[wanted])
    assert found["region"]["whatIf"] == {
        "applicationsBefore": 20,
        "applicationsAfter": 19,
        "repointed": [],
        "lost": ["integration-E-042"],
        "added": [],
        "before": {
            "simulated": False,
            "diagnostics": {"applications": 20, "edges": 2, "outside": 0},
            "verification": {"year": 2026},
        },
        "after": {
            "simulated": True,
            "diagnostics": {"applications": 19, "edges": 1, "outside": 0},
            "verification": {"year": 2026},
        },
    }
    assert await west_java.everything() == stored


async def test_what_if_asks_for_proposals_of_the_region(hub: Hub) -> None:
    for wanted in ([], ["none"], [str(number) for number in range(51)]):
        given = {"code": "32.11", "proposals": wanted}
        assert await hub.refusal(WHAT_IF, **given) == "INVALID_ARGUMENT"
