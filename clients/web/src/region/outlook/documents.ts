/** The GraphQL documents of base rates, of peers, and of systems to reuse. */
import type { ResultOf } from "gql.tada";
import { graphql } from "../../shared/graphql";
import { PROVENANCE_FIELDS } from "../documents";

const BASE_RATE_FIELDS = graphql(`
  fragment BaseRateFields on BaseRate {
    share
    lowest
    highest
    successes
    n
  }
`);

export const OUTLOOK = graphql(`
  query Outlook($code: ID!, $target: Float!) {
    region(code: $code) {
      outlook(target: $target) {
        instrument {
          name
        }
        start {
          display
        }
        startYear
        target {
          display
        }
        fromYear
        window
        n
        sufficiency
        reached {
          ...BaseRateFields
        }
        fell {
          ...BaseRateFields
        }
        meanChange
        spread
      }
    }
  }
`, [BASE_RATE_FIELDS]);

export const PEERS = graphql(`
  query Peers($code: ID!) {
    region(code: $code) {
      peers(first: 5) {
        code
        name
        year
        of
        distance
        byDomains
        byKind
        byPopulation
        nextIndex {
          display
        }
        change {
          display
        }
        moved
        examples
        instrument {
          domains {
            number
            name
          }
          indicators {
            number
            name
          }
        }
        domainChanges {
          number
          difference {
            value
            display
          }
        }
        levelChanges {
          indicator
          before
          after
        }
        region {
          code
        }
      }
    }
  }
`);

export const SHARING = graphql(`
  query Sharing($code: ID!) {
    region(code: $code) {
      sharingCandidates(first: 30) {
        rule
        function {
          id
          name
        }
        system {
          id
          application {
            name
            provenance {
              ...ProvenanceFields
            }
          }
        }
        level
        shareable
        confidence {
          value
        }
        regionsWith
        regionsCompared
        completeness {
          value
        }
        ownerCode
        owner {
          name
        }
      }
    }
  }
`, [PROVENANCE_FIELDS]);

export type Outlook = NonNullable<NonNullable<ResultOf<typeof OUTLOOK>["region"]>["outlook"]>;
export type BaseRate = NonNullable<Outlook["reached"]>;
export type Peer = NonNullable<NonNullable<ResultOf<typeof PEERS>["region"]>["peers"]>[number];
export type Candidate = NonNullable<NonNullable<ResultOf<typeof SHARING>["region"]>["sharingCandidates"]>[number];
