/** The GraphQL document of the listings that are, or may be, the same system. */
import type { ResultOf } from "gql.tada";
import { graphql } from "../../shared/graphql";
import { PROVENANCE_FIELDS } from "../documents";

export const DUPLICATES = graphql(`
  query Duplicates($code: ID!) {
    region(code: $code) {
      duplicates {
        rule
        listingCount
        aloneCount
        groups(first: 100) {
          totalCount
          nodes {
            policy
            listingCount
            nationalSystem {
              name
              owner
            }
            listings {
              id
              application {
                name
                url
                opd {
                  name
                  acronym
                }
                provenance {
                  ...ProvenanceFields
                }
              }
            }
            links {
              firstId
              secondId
              signals {
                kind
                value
              }
            }
          }
        }
        websites(first: 50) {
          totalCount
          nodes {
            id
            application {
              name
            }
          }
        }
        multiSystemListings(first: 50) {
          totalCount
          nodes {
            id
            application {
              name
            }
          }
        }
      }
    }
  }
`, [PROVENANCE_FIELDS]);

export type Duplicates = NonNullable<NonNullable<ResultOf<typeof DUPLICATES>["region"]>["duplicates"]>;
export type Group = Duplicates["groups"]["nodes"][number];
export type Link = Group["links"][number];
export type Policy = Group["policy"];
export type SignalKind = Link["signals"][number]["kind"];
