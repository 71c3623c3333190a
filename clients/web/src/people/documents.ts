/** The GraphQL documents of the page of people and programs. */
import type { ResultOf, VariablesOf } from "gql.tada";
import { RIGHT_FIELDS, SESSION_FIELDS } from "../shared/account/documents";
import { graphql } from "../shared/graphql";

/** The viewer, whose role and regions decide which rights the page offers. */
export const PEOPLE_OPENING = graphql(`
  query PeopleOpening {
    instance {
      sendsMail
      viewer {
        role
        regionCodes
        account {
          id
        }
      }
    }
  }
`);

export const SCOPE_REGIONS = graphql(`
  query ScopeRegions($after: Cursor) {
    regions(first: 200, after: $after) {
      nodes {
        code
        name
        kind
        parent {
          code
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const SCOPE_OPDS = graphql(`
  query ScopeOpds($code: ID!, $after: Cursor) {
    region(code: $code) {
      opds(first: 200, after: $after) {
        nodes {
          id
          name
          acronym
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

export const MANAGED_ACCOUNT_FIELDS = graphql(`
  fragment ManagedAccountFields on Account {
    id
    kind
    state
    name
    login
    isOfProvider
    givenBy {
      name
    }
    givenAt
    lastSignInAt
    version
    ...RightFields
  }
`, [RIGHT_FIELDS]);

export const PEOPLE = graphql(`
  query People($role: Role, $regionCode: ID, $state: AccountState, $search: String, $after: Cursor) {
    accounts(
      kind: PERSON
      role: $role
      regionCode: $regionCode
      state: $state
      search: $search
      first: 50
      after: $after
    ) {
      totalCount
      nodes {
        ...ManagedAccountFields
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`, [MANAGED_ACCOUNT_FIELDS]);

export const PROGRAMS = graphql(`
  query Programs($after: Cursor) {
    accounts(kind: PROGRAM, state: ACTIVE, first: 50, after: $after) {
      nodes {
        ...ManagedAccountFields
        tokens {
          id
          name
          createdAt
          expiresAt
          lastUsedAt
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`, [MANAGED_ACCOUNT_FIELDS]);

export const MANAGED_ACCOUNT = graphql(`
  query ManagedAccount($id: ID!) {
    account(id: $id) {
      ...ManagedAccountFields
    }
  }
`, [MANAGED_ACCOUNT_FIELDS]);

export const MANAGED_SESSIONS = graphql(`
  query ManagedSessions($id: ID!) {
    account(id: $id) {
      sessions {
        ...SessionFields
      }
    }
  }
`, [SESSION_FIELDS]);

const INVITATION_FIELDS = graphql(`
  fragment InvitationFields on Invitation {
    account {
      id
      name
      login
      ...RightFields
    }
    path
    expiresAt
    mailedTo
    mailProblem
  }
`, [RIGHT_FIELDS]);

export const INVITE_ACCOUNT = graphql(`
  mutation InviteAccount($input: InviteAccountInput!) {
    inviteAccount(input: $input) {
      __typename
      ...InvitationFields
      ... on InvalidInput {
        field
      }
    }
  }
`, [INVITATION_FIELDS]);

export const RENEW_INVITATION = graphql(`
  mutation RenewInvitation($input: RenewInvitationInput!) {
    renewInvitation(input: $input) {
      __typename
      ...InvitationFields
    }
  }
`, [INVITATION_FIELDS]);

export const CHANGE_RIGHT = graphql(`
  mutation ChangeRight($input: ChangeRightInput!) {
    changeRight(input: $input) {
      __typename
      ...ManagedAccountFields
      ... on WrongState {
        currentState
      }
      ... on InvalidInput {
        field
      }
    }
  }
`, [MANAGED_ACCOUNT_FIELDS]);

export const WITHDRAW_RIGHT = graphql(`
  mutation WithdrawRight($input: WithdrawRightInput!) {
    withdrawRight(input: $input) {
      __typename
      ...ManagedAccountFields
      ... on WrongState {
        currentState
      }
      ... on InvalidInput {
        field
      }
    }
  }
`, [MANAGED_ACCOUNT_FIELDS]);

export const ERASE_ACCOUNT = graphql(`
  mutation EraseAccount($input: EraseAccountInput!) {
    eraseAccount(input: $input) {
      __typename
      ...ManagedAccountFields
      ... on WrongState {
        currentState
      }
    }
  }
`, [MANAGED_ACCOUNT_FIELDS]);

export const CREATE_PROGRAM_TOKEN = graphql(`
  mutation CreateProgramToken($input: CreateProgramTokenInput!) {
    createProgramToken(input: $input) {
      __typename
      ... on CreatedToken {
        secret
        token {
          name
          expiresAt
        }
      }
      ... on InvalidInput {
        field
      }
    }
  }
`);

export const WITHDRAW_TOKEN = graphql(`
  mutation WithdrawToken($input: WithdrawTokenInput!) {
    withdrawToken(input: $input) {
      __typename
    }
  }
`);

export type PeopleViewer = ResultOf<typeof PEOPLE_OPENING>["instance"]["viewer"];
export type ScopeRegion = ResultOf<typeof SCOPE_REGIONS>["regions"]["nodes"][number];
export type RegionPage = ResultOf<typeof SCOPE_REGIONS>;
export type OpdPage = ResultOf<typeof SCOPE_OPDS>;
export type ScopeOpd = NonNullable<OpdPage["region"]>["opds"]["nodes"][number];
export type ManagedAccount = ResultOf<typeof MANAGED_ACCOUNT_FIELDS>;
export type PeoplePage = ResultOf<typeof PEOPLE>["accounts"];
export type AccountState = ManagedAccount["state"];
export type PeopleFilters = Omit<VariablesOf<typeof PEOPLE>, "after">;
export type ProgramPage = ResultOf<typeof PROGRAMS>;
export type Program = ProgramPage["accounts"]["nodes"][number];
export type ProgramToken = Program["tokens"][number];
export type Invitation = ResultOf<typeof INVITATION_FIELDS>;
export type MailProblem = NonNullable<Invitation["mailProblem"]>;
