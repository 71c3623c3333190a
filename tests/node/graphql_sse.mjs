// Follows events with graphql-sse as it comes, and prints each: URL AFTER COUNT.
// It updates one object of variables, so that a retry resumes after the newest event.
import { createClient } from 'graphql-sse';
import { setTimeout as pause } from 'node:timers/promises';

const [url, after, count] = process.argv.slice(2);
const variables = { after };
const client = createClient({ url, retryAttempts: Infinity, retry: () => pause(100) });
const query = `subscription ($after: Cursor) {
  events(after: $after, kinds: [APPLICATION_REGISTERED]) {
    cursor previousCursor ... on LogEntryAppended { subjectId }
  }
}`;
let heard = 0;
for await (const { data, errors } of client.iterate({ query, variables })) {
  if (errors) throw new Error(JSON.stringify(errors));
  variables.after = data.events.cursor;
  console.log(JSON.stringify(data.events));
  if (++heard === Number(count)) break;
}
client.dispose();
