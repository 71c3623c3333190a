"""Facts that people record for the rules: documents, dates, policies, exemptions and functions."""

from __future__ import annotations

from typing import Any

import pytest

from engine.model import Assessment, AssessmentKind, AssessmentState, LevelClaim, Viewer
from tests.api import two_provinces
from tests.api.hub import Hub

OFFICE, HEALTH = "32.11:application-office", "32.11:application-health"
DINKES, DISKOMINFO = "32.11:opd-dinkes", "32.11:opd-diskominfo"
DISKOMINFO_STAFF = Viewer(
    "it", two_provinces.OPD.role, frozenset({"32.11"}), frozenset({DISKOMINFO})
)
VERDICTS = """
query { region(code: "32.11") { verification {
  areDocumentsClosed
  verdicts { indicator claim ceiling notRefuted flag
    findings {
      level requirement state documentUrls integrationIds
      missing { nodes { gap applications { id } documentKind documentUrl } }
    } }
} } }
"""
EDGES = """
query { region(code: "32.11") { integrationGraph { edges { isCounted defects
  integration { id version evidenceGrade verifiedOn evidence { title kind date } } } } } }
"""
PAPER = {"title": "Berita acara", "url": "https://example.go.id/ba", "date": "2026-06-01"}
LOG = {**PAPER, "title": "Log SPLP", "url": "https://example.go.id/log", "kind": "MACHINE_LOG"}


async def _write_claims(hub: Hub, levels: dict[int, int]) -> None:
    draft = Assessment(
        id="32.11:assessment-claims",
        region="32.11",
        instrument="spbe-2020",
        year=2026 - 1,
        kind=AssessmentKind.SELF,
        state=AssessmentState.DRAFT,
        version=1,
        provenance=two_provinces.SOURCE,
        levels=tuple(LevelClaim(number, level) for number, level in levels.items()),
    )
    await two_provinces.write_assessment(hub, draft)


async def _verdict(hub: Hub, indicator: int) -> dict[str, Any]:
    verdicts = (await hub.query_data(VERDICTS, two_provinces.REGION))["region"]["verification"][
        "verdicts"
    ]
    [verdict] = [verdict for verdict in verdicts if verdict["indicator"] == indicator]
    return dict(verdict)


async def _edges(hub: Hub) -> list[dict[str, Any]]:
    edges: list[dict[str, Any]] = (await hub.query_data(EDGES))["region"]["integrationGraph"][
        "edges"
    ]
    return edges


async def _connect(hub: Hub, **changes: object) -> dict[str, Any]:
    fields = {
        "sourceId": HEALTH,
        "targetId": OFFICE,
        "dataObject": "pasien",
        "mode": "API",
        **changes,
    }
    return await hub.change("connectApplications", two_provinces.OPD, **fields)


async def test_a_dated_document_makes_an_exchange_count_from_the_start(hub: Hub) -> None:
    await _connect(hub, evidence=[PAPER, {**PAPER, "url": "https://a.id", "date": "2026-01-01"}])
    [edge] = await _edges(hub)
    assert (edge["isCounted"], edge["defects"]) == (True, [])
    assert edge["integration"]["verifiedOn"] == "2026-06-01"
    assert edge["integration"]["evidence"][0] == {
        "title": "Berita acara",
        "kind": "DOCUMENT",
        "date": "2026-06-01",
    }


async def test_new_evidence_is_added_and_never_moves_the_date_back(hub: Hub) -> None:
    integration = await _connect(hub)
    assert [edge["defects"] for edge in await _edges(hub)] == [["UNDOCUMENTED"]]
    documented = await hub.change(
        "documentIntegration", two_provinces.OPD, id=integration["id"], version=1, evidence=[PAPER]
    )
    assert (documented["version"], documented["evidenceGrade"], documented["verifiedOn"]) == (
        2,
        "DOCUMENTED",
        "2026-06-01",
    )
    older = {**PAPER, "url": "https://a.id/lama", "date": "2025-12-01"}
    updated = await hub.change(
        "documentIntegration",
        two_provinces.OPD,
        id=integration["id"],
        version=2,
        evidence=[older, PAPER],
    )
    assert updated["verifiedOn"] == "2026-06-01"
    [edge] = await _edges(hub)
    assert len(edge["integration"]["evidence"]) == 2  # the same document counts once


async def test_a_machine_log_needs_a_date_and_is_submitted_by_the_region(hub: Hub) -> None:
    connection = {"sourceId": HEALTH, "targetId": OFFICE, "dataObject": "pasien", "mode": "API"}
    code = await hub.change_refusal(
        "connectApplications", two_provinces.OPD, **connection, evidence=[LOG]
    )
    assert code == "FORBIDDEN"
    integration = await _connect(hub)
    fields = {"id": integration["id"], "version": 1, "evidence": [LOG]}
    assert (
        await hub.change_refusal("documentIntegration", two_provinces.OPD, **fields) == "FORBIDDEN"
    )
    undated = {**fields, "evidence": [{**LOG, "date": None}]}
    answer = await hub.change("documentIntegration", two_provinces.REGION, **undated)
    assert (answer["field"], answer["got"]) == ("evidence.0.date", "null")
    documented = await hub.change("documentIntegration", two_provinces.REGION, **fields)
    assert (documented["evidenceGrade"], documented["verifiedOn"]) == ("LOGGED", "2026-06-01")


async def test_an_exchange_retains_its_newest_documents(hub: Hub) -> None:
    integration = await _connect(hub)
    for version in range(1, 4):
        papers = [
            {**PAPER, "url": f"https://a.id/{version}/{day}", "date": f"2026-0{version}-{day}"}
            for day in range(10, 20)
        ]
        integration = await hub.change(
            "documentIntegration",
            two_provinces.OPD,
            id=integration["id"],
            version=version,
            evidence=papers,
        )
    [edge] = await _edges(hub)
    dates = [document["date"] for document in edge["integration"]["evidence"]]
    assert (len(dates), dates[0], dates[-1]) == (20, "2026-03-19", "2026-02-10")


async def test_evidence_of_a_claim_is_not_dated_in_the_future(hub: Hub) -> None:
    await _write_claims(hub, {36: 4})
    paper = {**PAPER, "kind": "REVIEW", "date": "2026-12-31"}
    claim = {"assessmentId": "32.11:assessment-claims", "indicator": 36, "level": 5, "version": 1}
    answer = await hub.change("claimLevel", two_provinces.REGION, **claim, evidence=[paper])
    assert (answer["field"], answer["got"]) == ("evidence.0.date", "2026-12-31")


async def test_connecting_and_withdrawing_invalidate_attestations_but_confirming_does_not(
    hub: Hub,
) -> None:
    query = """{ region(code: "32.11") {
      inventory { opds { nodes { opd { id } attestation { state } } } }
    } }"""

    async def states() -> dict[str, str]:
        opds = (await hub.query_data(query))["region"]["inventory"]["opds"]["nodes"]
        return {opd["opd"]["id"]: opd["attestation"]["state"] for opd in opds}

    async def vouch() -> None:
        for viewer, opd in ((two_provinces.OPD, DINKES), (DISKOMINFO_STAFF, DISKOMINFO)):
            await hub.change("attestInventory", viewer, opdId=opd)

    await vouch()
    integration = await _connect(hub)  # as the staff of Dinkes
    assert await states() == {DINKES: "VALID", DISKOMINFO: "INVALIDATED"}
    await vouch()
    await hub.change("confirmIntegration", DISKOMINFO_STAFF, id=integration["id"], version=1)
    assert await states() == {DINKES: "VALID", DISKOMINFO: "VALID"}
    await hub.change("withdrawIntegration", two_provinces.REGION, id=integration["id"], version=2)
    assert await states() == {DINKES: "INVALIDATED", DISKOMINFO: "INVALIDATED"}


async def test_level_5_requires_reviews_among_the_evidence_of_a_claim(hub: Hub) -> None:
    await _write_claims(hub, {36: 5})
    await hub.change(
        "correctFunction", two_provinces.OPD, applicationId=HEALTH, functionId="attendance"
    )
    await hub.change(
        "connectApplications",
        two_provinces.OPD,
        sourceId=HEALTH,
        targetName="SIASN",
        dataObject="pegawai",
        mode="API",
        evidence=[PAPER],
    )
    before = await _verdict(hub, 36)
    assert (before["claim"], before["ceiling"], before["flag"]) == (5, 4, "UNVERIFIABLE")
    evidence = [
        {"title": "Reviu", "url": "https://a.id/r", "kind": "REVIEW", "date": "2025-03-01"},
        {"title": "Perbaikan", "url": "https://a.id/p", "kind": "FOLLOW_UP", "date": "2025-09-01"},
    ]
    await hub.change(
        "claimLevel",
        two_provinces.REGION,
        assessmentId="32.11:assessment-claims",
        indicator=36,
        level=5,
        version=1,
        evidence=evidence,
    )
    after = await _verdict(hub, 36)
    assert (after["ceiling"], after["flag"]) == (5, "SUPPORTED")
    assert [finding["documentUrls"] for finding in after["findings"]] == [
        [],
        ["https://a.id/r"],
        ["https://a.id/p"],
    ]


MISSING = """
query ($first: Int!) { region(code: "32.11") { verification { verdicts { indicator findings {
  requirement missing(first: $first) {
    totalCount pageInfo { hasNextPage }
    nodes {
      gap defects opd { id } applications { id } integration { id } documentKind documentUrl
    }
  }
} } } } }
"""
NOTHING = {
    "defects": [],
    "opd": None,
    "applications": [],
    "integration": None,
    "documentKind": None,
    "documentUrl": None,
}


async def test_missing_evidence_has_its_subject_as_an_object(hub: Hub) -> None:
    await _write_claims(hub, {36: 5})
    undated = {"title": "Reviu", "url": "https://a.id/r", "kind": "REVIEW"}
    await hub.change(
        "claimLevel",
        two_provinces.REGION,
        assessmentId="32.11:assessment-claims",
        indicator=36,
        level=5,
        version=1,
        evidence=[undated, {**undated, "title": "Salinan"}],
    )
    await hub.change(
        "correctFunction", two_provinces.OPD, applicationId=HEALTH, functionId="attendance"
    )
    integration = await _connect(hub, targetId=None, targetName="SIASN")

    async def missing_for(requirement: str, first: int) -> dict[str, Any]:
        data = await hub.query_data(MISSING, two_provinces.REGION, first=first)
        [findings] = [
            verdict["findings"]
            for verdict in data["region"]["verification"]["verdicts"]
            if verdict["indicator"] == 36
        ]
        [missing] = [
            finding["missing"] for finding in findings if finding["requirement"] == requirement
        ]
        return dict(missing)

    partner = await missing_for("PARTNER_LINKED", 1)
    assert (partner["totalCount"], partner["pageInfo"]["hasNextPage"]) == (3, True)
    assert partner["nodes"] == [
        NOTHING
        | {
            "gap": "NOT_COUNTED",
            "defects": ["UNDOCUMENTED"],
            "integration": {"id": integration["id"]},
        }
    ]
    review = await missing_for("REVIEW", 2)
    assert (review["totalCount"], review["pageInfo"]["hasNextPage"]) == (2, False)
    assert review["nodes"] == [
        NOTHING | {"gap": "NO_DOCUMENT", "documentKind": "REVIEW"},
        NOTHING | {"gap": "DOCUMENT_UNDATED", "documentUrl": "https://a.id/r"},
    ]


async def test_a_missing_document_refutes_a_claim_once_the_assessment_is_submitted(
    hub: Hub,
) -> None:
    await _write_claims(hub, dict.fromkeys(range(1, 48), 5))

    async def at_18() -> tuple[int, str]:
        verdict = await _verdict(hub, 18)
        return verdict["notRefuted"], verdict["flag"]

    assert await at_18() == (5, "UNVERIFIABLE")
    await hub.change(
        "submitAssessment", two_provinces.REGION, id="32.11:assessment-claims", version=1
    )
    assert await at_18() == (3, "OVER_CLAIM")
    await hub.change(
        "returnAssessment",
        two_provinces.ASSESSOR,
        id="32.11:assessment-claims",
        version=2,
        reason="bukti",
    )
    assert await at_18() == (5, "UNVERIFIABLE")


async def test_a_claim_below_confirmed_functions_is_an_under_claim(hub: Hub) -> None:
    await _write_claims(hub, {36: 2})
    await hub.change(
        "correctFunction", two_provinces.OPD, applicationId=HEALTH, functionId="attendance"
    )
    assert (await _verdict(hub, 36))["flag"] == "SUPPORTED"
    capabilities = ["INFORMATION", "INTERACTION", "TRANSACTION"]
    await hub.change(
        "updateApplication", two_provinces.OPD, id=HEALTH, version=1, capabilities=capabilities
    )
    verdict = await _verdict(hub, 36)
    assert (verdict["claim"], verdict["ceiling"], verdict["flag"]) == (2, 3, "UNDER_CLAIM")


async def test_development_is_checked_against_the_recorded_policy(hub: Hub) -> None:
    assert (await _verdict(hub, 15))["ceiling"] == 2
    policy = {
        "regionCode": "32.11",
        "year": 2021,
        "title": "Perbup 5/2021",
        "url": "https://a.id/5",
    }
    await hub.change("recordDevelopmentPolicy", two_provinces.REGION, **policy)
    for id, year, consulted in ((OFFICE, 2022, True), (HEALTH, 2023, False)):
        await hub.change(
            "updateApplication",
            two_provinces.REGION,
            id=id,
            version=1,
            year=year,
            isConsulted=consulted,
        )
    verdict = await _verdict(hub, 15)
    assert (verdict["ceiling"], verdict["notRefuted"]) == (2, 2)
    assert verdict["findings"][0]["missing"]["nodes"] == [
        {
            "gap": "NOT_CONSULTED",
            "applications": [{"id": HEALTH}],
            "documentKind": None,
            "documentUrl": None,
        }
    ]
    await hub.change(
        "updateApplication", two_provinces.REGION, id=HEALTH, version=2, isConsulted=None
    )
    assert (await _verdict(hub, 15))["notRefuted"] == 5  # an unknown fact refutes nothing
    query = '{ region(code: "32.11") { inventory { developmentPolicy { year title } } } }'
    recorded_policy = (await hub.query_data(query))["region"]["inventory"]["developmentPolicy"]
    assert recorded_policy == {"year": 2021, "title": "Perbup 5/2021"}
    await hub.change("recordDevelopmentPolicy", two_provinces.REGION, regionCode="32.11", year=None)
    assert (await hub.query_data(query))["region"]["inventory"]["developmentPolicy"] is None


async def test_an_accepted_merger_is_a_duplicate_until_it_is_withdrawn(hub: Hub) -> None:
    new = await hub.change(
        "registerApplication",
        two_provinces.REGION,
        regionCode="32.11",
        opdId=DINKES,
        name="Absensi Puskesmas",
        year=2023,
        isConsulted=True,
        users=900,
    )
    for id in (HEALTH, new["id"]):
        await hub.change(
            "correctFunction", two_provinces.REGION, applicationId=id, functionId="attendance"
        )
    await hub.change(
        "updateApplication", two_provinces.REGION, id=HEALTH, version=1, year=2022, isConsulted=True
    )
    await hub.change("retireApplication", two_provinces.REGION, id=OFFICE, version=1)
    policy = {
        "regionCode": "32.11",
        "year": 2021,
        "title": "Perbup 5/2021",
        "url": "https://a.id/5",
    }
    await hub.change("recordDevelopmentPolicy", two_provinces.REGION, **policy)
    assert (await _verdict(hub, 15))["ceiling"] == 5
    query = """{ region(code: "32.11") { proposals(kinds: [MERGE]) {
      nodes { id inputsHash survivor { id } } } } }"""
    [merge] = (await hub.query_data(query))["region"]["proposals"]["nodes"]
    assert merge["survivor"]["id"] == new["id"]  # the application that is known to be in use
    fields = {"proposalId": merge["id"], "inputsHash": merge["inputsHash"]}
    await hub.change("decideProposal", two_provinces.REGION, choice="ACCEPT", **fields)
    verdict = await _verdict(hub, 15)
    assert (verdict["ceiling"], verdict["notRefuted"]) == (3, 3)
    # A correction of one of the applications withdraws the merger, and so does a rejection.
    await hub.change(
        "correctFunction", two_provinces.REGION, applicationId=HEALTH, functionId="finance"
    )
    assert (await _verdict(hub, 15))["ceiling"] == 5
    await hub.change("correctFunction", two_provinces.REGION, applicationId=HEALTH, functionId=None)
    assert (await _verdict(hub, 15))["ceiling"] == 3
    rejection = await hub.change(
        "decideProposal", two_provinces.REGION, choice="REJECT", reason="beda", **fields
    )
    assert rejection["choice"] == "REJECT"
    assert (await _verdict(hub, 15))["ceiling"] == 5


async def test_an_exempt_opd_need_not_be_on_the_bus_and_its_reason_is_shown(hub: Hub) -> None:
    await hub.change(
        "connectApplications",
        two_provinces.REGION,
        sourceId=OFFICE,
        targetName="SIASN",
        dataObject="pegawai",
        mode="HUB",
        evidence=[PAPER],
    )
    assert (await _verdict(hub, 18))["ceiling"] == 2  # one OPD of two
    await hub.change("exemptOpd", two_provinces.REGION, opdId=DINKES, reason=" tanpa data ")
    assert (await _verdict(hub, 18))["ceiling"] == 3
    query = (
        '{ region(code: "32.11") { inventory { opds { nodes { opd { id } exemptionReason } } } } }'
    )
    opds = (await hub.query_data(query))["region"]["inventory"]["opds"]["nodes"]
    assert {opd["opd"]["id"]: opd["exemptionReason"] for opd in opds} == {
        DINKES: "tanpa data",
        DISKOMINFO: None,
    }
    await hub.change("exemptOpd", two_provinces.REGION, opdId=DINKES, reason=None)
    assert (await _verdict(hub, 18))["ceiling"] == 2


async def test_a_corrected_function_takes_precedence_until_it_is_cleared(
    any_hub: Hub,
) -> None:
    query = '{ node(id: "32.11:application-office") { ... on Application { functionTag { '
    query += "function { id } isByPerson confidence { value } } } } }"

    async def tag() -> tuple[str, bool]:
        function_tag = (await any_hub.query_data(query))["node"]["functionTag"]
        return function_tag["function"]["id"], function_tag["isByPerson"]

    assert await tag() == ("records", False)
    fields = {"applicationId": OFFICE, "functionId": "attendance"}
    await any_hub.change("correctFunction", two_provinces.REGION, **fields)
    assert await tag() == ("attendance", True)
    await any_hub.change(
        "correctFunction", two_provinces.REGION, applicationId=OFFICE, functionId=None
    )
    assert await tag() == ("records", False)


async def test_edited_efforts_of_a_region_change_its_path(hub: Hub) -> None:
    await _write_claims(hub, dict.fromkeys(range(1, 48), 3))
    query = """{ region(code: "32.11") {
      pathToTarget(input: { target: 3.1, buffer: 0 }) {
        isEffortAssumed steps { indicator effort isEffortEdited }
      }
      effort(instrumentId: "spbe-2020") {
        ruleTable { tableId version } isAssumption steps { indicator level effort isEdited }
      }
    } }"""
    before = (await hub.query_data(query, two_provinces.REGION))["region"]
    assert not any(step["isEdited"] for step in before["effort"]["steps"])
    cheap = [{"indicator": number, "level": 4, "effort": "0.01"} for number in range(42, 46)]
    edited = await hub.change(
        "editEffort",
        two_provinces.REGION,
        regionCode="32.11",
        instrumentId="spbe-2020",
        steps=cheap,
    )
    assert [step["effort"] for step in edited["steps"]] == ["0.01"] * 4
    after = (await hub.query_data(query, two_provinces.REGION))["region"]
    steps = after["pathToTarget"]["steps"]
    assert [step["indicator"] for step in steps] == [42, 43, 44, 45]
    assert {(step["effort"], step["isEffortEdited"]) for step in steps} == {("0.01", True)}
    back = [{"indicator": number, "level": 4, "effort": None} for number in range(42, 46)]
    cleared = await hub.change(
        "editEffort", two_provinces.REGION, regionCode="32.11", instrumentId="spbe-2020", steps=back
    )
    assert cleared["steps"] == []
    assert (await hub.query_data(query, two_provinces.REGION))["region"] == before


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [("fit", 6, "1 to 5"), ("fit", 0, "1 to 5")],
)
async def test_a_rating_out_of_its_range_is_refused_by_name(
    hub: Hub, field: str, value: int, expected: str
) -> None:
    before = await hub.list_all_rows()
    answer = await hub.change(
        "updateApplication", two_provinces.REGION, id=OFFICE, version=1, **{field: value}
    )
    assert answer == {
        "__typename": "InvalidInput",
        "field": field,
        "expected": expected,
        "got": str(value),
    }
    assert await hub.list_all_rows() == before


async def test_a_cost_beyond_32_bits_is_stored_and_a_negative_count_is_refused(hub: Hub) -> None:
    cost = 12_500_000_000
    await hub.change(
        "updateApplication", two_provinces.REGION, id=OFFICE, version=1, yearlyCost=cost
    )
    query = '{ node(id: "32.11:application-office") { ... on Application { yearlyCost users } } }'
    assert (await hub.query_data(query))["node"] == {"yearlyCost": cost, "users": None}
    update = 'mutation { updateApplication(input: { id: "32.11:application-office", version: 2, '
    update += "users: -1 }) { __typename } }"
    assert "from 0 to" in await hub.refusal(update, two_provinces.REGION)


async def test_capabilities_are_stored_once_each_and_can_be_cleared(hub: Hub) -> None:
    query = '{ node(id: "32.11:application-office") { ... on Application { capabilities } } }'
    repeated = ["TRANSACTION", "INFORMATION", "INFORMATION"]
    for version, capabilities in ((1, repeated), (2, [])):
        await hub.change(
            "updateApplication",
            two_provinces.REGION,
            id=OFFICE,
            version=version,
            capabilities=capabilities,
            idempotencyKey=f"k{version}",
        )
        stored = (await hub.query_data(query))["node"]["capabilities"]
        assert stored == (["INFORMATION", "TRANSACTION"] if capabilities else [])
