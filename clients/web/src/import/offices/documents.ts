/** The GraphQL documents of the usual OPDs of a region. */
import type { ResultOf } from "gql.tada";
import { graphql } from "../../shared/graphql";

/** The OPDs that regions of this kind usually have, without those on record. */
export const DEFAULT_OPDS = graphql(`
  query DefaultOpds($code: ID!) {
    defaultOpds(regionCode: $code) {
      referenceId
      name
      acronym
      parentName
    }
  }
`);

export const REGISTER_DEFAULT_OPDS = graphql(`
  mutation RegisterDefaultOpds($input: RegisterDefaultOpdsInput!) {
    registerDefaultOpds(input: $input) {
      __typename
      ... on RegisteredOpds {
        opds {
          id
        }
      }
    }
  }
`);

export type DefaultOpd = ResultOf<typeof DEFAULT_OPDS>["defaultOpds"][number];
export type DefaultOpdsResult = ResultOf<typeof REGISTER_DEFAULT_OPDS>["registerDefaultOpds"];
export type DefaultOpdsProblem = Exclude<DefaultOpdsResult["__typename"], "RegisteredOpds">;
