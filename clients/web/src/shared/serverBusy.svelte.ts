/**
 * The wait that the server asks for when it is busy, when this client has used its share of the computing
 * time, or when the database is away. All requests of the page wait, since each would be refused.
 */

/** The codes of these refusals; docs/protocol.md describes them. */
const BUSY_CODES: ReadonlySet<unknown> = new Set(["CLIENT_BUDGET_EXHAUSTED", "SERVER_BUSY", "UNAVAILABLE"]);
const PROXY_CODE = "SERVER_BUSY"; // for a proxy, whose refusal has no code
/** The database may have gone away while it stored a change, and the answer was lost. */
const UNCERTAIN_CODE = "UNAVAILABLE";
const TOO_MANY_REQUESTS = 429;
const SERVICE_UNAVAILABLE = 503;
const DEFAULT_SECONDS = 5; // for a proxy that states no time
const JITTER = 0.25; // the share of the wait that is added at most, so that pages do not return at once
const SECOND_MS = 1_000;
const TICK_MS = 250;
/** A request that is still refused after this time is given up, and the person can send it again. */
const GIVE_UP_AFTER_MS = 60_000;

/** The error for a request that was refused until later. */
export class TryLater extends Error {
  constructor(
    readonly code: string,
    readonly seconds: number,
    /** Whether the server did nothing, so that a mutation can be sent again. */
    readonly isUntouched: boolean,
  ) {
    super(code);
  }
}

/** Whether a code asks to come back later. */
export function isBusyCode(code: unknown): boolean {
  return BUSY_CODES.has(code);
}

/** The members of an error that say when to come back. */
export interface BusyExtensions {
  code?: unknown;
  retryAfterSeconds?: unknown;
}

/** Returns the wait that an error of an operation asks for; null if it is another error. */
export function waitOf(extensions: BusyExtensions | undefined): number | null {
  return isBusyCode(extensions?.code) ? (positive(extensions?.retryAfterSeconds) ?? DEFAULT_SECONDS) : null;
}

/** Rejects with `TryLater` if a response, whose error has these members, asks to come back later. */
export function refuseIfBusy(
  response: Pick<Response, "status" | "headers">,
  extensions: BusyExtensions | undefined,
): void {
  const isRefused = response.status === TOO_MANY_REQUESTS || response.status === SERVICE_UNAVAILABLE;
  const isBusy = isBusyCode(extensions?.code);
  // A proxy before the hub states no code. Other codes, as for too many passwords, have other meanings.
  if (!isBusy && (!isRefused || extensions?.code !== undefined)) return;
  const seconds = positive(extensions?.retryAfterSeconds) ?? positive(response.headers.get("Retry-After"));
  const code = isBusy ? String(extensions?.code) : PROXY_CODE;
  throw new TryLater(code, seconds ?? DEFAULT_SECONDS, isRefused && code !== UNCERTAIN_CODE);
}

function positive(value: unknown): number | null {
  const number = Number(value ?? NaN);
  return number > 0 ? number : null;
}

class ServerBusy {
  /** The time at which the page tries again, in milliseconds; null if no wait is under way. */
  #retryAt = $state<number | null>(null);
  #now = $state(Date.now());
  #clock: ReturnType<typeof setInterval> | undefined;

  /** The seconds until the page tries again; null if no wait is under way. */
  readonly seconds = $derived(
    this.#retryAt === null ? null : Math.max(1, Math.ceil((this.#retryAt - this.#now) / SECOND_MS)),
  );

  /** Lets all requests wait for a time, or until the end of a longer wait. Returns its milliseconds. */
  postpone(seconds: number): number {
    const retryAt = Date.now() + seconds * SECOND_MS * (1 + Math.random() * JITTER);
    this.#retryAt = Math.max(this.#retryAt ?? 0, retryAt);
    this.#clock ??= setInterval(() => this.#tick(), TICK_MS);
    this.#tick();
    return this.#retryAt! - Date.now();
  }

  /** Resolves when no wait is under way. */
  async wait(): Promise<void> {
    for (;;) {
      const milliseconds = this.#retryAt === null ? 0 : this.#retryAt - Date.now();
      if (milliseconds <= 0) return;
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
    }
  }

  #tick(): void {
    this.#now = Date.now();
    if (this.#retryAt !== null && this.#retryAt > this.#now) return;
    this.#retryAt = null;
    clearInterval(this.#clock);
    this.#clock = undefined;
  }
}

export const serverBusy = new ServerBusy();

/**
 * Sends a request, and sends it again after the wait that the server asks for.
 *
 * It rejects with `TryLater` after a minute, and at once if the request may have changed something that a
 * second one would change once more (`changesAgain`).
 */
export async function sendWhenFree<T>(send: () => Promise<T>, changesAgain: boolean): Promise<T> {
  const giveUpAt = Date.now() + GIVE_UP_AFTER_MS;
  for (;;) {
    await serverBusy.wait();
    try {
      return await send();
    } catch (reason) {
      if (!(reason instanceof TryLater) || (changesAgain && !reason.isUntouched)) throw reason;
      const milliseconds = serverBusy.postpone(reason.seconds);
      if (Date.now() + milliseconds > giveUpAt) throw reason;
    }
  }
}
