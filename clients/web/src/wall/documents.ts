/** The GraphQL documents of the wall. */
import type { ResultOf } from "gql.tada";
import { EDITION_FIELDS, INSTRUMENT_FIELDS, SOURCE_FIELDS } from "../shared/documents";
import { graphql } from "../shared/graphql";

/** Whose wall this is, and the position to subscribe after. */
export const INSTANCE = graphql(`
  query Instance {
    instance {
      cursor
      name
      version
      replay
      province
    }
  }
`);

/** What does not change while a wall hangs: where the regions of the province lie. */
export const PLACES = graphql(`
  query Places($province: ID!, $after: String) {
    regions(
      filter: { province: $province, kinds: [REGENCY, CITY] }
      first: 100
      after: $after
    ) {
      edges {
        node {
          code
          name
          latitude
          longitude
          areaKm2
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

/** Which results there are to choose from. */
export const EDITIONS = graphql(`
  query Editions($province: ID!) {
    editions(province: $province) {
      ...EditionFields
    }
  }
`, [EDITION_FIELDS]);

/** All that moves on the wall, for one edition. */
export const WALL = graphql(`
  query Wall($province: ID!, $instrument: ID!, $year: Int!, $kind: AssessmentKind!) {
    editions(province: $province) {
      ...EditionFields
    }
    instrument(id: $instrument) {
      ...InstrumentFields
    }
    ranking(instrument: $instrument, year: $year, kind: $kind, province: $province) {
      position
      movement
      change
      region {
        code
        name
      }
      score {
        value
        display
        predicate
        nextPredicate {
          label
          threshold
          gap
        }
      }
    }
    region(code: $province) {
      code
      name
      index(instrument: $instrument, year: $year, kind: $kind) {
        display
        value
        predicate
      }
    }
    indexMeans(province: $province, kind: $kind) {
      instrument {
        id
        name
      }
      year
      value
      display
      count
      of
    }
  }
`, [EDITION_FIELDS, INSTRUMENT_FIELDS]);

/**
 * The changes that the wall follows: each of them, since the ticker says what was before and after it.
 * With `conflate` a slow line would skip steps, and that one was missed could not be seen any more; and
 * it would spare nothing, since the view is read anew at most every 700 ms however many there are.
 */
export const INDEX_CHANGED = graphql(`
  subscription IndexChanged($after: Cursor) {
    indexChanged(after: $after) {
      cursor
      previousCursor
      at
      region {
        code
        name
      }
      instrument
      year
      kind
      state
      before
      after
      predicateBefore
      predicateAfter
      replay
    }
  }
`);

/** Of the regions that other instances own: how good the copies are. */
export const SOURCES = graphql(`
  query Sources {
    sources {
      ...SourceFields
    }
  }
`, [SOURCE_FIELDS]);

export type Place = ResultOf<typeof PLACES>["regions"]["edges"][number]["node"];
export type View = ResultOf<typeof WALL>;
export type Row = View["ranking"][number];
export type Mean = View["indexMeans"][number];
export type IndexChange = ResultOf<typeof INDEX_CHANGED>["indexChanged"];
