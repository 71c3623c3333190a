// Follows events as a browser's EventSource does, and prints each: URL AFTER COUNT.
// On reconnect it sends the id of the last event that it has read; the URL stays the same.
import { EventSource } from 'eventsource';

const [url, after, count] = process.argv.slice(2);
const address = new URL(url);
address.searchParams.set(
  'query',
  `subscription ($after: Cursor) {
    events(after: $after, kinds: [APPLICATION_REGISTERED]) {
      cursor previousCursor ... on LogEntryAppended { subjectId }
    }
  }`,
);
address.searchParams.set('variables', JSON.stringify({ after }));
const source = new EventSource(address);
let heard = 0;
source.addEventListener('next', ({ data, lastEventId }) => {
  const { events } = JSON.parse(data).data;
  if (events.cursor !== lastEventId) throw new Error(`expected ${events.cursor}, got ${lastEventId}`);
  console.log(JSON.stringify(events));
  if (++heard === Number(count)) source.close();
});
source.addEventListener('complete', () => {
  throw new Error('expected a stream without end, got complete');
});
