/**
 * Follows a GraphQL subscription as long as the page is open, and misses no change.
 *
 * `clients/resume` reconnects and resumes. This module reports the state of the connection and collects
 * the changes into batches. It does not depend on what a change means.
 */
import { createClient } from "graphql-ws";
import { persistentClient, resuming, type Positioned } from "../../../resume/resume.js";

export type Connection = "connecting" | "live" | "lost";

export interface FollowOptions<C extends Positioned> {
  url: string;
  /** A subscription to one field that takes the variable `$after: Cursor`. */
  document: string;
  /** The other variables of the subscription. */
  variables?: Record<string, unknown>;
  /** Whether the document has `conflate: true`. The server may then leave out events, which is no gap. */
  isConflated?: boolean;
  /** Called for every connection, so that the connection uses a renewed token. */
  credentials: () => Record<string, string>;
  /** Reads the data again and returns the cursor that it was read at. */
  snapshot: () => Promise<string>;
  /**
   * Called with the changes of half a second, in order. To update the page after each single change would
   * overload a browser.
   */
  onChanges: (changes: C[]) => void;
  onConnection: (state: Connection) => void;
  /** Called for every message of the server, including a pong. */
  onMessage: () => void;
}

const BATCH_MS = 500;
/** The number of failures in a row after which the cursor itself is considered invalid. */
const INVALID_AFTER_FAILURES = 3;

/** Follows a subscription; returns the function that stops it. */
export function followSubscription<C extends Positioned>(options: FollowOptions<C>): () => void {
  let stopped = false;
  let batch: C[] = [];

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
    connectionParams: options.credentials,
    on: {
      message: () => {
        options.onConnection("live");
        options.onMessage();
      },
      closed: () => {
        if (!stopped) options.onConnection("lost");
      },
    },
  });
  const stop = resuming<C>(
    client,
    { query: options.document, variables: options.variables ?? {} },
    {
      next: addToBatch,
      snapshot: options.snapshot,
      hole: options.isConflated ? undefined : () => void options.snapshot().catch(() => undefined),
      trouble: (_, failures) => {
        options.onConnection("lost");
        return failures >= INVALID_AFTER_FAILURES; // the new snapshot contains every missed change
      },
    },
  );
  return () => {
    stopped = true;
    stop();
  };
}
