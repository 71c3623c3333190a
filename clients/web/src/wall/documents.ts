/** The GraphQL documents of the wall. */
import type { ResultOf } from "gql.tada";
import { EDITION_FIELDS, INSTRUMENT_FIELDS, SOURCE_FIELDS } from "../shared/documents";
import { graphql } from "../shared/graphql";

/** The instance that serves the wall, and the position to subscribe after. */
export const INSTANCE = graphql(`
  query Instance {
    instance {
      cursor
      name
      version
      isReplay
      provinceCode
    }
  }
`);

/** The constant data of the wall: the position and the area of each region of the province. */
export const PLACES = graphql(`
  query Places($province: ID!, $after: Cursor) {
    regions(
      filter: { provinceCode: $province, kinds: [REGENCY, CITY] }
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

/** The editions that a viewer can choose. */
export const EDITIONS = graphql(`
  query Editions($province: ID!) {
    editions(province: $province) {
      ...EditionFields
    }
  }
`, [EDITION_FIELDS]);

/** All data of the wall that changes, for one edition. */
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
      index(instrumentId: $instrument, year: $year, kind: $kind) {
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
 * All changes of an index. The wall subscribes without `conflate`, because the ticker shows the values
 * before and after each change, and a slow connection would leave out changes that the page cannot notice.
 * `conflate` would save nothing either: the wall reads the view at most every 700 ms.
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

/** The state of the copies of regions that other instances own. */
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
