"""Duplicates, function tags, reuse candidates and consolidation proposals of real inventories."""

from __future__ import annotations

from typing import Any

import pytest

from facts.tables import common_applications
from tests.api import two_provinces
from tests.api.hub import Hub

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
PROPOSALS = """
query ($code: ID! = "32.11", $status: ProposalStatus, $kinds: [ProposalKind!]) {
  region(code: $code) { proposals(status: $status, kinds: $kinds, first: 200) { nodes {
    id kind rule status inputsHash legalBasis evidenceIntegrationIds
    applications { id } survivor { id } commonApplication { id }
    survivorReasons { code values { name value } } reasons { code values { name value } }
    impact {
      integrationCount integrationIds applicationCount applications { id }
      externalNameCount externalNames
    }
    missingInputs { kind applicationId candidateCount }
    saving { yearly missingInputs { kind applicationId candidateCount } }
    confidence { value { value } parts { factor } }
    decision { choice reason inputsHash }
  } } }
}
"""
OFFICE = "32.11:application-office"


async def _duplicates(hub: Hub, code: str) -> dict[str, Any]:
    duplicates: dict[str, Any] = (await hub.query_data(DUPLICATES, code=code))["region"][
        "duplicates"
    ]
    return duplicates


async def _proposals(hub: Hub, **variables: object) -> list[dict[str, Any]]:
    region = (await hub.query_data(PROPOSALS, **variables))["region"]
    proposals: list[dict[str, Any]] = region["proposals"]["nodes"]
    return proposals


async def _tags(hub: Hub, code: str) -> dict[str, dict[str, Any]]:
    applications = (await hub.query_data(TAGS, code=code))["region"]["applications"]["nodes"]
    return {application["name"]: application["functionTag"] for application in applications}


async def _decide(hub: Hub, choice: str, **fields: object) -> dict[str, Any]:
    [proposal] = await _proposals(hub)
    target = {"proposalId": proposal["id"], "inputsHash": proposal["inputsHash"]}
    return await hub.change(
        "decideProposal", two_provinces.REGION, choice=choice, **target, **fields
    )


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
    assert await _proposals(hub) == []


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


async def test_a_mandated_common_application_replaces_a_local_one_at_unknown_saving(
    west_java: Hub,
) -> None:
    proposal = (await _proposals(west_java, kinds=["REPLACE"]))[0]
    del proposal["inputsHash"]
    missing_costs = [
        {"kind": kind, "applicationId": application, "candidateCount": None}
        for kind, application in (
            ("YEARLY_COST", "32.11:application-01"),
            ("MIGRATION_COST", "32.11:application-01"),
            ("ADDED_YEARLY_COST", None),  # of the common application
        )
    ]
    basis = "KepmenPANRB 679/2020; Peraturan ANRI 4/2021"
    assert proposal == {
        "id": "32.11:proposal-bce66f1bfe3e50abed70415197cfc1e7",
        "kind": "REPLACE",
        "rule": "consolidation/1",
        "status": "OPEN",
        "legalBasis": basis,
        "missingInputs": missing_costs,
        "evidenceIntegrationIds": ["32.11:integration-e-042"],
        "applications": [{"id": "32.11:application-01"}],
        "survivor": None,
        "commonApplication": {"id": "srikandi"},
        "survivorReasons": [
            {"code": "MANDATED", "values": [{"name": "LEGAL_BASIS", "value": basis}]}
        ],
        "reasons": [
            {
                "code": "SAME_FUNCTION_AS_COMMON_APPLICATION",
                "values": [{"name": "FUNCTION_ID", "value": "records"}],
            },
            {
                "code": "EXCEPTION_POSSIBLE",
                "values": [{"name": "LEGAL_BASIS", "value": "Perpres 95/2018 Pasal 37"}],
            },
        ],
        "impact": {
            "integrationCount": 1,
            "integrationIds": ["32.11:integration-e-042"],
            "applicationCount": 1,
            "applications": [{"id": "32.11:application-02"}],
            "externalNameCount": 0,
            "externalNames": [],
        },
        "saving": {"yearly": None, "missingInputs": missing_costs},
        "confidence": {
            "value": {"value": "0.25"},
            "parts": [
                {"factor": "FUNCTION"},
                {"factor": "INVENTORY_COMPLETENESS"},
                {"factor": "EVIDENCE_GRADE"},
            ],
        },
        "decision": None,
    }


async def test_a_proposal_is_found_by_its_id_while_it_exists(hub: Hub) -> None:
    [proposal] = await _proposals(hub)
    query = "query ($id: ID!) { node(id: $id) { id ... on Proposal { kind status } } }"
    await _decide(hub, "REJECT", reason="Masih dipakai")
    assert (await hub.query_data(query, id=proposal["id"]))["node"] == {
        "id": proposal["id"],
        "kind": "REPLACE",
        "status": "REJECTED",
    }
    await hub.change("retireApplication", two_provinces.REGION, id=OFFICE, version=1)
    for id in (proposal["id"], "32.11:proposal-none", "99:proposal-none"):
        assert (await hub.query_data(query, id=id))["node"] is None


async def test_only_confirmed_common_applications_are_mandated(west_java: Hub) -> None:
    """A common application is mandated only if its row in the sheet is confirmed."""
    confirmed = {
        application.id for application in common_applications() if application.provenance.confirmed
    }
    query = """{ regions(first: 50) { nodes { proposals(kinds: [REPLACE]) { nodes {
      legalBasis commonApplication { id } survivorReasons { code } } } } } }"""
    regions = (await west_java.query_data(query))["regions"]["nodes"]
    proposals = [proposal for region in regions for proposal in region["proposals"]["nodes"]]
    by_code: dict[str, set[str]] = {}
    for proposal in proposals:
        [ground] = proposal["survivorReasons"]
        by_code.setdefault(ground["code"], set()).add(proposal["commonApplication"]["id"])
        assert (proposal["legalBasis"] is not None) == (ground["code"] == "MANDATED")
    assert by_code == {
        "MANDATED": {"srikandi"},
        "MANDATE_NOT_CONFIRMED": {"e-kinerja", "siasn", "sipd-ri"},
    }
    assert by_code["MANDATED"] <= confirmed
    assert by_code["MANDATE_NOT_CONFIRMED"].isdisjoint(confirmed)


async def test_bandung_is_advised_to_merge_its_two_licensing_systems(west_java: Hub) -> None:
    [proposal] = await _proposals(west_java, code="32.73", kinds=["MERGE"])
    assert proposal["applications"] == [
        {"id": "32.73:application-02"},
        {"id": "32.73:application-03"},
    ]
    assert proposal["survivor"] == {"id": "32.73:application-02"}
    assert proposal["survivorReasons"] == [{"code": "EQUAL_IN_ALL_KNOWN", "values": []}]
    assert proposal["reasons"] == [
        {"code": "SAME_FUNCTION", "values": [{"name": "FUNCTION_ID", "value": "licensing"}]}
    ]
    assert (proposal["commonApplication"], proposal["legalBasis"]) == (None, None)


async def test_a_rejected_proposal_is_hidden_until_its_inputs_change(any_hub: Hub) -> None:
    [before] = await _proposals(any_hub)
    answer = await _decide(any_hub, "REJECT", reason="Masih dipakai")
    decision = {"choice": "REJECT", "reason": "Masih dipakai"}
    decision["inputsHash"] = before["inputsHash"]
    assert answer == {
        "__typename": "ProposalDecision",
        "proposalId": before["id"],
        **decision,
    }
    assert await _proposals(any_hub) == []
    [rejected] = await _proposals(any_hub, status="REJECTED")
    assert rejected == before | {"status": "REJECTED", "decision": decision}

    # An edit of an unrelated object does not reopen it; an edit of its basis does.
    fields = {"id": "32.11:application-health", "version": 1, "platform": "web"}
    await any_hub.change("updateApplication", two_provinces.REGION, **fields)
    assert await _proposals(any_hub) == []
    fields = {"id": OFFICE, "version": 1, "name": "E-Office Sumedang"}
    await any_hub.change("updateApplication", two_provinces.REGION, **fields)
    [reopened] = await _proposals(any_hub)
    assert (reopened["id"], reopened["status"], reopened["decision"]) == (
        before["id"],
        "OPEN",
        decision,
    )
    assert reopened["inputsHash"] != before["inputsHash"]


@pytest.mark.parametrize(
    ("choice", "status"), [("ACCEPT", "ACCEPTED"), ("DEFER", "DEFERRED"), ("REJECT", "REJECTED")]
)
async def test_a_decision_sets_the_status_of_a_proposal(hub: Hub, choice: str, status: str) -> None:
    await _decide(hub, choice, reason="Alasan")
    assert [proposal["status"] for proposal in await _proposals(hub, status=status)] == [status]
    assert await _proposals(hub, status="OPEN") == []


async def test_the_latest_decision_counts(hub: Hub) -> None:
    await _decide(hub, "DEFER")
    await _decide(hub, "ACCEPT")
    [proposal] = await _proposals(hub)
    assert (proposal["status"], proposal["decision"]["choice"]) == ("ACCEPTED", "ACCEPT")


async def test_a_rejection_without_a_reason_changes_nothing(hub: Hub) -> None:
    before = await hub.list_all_rows()
    assert await _decide(hub, "REJECT", reason=" ") == {
        "__typename": "InvalidInput",
        "field": "reason",
        "expected": "1 to 2000 characters",
        "got": "0",
    }
    assert await hub.list_all_rows() == before


async def test_a_decision_on_outdated_inputs_changes_nothing(hub: Hub) -> None:
    [proposal] = await _proposals(hub)
    fields = {"id": OFFICE, "version": 1, "name": "E-Office Sumedang"}
    await hub.change("updateApplication", two_provinces.REGION, **fields)
    before = await hub.list_all_rows()
    target = {"proposalId": proposal["id"], "inputsHash": proposal["inputsHash"]}
    answer = await hub.change("decideProposal", two_provinces.REGION, choice="ACCEPT", **target)
    assert (answer["__typename"], answer["field"]) == ("InvalidInput", "inputsHash")
    assert await hub.list_all_rows() == before


async def test_a_decision_on_an_unknown_proposal_or_region_changes_nothing(hub: Hub) -> None:
    before = await hub.list_all_rows()
    for id, unknown_id in (
        ("none", "none"),
        (OFFICE, OFFICE),  # not the id of a proposal
        ("32.11:proposal-none", "32.11:proposal-none"),
        ("99:proposal-none", "99"),
    ):
        fields = {"proposalId": id, "inputsHash": "none", "choice": "ACCEPT"}
        answer = await hub.change("decideProposal", two_provinces.REGION, **fields)
        assert answer == {"__typename": "NotFound", "id": unknown_id}
    assert await hub.list_all_rows() == before


async def test_a_repeated_decision_with_the_same_key_is_one_entry(hub: Hub) -> None:
    first = await _decide(hub, "ACCEPT", idempotencyKey="a")
    before = await hub.list_all_rows()
    assert await _decide(hub, "ACCEPT", idempotencyKey="a") == first
    assert await hub.list_all_rows() == before


async def test_a_decision_is_an_event(hub: Hub) -> None:
    after = await hub.cursor()
    answer = await _decide(hub, "DEFER")
    query = "query ($after: Cursor) { events(after: $after) { nodes { eventKind "
    query += "... on LogEntryAppended { subjectId } } } }"
    events = (await hub.query_data(query, after=after))["events"]["nodes"]
    assert events == [{"eventKind": "PROPOSAL_DECIDED", "subjectId": answer["proposalId"]}]


WHAT_IF = """
query ($code: ID!, $proposals: [ID!]!) { region(code: $code) { whatIf(proposalIds: $proposals) {
  repointedIntegrationIds lostIntegrationIds addedIntegrationIds addedApplicationIds
  before { isSimulated applicationCount diagnostics { applicationCount exchangeCount outsideNodeCount } verification { year } }
  after { isSimulated applicationCount diagnostics { applicationCount exchangeCount outsideNodeCount } verification { year } }
} } }
"""


async def test_what_if_is_a_simulation_that_stores_nothing(west_java: Hub) -> None:
    stored = await west_java.list_all_rows()
    proposal = (await _proposals(west_java, kinds=["REPLACE"]))[0]["id"]
    data = await west_java.query_data(WHAT_IF, code="32.11", proposals=[proposal])
    assert data["region"]["whatIf"] == {
        "repointedIntegrationIds": [],
        "lostIntegrationIds": ["32.11:integration-e-042"],
        "addedIntegrationIds": [],
        "addedApplicationIds": [],
        "before": {
            "isSimulated": False,
            "applicationCount": 20,
            "diagnostics": {"applicationCount": 20, "exchangeCount": 2, "outsideNodeCount": 0},
            "verification": {"year": 2026},
        },
        "after": {
            "isSimulated": True,
            "applicationCount": 19,
            "diagnostics": {"applicationCount": 19, "exchangeCount": 1, "outsideNodeCount": 0},
            "verification": {"year": 2026},
        },
    }
    assert await west_java.list_all_rows() == stored


async def test_what_if_applies_the_exemptions_of_the_region(hub: Hub) -> None:
    exempt = "32.11:opd-dinkes"
    await hub.change("exemptOpd", two_provinces.ADMIN, opdId=exempt, reason="tidak memiliki data")
    [proposal] = await _proposals(hub)
    query = """query ($proposals: [ID!]!) { region(code: "32.11") { whatIf(proposalIds: $proposals) {
      before { verification { ...Missing } } after { verification { ...Missing } } } } }
    fragment Missing on Verification {
      verdicts { openFindings { missing { nodes { gap opd { id } } } } }
    }"""
    what_if = (await hub.query_data(query, proposals=[proposal["id"]]))["region"]["whatIf"]
    not_on_bus = [
        {
            missing["opd"]["id"]
            for verdict in what_if[side]["verification"]["verdicts"]
            for finding in verdict["openFindings"]
            for missing in finding["missing"]["nodes"]
            if missing["gap"] == "OPD_NOT_ON_BUS"
        }
        for side in ("before", "after")
    ]
    assert not_on_bus == [{"32.11:opd-diskominfo"}] * 2


async def test_what_if_accepts_only_proposals_of_the_region(hub: Hub) -> None:
    for proposals in ([], ["none"], [str(number) for number in range(51)]):
        variables = {"code": "32.11", "proposals": proposals}
        assert await hub.refusal(WHAT_IF, **variables) == "INVALID_ARGUMENT"
