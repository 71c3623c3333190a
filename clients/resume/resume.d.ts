import type { Client, ClientOptions, createClient, SubscribePayload } from "graphql-ws";

/** What every event of a resumable subscription carries; the document must ask for both. */
export interface Positioned {
  cursor: string;
  previousCursor: string;
}

export interface ResumingSink<E extends Positioned> {
  /** Called with each event, in order. One for which it throws comes again. */
  next(event: E): void;
  /**
   * Reads the data anew and returns the cursor it was read at, or one from before it was read.
   *
   * Called where `payload.variables` has no `after`, and when the server says that the cursor is of
   * no use any more (`SNAPSHOT_REQUIRED`).
   */
  snapshot(): Promise<string>;
  /**
   * Called before `next` when something is missing between the last event and this one. The server
   * leaves nothing out unless it is asked to: with `conflate: true`, give no `hole`.
   */
  hole?: ((event: E) => void) | undefined;
  /**
   * Told what ended the subscription where graphql-ws does not come back by itself: GraphQL errors (an
   * array), a close code that it takes for fatal, a failed snapshot. It is taken up again after a
   * while, at the last cursor; return true to give the cursor up and begin with a new snapshot.
   * `failures` counts from 0 since the last event.
   */
  trouble(reason: unknown, failures: number): boolean | void;
}

/**
 * Creates a graphql-ws client that never gives up: it comes back after every loss, waits longer after
 * each failed try (up to eight seconds, with jitter), and gives a connection up that has fallen silent.
 *
 * `keepAlive` (5 s) is also how long a pong is waited for, `connectionAckWaitTimeout` (8 s) how long a
 * whole connect may take. Options given replace the recommended ones.
 *
 * @param create graphql-ws's own `createClient`: this module imports nothing.
 */
export function persistentClient(
  create: typeof createClient,
  options: Omit<ClientOptions, "lazy">,
): Client;

/**
 * Subscribes for good: after each loss it goes on from the last event that arrived, so that each comes
 * once. Returns the function that ends it; call that before `client.dispose()`.
 *
 * @param payload A subscription to one field that takes `after` from the variable `$after`.
 */
export function resuming<E extends Positioned>(
  client: Client,
  payload: SubscribePayload,
  sink: ResumingSink<E>,
): () => void;
