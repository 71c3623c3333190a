"""The evidence of integrations: what makes an exchange count, its dates, and attestations."""

from __future__ import annotations

from typing import Any

from engine.model import Viewer
from tests.api import two_provinces
from tests.api.hub import Hub
from tests.api.rule_facts import DINKES, DISKOMINFO, HEALTH, OFFICE, PAPER, connect

DISKOMINFO_STAFF = Viewer(
    "it", two_provinces.OPD.role, frozenset({"32.11"}), frozenset({DISKOMINFO})
)
EDGES = """
query { region(code: "32.11") { integrationGraph { edges { isCounted defects
  integration { id version evidenceGrade verifiedOn evidence { title kind date } } } } } }
"""
LOG = {**PAPER, "title": "Log SPLP", "url": "https://example.go.id/log", "kind": "MACHINE_LOG"}


async def _edges(hub: Hub) -> list[dict[str, Any]]:
    edges: list[dict[str, Any]] = (await hub.query_data(EDGES))["region"]["integrationGraph"][
        "edges"
    ]
    return edges


async def test_a_dated_document_makes_an_exchange_count_from_the_start(hub: Hub) -> None:
    await connect(hub, evidence=[PAPER, {**PAPER, "url": "https://a.id", "date": "2026-01-01"}])
    [edge] = await _edges(hub)
    assert (edge["isCounted"], edge["defects"]) == (True, [])
    assert edge["integration"]["verifiedOn"] == "2026-06-01"
    assert edge["integration"]["evidence"][0] == {
        "title": "Berita acara",
        "kind": "DOCUMENT",
        "date": "2026-06-01",
    }


async def test_new_evidence_is_added_and_never_moves_the_date_back(hub: Hub) -> None:
    integration = await connect(hub)
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
    integration = await connect(hub)
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
    integration = await connect(hub)
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
    integration = await connect(hub)  # as the staff of Dinkes
    assert await states() == {DINKES: "VALID", DISKOMINFO: "INVALIDATED"}
    await vouch()
    await hub.change("confirmIntegration", DISKOMINFO_STAFF, id=integration["id"], version=1)
    assert await states() == {DINKES: "VALID", DISKOMINFO: "VALID"}
    await hub.change("withdrawIntegration", two_provinces.REGION, id=integration["id"], version=2)
    assert await states() == {DINKES: "INVALIDATED", DISKOMINFO: "INVALIDATED"}
