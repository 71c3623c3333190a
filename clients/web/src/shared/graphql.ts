/** How a GraphQL document is written: only in a `documents.ts`, where the test suite validates it. */
import type { initGraphQLTada } from "gql.tada";
import type { introspection } from "./graphql-env";

type Tagged = initGraphQLTada<{
  introspection: introspection;
  scalars: { Cursor: string; Date: string; DateTime: string };
}>;

// Types only: at run time a document is its text, so no GraphQL parser is shipped.
export const graphql = ((source: string) => source) as unknown as Tagged;
