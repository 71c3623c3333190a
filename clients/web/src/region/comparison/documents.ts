/** The GraphQL documents that compare regions with each other, with means and with the best values. */
import type { ResultOf } from "gql.tada";
import { EDITION_FIELDS } from "../../shared/documents";
import { graphql } from "../../shared/graphql";
import { PROVENANCE_FIELDS } from "../documents";

/** The regions and the editions that a viewer can choose. */
export const CHOICES = graphql(`
  query ComparisonChoices($province: ID!) {
    regions(filter: { provinceCode: $province, kinds: [REGENCY, CITY] }, first: 100) {
      nodes {
        code
        name
      }
    }
    editions(province: $province) {
      ...EditionFields
    }
  }
`, [EDITION_FIELDS]);

/** The ranking of an edition, in which the neighbours of a region are found. */
export const NEIGHBOURS = graphql(`
  query Neighbours($province: ID!, $instrument: ID!, $year: Int!, $kind: AssessmentKind!) {
    ranking(instrument: $instrument, year: $year, kind: $kind, province: $province) {
      region {
        code
      }
    }
  }
`);

/** The mean and the best value over the province or over the nation. */
const REFERENCE_FIELDS = graphql(`
  fragment ReferenceFields on Reference {
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
            ...ProvenanceFields
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
          ...ReferenceFields
        }
        national {
          ...ReferenceFields
        }
      }
    }
  }
`, [PROVENANCE_FIELDS, REFERENCE_FIELDS]);

export type Choices = ResultOf<typeof CHOICES>;
export type Comparison = ResultOf<typeof COMPARISON>["compare"];
type Line = Comparison["lines"][number];
export type Reference = Line["province"];
