/** The GraphQL documents of a region's graph of exchanges, its diagnostics, and its dependencies. */
import type { ResultOf, VariablesOf } from "gql.tada";
import { graphql } from "../../shared/graphql";
import { PROVENANCE_FIELDS } from "../documents";

export const GRAPH = graphql(`
  query Graph($code: ID!, $aroundId: ID, $depth: Int!, $basis: GraphBasis!) {
    region(code: $code) {
      integrationGraph(aroundId: $aroundId, depth: $depth, limit: 300, basis: $basis) {
        revision
        asOf
        aroundId
        nodes {
          nodeId
          name
          kind
          region {
            name
          }
          exchangeCount
          distance
          hiddenNeighbourCount
          x
          y
          opd {
            name
            acronym
          }
        }
        edges {
          sourceId
          targetId
          isCounted
          isUndecided
          defects
          integration {
            id
            dataObject
            mode
            direction
            evidenceGrade
            provenance {
              ...ProvenanceFields
            }
          }
        }
        omitted {
          nodesOverLimitCount
          nodesBeyondCount
          edgeCount
        }
      }
    }
  }
`, [PROVENANCE_FIELDS]);

const RATIO_FIELDS = graphql(`
  fragment RatioFields on Ratio {
    value {
      value
    }
    numerator
    denominator
  }
`);

export const DIAGNOSTICS = graphql(`
  query Diagnostics($code: ID!, $basis: GraphBasis!) {
    region(code: $code) {
      diagnostics(basis: $basis) {
        asOf
        applicationCount
        outsideNodeCount
        exchangeCount
        requiredExchangeCoverage {
          ...RatioFields
        }
        requiredExchanges {
          patternId
          rule
          dataObject
          isTwoWay
          isRealised
          isRealisedForward
          isRealisedBackward
          firstSide {
            name
          }
          secondSide {
            name
          }
          integrationIds
        }
        inapplicablePatternIds
        busUsage {
          ...RatioFields
        }
        modeUnknownCount
        reciprocity {
          ...RatioFields
        }
        propagationCost {
          ...RatioFields
        }
        siloIndex {
          display
        }
        ownerUnknownCount
        producerRedundancy {
          ...RatioFields
        }
        pointToPointDebt(first: 50) {
          totalCount
          nodes {
            id
          }
        }
        cutPoints(first: 50) {
          totalCount
          nodes {
            node {
              name
            }
            cutOffCount
            cutOffNodes {
              name
            }
          }
        }
        severalProducers(first: 50) {
          totalCount
          nodes {
            name
            producers {
              name
            }
          }
        }
        isolated(first: 200) {
          totalCount
          nodes {
            name
          }
        }
      }
    }
  }
`, [RATIO_FIELDS]);

const REACHABLE_NODE_FIELDS = graphql(`
  fragment ReachableNodeFields on ReachableNode {
    path {
      name
    }
  }
`);

export const IMPACT = graphql(`
  query Impact($id: ID!, $basis: GraphBasis!) {
    node(id: $id) {
      ... on Application {
        name
        impact(basis: $basis) {
          upstream(first: 50) {
            totalCount
            nodes {
              ...ReachableNodeFields
            }
          }
          downstream(first: 50) {
            totalCount
            nodes {
              ...ReachableNodeFields
            }
          }
        }
      }
    }
  }
`, [REACHABLE_NODE_FIELDS]);

export type Graph = NonNullable<NonNullable<ResultOf<typeof GRAPH>["region"]>["integrationGraph"]>;
export type GraphNode = Graph["nodes"][number];
type GraphEdge = Graph["edges"][number];
export type Defect = GraphEdge["defects"][number];
export type NodeKind = GraphNode["kind"];
export type Diagnostics = NonNullable<NonNullable<ResultOf<typeof DIAGNOSTICS>["region"]>["diagnostics"]>;
export type Ratio = ResultOf<typeof RATIO_FIELDS>;
export type RequiredExchange = Diagnostics["requiredExchanges"][number];
export type Basis = VariablesOf<typeof GRAPH>["basis"];
type ImpactNode = NonNullable<ResultOf<typeof IMPACT>["node"]>;
export type Impact = NonNullable<Extract<ImpactNode, { impact: unknown }>["impact"]>;
export type ReachableNode = ResultOf<typeof REACHABLE_NODE_FIELDS>;
