/** The GraphQL documents of the completeness of the inventory and its attestations. */
import type { ResultOf } from "gql.tada";
import { graphql } from "../../shared/graphql";
import { PROVENANCE_FIELDS } from "../documents";

const COMPLETENESS_FIELDS = graphql(`
  fragment CompletenessFields on InventoryCompleteness {
    applicationCount
    filledCount
    requiredCount
    share {
      value
    }
    isSufficient
  }
`);

/** The required fields that are empty, by application. */
const OPEN_FIELDS = graphql(`
  fragment OpenFields on InventoryCompleteness {
    missing(first: 100) {
      totalCount
      nodes {
        applicationId
        fields
        application {
          name
        }
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
        attestedOpdCount
        developmentPolicy {
          year
          title
          url
        }
        opds(first: 200) {
          totalCount
          nodes {
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
            attestation {
              state
              attestation {
                attestedAt
              }
              expiresOn
              invalidatedBy {
                subjectId
                changedAt
              }
            }
            exemptionReason
          }
        }
      }
    }
  }
`, [PROVENANCE_FIELDS, COMPLETENESS_FIELDS, OPEN_FIELDS]);

export type Inventory = NonNullable<NonNullable<ResultOf<typeof INVENTORY>["region"]>["inventory"]>;
type OpdInventory = Inventory["opds"]["nodes"][number];
export type Completeness = OpdInventory["completeness"];
export type ApplicationField = Completeness["missing"]["nodes"][number]["fields"][number];
export type AttestationStatus = OpdInventory["attestation"];
export type AttestationState = AttestationStatus["state"];
