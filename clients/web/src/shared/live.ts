/**
 * Follows a GraphQL subscription as long as the page is open, and misses no change.
 *
 * `clients/resume` reconnects and resumes. This module reports the state of the connection and collects
 * the changes into batches. It does not depend on what a change means.
 */
import { createClient } from "graphql-ws";
import { persistentClient, resuming, type Positioned } from "../../../resume/resume.js";
import { serverBusy, waitOf, type BusyExtensions } from "./serverBusy.svelte";
import { session } from "./session.svelte";

/**
 * - `reading`: there is no live connection, so the data is read again from time to time, as it was just now.
 * - `ended`: the session of the page has ended, and the connection waits until the person signs in again.
 */
export type Connection = "connecting" | "live" | "reading" | "lost" | "ended";

export interface FollowOptions<C extends Positioned> {
  url: string;
  /** A subscription to one field that takes the variable `$after: Cursor`. */
  document: string;
  /** The other variables of the subscription. */
  variables?: Record<string, unknown>;
  /** Whether the document has `conflate: true`. The server may then leave out events, which is no gap. */
  isConflated?: boolean;
  /** Reads the data again and returns the cursor that it was read at. */
  snapshot: () => Promise<string>;
  /**
   * Called with the changes of half a second, in order. To update the page after each single change would
   * overload a browser.
   */
  onChanges: (changes: C[]) => void;
  onConnection: (state: Connection) => void;
  /** The time between two readings of the data while there is no live connection. */
  readAgainMs: number;
  /** Called for every message of the server, including a pong. */
  onMessage: () => void;
}

const BATCH_MS = 500;
/** The number of failures in a row after which the cursor itself is considered invalid. */
const INVALID_AFTER_FAILURES = 3;
/** The close codes of the server for credentials that have ended, and for a right that has changed. */
const SESSION_ENDED_CODE = 4401;
const RIGHT_CHANGED_CODE = 4403;
/** The wait before a connection that was refused is opened again. */
const REFUSED_WAIT_MS = 5_000;
/** The share by which the time between two readings is shorter or longer. */
const READ_JITTER = 0.25;

/** Follows a subscription, across sessions of the page; returns the function that stops it. */
export function followSubscription<C extends Positioned>(options: FollowOptions<C>): () => void {
  let connection: { stop: () => void } | null = null;
  let isStopped = false;

  function reopen(): void {
    connection?.stop();
    connection = null;
    if (isStopped) return;
    if (session.isHalted) options.onConnection("ended");
    else connection = openConnection(options, () => void reopenAfterEnd());
  }

  /** Asks who is signed in. A change of the session reopens the connection by itself. */
  async function reopenAfterEnd(): Promise<void> {
    connection?.stop();
    connection = null;
    await session.verify();
    if (connection === null && !session.isHalted) setTimeout(() => connection ?? reopen(), REFUSED_WAIT_MS);
  }

  const stopListening = session.onChange(reopen);
  reopen();
  return () => {
    isStopped = true;
    stopListening();
    reopen();
  };
}

function openConnection<C extends Positioned>(
  options: FollowOptions<C>,
  onSessionEnd: () => void,
): { stop: () => void } {
  let stopped = false;
  let batch: C[] = [];
  /** The time until which the server refuses the subscription; messages of the socket then show nothing. */
  let heldUntil = -Infinity;
  const readings = repeatReadings(options);

  function addToBatch(change: C): void {
    if (batch.push(change) > 1) return;
    setTimeout(() => {
      const changes = batch;
      batch = [];
      if (!stopped) options.onChanges(changes);
    }, BATCH_MS);
  }

  options.onConnection("connecting");
  const client = persistentClient(createClient, {
    url: options.url,
    connectionParams: async () => {
      await session.ready;
      return session.connectionParams;
    },
    on: {
      message: () => {
        if (stopped || Date.now() < heldUntil) return;
        readings.stop();
        options.onConnection("live");
        options.onMessage();
      },
      closed: (event) => {
        if (stopped) return;
        const { code } = event as Partial<CloseEvent>;
        if (code === SESSION_ENDED_CODE) return onSessionEnd();
        readings.start();
        if (code === RIGHT_CHANGED_CODE) void session.verify();
      },
    },
  });
  const stopResuming = resuming<C>(
    client,
    { query: options.document, variables: options.variables ?? {} },
    {
      next: addToBatch,
      snapshot: options.snapshot,
      hole: options.isConflated ? undefined : () => void options.snapshot().catch(() => undefined),
      trouble: (reason, failures) => {
        if (stopped) return false;
        readings.start();
        const seconds = busySeconds(reason);
        if (seconds !== null) heldUntil = Date.now() + serverBusy.postpone(seconds);
        return seconds === null && failures >= INVALID_AFTER_FAILURES; // the new snapshot contains every missed change
      },
    },
  );
  return {
    stop: () => {
      stopped = true;
      readings.stop();
      stopResuming();
      void client.dispose();
    },
  };
}

/** Reads the data again and again while there is no live connection, and reports whether that succeeds. */
function repeatReadings<C extends Positioned>({
  snapshot,
  onConnection,
  readAgainMs,
}: FollowOptions<C>): { start: () => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let isRead = false;

  function schedule(): void {
    // The jitter keeps the pages that lost their connection together from reading together.
    const milliseconds = readAgainMs * (1 - READ_JITTER + 2 * READ_JITTER * Math.random());
    const own = (timer = setTimeout(() => void read(own), milliseconds));
  }

  async function read(own: typeof timer): Promise<void> {
    isRead = await snapshot().then(
      () => true,
      () => false,
    );
    if (timer !== own) return; // the connection is live again
    report();
    schedule();
  }

  function report(): void {
    onConnection(isRead ? "reading" : "lost");
  }

  return {
    start() {
      report();
      if (timer === null) schedule();
    },
    stop() {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      isRead = false;
    },
  };
}

/** Returns the wait that the errors of a subscription ask for; null if they are others. */
function busySeconds(reason: unknown): number | null {
  const errors: { extensions?: BusyExtensions }[] = Array.isArray(reason) ? reason : [];
  const seconds = errors.map(({ extensions }) => waitOf(extensions)).filter((wait) => wait !== null);
  return seconds.length > 0 ? Math.max(...seconds) : null;
}
