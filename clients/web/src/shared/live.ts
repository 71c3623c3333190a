/**
 * Follows a GraphQL subscription for as long as the page lives, without missing a change.
 *
 * `clients/resume` reconnects and resumes. This module adds the state of the connection and collects
 * changes into batches. It does not depend on the meaning of the changes.
 */
import { createClient } from "graphql-ws";
import { persistentClient, resuming, type Positioned } from "../../../resume/resume.js";

export type Connection = "connecting" | "live" | "lost";

export interface FollowOptions<C extends Positioned> {
  url: string;
  /** A subscription of one field that takes `$after: Cursor`. */
  document: string;
  /** The other variables of the subscription. */
  variables?: Record<string, unknown>;
  /** The document has `conflate: true`, so that an event that is left out is no gap. */
  conflated?: boolean;
  /** Called at every connect, so that a renewed token is used. */
  credentials: () => Record<string, string>;
  /** Reads the state again and returns the cursor it was read at. */
  snapshot: () => Promise<string>;
  /** Changes in order, collected over half a second: a state write for each would overload a browser. */
  changed: (changes: C[]) => void;
  connection: (state: Connection) => void;
  /** Called for every message of the server, also for a pong. */
  heard: () => void;
}

const BATCH_MS = 500;
/** The number of failures in a row after which the cursor itself is considered invalid. */
const FAILURES = 3;

/** Starts following; returns the function that stops it. */
export function follow<C extends Positioned>(options: FollowOptions<C>): () => void {
  let stopped = false;
  let batch: C[] = [];

  function arrived(change: C): void {
    if (batch.push(change) > 1) return;
    setTimeout(() => {
      const changes = batch;
      batch = [];
      if (!stopped) options.changed(changes);
    }, BATCH_MS);
  }

  options.connection("connecting");
  const client = persistentClient(createClient, {
    url: options.url,
    connectionParams: options.credentials,
    on: {
      message: () => {
        options.connection("live");
        options.heard();
      },
      closed: () => {
        if (!stopped) options.connection("lost");
      },
    },
  });
  const stop = resuming<C>(
    client,
    { query: options.document, variables: options.variables ?? {} },
    {
      next: arrived,
      snapshot: options.snapshot,
      hole: options.conflated ? undefined : () => void options.snapshot().catch(() => undefined),
      trouble: (_, failures) => {
        options.connection("lost");
        return failures >= FAILURES; // a new snapshot is read then, so no change is missed
      },
    },
  );
  return () => {
    stopped = true;
    stop();
  };
}
