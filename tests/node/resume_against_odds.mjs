// Lets our helper follow a server that fails in a different way on each connection, and prints
// the outcome as JSON.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createClient } from 'graphql-ws';
import WebSocket, { WebSocketServer } from 'ws';
import { persistentClient, resuming } from '../../clients/resume/resume.js';

const event = (number) => ({
  type: 'next',
  payload: { data: { events: { cursor: `c${number}`, previousCursor: `c${number - 1}` } } },
});
const seen = { after: [], events: [], holes: [], troubles: [], snapshots: 0 };
const RETRY_AFTER_MS = 700; // longer than the wait after a first failure
let refusedAt;
let silent; // the socket that fell silent

// What the server does at each `subscribe`.
const course = [
  (say, socket) => (say(event(1)), socket.close(1011)), // fatal to graphql-ws, as are the next two
  (say, socket) => (say(event(2)), socket.close(4400)),
  (say, socket) => (say(event(3)), socket.close(4500)),
  (say, socket) => (say(event(5)), say(event(6)), socket.close(1012)), // c4 is left out
  (say) => {
    const errors = [{ message: 'gone', extensions: { code: 'SNAPSHOT_REQUIRED' } }];
    say({ type: 'next', payload: { data: null, errors } });
    say(event(7)); // as one that was on its way already
  },
  (say) => {
    say(event(21));
    refusedAt = performance.now();
    const extensions = { code: 'SERVER_BUSY', retryAfterSeconds: RETRY_AFTER_MS / 1_000 };
    say({ type: 'error', payload: [{ message: 'busy', extensions }] });
  },
  (say) => {
    seen.hasWaited = performance.now() - refusedAt >= RETRY_AFTER_MS;
    say(event(22)); // `next` throws at it
  },
  (say) => (say(event(22)), say({ type: 'complete' })),
  (say, socket) => {
    say(event(23));
    silent = { say, socket };
    socket.pause(); // no pong, and it does not see that it was given up
  },
  (say) => {
    silent.say(event(24)); // under the id that is in use
    silent.say(event(25));
    say(event(24));
    say(event(25));
    say(event(26));
  },
];

const http = createServer();
const sockets = new WebSocketServer({ noServer: true });
let upgrades = 0;
http.on('upgrade', (request, stream, head) => {
  if (++upgrades > 1) sockets.handleUpgrade(request, stream, head, serve); // else: no answer at all
});

function serve(socket) {
  socket.on('message', (text) => {
    const { id, type, payload } = JSON.parse(text);
    const say = (message) => socket.send(JSON.stringify({ id, ...message }));
    if (type === 'connection_init') socket.send(JSON.stringify({ type: 'connection_ack' }));
    if (type === 'ping') socket.send(JSON.stringify({ type: 'pong' }));
    if (type === 'subscribe') {
      seen.after.push(payload.variables.after);
      course.shift()(say, socket);
    }
  });
}

http.listen(0, '127.0.0.1');
await once(http, 'listening');
const client = persistentClient(createClient, {
  url: `ws://127.0.0.1:${http.address().port}`,
  webSocketImpl: WebSocket,
  keepAlive: 300,
  connectionAckWaitTimeout: 300,
});
let thrown = false;
const stop = resuming(client, { query: 'subscription { events { cursor } }' }, {
  next({ cursor }) {
    if (cursor === 'c22' && !thrown) {
      thrown = true;
      throw new Error('thrown once');
    }
    seen.events.push(cursor);
    if (cursor !== 'c26') return;
    stop();
    setTimeout(() => {
      console.log(JSON.stringify({ ...seen, upgrades, left: course.length }));
      process.exit();
    }, 200); // in which no further event arrives
  },
  hole: ({ cursor }) => seen.holes.push(cursor),
  snapshot: async () => ['c0', 'c20'][seen.snapshots++],
  trouble: (reason) => void seen.troubles.push(reason.code ?? reason[0]?.message ?? reason.message),
});
