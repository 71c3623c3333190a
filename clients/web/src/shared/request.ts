/** Executes GraphQL documents over HTTP. */
import type { ResultOf, VariablesOf } from "gql.tada";
import { rootedPath } from "./rootPath";
import { refuseIfBusy, sendWhenFree, TryLater, type BusyExtensions } from "./serverBusy.svelte";
import { session } from "./session.svelte";

const TIMEOUT_MS = 10_000;
/** The wait for who is signed in, after a request whose session has ended. */
const VERIFY_MS = 5_000;

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
/** The code of the refusal of a request that this page does not send, since another person is signed in now. */
export const SESSION_REPLACED = "SESSION_REPLACED";
const IS_MUTATION = /^\s*mutation\b/;

/**
 * Executes a typed document. It rejects on a transport error, on a GraphQL error and after ten seconds.
 *
 * While the server is busy it waits, and sends the document again, for at most a minute.
 *
 * When the session of the page has ended, it rejects with the code `SESSION_ENDED`, unless the page goes on
 * with public data. A mutation then opens the dialog to sign in again. While another person is signed in,
 * it rejects with the code `SESSION_REPLACED`.
 */
export async function executeDocument<D>(document: D, variables: VariablesOf<D>): Promise<ResultOf<D>> {
  const query = document as unknown as string;
  try {
    return await execute<D>(query, variables);
  } catch (reason) {
    const isHalted = reason instanceof Refusal && (reason.code === SESSION_ENDED || reason.code === SESSION_REPLACED);
    if (!isHalted) throw reason;
    await waitAtMost(VERIFY_MS, session.verify());
    // The request changed nothing. Another tab may have signed in, or the page goes on publicly.
    if (!session.isHalted) return await execute<D>(query, variables);
    if (IS_MUTATION.test(query)) session.askToSignIn();
    throw haltedRefusal();
  }
}

async function execute<D>(query: string, variables: VariablesOf<D>): Promise<ResultOf<D>> {
  try {
    return await sendWhenFree(() => send<D>(query, variables), changesAgain(query, variables));
  } catch (reason) {
    throw reason instanceof TryLater ? new Refusal(reason.message, reason.code) : reason;
  }
}

/** Whether the server would make a change twice: it makes one with an idempotency key once. */
function changesAgain(query: string, variables: unknown): boolean {
  const { input } = (variables ?? {}) as { input?: { idempotencyKey?: unknown } };
  return IS_MUTATION.test(query) && !input?.idempotencyKey;
}

async function send<D>(query: string, variables: VariablesOf<D>): Promise<ResultOf<D>> {
  if (session.isHalted) throw haltedRefusal();
  const response = await fetch(rootedPath("/graphql"), {
    method: "POST",
    credentials: session.requestCredentials,
    headers: {
      "Content-Type": "application/json",
      Accept: "application/graphql-response+json",
    },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const result = (await response.json().catch(() => ({}))) as {
    data?: ResultOf<D> | null;
    errors?: { message: string; extensions?: BusyExtensions & { code?: string } }[];
  };
  const [error] = result.errors ?? [];
  refuseIfBusy(response, error?.extensions);
  if (error) throw new Refusal(error.message, error.extensions?.code);
  if (!result.data) throw new Error(`no data, status ${response.status}`);
  return result.data;
}

function haltedRefusal(): Refusal {
  return session.status === "replaced"
    ? new Refusal("another person is signed in", SESSION_REPLACED)
    : new Refusal("the session has ended", SESSION_ENDED);
}

/** Waits for the work; it rejects if the work takes longer. */
async function waitAtMost(milliseconds: number, work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
