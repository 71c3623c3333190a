// Follows all events of a hub and prints each as a line of JSON: with `plain` by what
// graphql-ws does alone, else by our helper. Its argument: {url, after, token (a file), plain}.
import { readFile } from 'node:fs/promises';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { persistentClient, resuming } from '../../clients/resume/resume.js';

const { url, after, token, plain } = JSON.parse(process.argv[2]);
const print = (line) => console.log(JSON.stringify(line));
const options = {
  url,
  webSocketImpl: WebSocket,
  connectionParams: async () => ({ authorization: `Bearer ${await readFile(token, 'utf8')}` }),
  keepAlive: 1_000,
  // Shorter than the helper's default, which would lengthen the test.
  retryWait: () => new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 100)),
  on: { closed: ({ code }) => print({ closed: code }), connected: () => print({ connected: true }) },
};
const payload = {
  query: `subscription ($after: Cursor) {
    events(after: $after) {
      cursor previousCursor eventKind region { code } ... on LogEntryAppended { sequence subjectId }
    }
  }`,
  variables: { after },
};

if (plain) {
  createClient({ ...options, retryAttempts: Infinity, shouldRetry: () => true }).subscribe(payload, {
    next: ({ data }) => print({ event: data.events }),
    error: (reason) => print({ trouble: String(reason) }),
    complete: () => print({ completed: true }),
  });
} else {
  resuming(persistentClient(createClient, options), payload, {
    next: (event) => print({ event }),
    hole: (event) => print({ hole: event.cursor }),
    snapshot: () => Promise.reject(new Error('no position was to be asked for')),
    trouble: (reason) => print({ trouble: reason.code ?? String(reason) }),
  });
}
