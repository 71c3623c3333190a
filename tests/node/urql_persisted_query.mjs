// Queries a hub twice with urql's persisted queries, by POST and by GET. Prints the data and what was
// sent.
import { Client, fetchExchange } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import { recordingFetch } from './sent_requests.mjs';

for (const method of ['POST', 'GET']) {
  const { sent, record } = recordingFetch();
  const client = new Client({
    url: process.argv[2],
    fetch: record,
    preferGetMethod: method === 'GET',
    exchanges: [
      persistedExchange({ preferGetForPersistedQueries: method === 'GET' }),
      fetchExchange,
    ],
  });
  const names = [];
  for (let number = 0; number < 2; number++) {
    const { data, error } = await client.query(`query Urql${method} { instance { name } }`, {});
    if (error) throw error;
    names.push(data.instance.name);
  }
  console.log(`${method} ${names.join(' ')}: ${sent.join(', ')}`);
}
