/** The parts of GraphQL documents that both pages ask for. */
import { graphql } from "./graphql";

export const EDITION_FIELDS = graphql(`
  fragment EditionFields on Edition {
    instrument {
      id
      name
    }
    year
    kind
    count
  }
`);

/** An instrument with its scale, which values are coloured by. */
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

/** Which instance a region's data comes from, and how good the copy is. */
export const SOURCE_FIELDS = graphql(`
  fragment SourceFields on Source {
    region
    state
    asOf
  }
`);
