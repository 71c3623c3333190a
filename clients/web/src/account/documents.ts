/** The GraphQL documents of the page of the viewer's own account. */
import type { ResultOf } from "gql.tada";
import { RIGHT_FIELDS, SESSION_FIELDS } from "../shared/account/documents";
import { graphql } from "../shared/graphql";

export const OWN_ACCOUNT = graphql(`
  query OwnAccount {
    instance {
      viewer {
        role
        account {
          id
          kind
          name
          login
          isOfProvider
          hasPassword
          givenBy {
            name
          }
          givenAt
          createdAt
          lastSignInAt
          ...RightFields
          passkeys {
            id
            name
            createdAt
            lastUsedAt
          }
          sessions {
            ...SessionFields
          }
        }
      }
    }
  }
`, [RIGHT_FIELDS, SESSION_FIELDS]);

export const RENAME_OWN_ACCOUNT = graphql(`
  mutation RenameOwnAccount($input: RenameOwnAccountInput!) {
    renameOwnAccount(input: $input) {
      __typename
    }
  }
`);

export const REMOVE_PASSKEY = graphql(`
  mutation RemovePasskey($input: RemovePasskeyInput!) {
    removePasskey(input: $input) {
      __typename
    }
  }
`);

type OwnViewer = ResultOf<typeof OWN_ACCOUNT>["instance"]["viewer"];
export type OwnAccount = NonNullable<OwnViewer["account"]>;
export type OwnPasskey = OwnAccount["passkeys"][number];
