// Follows events with Apollo Client and nothing but its HttpLink, and prints each:
// URL AFTER COUNT. The client does not reconnect, so this program subscribes again after each loss.
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { setTimeout as pause } from 'node:timers/promises';

const [url, , count] = process.argv.slice(2);
let after = process.argv[3];
const client = new ApolloClient({ link: new HttpLink({ uri: url }), cache: new InMemoryCache() });
const query = gql`
  subscription ($after: Cursor) {
    events(after: $after, kinds: [APPLICATION_REGISTERED]) {
      cursor
      previousCursor
      ... on LogEntryAppended {
        subjectId
      }
    }
  }
`;
let heard = 0;
while (heard < Number(count)) {
  await new Promise((lost) => {
    const following = client.subscribe({ query, variables: { after } }).subscribe({
      next({ data, error }) {
        if (!data) return lost(error);
        const { cursor, previousCursor, subjectId } = data.events;
        after = cursor;
        console.log(JSON.stringify({ cursor, previousCursor, subjectId }));
        if (++heard === Number(count)) {
          following.unsubscribe();
          lost();
        }
      },
      error: lost,
      complete: lost,
    });
  });
  await pause(100);
}
client.stop();
