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
    resultEditions(provinceCode: $province) {
      ...EditionFields
    }
  }
`, [EDITION_FIELDS]);

/**
 * The ranking of an edition, in which the neighbours of a region are found. A page holds all regions of
 * every province.
 */
export const NEIGHBOURS = graphql(`
  query Neighbours($province: ID!, $instrument: ID!, $year: Int!, $kind: AssessmentKind!) {
    ranking(
      instrumentId: $instrument
      year: $year
      kind: $kind
      filter: { provinceCode: $province }
      first: 200
    ) {
      nodes {
        region {
          code
        }
      }
    }
  }
`);

/** The mean and the best value over the province or over the nation. */
const REFERENCE_FIELDS = graphql(`
  fragment ReferenceFields on ComparisonReference {
    mean {
      value {
        display
      }
      sampleSize
      basis
    }
    best {
      value {
        display
      }
      regionCodes
    }
  }
`);

export const COMPARISON = graphql(`
  query Comparison($codes: [ID!]!, $instrument: ID!, $year: Int!, $kind: AssessmentKind!) {
    compare(regionCodes: $codes, instrumentId: $instrument, year: $year, kind: $kind) {
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
        partKind
        number
        name
        leaderCodes
        values {
          regionCode
          value {
            value
            display
          }
          differenceFromProvinceMean {
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
