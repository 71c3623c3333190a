"""Queries the API for a region, as `simpul verify`, `proposals`, `diagnose` and `graph` do."""

from __future__ import annotations

from typing import Any

from engine.model import Role, Viewer
from hub.cli.console import exit_with_error
from hub.cli.known_messages import translate_refusal
from hub.cli.region_hint import exit_with_unknown_region
from hub.exit_codes import ExitCode
from hub.instance import open_instance
from hub.settings import Settings
from resolvers.context import Context
from resolvers.operation_budget import OperationBudget
from schema.schema import schema

OPERATOR = Viewer("operator", Role.ADMIN)  # a user of the command has access to the database

VERIFICATION = """
query ($code: ID!, $instrumentId: ID!, $year: Int, $kind: AssessmentKind!) {
  region(code: $code) {
    code name
    verification(instrumentId: $instrumentId, year: $year, kind: $kind) {
      instrument { id name } year asOf areDocumentsClosed
      ruleTable { id version isConfirmed note sources }
      assessment { id kind year state }
      claimed { index { value display } predicate isComplete }
      supported { index { value display } predicate }
      notRefuted { index { value display } predicate }
      verdicts {
        indicator name ruleId isConfirmed claim ceiling notRefuted flag integrationIds inputsHash
        openFindings {
          level requirement state text integrationIds documentUrls
          missing(first: 200) {
            totalCount
            nodes {
              gap defects opd { id name } applications { id name }
              integration { id } documentKind documentUrl
            }
          }
        }
      }
    }
  }
}
"""
GRAPH = """
query ($code: ID!, $aroundId: ID, $depth: Int!, $limit: Int!) {
  region(code: $code) {
    code name
    integrationGraph(aroundId: $aroundId, depth: $depth, limit: $limit) {
      revision asOf basis
      nodes {
        nodeId name kind functionText status exchangeCount distance hiddenNeighbourCount x y
        region { code } opd { id }
      }
      edges {
        sourceId targetId isCounted isUndecided defects
        integration { id dataObject mode direction status evidenceGrade verifiedOn }
      }
      omitted {
        nodesOverLimitCount nodesBeyondCount edgeCount defectCounts { defect exchangeCount }
      }
    }
  }
}
"""
PROPOSALS = """
query ($code: ID!) {
  region(code: $code) {
    code name
    proposals(first: 200) {
      totalCount
      nodes {
        id kind rule status legalBasis evidenceIntegrationIds inputsHash
        applications { id application { name } }
        survivor { id application { name } } commonApplication { id name }
        survivorReasons { code values { name value } } reasons { code values { name value } }
        impact { integrationCount applicationCount externalNameCount externalNames }
        missingInputs { kind applicationId candidateCount }
        saving { yearly missingInputs { kind applicationId candidateCount } }
        confidence { value { value } parts { factor value { value } } }
        decision { choice reason decidedAt }
      }
    }
  }
}
"""
DIAGNOSTICS = """
query ($code: ID!) {
  region(code: $code) {
    code name
    diagnostics(basis: RECORDED) {
      basis asOf applicationCount outsideNodeCount exchangeCount modeUnknownCount ownerUnknownCount
      requiredExchangeCoverage { value { value } } busUsage { value { value } }
      reciprocity { value { value } } propagationCost { value { value } }
      producerRedundancy { value { value } } siloIndex { value }
      pointToPointDebt { totalCount } severalProducers { totalCount }
      cutPoints(first: 200) {
        totalCount nodes { node { nodeId name } cutOffCount cutOffNodes { nodeId name } }
      }
      isolated(first: 200) { totalCount nodes { nodeId name } }
    }
  }
}
"""


async def query_region(
    settings: Settings, document: str, code: str, **variables: object
) -> dict[str, Any]:
    """Return the region in the response to a query; exit with the error if it fails.

    Args:
        variables: the variables of the document, in addition to `code`.
    """
    async with open_instance(settings) as instance:
        result = await schema.execute(
            document,
            variable_values={"code": code, **variables},
            context_value=Context(instance, OPERATOR, OperationBudget(bounded=False)),
        )
    if result.errors:
        if "code" not in (result.errors[0].extensions or {}):
            raise result.errors[0]
        exit_with_error(translate_refusal(result.errors[0].message), ExitCode.INPUT)
    region: dict[str, Any] | None = (result.data or {})["region"]
    if region is None:
        exit_with_unknown_region(code)
    return region
