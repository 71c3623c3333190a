/** The requests of `/sesi` and of the sign-in pages; docs/protocol.md describes them. */
import { rootedPath } from "./rootPath";
import { refuseIfBusy, sendWhenFree, TryLater } from "./serverBusy.svelte";

const TIMEOUT_MS = 15_000; // a password is checked slowly on purpose

export type RoleName = "PUBLIC" | "FOLLOWER" | "OPD" | "REGION" | "ASSESSOR" | "PROVINCE" | "ADMIN";

/** A session of a person, as `GET /sesi` describes it. */
export interface SessionDetails {
  id: string;
  accountId: string;
  /** Null if the instance does not know it, or has erased it. */
  name: string | null;
  role: RoleName;
  regions: { code: string; name: string }[];
  opds: { id: string; name: string }[];
  method: string;
  /** The end of the session unless the person does something before. */
  expiresAt: string;
  /** The end of the session in any case. */
  endsAt: string;
  /** How long the session lasts without activity. */
  idleSeconds: number;
}

/** The ways to sign in at this instance. */
export interface SignInMethods {
  password: boolean;
  /** False if the address of the instance has no host name, which passkeys need. */
  passkey: boolean;
  provider: { name: string } | null;
}

export interface SessionAnswer {
  methods: SignInMethods;
  session: SessionDetails | null;
  /** Whether the browser has the cookie of a session that has ended. */
  ended: boolean;
}

/** The error for an act that the hub refuses. */
export class SessionRefusal extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    /** The other members of the error, such as `retryAfterSeconds`. */
    readonly body: Readonly<Record<string, unknown>>,
  ) {
    super(code);
  }
}

/** The code for an error without an answer of the hub. */
export const UNREACHABLE = "UNREACHABLE";

let clockOffsetMs = 0;

/** The time of the server in milliseconds, as its last response stated it; the clock of a screen may be wrong. */
export function serverNow(): number {
  return Date.now() + clockOffsetMs;
}

/**
 * Sends a request and returns the JSON of the response, or undefined if it has no content. It rejects with
 * `SessionRefusal`, whose code is `UNREACHABLE` if there is no response.
 */
export async function sendSession<T>(
  method: "GET" | "POST" | "DELETE",
  path: `/${string}`,
  body?: unknown,
): Promise<T> {
  try {
    return await sendWhenFree(() => send<T>(method, path, body), method !== "GET");
  } catch (reason) {
    throw reason instanceof TryLater ? new SessionRefusal(reason.code, 0, {}) : reason;
  }
}

async function send<T>(method: "GET" | "POST" | "DELETE", path: `/${string}`, body?: unknown): Promise<T> {
  let response: Response;
  try {
    response = await fetch(rootedPath(path), {
      method,
      credentials: "same-origin",
      cache: "no-store",
      ...(method === "POST" && {
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body ?? {}),
      }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    throw new SessionRefusal(UNREACHABLE, 0, {});
  }
  const date = Date.parse(response.headers.get("Date") ?? "");
  if (!Number.isNaN(date)) clockOffsetMs = date - Date.now();
  const content = (await response.json().catch(() => ({}))) as { error?: Record<string, unknown> };
  if (response.ok) return content as T;
  refuseIfBusy(response, content.error);
  const error = content.error ?? {};
  throw new SessionRefusal(String(error["code"] ?? `HTTP_${response.status}`), response.status, error);
}
