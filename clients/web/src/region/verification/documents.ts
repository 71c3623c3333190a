/** The GraphQL document of a region's claims and of the verdicts on them. */
import type { ResultOf } from "gql.tada";
import { graphql } from "../../shared/graphql";
import { PROVENANCE_FIELDS } from "../documents";

export const VERIFICATION = graphql(`
  query Verification($code: ID!, $instrument: ID!, $kind: AssessmentKind!) {
    region(code: $code) {
      verification(instrument: $instrument, kind: $kind) {
        instrument {
          id
          name
        }
        year
        asOf
        documentsClosed
        rules {
          id
          version
          confirmed
          note
          sources
        }
        assessment {
          year
          kind
          state
          provenance {
            ...ProvenanceFields
          }
        }
        claimed {
          index {
            display
          }
          predicate
          isComplete
        }
        supported {
          index {
            display
          }
          predicate
        }
        notRefuted {
          index {
            display
          }
          predicate
        }
        verdicts {
          indicator
          name
          rule
          confirmed
          claim
          ceiling
          notRefuted
          flag
          integrations
          inputs
          findings {
            level
            text
            state
            documents
          }
          open {
            level
            text
            missingCount
            missing(first: 100) {
              gap
              subject
              details
              name
            }
          }
        }
      }
    }
  }
`, [PROVENANCE_FIELDS]);

export type Verification = NonNullable<NonNullable<ResultOf<typeof VERIFICATION>["region"]>["verification"]>;
export type Verdict = Verification["verdicts"][number];
export type Flag = NonNullable<Verdict["flag"]>;
export type RequirementState = Verdict["findings"][number]["state"];
export type OpenLevel = Verdict["open"][number];
export type Missing = OpenLevel["missing"][number];
export type Gap = Missing["gap"];
export type State = NonNullable<Verification["assessment"]>["state"];
