/** How complete the inventory is, and who vouches for it. */
import type { ResultOf } from "gql.tada";
import { graphql } from "../../shared/graphql";

export const INVENTORY = graphql(`
  query Inventory($code: ID!) {
    region(code: $code) {
      inventory {
        completeness {
          applications
          filled
          required
          value
          display
          enough
          missingCount
        }
        ownerUnknown {
          applications
          filled
          required
          value
          display
          enough
          missingCount
          missing(first: 100) {
            applicationId
            fields
            application {
              name
            }
          }
        }
        opdCount
        vouchedForCount
        policy {
          year
          title
          url
        }
        opds(first: 200) {
          opd {
            id
            name
            acronym
            provenance {
              source
              confirmed
              note
            }
          }
          completeness {
            applications
            filled
            required
            value
            display
            enough
            missingCount
            missing(first: 100) {
              applicationId
              fields
              application {
                name
              }
            }
          }
          seal {
            state
            attestation {
              at
            }
            expiresOn
            brokenBy {
              subject
              at
            }
          }
          vouchedFor
          exemptBecause
        }
      }
    }
  }
`);

export type Inventory = NonNullable<NonNullable<ResultOf<typeof INVENTORY>["region"]>["inventory"]>;
type OpdInventory = Inventory["opds"][number];
export type Completeness = OpdInventory["completeness"];
export type Seal = OpdInventory["seal"];
export type SealState = Seal["state"];
