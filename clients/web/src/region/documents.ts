/** The GraphQL documents of the whole page. The folder of each chapter contains the documents of the chapter. */
import type { ResultOf } from "gql.tada";
import { SOURCE_FIELDS } from "../shared/documents";
import { graphql } from "../shared/graphql";

/** The viewer, the region, and the position to subscribe after. */
export const OPENING = graphql(`
  query Opening($code: ID!) {
    instance {
      cursor
      version
      isReplay
      viewer {
        role
        regionCodes
      }
    }
    region(code: $code) {
      code
      name
      kind
      parent {
        code
        name
      }
    }
  }
`);

/** The sources of the region and of its province, whose log has its results, and how current they are. */
export const SOURCE = graphql(`
  query RegionSource($code: ID!) {
    region(code: $code) {
      source {
        ...SourceFields
        ownerUrl
        detail
        refusedEntries {
          sequence
          reason
          at
          detail
        }
      }
      parent {
        source {
          ...SourceFields
        }
      }
    }
  }
`, [SOURCE_FIELDS]);

export const PROVENANCE_FIELDS = graphql(`
  fragment ProvenanceFields on Provenance {
    source
    isConfirmed
    note
  }
`);

export const EXCHANGE_FIELDS = graphql(`
  fragment ExchangeFields on Integration {
    id
    dataObject
    mode
    direction
    evidenceGrade
    verifiedOn
    targetName
    source {
      name
    }
    target {
      name
    }
    provenance {
      ...ProvenanceFields
    }
  }
`, [PROVENANCE_FIELDS]);

/** The names of the applications and exchanges, of which other responses contain only the ids. */
export const NAMES = graphql(`
  query Names($code: ID!, $applications: Cursor, $exchanges: Cursor) {
    region(code: $code) {
      applications(first: 200, after: $applications) {
        nodes {
          id
          name
          opd {
            name
            acronym
          }
          functionTag {
            function {
              id
              name
            }
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
      integrations(first: 200, after: $exchanges) {
        nodes {
          ...ExchangeFields
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`, [EXCHANGE_FIELDS]);

/** An exchange by its id, for an exchange in the inventory of another region. */
export const EXCHANGE = graphql(`
  query Exchange($id: ID!) {
    node(id: $id) {
      ... on Integration {
        ...ExchangeFields
      }
    }
  }
`, [EXCHANGE_FIELDS]);

/**
 * The events of the region that the viewer may see. On a slow connection the server may leave out all but
 * the newest of equal events, because one event of a kind is enough to repeat a query. The wall lists each
 * change with the value before it, so it subscribes to all events.
 */
export const EVENTS = graphql(`
  subscription RegionEvents($regionCodes: [ID!], $after: Cursor) {
    events(regionCodes: $regionCodes, after: $after, conflate: true) {
      cursor
      previousCursor
      eventKind
    }
  }
`);

export type Opening = ResultOf<typeof OPENING>;
export type Subject = NonNullable<Opening["region"]>;
export type RegionSource = NonNullable<ResultOf<typeof SOURCE>["region"]>["source"];
export type RegionNames = NonNullable<ResultOf<typeof NAMES>["region"]>;
export type NamedApplication = RegionNames["applications"]["nodes"][number];
export type Exchange = ResultOf<typeof EXCHANGE_FIELDS>;
export type RegionEvent = ResultOf<typeof EVENTS>["events"];
export type EventKind = RegionEvent["eventKind"];
export type Provenance = ResultOf<typeof PROVENANCE_FIELDS>;
