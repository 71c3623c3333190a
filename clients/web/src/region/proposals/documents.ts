/** The GraphQL documents of the proposals for consolidation and of the decisions on them. */
import type { ResultOf, VariablesOf } from "gql.tada";
import { graphql } from "../../shared/graphql";
import { PROVENANCE_FIELDS } from "../documents";

export const PROPOSALS = graphql(`
  query Proposals($code: ID!) {
    region(code: $code) {
      proposals(first: 200) {
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
        survivorBecause {
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
        evidence
        impact {
          integrationCount
          integrations
          applicationCount
          applications {
            id
            application {
              name
            }
          }
          outside
        }
        missing
        saving {
          yearly
          unknown
        }
        confidence {
          value {
            value
          }
          parts {
            name
            value {
              value
            }
          }
        }
        legalBasis
        inputs
        decision {
          decision
          reason
          at
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
        decision
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
/** The problems that a decision may have. The client does not compile if one has no message. */
export type ProblemType = Exclude<DecisionResult["__typename"], "ProposalDecision">;
export type Proposal = NonNullable<NonNullable<ResultOf<typeof PROPOSALS>["region"]>["proposals"]>[number];
export type ProposalKind = Proposal["kind"];
export type ProposalStatus = Proposal["status"];
export type Reason = Proposal["reasons"][number];
export type Decision = VariablesOf<typeof DECIDE_PROPOSAL>["input"]["decision"];
