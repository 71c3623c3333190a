/** The GraphQL documents of the proposals for consolidation and of the decisions on them. */
import type { ResultOf, VariablesOf } from "gql.tada";
import { graphql } from "../../shared/graphql";
import { PROVENANCE_FIELDS } from "../documents";

export const PROPOSALS = graphql(`
  query Proposals($code: ID!) {
    region(code: $code) {
      proposals(first: 200) {
        nodes {
          id
          kind
          rule
          status
          applications {
            id
            application {
              name
              opd {
                name
                acronym
              }
            }
          }
          survivor {
            id
            application {
              name
              region {
                name
              }
            }
          }
          commonApplication {
            name
            owner
            provenance {
              ...ProvenanceFields
            }
          }
          survivorReasons {
            code
            values {
              name
              value
            }
          }
          reasons {
            code
            values {
              name
              value
            }
          }
          evidenceIntegrationIds
          impact {
            integrationCount
            applications {
              id
              application {
                name
              }
            }
            externalNames
          }
          missingInputs {
            kind
            applicationId
            candidateCount
          }
          saving {
            yearly
          }
          confidence {
            value {
              value
            }
            parts {
              factor
              value {
                value
              }
            }
          }
          legalBasis
          inputsHash
          decision {
            choice
            reason
            decidedAt
            decidedBy {
              name
            }
          }
        }
      }
    }
  }
`, [PROVENANCE_FIELDS]);

export const DECIDE_PROPOSAL = graphql(`
  mutation DecideProposal($input: DecideProposalInput!) {
    decideProposal(input: $input) {
      __typename
      ... on ProposalDecision {
        choice
      }
      ... on InvalidInput {
        field
      }
      ... on OwnedElsewhere {
        ownerUrl
      }
    }
  }
`);

export type DecisionResult = ResultOf<typeof DECIDE_PROPOSAL>["decideProposal"];
/** The problems of a decision. The client does not compile if one of them has no message. */
export type DecisionProblem = Exclude<DecisionResult["__typename"], "ProposalDecision">;
export type Proposal = NonNullable<NonNullable<ResultOf<typeof PROPOSALS>["region"]>["proposals"]>["nodes"][number];
export type ProposalKind = Proposal["kind"];
export type ProposalStatus = Proposal["status"];
export type ProposalReason = Proposal["reasons"][number];
export type ReasonCode = ProposalReason["code"];
export type ReasonValueName = ProposalReason["values"][number]["name"];
export type MissingInput = Proposal["missingInputs"][number];
export type MissingInputKind = MissingInput["kind"];
export type ConfidenceFactor = Proposal["confidence"]["parts"][number]["factor"];
export type ProposalChoice = VariablesOf<typeof DECIDE_PROPOSAL>["input"]["choice"];
