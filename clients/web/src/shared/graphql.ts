/** The tag for GraphQL documents. They are written only in a `documents.ts`, which the tests validate. */
import type { initGraphQLTada } from "gql.tada";
import type { introspection } from "./graphql-env";

type Tagged = initGraphQLTada<{
  introspection: introspection;
  scalars: { Cursor: string; Date: string; DateTime: string };
  disableMasking: true;
}>;

// At run time a document is its text and the text of its fragments, so no GraphQL parser is shipped.
export const graphql = ((source: string, fragments: readonly string[] = []) =>
  [source, ...fragments].join("")) as unknown as Tagged;
