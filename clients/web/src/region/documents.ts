/** The GraphQL documents that the whole page rests on; each chapter has its own beside it. */
import type { ResultOf } from "gql.tada";
import { SOURCE_FIELDS } from "../shared/documents";
import { graphql } from "../shared/graphql";

/** Who asks for which region, and the position to subscribe after. */
export const OPENING = graphql(`
  query Opening($code: ID!) {
    instance {
      cursor
      version
      replay
      viewer {
        role
        regions
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

/** Where the hub has the region from, and how good its copy is if another instance owns it. */
export const SOURCE = graphql(`
  query RegionSource($code: ID!) {
    region(code: $code) {
      source {
        ...SourceFields
      }
    }
  }
`, [SOURCE_FIELDS]);

export const PROVENANCE_FIELDS = graphql(`
  fragment ProvenanceFields on Provenance {
    source
    confirmed
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

/** The names behind the ids that other answers are made of. */
export const NAMES = graphql(`
  query Names($code: ID!, $applications: String, $exchanges: String) {
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

/** An exchange that another region's inventory holds. */
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
 * What happens in the region and what the viewer may see of it. Of events that differ in nothing the
 * page looks at, a slow line may leave out all but the newest: for a new query it is enough that an event
 * of its kind came. The wall, which lists each change with what was before it, asks for all.
 */
export const EVENTS = graphql(`
  subscription RegionEvents($regions: [ID!], $after: Cursor) {
    events(regions: $regions, after: $after, conflate: true) {
      cursor
      previousCursor
      kind
    }
  }
`);

export type Opening = ResultOf<typeof OPENING>;
export type Subject = NonNullable<Opening["region"]>;
export type Named = NonNullable<ResultOf<typeof NAMES>["region"]>;
export type NamedApplication = Named["applications"]["nodes"][number];
export type Exchange = ResultOf<typeof EXCHANGE_FIELDS>;
export type RegionEvent = ResultOf<typeof EVENTS>["events"];
export type EventKind = RegionEvent["kind"];
export type Provenance = ResultOf<typeof PROVENANCE_FIELDS>;
