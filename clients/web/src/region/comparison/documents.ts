/** Regions side by side, against the means and the best of province and nation. */
import type { ResultOf } from "gql.tada";
import { graphql } from "../../shared/graphql";

/** Who can be compared, and in which editions. */
export const CHOICES = graphql(`
  query ComparisonChoices($province: ID!) {
    regions(filter: { province: $province, kinds: [REGENCY, CITY] }, first: 100) {
      nodes {
        code
        name
      }
    }
    editions(province: $province) {
      instrument {
        id
        name
      }
      year
      kind
      count
    }
  }
`);

/** Who stands next to whom in an edition. */
export const NEIGHBOURS = graphql(`
  query Neighbours($province: ID!, $instrument: ID!, $year: Int!, $kind: AssessmentKind!) {
    ranking(instrument: $instrument, year: $year, kind: $kind, province: $province) {
      region {
        code
      }
    }
  }
`);

export const COMPARISON = graphql(`
  query Comparison($codes: [ID!]!, $instrument: ID!, $year: Int!, $kind: AssessmentKind!) {
    compare(codes: $codes, instrument: $instrument, year: $year, kind: $kind) {
      instrument {
        id
        name
        levelMax
      }
      year
      kind
      regions {
        region {
          code
          name
        }
        score {
          predicate
          provenance {
            source
            confirmed
            note
          }
        }
      }
      lines {
        part
        number
        name
        leaders
        values {
          region
          value {
            value
            display
          }
          toProvinceMean {
            value
            display
          }
        }
        province {
          mean {
            value {
              display
            }
            n
            basis
          }
          best {
            value {
              display
            }
            regions
          }
        }
        national {
          mean {
            value {
              display
            }
            n
            basis
          }
          best {
            value {
              display
            }
            regions
          }
        }
      }
    }
  }
`);

export type Choices = ResultOf<typeof CHOICES>;
export type Comparison = ResultOf<typeof COMPARISON>["compare"];
type Line = Comparison["lines"][number];
export type Reference = Line["province"];
