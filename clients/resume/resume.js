/**
 * Follows a subscription of Simpul with graphql-ws permanently; no event is missed or repeated.
 *
 * graphql-ws reconnects by itself, but it sends the first variables again, so the subscription starts at
 * its first position again. It also stops after five attempts, and at once after some close codes.
 * The documentation and the types are in resume.d.ts.
 */

const PING_INTERVAL_MS = 5_000;
const CONNECT_TIMEOUT_MS = 8_000; // the timeout of a browser is minutes
const MAXIMUM_WAIT_MS = 8_000;
const UNAUTHORIZED = 4401; // the close code after which the same credentials are refused again
const MAXIMUM_UNAUTHORIZED_WAIT_MS = 60_000;
const RETRY_AFTER_JITTER = 0.25; // the share of a wait that is added at most
const LAZY_CLOSE_MS = 1_000; // how long a socket stays open after its last subscription

/** @type {typeof import("./resume.d.ts").persistentClient} */
export function persistentClient(create, options) {
  const keepAlive = options.keepAlive ?? PING_INTERVAL_MS;
  const connectTimeout = options.connectionAckWaitTimeout ?? CONNECT_TIMEOUT_MS;
  const BaseWebSocket = /** @type {typeof WebSocket} */ (options.webSocketImpl ?? globalThis.WebSocket);
  /** @type {WebSocket | undefined} */
  let socket;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timeout;

  class TrackedWebSocket extends BaseWebSocket {
    /** @param {[string, string]} address */
    constructor(...address) {
      super(...address);
      socket = this;
      // Without a listener, the `ws` package ends the program if a socket is closed before it is open.
      this.addEventListener("error", () => undefined);
    }
  }

  /**
   * Ends the connection unless the server responds in time.
   *
   * @param {number} milliseconds
   */
  function startTimeout(milliseconds) {
    clearTimeout(timeout);
    timeout = setTimeout(() => {
      // The new socket receives the messages again that the old socket has not delivered.
      if (socket) socket.onmessage = null;
      client.terminate();
    }, milliseconds);
  }

  function stopTimeout() {
    clearTimeout(timeout);
    timeout = undefined;
  }

  const client = create({
    retryAttempts: Infinity,
    shouldRetry: () => true,
    retryWait: (failures) => backoff(failures),
    lazyCloseTimeout: LAZY_CLOSE_MS,
    ...options,
    lazy: true,
    keepAlive,
    webSocketImpl: TrackedWebSocket,
  });
  client.on("connecting", () => startTimeout(connectTimeout));
  client.on("ping", (isReceived) => {
    if (!isReceived) startTimeout(keepAlive);
  });
  client.on("message", ({ type }) => {
    if (type === "connection_ack" || type === "pong") stopTimeout();
    // Only a pong triggers the next ping. While events arrive, the pong waits behind them.
    else if (timeout !== undefined) startTimeout(keepAlive);
  });
  client.on("closed", stopTimeout);
  return client;
}

/** @type {typeof import("./resume.d.ts").resuming} */
export function resuming(client, payload, sink) {
  // graphql-ws sends this object again after a reconnect, so it must contain the newest cursor.
  const variables = { .../** @type {{ after?: string | null }} */ (payload.variables) };
  let failures = 0;
  let stopped = false;
  let unsubscribe = () => {};

  /** Subscribes once. Resolves when the caller stops it, and rejects if the subscription ends otherwise. */
  function subscribe() {
    return new Promise((resolve, reject) => {
      let ended = false;
      unsubscribe = client.subscribe(
        { ...payload, variables },
        {
          next({ data, errors }) {
            if (ended || stopped) return;
            try {
              if (errors) throw errors;
              for (const event of Object.values(data ?? {})) deliver(/** @type {any} */ (event));
            } catch (reason) {
              ended = true;
              unsubscribe(); // the server may keep a subscription open after an error in a result
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
  function deliver(event) {
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
        if (!stopped) await subscribe();
      } catch (reason) {
        if (stopped) return;
        const needsSnapshot = requiresSnapshot(reason);
        if (needsSnapshot) variables.after = null;
        if (needsSnapshot && failures++ === 0) continue; // normal after a restored backup
        if (sink.trouble(reason, failures)) variables.after = null;
        const retryAfter = retryAfterMs(reason);
        if (retryAfter > 0) await pause(retryAfter * (1 + Math.random() * RETRY_AFTER_JITTER));
        else await backoff(failures++, isUnauthorized(reason) ? MAXIMUM_UNAUTHORIZED_WAIT_MS : MAXIMUM_WAIT_MS);
      }
    }
  }

  void run();
  return () => {
    stopped = true;
    unsubscribe();
  };
}

/**
 * Waits longer after each failure. The jitter keeps the clients of a server from reconnecting at once.
 *
 * @param {number} failures
 * @param {number} [longest] in milliseconds
 */
async function backoff(failures, longest = MAXIMUM_WAIT_MS) {
  const maximum = Math.min(longest, 500 * 2 ** failures);
  await pause(maximum * (0.5 + Math.random() / 2));
}

/** @param {number} milliseconds */
function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/**
 * Returns the wait that the errors of a server ask for that is busy, or whose client has used its share.
 *
 * @param {unknown} reason
 */
function retryAfterMs(reason) {
  const errors = Array.isArray(reason) ? reason : [];
  const seconds = errors.map((error) => Number(error.extensions?.retryAfterSeconds) || 0);
  return 1_000 * Math.max(0, ...seconds);
}

/** @param {unknown} reason */
function isUnauthorized(reason) {
  return typeof reason === "object" && reason !== null && "code" in reason && reason.code === UNAUTHORIZED;
}

/** @param {unknown} reason */
function requiresSnapshot(reason) {
  return (
    Array.isArray(reason) && reason.some((error) => error.extensions?.code === "SNAPSHOT_REQUIRED")
  );
}
