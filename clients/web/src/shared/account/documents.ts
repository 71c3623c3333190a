/** The GraphQL documents about accounts that the pages of accounts share. */
import type { ResultOf } from "gql.tada";
import { graphql } from "../graphql";

export const RIGHT_FIELDS = graphql(`
  fragment RightFields on Account {
    role
    regionCodes
    regions {
      code
      name
    }
    opdIds
    opds {
      id
      name
    }
    readsDrafts
  }
`);

export const SESSION_FIELDS = graphql(`
  fragment SessionFields on Session {
    id
    method
    createdAt
    expiresAt
    endsAt
    userAgent
    isCurrent
  }
`);

/** The newest acts that concern an account. */
export const ACCOUNT_AUDIT = graphql(`
  query AccountAudit($id: ID!, $first: Int!, $after: Cursor) {
    account(id: $id) {
      audit(first: $first, after: $after) {
        nodes {
          number
          at
          action
          actor {
            id
            name
          }
          account {
            id
          }
          role
          regionCodes
          opdIds
          reason
          tokenName
          method
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

export const END_SESSION = graphql(`
  mutation EndSession($input: EndSessionInput!) {
    endSession(input: $input) {
      __typename
    }
  }
`);

export type AccountRight = ResultOf<typeof RIGHT_FIELDS>;
export type AccountSession = ResultOf<typeof SESSION_FIELDS>;
type AuditPage = NonNullable<ResultOf<typeof ACCOUNT_AUDIT>["account"]>["audit"];
export type AuditEntry = AuditPage["nodes"][number];
export type AuditAction = AuditEntry["action"];
export type AccountRole = NonNullable<AccountRight["role"]>;
export type SignInMethod = AccountSession["method"];
