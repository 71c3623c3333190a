import type { Client, ClientOptions, createClient, SubscribePayload } from "graphql-ws";

/** The fields of every event of a resumable subscription; the document must select both. */
export interface Positioned {
  cursor: string;
  previousCursor: string;
}

export interface ResumingSink<E extends Positioned> {
  /** Called with each event, in order. An event for which it throws is delivered again. */
  next(event: E): void;
  /**
   * Reads the data again and returns the cursor it was read at, or one from before it was read.
   *
   * Called if `payload.variables` has no `after`, and when the server reports that the cursor is no
   * longer valid (`SNAPSHOT_REQUIRED`).
   */
  snapshot(): Promise<string>;
  /**
   * Called before `next` when events are missing between the last event and this one. The server
   * leaves events out only with `conflate: true`; give no `hole` then.
   */
  hole?: ((event: E) => void) | undefined;
  /**
   * Called with the reason when the subscription ends in a way after which graphql-ws does not reconnect
   * by itself: GraphQL errors (an array), a close code that it treats as fatal, a failed snapshot. The
   * subscription resumes after a wait, at the last cursor; return true to discard the cursor and begin
   * with a new snapshot. `failures` counts from 0 since the last event.
   */
  trouble(reason: unknown, failures: number): boolean | void;
}

/**
 * Creates a graphql-ws client that never gives up: it reconnects after every loss, waits longer after
 * each failed attempt (up to eight seconds, with jitter), and ends a connection that has fallen silent.
 *
 * `keepAlive` (5 s) is also the timeout of a pong, `connectionAckWaitTimeout` (8 s) the timeout of a
 * whole connect. Options that are given replace the recommended ones.
 *
 * @param create graphql-ws's own `createClient`: this module imports nothing.
 */
export function persistentClient(
  create: typeof createClient,
  options: Omit<ClientOptions, "lazy">,
): Client;

/**
 * Subscribes permanently: after each loss it resumes from the last event that arrived, so that each
 * event is delivered once. Returns the function that ends it; call that before `client.dispose()`.
 *
 * @param payload A subscription to one field that takes `after` from the variable `$after`.
 */
export function resuming<E extends Positioned>(
  client: Client,
  payload: SubscribePayload,
  sink: ResumingSink<E>,
): () => void;
