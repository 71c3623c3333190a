/** Where a region stands: its newest official index, the course of each kind, and an estimate. */
import type { ResultOf } from "gql.tada";
import { graphql } from "../../shared/graphql";

export const STANDING = graphql(`
  query Standing($code: ID!) {
    region(code: $code) {
      name
      provenance {
        source
        confirmed
        note
      }
      index {
        instrument {
          id
          name
          legalBasis
          levelMin
          levelMax
          predicates {
            label
            minimum
          }
        }
        year
        kind
        value
        display
        predicate
        basis
        complete
        domains {
          number
          name
          value
          display
        }
        nextPredicate {
          label
          threshold
          gap
        }
        provenance {
          source
          confirmed
          note
        }
      }
    }
  }
`);

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
        value
        display
        predicate
        provenance {
          source
          confirmed
          note
        }
      }
    }
  }
`);

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
          solutions
          indexMet
          pulledBy {
            aspect
            mean
          }
          indicators {
            indicator
            name
            level
            lowest
            highest
          }
          aspects {
            number
            value {
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
          missingDomains
          impossibleDomains
        }
      }
    }
  }
`);

type Answer = NonNullable<ResultOf<typeof STANDING>["region"]>;
export type Index = NonNullable<Answer["index"]>;
export type Score = NonNullable<ResultOf<typeof HISTORY>["region"]>["history"][number];
type Estimated = NonNullable<NonNullable<ResultOf<typeof ESTIMATE>["region"]>["estimatedProfile"]>;
export type Profile = Extract<Estimated, { __typename: "EstimatedProfile" }>;
