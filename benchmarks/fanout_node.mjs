// Server of the fan-out benchmark with Node's graphql-ws over ws, which executes the subscription for
// each subscriber. Each line of standard input is an event, the fields of `IndexChanged` as JSON, sent
// to all.
//
//   node benchmarks/fanout_node.mjs PORT

import { createRequire } from "node:module";
import readline from "node:readline";

const require = createRequire(new URL("../tests/node/package.json", import.meta.url));
const { buildSchema } = require("graphql");
const { useServer } = require("graphql-ws/use/ws");
const { WebSocketServer } = require("ws");

const schema = buildSchema(`
  type Region { code: ID! name: String! }
  type Instrument { id: ID! }
  type Figure { display: String! }
  type IndexChanged {
    cursor: String! previousCursor: String! at: String! region: Region! instrument: Instrument!
    year: Int! assessmentKind: String! assessmentState: String! before: Figure after: Figure!
    predicateBefore: String predicateAfter: String! isReplay: Boolean!
  }
  type Query { alive: Boolean! }
  type Subscription { indexChanged(after: String): IndexChanged! }
`);

const waiting = new Set();

async function* indexChanged() {
  const events = [];
  let wake = () => {};
  const hear = (event) => (events.push(event), wake());
  waiting.add(hear);
  try {
    for (;;) {
      while (events.length > 0) yield { indexChanged: events.shift() };
      await new Promise((resolve) => (wake = resolve));
    }
  } finally {
    waiting.delete(hear);
  }
}

const server = new WebSocketServer({
  port: Number(process.argv[2]),
  host: "127.0.0.1",
  path: "/graphql",
  perMessageDeflate: false,
  backlog: 16384,
});
useServer({ schema, roots: { subscription: { indexChanged } } }, server);
readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const event = JSON.parse(line);
  for (const hear of waiting) hear(event);
});
