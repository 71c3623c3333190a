"""Consolidation proposals of a region as clients read and decide them."""

from __future__ import annotations

from typing import Any

from tests.api import two_provinces
from tests.api.hub import Hub

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


async def read_proposals(hub: Hub, **variables: object) -> list[dict[str, Any]]:
    region = (await hub.query_data(PROPOSALS, **variables))["region"]
    proposals: list[dict[str, Any]] = region["proposals"]["nodes"]
    return proposals


async def decide(hub: Hub, choice: str, **fields: object) -> dict[str, Any]:
    [proposal] = await read_proposals(hub)
    target = {"proposalId": proposal["id"], "inputsHash": proposal["inputsHash"]}
    return await hub.change(
        "decideProposal", two_provinces.REGION, choice=choice, **target, **fields
    )
