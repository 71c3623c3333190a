"""What a region would be like with some of its proposals carried out."""

from __future__ import annotations

from tests.api import two_provinces
from tests.api.hub import Hub
from tests.api.proposals import read_proposals

WHAT_IF = """
query ($code: ID!, $proposals: [ID!]!) { region(code: $code) { whatIf(proposalIds: $proposals) {
  repointedIntegrationIds lostIntegrationIds addedIntegrationIds addedApplicationIds
  before { isSimulated applicationCount diagnostics { applicationCount exchangeCount outsideNodeCount } verification { year } }
  after { isSimulated applicationCount diagnostics { applicationCount exchangeCount outsideNodeCount } verification { year } }
} } }
"""


async def test_what_if_is_a_simulation_that_stores_nothing(west_java: Hub) -> None:
    stored = await west_java.list_all_rows()
    proposal = (await read_proposals(west_java, kinds=["REPLACE"]))[0]["id"]
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
    [proposal] = await read_proposals(hub)
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
