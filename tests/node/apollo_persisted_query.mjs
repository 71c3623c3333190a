// Queries a hub twice with Apollo Client's persisted queries, by POST and by GET. Prints the data and
// what was sent.
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { createHash } from 'node:crypto';
import { recordingFetch } from './sent_requests.mjs';

for (const method of ['POST', 'GET']) {
  const { sent, record } = recordingFetch();
  const link = new PersistedQueryLink({
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
    useGETForHashedQueries: method === 'GET',
  }).concat(new HttpLink({ uri: process.argv[2], fetch: record }));
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  const document = gql(`query Apollo${method} { instance { name } }`);
  const names = [];
  for (let number = 0; number < 2; number++) {
    const { data } = await client.query({ query: document, fetchPolicy: 'network-only' });
    names.push(data.instance.name);
  }
  console.log(`${method} ${names.join(' ')}: ${sent.join(', ')}`);
  client.stop();
}
