/**
 * The function that types GraphQL documents.
 *
 * Only a `documents.ts` may contain documents. The tests validate these files against the schema.
 */
import type { initGraphQLTada } from "gql.tada";
import type { introspection } from "./graphql-env";

type TypedGraphQL = initGraphQLTada<{
  introspection: introspection;
  scalars: { Cursor: string; Date: string; DateTime: string; Decimal: string; WholeNumber: number };
  disableMasking: true;
}>;

// At run time a document is its text with the text of its fragments, so the page needs no GraphQL parser.
export const graphql = ((source: string, fragments: readonly string[] = []) =>
  [source, ...fragments].join("")) as unknown as TypedGraphQL;
