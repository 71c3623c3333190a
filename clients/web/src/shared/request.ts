/** Executes GraphQL documents over HTTP, and prevents simultaneous runs of the same work. */
import type { ResultOf, VariablesOf } from "gql.tada";
import { credentials, forgetToken } from "./access";

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

/** Executes a typed document. It rejects on a transport error, on a GraphQL error and after ten seconds. */
export async function executeDocument<D>(document: D, variables: VariablesOf<D>): Promise<ResultOf<D>> {
  const response = await fetch("/graphql", {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Accept: "application/graphql-response+json",
      ...credentials(),
    },
    body: JSON.stringify({ query: document, variables }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.status === 401) forgetToken();
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
