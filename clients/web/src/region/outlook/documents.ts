/** The GraphQL documents of base rates, of peers, and of systems to reuse. */
import type { ResultOf } from "gql.tada";
import { graphql } from "../../shared/graphql";
import { PROVENANCE_FIELDS } from "../documents";

const BASE_RATE_FIELDS = graphql(`
  fragment BaseRateFields on BaseRate {
    share {
      value
    }
    lowest {
      value
    }
    highest {
      value
    }
    successCount
    sampleSize
  }
`);

export const OUTLOOK = graphql(`
  query Outlook($code: ID!, $target: Decimal!) {
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
        sampleSize
        sufficiency
        reached {
          ...BaseRateFields
        }
        declined {
          ...BaseRateFields
        }
        meanChange {
          display
        }
        standardDeviation {
          value
        }
      }
    }
  }
`, [BASE_RATE_FIELDS]);

export const PEERS = graphql(`
  query Peers($code: ID!) {
    region(code: $code) {
      peers(peerCount: 5) {
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
        year
        candidateCount
        sufficiency
        peers {
          regionCode
          name
          distance {
            value
          }
          domainDistance {
            value
          }
          kindDistance {
            value
          }
          populationDistance {
            value
          }
          nextIndex {
            display
          }
          indexChange {
            display
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
  }
`);

export const REUSE = graphql(`
  query Reuse($code: ID!) {
    region(code: $code) {
      reuseCandidates(first: 30) {
        nodes {
          rule
          function {
            id
            name
          }
          application {
            id
            application {
              name
              provenance {
                ...ProvenanceFields
              }
            }
          }
          officialLevel
          isShareable
          functionConfidence {
            value
          }
          servingRegionCount
          comparedRegionCount
          inventoryCompleteness {
            value
          }
          owner {
            name
          }
        }
      }
    }
  }
`, [PROVENANCE_FIELDS]);

export type Outlook = NonNullable<NonNullable<ResultOf<typeof OUTLOOK>["region"]>["outlook"]>;
export type BaseRate = NonNullable<Outlook["reached"]>;
type PeerGroup = NonNullable<NonNullable<ResultOf<typeof PEERS>["region"]>["peers"]>;
export type Instrument = PeerGroup["instrument"];
export type Peer = PeerGroup["peers"][number];
export type ReuseCandidate = NonNullable<
  NonNullable<ResultOf<typeof REUSE>["region"]>["reuseCandidates"]
>["nodes"][number];
