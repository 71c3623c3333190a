/** GraphQL over HTTP in one function, and a way to ask again without ever asking twice at once. */
import type { ResultOf, VariablesOf } from "gql.tada";
import { credentials, forgetToken } from "./access";

const TIMEOUT_MS = 10_000;

/** The server's no to a whole operation; `code` as docs/protocol.md lists them. */
export class Refusal extends Error {
  constructor(
    message: string,
    readonly code: string | undefined,
  ) {
    super(message);
  }
}

/** Answers a typed document; rejects on transport errors, GraphQL errors and after ten seconds. */
export async function ask<D>(document: D, variables: VariablesOf<D>): Promise<ResultOf<D>> {
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
  const answer = (await response.json()) as {
    data?: ResultOf<D> | null;
    errors?: { message: string; extensions?: { code?: string } }[];
  };
  const [error] = answer.errors ?? [];
  if (error) throw new Refusal(error.message, error.extensions?.code);
  if (!answer.data) throw new Error(`no data, status ${response.status}`);
  return answer.data;
}

/**
 * The same work, at most one at a time and at least `restMs` apart.
 *
 * Each call resolves with a run that began after the call, so what it returns is never older;
 * calls made meanwhile share that run.
 */
export function oneAtATime<T>(work: () => Promise<T>, restMs: number): () => Promise<T> {
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
