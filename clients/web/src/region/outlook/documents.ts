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
type PeerGroup = NonNullable<NonNullable<ResultOf<typeof PEERS>["region"]>["peers"]>;
export type Instrument = PeerGroup["instrument"];
export type Peer = PeerGroup["peers"][number];
export type Candidate = NonNullable<NonNullable<ResultOf<typeof SHARING>["region"]>["sharingCandidates"]>[number];
