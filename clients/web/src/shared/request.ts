/** Executes GraphQL documents over HTTP, and prevents simultaneous runs of the same work. */
import type { ResultOf, VariablesOf } from "gql.tada";
import { session } from "./session.svelte";

const TIMEOUT_MS = 10_000;

/** The error for an operation that the server refuses; docs/protocol.md lists the values of `code`. */
export class Refusal extends Error {
  constructor(
    message: string,
    readonly code: string | undefined,
  ) {
    super(message);
  }
}

/** The code of the refusal of a request whose session has ended. */
export const SESSION_ENDED = "SESSION_ENDED";
const IS_MUTATION = /^\s*mutation\b/;

/**
 * Executes a typed document. It rejects on a transport error, on a GraphQL error and after ten seconds.
 *
 * When the session of the page has ended, it rejects with the code `SESSION_ENDED`, unless the page goes on
 * with public data. A mutation then opens the dialog to sign in again.
 */
export async function executeDocument<D>(document: D, variables: VariablesOf<D>): Promise<ResultOf<D>> {
  const query = document as unknown as string;
  try {
    return await execute<D>(query, variables);
  } catch (reason) {
    if (!(reason instanceof Refusal) || reason.code !== SESSION_ENDED) throw reason;
    await session.verify();
    // The request changed nothing. Another tab may have signed in, or the page goes on publicly.
    if (!session.isHalted) return await execute<D>(query, variables);
    if (IS_MUTATION.test(query)) session.isDialogOpen = true;
    throw reason;
  }
}

async function execute<D>(query: string, variables: VariablesOf<D>): Promise<ResultOf<D>> {
  if (session.isHalted) throw new Refusal("the session has ended", SESSION_ENDED);
  const response = await fetch("/graphql", {
    method: "POST",
    credentials: session.requestCredentials,
    headers: {
      "Content-Type": "application/json",
      Accept: "application/graphql-response+json",
    },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const result = (await response.json()) as {
    data?: ResultOf<D> | null;
    errors?: { message: string; extensions?: { code?: string } }[];
  };
  const [error] = result.errors ?? [];
  if (error) throw new Refusal(error.message, error.extensions?.code);
  if (!result.data) throw new Error(`no data, status ${response.status}`);
  return result.data;
}

/**
 * Returns a function that runs the work at most once at a time, with at least `restMs` between two runs.
 *
 * Each call resolves with the result of a run that starts after the call. Calls made before that run
 * starts share it.
 */
export function coalesceCalls<T>(work: () => Promise<T>, restMs: number): () => Promise<T> {
  let running: Promise<unknown> = Promise.resolve();
  let queued: Promise<T> | null = null;
  return () => {
    queued ??= running.then(() => {
      queued = null;
      const run = work();
      running = run
        .catch(() => undefined)
        .then(() => new Promise((resolve) => setTimeout(resolve, restMs)));
      return run;
    });
    return queued;
  };
}
