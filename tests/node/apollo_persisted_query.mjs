// Queries a hub with Apollo Client's persisted queries, which send a hash first. Prints the data.
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { createHash } from 'node:crypto';

const link = new PersistedQueryLink({
  sha256: (text) => createHash('sha256').update(text).digest('hex'),
}).concat(new HttpLink({ uri: process.argv[2] }));
const client = new ApolloClient({ link, cache: new InMemoryCache() });
const { data } = await client.query({ query: gql`{ instance { name } }` });
console.log(JSON.stringify(data.instance.name));
client.stop();
