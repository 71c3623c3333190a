/** The GraphQL documents of a region's newest official index, its history, and the estimate of its levels. */
import type { ResultOf } from "gql.tada";
import { INSTRUMENT_FIELDS } from "../../shared/documents";
import { graphql } from "../../shared/graphql";
import { PROVENANCE_FIELDS } from "../documents";

export const RESULTS = graphql(`
  query Results($code: ID!) {
    region(code: $code) {
      name
      provenance {
        ...ProvenanceFields
      }
      index {
        instrument {
          ...InstrumentFields
          legalBasis
        }
        year
        kind
        index {
          value
          display
        }
        predicate
        basis
        domains {
          number
          name
          score {
            value
            display
          }
        }
        nextPredicate {
          label
          threshold
          gap {
            value
          }
        }
        provenance {
          ...ProvenanceFields
        }
      }
    }
  }
`, [INSTRUMENT_FIELDS, PROVENANCE_FIELDS]);

export const HISTORY = graphql(`
  query History($code: ID!, $kind: AssessmentKind!) {
    region(code: $code) {
      history(kind: $kind) {
        instrument {
          id
          name
          levelMin
          levelMax
        }
        year
        kind
        index {
          value
          display
        }
        predicate
        provenance {
          ...ProvenanceFields
        }
      }
    }
  }
`, [PROVENANCE_FIELDS]);

export const ESTIMATE = graphql(`
  query Estimate($code: ID!) {
    region(code: $code) {
      estimatedProfile {
        __typename
        ... on EstimatedProfile {
          instrument {
            name
            aspects {
              number
              name
            }
          }
          year
          solutionCount
          isIndexReproduced
          indicators {
            indicator
            name
            level
            lowest
            highest
          }
          aspects {
            number
            score {
              display
            }
            lowest {
              display
            }
            highest {
              display
            }
          }
        }
        ... on NoEstimate {
          year
        }
      }
    }
  }
`);

type RegionResults = NonNullable<ResultOf<typeof RESULTS>["region"]>;
export type Index = NonNullable<RegionResults["index"]>;
export type Score = NonNullable<ResultOf<typeof HISTORY>["region"]>["history"][number];
type EstimateResult = NonNullable<NonNullable<ResultOf<typeof ESTIMATE>["region"]>["estimatedProfile"]>;
export type Profile = Extract<EstimateResult, { __typename: "EstimatedProfile" }>;
