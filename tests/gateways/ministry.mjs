// The subgraph of a ministry that knows regions by their code, and assessments by their id.
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';

export const typeDefs = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { grants: [Grant!]! audit(of: ID!): Audit! }
  type Grant { rupiah: String! region: Region }
  type Region @key(fields: "code") { code: ID! grants: [Grant!]! }
  type Audit { assessment: Assessment }
  type Assessment @key(fields: "id", resolvable: false) { id: ID! }
`);

const GRANTS = [
  { rupiah: '100', region: { code: '32.11' } },
  { rupiah: '200', region: { code: '99.99' } }, // which no hub knows
  { rupiah: '300', region: { code: '32.73' } },
];

const resolvers = {
  Query: {
    grants: () => GRANTS,
    audit: (_, { of }) => ({ assessment: { id: of } }),
  },
  Region: {
    __resolveReference: (reference) => reference,
    grants: ({ code }) => GRANTS.filter(({ region }) => region.code === code),
  },
};

/** Serve it; returns its URL and what stops it. */
export async function serve() {
  const server = new ApolloServer({
    schema: buildSubgraphSchema({ typeDefs, resolvers }),
    plugins: [ApolloServerPluginInlineTraceDisabled()], // it would print that it is on
  });
  const { url } = await startStandaloneServer(server, { listen: { port: 0, host: '127.0.0.1' } });
  return { url, stop: () => server.stop() };
}
