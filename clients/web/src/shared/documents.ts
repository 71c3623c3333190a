/** The GraphQL fragments that both pages use. */
import { graphql } from "./graphql";

export const EDITION_FIELDS = graphql(`
  fragment EditionFields on ResultEdition {
    instrument {
      id
      name
    }
    year
    kind
    resultCount
  }
`);

/** An instrument with its scale, which determines the colours of values. */
export const INSTRUMENT_FIELDS = graphql(`
  fragment InstrumentFields on Instrument {
    id
    name
    levelMin
    levelMax
    predicates {
      label
      minimum
    }
  }
`);

/** The instance that a region's data comes from, and how current the copy is. */
export const SOURCE_FIELDS = graphql(`
  fragment SourceFields on Source {
    regionCode
    state
    asOf
    problem
    clock
    refusedCount
  }
`);
