/** The GraphQL documents of the completeness of the inventory and its attestations. */
import type { ResultOf } from "gql.tada";
import { graphql } from "../../shared/graphql";
import { PROVENANCE_FIELDS } from "../documents";

const COMPLETENESS_FIELDS = graphql(`
  fragment CompletenessFields on Completeness {
    applications
    filled
    required
    value
    display
    enough
    missingCount
  }
`);

/** The required fields that are empty, by application. */
const OPEN_FIELDS = graphql(`
  fragment OpenFields on Completeness {
    missing(first: 100) {
      applicationId
      fields
      application {
        name
      }
    }
  }
`);

export const INVENTORY = graphql(`
  query Inventory($code: ID!) {
    region(code: $code) {
      inventory {
        completeness {
          ...CompletenessFields
        }
        ownerUnknown {
          ...CompletenessFields
          ...OpenFields
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
              ...ProvenanceFields
            }
          }
          completeness {
            ...CompletenessFields
            ...OpenFields
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
`, [PROVENANCE_FIELDS, COMPLETENESS_FIELDS, OPEN_FIELDS]);

export type Inventory = NonNullable<NonNullable<ResultOf<typeof INVENTORY>["region"]>["inventory"]>;
type OpdInventory = Inventory["opds"][number];
export type Completeness = OpdInventory["completeness"];
export type Seal = OpdInventory["seal"];
export type AttestationState = Seal["state"];
