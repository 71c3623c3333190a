/**
 * Follows a subscription of Simpul with graphql-ws for good: no event is missed, none comes twice.
 *
 * graphql-ws reconnects by itself, but it sends the variables that it was given, so a subscription
 * begins where it first began; and it gives up after five tries, or after some close codes at once.
 * How to use this, and what is typed: resume.d.ts.
 */

const PING_EVERY_MS = 5_000;
const CONNECT_WITHIN_MS = 8_000; // a browser alone would wait for minutes
const LONGEST_WAIT_MS = 8_000;
const LINGER_MS = 1_000; // a socket outlives its last subscription so long: the next may come at once

/** @type {typeof import("./resume.d.ts").persistentClient} */
export function persistentClient(create, options) {
  const keepAlive = options.keepAlive ?? PING_EVERY_MS;
  const connectWithin = options.connectionAckWaitTimeout ?? CONNECT_WITHIN_MS;
  const Given = /** @type {typeof WebSocket} */ (options.webSocketImpl ?? globalThis.WebSocket);
  /** @type {WebSocket | undefined} */
  let socket;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let deadline;

  class Kept extends Given {
    /** @param {[string, string]} address */
    constructor(...address) {
      super(...address);
      socket = this;
      // With none, the `ws` package ends the program when a socket is given up before it is open.
      this.addEventListener("error", () => undefined);
    }
  }

  /** @param {number} withinMs */
  function expectAnswer(withinMs) {
    clearTimeout(deadline);
    deadline = setTimeout(() => {
      // What still comes out of the old socket comes through the new one too.
      if (socket) socket.onmessage = null;
      client.terminate();
    }, withinMs);
  }

  function answered() {
    clearTimeout(deadline);
    deadline = undefined;
  }

  const client = create({
    retryAttempts: Infinity,
    shouldRetry: () => true,
    retryWait: backoff,
    lazyCloseTimeout: LINGER_MS,
    ...options,
    lazy: true,
    keepAlive,
    webSocketImpl: Kept,
  });
  client.on("connecting", () => expectAnswer(connectWithin));
  client.on("ping", (received) => {
    if (!received) expectAnswer(keepAlive);
  });
  client.on("message", ({ type }) => {
    if (type === "connection_ack" || type === "pong") answered();
    // Only a pong calls forth the next ping; but where events come, it is on its way behind them.
    else if (deadline !== undefined) expectAnswer(keepAlive);
  });
  client.on("closed", answered);
  return client;
}

/** @type {typeof import("./resume.d.ts").resuming} */
export function resuming(client, payload, sink) {
  // One object for good: graphql-ws sends it again as it is then, with the newest cursor in it.
  const variables = { .../** @type {{ after?: string | null }} */ (payload.variables) };
  let failures = 0;
  let stopped = false;
  let leave = () => {};

  /** Resolves when it is stopped, rejects with whatever else ends the subscription. */
  function subscribed() {
    return new Promise((resolve, reject) => {
      let over = false;
      leave = client.subscribe(
        { ...payload, variables },
        {
          next({ data, errors }) {
            if (over || stopped) return;
            try {
              if (errors) throw errors;
              for (const event of Object.values(data ?? {})) take(/** @type {any} */ (event));
            } catch (reason) {
              over = true;
              leave(); // an error in a result may leave the subscription open on the server
              reject(reason);
            }
          },
          error: reject,
          complete: () => (stopped ? resolve(undefined) : reject(new Error("completed by the server"))),
        },
      );
    });
  }

  /** @param {Parameters<typeof sink.next>[0]} event */
  function take(event) {
    if (typeof event.cursor !== "string") throw new TypeError("expected a document with `cursor`");
    if (event.previousCursor !== variables.after) sink.hole?.(event);
    sink.next(event);
    variables.after = event.cursor;
    failures = 0;
  }

  async function run() {
    while (!stopped) {
      try {
        variables.after ??= await sink.snapshot();
        if (!stopped) await subscribed();
      } catch (reason) {
        if (stopped) return;
        const outdated = asksForSnapshot(reason);
        if (outdated) variables.after = null;
        if (outdated && failures++ === 0) continue; // the normal course after a restored backup
        if (sink.trouble(reason, failures)) variables.after = null;
        await backoff(failures++);
      }
    }
  }

  void run();
  return () => {
    stopped = true;
    leave();
  };
}

/**
 * Waits longer after each failure, and never the same for two that lost the same server.
 *
 * @param {number} failures
 */
async function backoff(failures) {
  const longest = Math.min(LONGEST_WAIT_MS, 500 * 2 ** failures);
  await new Promise((resolve) => setTimeout(resolve, longest * (0.5 + Math.random() / 2)));
}

/** @param {unknown} reason */
function asksForSnapshot(reason) {
  return (
    Array.isArray(reason) && reason.some((error) => error.extensions?.code === "SNAPSHOT_REQUIRED")
  );
}
