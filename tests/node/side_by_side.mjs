// Runs operations on one socket of a hub beside a subscription, two of which fail, then makes a change
// that the subscription must report. Prints what each got. Its argument: {url, token, change}.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const { url, token, change } = JSON.parse(process.argv[2]);
const EVENTS = `subscription ($after: Cursor) {
  events(after: $after, kinds: [APPLICATION_REGISTERED]) { previousCursor }
}`;
const results = { sockets: 0 };
const client = createClient({
  url,
  webSocketImpl: WebSocket,
  connectionParams: { authorization: `Bearer ${token}` },
  lazyCloseTimeout: 60_000, // else the socket would close with the first operation
  on: { opened: () => results.sockets++ },
});

/** The first result of an operation, or the errors that ended it. */
const first = (query, variables) =>
  new Promise((resolve) => {
    const leave = client.subscribe(
      { query, variables },
      { next: (found) => (resolve(found), leave()), error: resolve, complete: () => undefined },
    );
  });

const { cursor: after } = (await first('{ instance { cursor } }')).data.instance;
const event = first(EVENTS, { after });
results.wrong = await first('subscription { events { colour } }');
results.outdated = await first(EVENTS, { after: 'another:1' });
results.query = await first('{ instance { provinceCode } }');
results.change = await first(change);
results.event = await event;
console.log(JSON.stringify({ ...results, after }));
process.exit();
