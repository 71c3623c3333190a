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
    resultEditions(provinceCode: $province) {
      ...EditionFields
    }
  }
`, [EDITION_FIELDS]);

/** A page of the ranking of an edition. */
const RANKING_FIELDS = graphql(`
  fragment RankingFields on RankedRegionConnection {
    nodes {
      position
      movement
      change {
        display
      }
      region {
        code
        name
      }
      score {
        index {
          value
          display
        }
        predicate
        nextPredicate {
          label
          threshold
          gap {
            value
          }
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
`);

/** All data of the wall that changes, for one edition. */
export const WALL = graphql(`
  query Wall($province: ID!, $instrument: ID!, $year: Int!, $kind: AssessmentKind!) {
    resultEditions(provinceCode: $province) {
      ...EditionFields
    }
    instrument(id: $instrument) {
      ...InstrumentFields
    }
    ranking(
      instrumentId: $instrument
      year: $year
      kind: $kind
      filter: { provinceCode: $province }
      first: 200
    ) {
      ...RankingFields
    }
    region(code: $province) {
      code
      name
      index(instrumentId: $instrument, year: $year, kind: $kind) {
        index {
          display
        }
        predicate
      }
    }
    indexMeans(provinceCode: $province, kind: $kind) {
      instrument {
        id
        name
      }
      year
      mean {
        value
        display
      }
      resultCount
      regionCount
    }
  }
`, [EDITION_FIELDS, INSTRUMENT_FIELDS, RANKING_FIELDS]);

/** The next page of the ranking, for an edition with more regions than the first page has. */
export const NEXT_RANKING = graphql(`
  query NextRanking(
    $province: ID!
    $instrument: ID!
    $year: Int!
    $kind: AssessmentKind!
    $after: Cursor
  ) {
    ranking(
      instrumentId: $instrument
      year: $year
      kind: $kind
      filter: { provinceCode: $province }
      first: 200
      after: $after
    ) {
      ...RankingFields
    }
  }
`, [RANKING_FIELDS]);

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
      instrument {
        id
      }
      year
      assessmentKind
      assessmentState
      before {
        value
        display
      }
      after {
        value
        display
      }
      predicateAfter
      isReplay
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
type WallResponse = ResultOf<typeof WALL>;
export type RankingPage = ResultOf<typeof RANKING_FIELDS>;
export type Row = RankingPage["nodes"][number];
/** The response for an edition, with all rows of its ranking. */
export type View = Omit<WallResponse, "ranking"> & { ranking: readonly Row[] };
export type Mean = View["indexMeans"][number];
export type IndexChange = ResultOf<typeof INDEX_CHANGED>["indexChanged"];
