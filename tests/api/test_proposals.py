"""Consolidation proposals of real inventories: their grounds, impact and missing inputs."""

from __future__ import annotations

from facts.tables import common_applications
from tests.api import two_provinces
from tests.api.hub import Hub
from tests.api.proposals import OFFICE, decide, read_proposals


async def test_a_mandated_common_application_replaces_a_local_one_at_unknown_saving(
    west_java: Hub,
) -> None:
    proposal = (await read_proposals(west_java, kinds=["REPLACE"]))[0]
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
    [proposal] = await read_proposals(hub)
    query = "query ($id: ID!) { node(id: $id) { id ... on Proposal { kind status } } }"
    await decide(hub, "REJECT", reason="Masih dipakai")
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
    [proposal] = await read_proposals(west_java, code="32.73", kinds=["MERGE"])
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
