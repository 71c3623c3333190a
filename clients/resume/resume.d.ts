import type { Client, ClientOptions, createClient, SubscribePayload } from "graphql-ws";

/** The fields of every event of a resumable subscription. The document must select both. */
export interface Positioned {
  cursor: string;
  previousCursor: string;
}

export interface ResumingSink<E extends Positioned> {
  /** Called with each event, in order. If it throws, the event is delivered again. */
  next(event: E): void;
  /**
   * Reads the data again and returns the cursor that it was read at, or an earlier cursor.
   *
   * Called if `payload.variables` has no `after`, and when the server reports that the cursor is no
   * longer valid (`SNAPSHOT_REQUIRED`).
   */
  snapshot(): Promise<string>;
  /**
   * Called before `next` if events are missing between the last event and this one. The server leaves out
   * events only with `conflate: true`; omit `hole` for such a subscription.
   */
  hole?: ((event: E) => void) | undefined;
  /**
   * Called with the reason when the subscription ends and graphql-ws does not reconnect by itself: after
   * GraphQL errors (an array), a close code that it treats as fatal, or a failed snapshot. The subscription
   * resumes at the last cursor after a wait: up to eight seconds, and up to a minute after the close code
   * 4401, because the session has ended or the token is no longer valid. A page lets the person sign in.
   * After errors with `retryAfterSeconds`, the wait is as long as the server asks for.
   * Return true to discard the cursor and to start with a new snapshot. `failures` is the number of earlier failures since the last event.
   */
  trouble(reason: unknown, failures: number): boolean | void;
}

/**
 * Creates a graphql-ws client that reconnects after every loss of the connection. It waits longer after
 * each failed attempt (up to eight seconds, with jitter), and ends a connection that does not respond.
 *
 * `keepAlive` (5 s) is also the timeout of a pong; `connectionAckWaitTimeout` (8 s) is the timeout of a
 * whole connect. The options replace the recommended ones.
 *
 * @param create The function `createClient` of graphql-ws. It is an argument because this module imports
 *   nothing.
 */
export function persistentClient(
  create: typeof createClient,
  options: Omit<ClientOptions, "lazy">,
): Client;

/**
 * Subscribes permanently. After each loss of the connection, the subscription resumes after the last event,
 * so that each event is delivered once. Returns the function that ends the subscription; call it before
 * `client.dispose()`.
 *
 * @param payload A subscription to one field whose argument `after` is the variable `$after`.
 */
export function resuming<E extends Positioned>(
  client: Client,
  payload: SubscribePayload,
  sink: ResumingSink<E>,
): () => void;
