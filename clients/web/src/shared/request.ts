/** A function for GraphQL over HTTP, and a wrapper that prevents simultaneous runs of the same work. */
import type { ResultOf, VariablesOf } from "gql.tada";
import { credentials, forgetToken } from "./access";

const TIMEOUT_MS = 10_000;

/** The server's refusal of a whole operation; docs/protocol.md lists the values of `code`. */
export class Refusal extends Error {
  constructor(
    message: string,
    readonly code: string | undefined,
  ) {
    super(message);
  }
}

/** Executes a typed document; rejects on transport errors, GraphQL errors and after ten seconds. */
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
 * Runs the same work at most once at a time, with at least `restMs` between runs.
 *
 * Each call resolves with a run that began after the call, so its result is never older;
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
