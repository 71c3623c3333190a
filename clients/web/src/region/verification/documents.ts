/** The GraphQL documents of a region's claims and of the verdicts on them. */
import type { ResultOf } from "gql.tada";
import { graphql } from "../../shared/graphql";
import { PROVENANCE_FIELDS } from "../documents";

/** The instruments that a viewer can choose: those with rules. */
export const INSTRUMENTS = graphql(`
  query Instruments {
    instruments {
      id
      name
      hasRules
    }
  }
`);

export const VERIFICATION = graphql(`
  query Verification($code: ID!, $instrumentId: ID!, $kind: AssessmentKind!) {
    region(code: $code) {
      verification(instrumentId: $instrumentId, kind: $kind) {
        instrument {
          id
          name
        }
        year
        asOf
        areDocumentsClosed
        ruleTable {
          id
          version
          isConfirmed
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
          ruleId
          isConfirmed
          claim
          ceiling
          notRefuted
          flag
          integrationIds
          inputsHash
          findings {
            level
            text
            state
            documentUrls
          }
          openFindings {
            level
            text
            missing(first: 100) {
              totalCount
              nodes {
                gap
                defects
                opd {
                  name
                }
                applications {
                  name
                }
                integration {
                  source {
                    name
                  }
                  target {
                    name
                  }
                  targetName
                }
                documentKind
                documentUrl
              }
            }
          }
        }
      }
    }
  }
`, [PROVENANCE_FIELDS]);

export type Instrument = ResultOf<typeof INSTRUMENTS>["instruments"][number];
export type Verification = NonNullable<NonNullable<ResultOf<typeof VERIFICATION>["region"]>["verification"]>;
export type Verdict = NonNullable<Verification["verdicts"]>[number];
export type Flag = NonNullable<Verdict["flag"]>;
export type Finding = NonNullable<Verdict["findings"]>[number];
export type RequirementState = Finding["state"];
export type OpenFinding = NonNullable<Verdict["openFindings"]>[number];
export type MissingEvidence = NonNullable<OpenFinding["missing"]>["nodes"][number];
export type Gap = MissingEvidence["gap"];
export type DocumentKind = NonNullable<MissingEvidence["documentKind"]>;
export type State = NonNullable<Verification["assessment"]>["state"];
