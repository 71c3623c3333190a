/** The GraphQL documents of a region's graph of exchanges, its diagnostics, and its dependencies. */
import type { ResultOf } from "gql.tada";
import { graphql } from "../../shared/graphql";
import { PROVENANCE_FIELDS } from "../documents";

export const GRAPH = graphql(`
  query Graph($code: ID!, $around: ID, $depth: Int!, $basis: GraphBasis!) {
    region(code: $code) {
      integrationGraph(around: $around, depth: $depth, limit: 300, basis: $basis) {
        revision
        asOf
        around
        nodes {
          id
          name
          kind
          regionCode
          degree
          distance
          hidden
          x
          y
          opd {
            name
            acronym
          }
        }
        edges {
          id
          source
          target
          counts
          undecided
          defects
          integration {
            dataObject
            mode
            direction
            evidenceGrade
            provenance {
              ...ProvenanceFields
            }
          }
        }
        leftOut {
          nodesOverLimit
          nodesBeyond
          edges
        }
      }
    }
  }
`, [PROVENANCE_FIELDS]);

const SHARE_FIELDS = graphql(`
  fragment ShareFields on Share {
    value
    part
    of
  }
`);

export const DIAGNOSTICS = graphql(`
  query Diagnostics($code: ID!, $basis: GraphBasis!) {
    region(code: $code) {
      diagnostics(basis: $basis) {
        asOf
        applications
        outside
        edges
        required {
          ...ShareFields
        }
        exchanges {
          id
          rule
          data
          weight
          bothWays
          realised
          there
          back
          one {
            name
          }
          other {
            name
          }
          integrations
        }
        inapplicable
        bus {
          ...ShareFields
        }
        modeUnknown
        reciprocity {
          ...ShareFields
        }
        propagation {
          ...ShareFields
        }
        silo
        siloDisplay
        ownerUnknown
        producers {
          ...ShareFields
        }
        cutPointCount
        isolatedCount
        pointToPointDebtCount
        severalProducersCount
        pointToPointDebt(first: 50)
        cutPoints(first: 50) {
          node {
            name
          }
          cutOffCount
          cutOff {
            name
          }
        }
        severalProducers(first: 50) {
          dataObject
          producers {
            name
          }
        }
        isolated(first: 200) {
          name
        }
      }
    }
  }
`, [SHARE_FIELDS]);

const REACHED_FIELDS = graphql(`
  fragment ReachedFields on Reached {
    node {
      name
    }
    distance
    path {
      name
    }
    integrations
  }
`);

export const IMPACT = graphql(`
  query Impact($id: ID!, $basis: GraphBasis!) {
    node(id: $id) {
      ... on Application {
        name
        impact(basis: $basis) {
          upstreamCount
          downstreamCount
          upstream(first: 50) {
            ...ReachedFields
          }
          downstream(first: 50) {
            ...ReachedFields
          }
        }
      }
    }
  }
`, [REACHED_FIELDS]);

export type Graph = NonNullable<NonNullable<ResultOf<typeof GRAPH>["region"]>["integrationGraph"]>;
export type GraphNode = Graph["nodes"][number];
type GraphEdge = Graph["edges"][number];
export type Defect = GraphEdge["defects"][number];
export type NodeKind = GraphNode["kind"];
export type Diagnostics = NonNullable<NonNullable<ResultOf<typeof DIAGNOSTICS>["region"]>["diagnostics"]>;
export type RequiredExchange = Diagnostics["exchanges"][number];
export type Basis = "RECORDED" | "COUNTED";
type ImpactNode = NonNullable<ResultOf<typeof IMPACT>["node"]>;
export type Impact = NonNullable<Extract<ImpactNode, { impact: unknown }>["impact"]>;
export type Reached = Impact["upstream"][number];
