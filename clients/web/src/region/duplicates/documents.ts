/** The GraphQL document of the listings that are, or may be, the same system. */
import type { ResultOf } from "gql.tada";
import { graphql } from "../../shared/graphql";
import { PROVENANCE_FIELDS } from "../documents";

export const DUPLICATES = graphql(`
  query Duplicates($code: ID!) {
    region(code: $code) {
      duplicates {
        rule
        listed
        groupCount
        reviewCount
        relistingCount
        websiteCount
        severalCount
        aloneCount
        groups(first: 100) {
          policy
          count
          national {
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
          parts {
            count
          }
          links {
            a
            b
            policy
            signals {
              name
              value
            }
          }
        }
        websites(first: 50) {
          id
          application {
            name
          }
        }
        several(first: 50) {
          id
          application {
            name
          }
        }
      }
    }
  }
`, [PROVENANCE_FIELDS]);

export type Duplicates = NonNullable<NonNullable<ResultOf<typeof DUPLICATES>["region"]>["duplicates"]>;
export type Group = Duplicates["groups"][number];
export type Link = Group["links"][number];
export type Policy = Group["policy"];
