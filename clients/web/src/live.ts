/**
 * Follows a GraphQL subscription for as long as the page lives, without missing a change.
 *
 * Reads a snapshot with its cursor, subscribes after that cursor, and after every loss goes on
 * from the last cursor that arrived. Knows nothing of what the changes mean.
 */
import { createClient } from "graphql-ws";

/** What every change of a resumable subscription carries. */
export interface Change {
  cursor: string;
  previousCursor: string;
}

export type Connection = "connecting" | "live" | "lost";

export interface FollowOptions<C extends Change> {
  url: string;
  /** A subscription of one field that takes `$after: Cursor`. */
  document: string;
  /** What else it takes. */
  variables?: Record<string, unknown>;
  /** Asked at every connect, so that a renewed token is used. */
  credentials: () => Record<string, string>;
  /** Reads the state anew and returns the cursor it was read at. */
  snapshot: () => Promise<string>;
  /** Changes in order, gathered over half a second: one state write each would drown a browser. */
  changed: (changes: C[]) => void;
  connection: (state: Connection) => void;
  /** The server said something, if only that it is there. */
  heard: () => void;
}

const BATCH_MS = 500;
const PING_EVERY_MS = 5_000;
const PONG_WITHIN_MS = 4_000; // with the ping, a dead line is noticed within nine seconds
const CONNECT_WITHIN_MS = 8_000; // a browser alone would wait for minutes
const LONGEST_WAIT_MS = 8_000;
/** Refusals in a row after which the cursor itself is taken to be the trouble. */
const REFUSALS = 3;

/** Starts following; returns the function that stops it. */
export function follow<C extends Change>(options: FollowOptions<C>): () => void {
  // One object for good: the client resends it as it is then, so a resume starts at the newest cursor.
  const variables: { after: string | null; [name: string]: unknown } = {
    ...options.variables,
    after: null,
  };
  let stopped = false;
  let refusals = 0;
  let batch: C[] = [];
  let deadline: ReturnType<typeof setTimeout> | undefined;

  /** Gives the server some time to answer; without an answer the socket is given up. */
  function expectAnswer(withinMs: number): void {
    clearTimeout(deadline);
    deadline = setTimeout(() => client.terminate(), withinMs);
  }

  function heard(): void {
    clearTimeout(deadline);
    options.connection("live");
    options.heard();
  }

  const client = createClient({
    url: options.url,
    lazy: false,
    connectionParams: options.credentials,
    keepAlive: PING_EVERY_MS,
    retryAttempts: Infinity,
    shouldRetry: () => true,
    retryWait: backoff,
    // Ends that are not retried reach the subscription too, which is taken up again below.
    onNonLazyError: () => undefined,
    on: {
      connecting: () => expectAnswer(CONNECT_WITHIN_MS),
      connected: heard,
      ping: (received) => (received ? heard() : expectAnswer(PONG_WITHIN_MS)),
      pong: (received) => {
        if (received) heard();
      },
      closed: () => {
        clearTimeout(deadline);
        if (!stopped) options.connection("lost");
      },
    },
  });

  function arrived(change: C): void {
    if (change.cursor === variables.after) return;
    if (change.previousCursor !== variables.after) options.snapshot().catch(() => undefined);
    variables.after = change.cursor;
    refusals = 0;
    if (batch.push(change) > 1) return;
    setTimeout(() => {
      const changes = batch;
      batch = [];
      if (!stopped) options.changed(changes);
    }, BATCH_MS);
  }

  /** Resolves when the server completes the subscription, rejects with whatever else ends it. */
  async function subscribed(): Promise<void> {
    let leave: () => void = () => undefined;
    const ended = new Promise<void>((resolve, reject) => {
      leave = client.subscribe<Record<string, C>>(
        { query: options.document, variables },
        {
          next: ({ data, errors }) => {
            heard();
            if (errors) reject(errors);
            else for (const change of Object.values(data ?? {})) arrived(change);
          },
          error: reject,
          complete: resolve,
        },
      );
    });
    // An error inside a result leaves the subscription open on the server: two would tell all twice.
    await ended.finally(leave);
  }

  async function run(): Promise<void> {
    options.connection("connecting");
    while (!stopped) {
      try {
        variables.after ??= await options.snapshot();
        await subscribed();
      } catch (reason) {
        const outdated = asksForSnapshot(reason);
        if (outdated || refusals >= REFUSALS) variables.after = null;
        if (outdated && refusals++ === 0) continue; // the normal course after a restored backup
      }
      if (stopped) return;
      options.connection("lost");
      await backoff(refusals++);
    }
  }

  void run();
  return () => {
    stopped = true;
    void client.dispose();
  };
}

/** Waits longer after each failure, and never the same for two walls that lost the same server. */
async function backoff(failures: number): Promise<void> {
  const longest = Math.min(LONGEST_WAIT_MS, 500 * 2 ** failures);
  await new Promise((resolve) => setTimeout(resolve, longest * (0.5 + Math.random() / 2)));
}

function asksForSnapshot(reason: unknown): boolean {
  return (
    Array.isArray(reason) &&
    reason.some(
      (error: { extensions?: { code?: unknown } }) => error.extensions?.code === "SNAPSHOT_REQUIRED",
    )
  );
}
