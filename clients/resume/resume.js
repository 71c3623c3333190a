/**
 * Follows a subscription of Simpul with graphql-ws permanently: no event is missed or repeated.
 *
 * graphql-ws reconnects by itself, but it sends the first variables again, so a subscription begins
 * where it first began. It also gives up after five attempts, and at once after some close codes.
 * The documentation and the types are in resume.d.ts.
 */

const PING_EVERY_MS = 5_000;
const CONNECT_WITHIN_MS = 8_000; // a browser by itself waits for minutes
const LONGEST_WAIT_MS = 8_000;
const LINGER_MS = 1_000; // a socket stays open so long after its last subscription, for the next one

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
      // Without a listener, the `ws` package ends the program if a socket is closed before it is open.
      this.addEventListener("error", () => undefined);
    }
  }

  /** @param {number} withinMs */
  function expectAnswer(withinMs) {
    clearTimeout(deadline);
    deadline = setTimeout(() => {
      // The new socket delivers again what the old socket still holds.
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
    // Only a pong triggers the next ping. While events arrive, the pong is queued behind them.
    else if (deadline !== undefined) expectAnswer(keepAlive);
  });
  client.on("closed", answered);
  return client;
}

/** @type {typeof import("./resume.d.ts").resuming} */
export function resuming(client, payload, sink) {
  // The same object throughout: after a reconnect graphql-ws sends it with the newest cursor in it.
  const variables = { .../** @type {{ after?: string | null }} */ (payload.variables) };
  let failures = 0;
  let stopped = false;
  let leave = () => {};

  /** Resolves when the caller stops it; rejects with any other reason that ends the subscription. */
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
 * Waits longer after each failure, with jitter, so that clients of one server do not return together.
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
