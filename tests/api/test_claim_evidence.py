"""Claims of levels, and the evidence and facts that support or refute them."""

from __future__ import annotations

from typing import Any

from tests.api import two_provinces
from tests.api.hub import Hub
from tests.api.rule_facts import HEALTH, PAPER, connect, read_verdict, write_claims

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


async def test_evidence_of_a_claim_is_not_dated_in_the_future(hub: Hub) -> None:
    await write_claims(hub, {36: 4})
    paper = {**PAPER, "kind": "REVIEW", "date": "2026-12-31"}
    claim = {"assessmentId": "32.11:assessment-claims", "indicator": 36, "level": 5, "version": 1}
    answer = await hub.change("claimLevel", two_provinces.REGION, **claim, evidence=[paper])
    assert (answer["field"], answer["got"]) == ("evidence.0.date", "2026-12-31")


async def test_level_5_requires_reviews_among_the_evidence_of_a_claim(hub: Hub) -> None:
    await write_claims(hub, {36: 5})
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
    before = await read_verdict(hub, 36)
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
    after = await read_verdict(hub, 36)
    assert (after["ceiling"], after["flag"]) == (5, "SUPPORTED")
    assert [finding["documentUrls"] for finding in after["findings"]] == [
        [],
        ["https://a.id/r"],
        ["https://a.id/p"],
    ]


async def test_missing_evidence_has_its_subject_as_an_object(hub: Hub) -> None:
    await write_claims(hub, {36: 5})
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
    integration = await connect(hub, targetId=None, targetName="SIASN")

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
    await write_claims(hub, dict.fromkeys(range(1, 48), 5))

    async def at_18() -> tuple[int, str]:
        verdict = await read_verdict(hub, 18)
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
    await write_claims(hub, {36: 2})
    await hub.change(
        "correctFunction", two_provinces.OPD, applicationId=HEALTH, functionId="attendance"
    )
    assert (await read_verdict(hub, 36))["flag"] == "SUPPORTED"
    capabilities = ["INFORMATION", "INTERACTION", "TRANSACTION"]
    await hub.change(
        "updateApplication", two_provinces.OPD, id=HEALTH, version=1, capabilities=capabilities
    )
    verdict = await read_verdict(hub, 36)
    assert (verdict["claim"], verdict["ceiling"], verdict["flag"]) == (2, 3, "UNDER_CLAIM")
