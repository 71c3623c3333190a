/**
 * The session of the person who uses the page, which all parts of the page share.
 *
 * The server ends a session. This store only knows when it expects the end, and asks the server before it
 * says so, because another tab may have extended the session.
 */
import { coalesceCalls } from "./coalesce";
import { instanceKey } from "./rootPath";
import { sendSession, serverNow, type SessionAnswer, type SessionDetails, type SignInMethods } from "./sessionRequest";

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const WARN_BEFORE_MS = 10 * MINUTE_MS;
const EXTEND_AT_MOST_EVERY_MS = 5 * MINUTE_MS;
/** Shares of the time that a session lasts without activity, which count if that time is short. */
const WARN_SHARE = 0.5;
const EXTEND_SHARE = 0.25;
const RECHECK_AT_MOST_EVERY_MS = 30_000; // when the person returns to the tab
const RETRY_MS = 3_000;
const FIRST_ANSWER_MS = 4_000; // the page goes on without the answer after this time
const TICK_MS = 1_000;
const CHANNEL = instanceKey("simpul.session");
/** The entry with the id of the session that a page of this device knew last. */
const HINT_KEY = instanceKey("simpul.signedIn");
const ACTIVITIES = ["keydown", "pointerdown", "submit"] as const;

/**
 * - `unknown`: the server has not answered yet.
 * - `none`: the page is public.
 * - `open`: a person is signed in.
 * - `ended`: the session has ended, and the person has not decided how to go on.
 * - `public`: the session has ended, and the page goes on with public data.
 * - `replaced`: another person is signed in than the one whose data the page shows.
 *
 * A page inside a frame is always `none`: a page around it could trick a person who is signed in.
 */
export type SessionStatus = "unknown" | "none" | "open" | "ended" | "public" | "replaced";

type Broadcast = { kind: "changed" } | { kind: "extended"; session: SessionDetails };

export interface SessionOptions {
  /** Whether the page goes on with public data at once when the session ends, as a wall does. */
  goesOnPublicly?: boolean;
  /** Whether the page shows no data of a person, so that another one may sign in on it. */
  showsNoData?: boolean;
}

class PageSession {
  readonly isFramed = window.top !== window.self;
  status = $state<SessionStatus>("unknown");
  /** The session of the person whose data the page shows; it is open or has ended. */
  details = $state.raw<SessionDetails | null>(null);
  /** The session of another person who has signed in since. */
  replacement = $state.raw<SessionDetails | null>(null);
  methods = $state.raw<SignInMethods>({ password: true, passkey: false, provider: null });
  /** Whether the dialog about the end of the session is open; it can be put aside. */
  isDialogOpen = $state(false);
  /** Whether the person signed out, here or in another tab. */
  isSignedOut = $state(false);
  /** Whether the last page of this device was signed in, so that a page can reserve the space of its bar. */
  readonly wasOpen = !this.isFramed && localStorage.getItem(HINT_KEY) !== null;
  /** The time of the server, in milliseconds. */
  now = $state(Date.now());
  /** The end whose warning was put aside. */
  #dismissedEnd = $state<number | null>(null);
  #options: SessionOptions = {};
  /** The time before which activity does not extend the session again. */
  #nextExtensionAt = -Infinity;
  #checkedAt = -Infinity;
  /** The number of acts on the session. An answer that was requested before the latest act does not count. */
  #acts = 0;
  #isReady = false;
  readonly #listeners = new Set<() => void>();
  readonly #channel = new BroadcastChannel(CHANNEL);
  #resolveReady = (): void => undefined;
  /** Resolves when the server has said who is signed in, or does not say it in time. */
  readonly ready = new Promise<void>((resolve) => (this.#resolveReady = resolve));

  /** The time at which the session ends unless the person does something. */
  readonly endsAtMs = $derived(this.details && endOf(this.details));
  readonly #warnBeforeMs = $derived(
    this.details && Math.min(WARN_BEFORE_MS, this.details.idleSeconds * SECOND_MS * WARN_SHARE),
  );
  /** Whether nothing but signing in again keeps the session beyond the next end. */
  readonly isFinalEnd = $derived(
    this.details !== null && Date.parse(this.details.endsAt) <= Date.parse(this.details.expiresAt),
  );
  /** Whether the page offers to go on because the session ends soon. */
  readonly isEndNear = $derived(
    this.status === "open" &&
      this.endsAtMs !== null &&
      this.#warnBeforeMs !== null &&
      this.endsAtMs - this.now <= this.#warnBeforeMs &&
      this.#dismissedEnd !== this.endsAtMs,
  );
  /** Whether operations are refused until the person has signed in or goes on publicly. */
  readonly isHalted = $derived(this.status === "ended" || this.status === "replaced");

  /** Reads the session and follows it as long as the page is open. */
  start(options: SessionOptions = {}): void {
    this.#options = options;
    if (this.isFramed) {
      this.#setStatus("none");
      return this.#becomeReady();
    }
    setTimeout(() => this.#becomeReady(), FIRST_ANSWER_MS);
    void this.verify();
    setInterval(() => this.#tick(), TICK_MS);
    for (const activity of ACTIVITIES) {
      addEventListener(activity, (event) => this.#extendAfter(event), { capture: true, passive: true });
    }
    addEventListener("focus", () => this.#recheck());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.#recheck();
    });
    this.#channel.onmessage = ({ data }: MessageEvent<Broadcast>) => {
      if (data.kind === "changed") void this.verify();
      else if (this.status === "open" && data.session.id === this.details?.id) this.details = data.session;
    };
  }

  /** The credentials mode of requests: without the cookie once the page goes on publicly. */
  get requestCredentials(): RequestCredentials {
    return this.#isWithoutSession ? "omit" : "same-origin";
  }

  /** The payload of `connection_init`. */
  get connectionParams(): Record<string, string> {
    return this.#isWithoutSession ? { session: "none" } : {};
  }

  get #isWithoutSession(): boolean {
    return this.isFramed || this.status === "public";
  }

  /** Calls the function after each change of who reads the page; returns the function that stops this. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * Asks the server who is signed in, until it answers. Call it when an answer says that the session ended.
   *
   * The request begins after the call, so the answer is not older.
   */
  readonly verify = coalesceCalls(() => this.#readUntilAnswered(), 0);

  /** Takes over a session that began on this page. */
  signedIn(session: SessionDetails): void {
    this.#acts += 1;
    this.#adopt(session);
    this.#send({ kind: "changed" });
  }

  /** Extends the session, as the person asked or as their activity shows. */
  async extend(): Promise<void> {
    const idleMs = (this.details?.idleSeconds ?? Infinity) * SECOND_MS;
    this.#nextExtensionAt = Date.now() + Math.min(EXTEND_AT_MOST_EVERY_MS, idleMs * EXTEND_SHARE);
    try {
      const { session } = await sendSession<{ session: SessionDetails }>("POST", "/sesi/lanjut");
      if (this.status !== "open" || session.id !== this.details?.id) return await this.verify();
      this.#acts += 1;
      this.details = session;
      this.#send({ kind: "extended", session });
    } catch {
      this.#nextExtensionAt = Date.now() + RETRY_MS;
      await this.verify();
    }
  }

  /** Puts the warning before the end aside. */
  dismissWarning(): void {
    this.#dismissedEnd = this.endsAtMs;
  }

  /** Ends the session at the server. It rejects with `SessionRefusal` if that fails. */
  async signOut(): Promise<void> {
    await sendSession("DELETE", "/sesi");
    this.#acts += 1;
    this.details = this.replacement = null;
    this.#setStatus("none");
    this.#send({ kind: "changed" });
  }

  /** Opens the dialog to sign in again, unless the session goes on or is another person's. */
  askToSignIn(): void {
    this.isDialogOpen = this.status === "ended";
  }

  /** Goes on with public data after the end of the session. */
  goOnPublicly(): void {
    this.#setStatus("public");
  }

  async #readUntilAnswered(): Promise<void> {
    for (;;) {
      this.#checkedAt = Date.now();
      const acts = this.#acts;
      try {
        const answer = await sendSession<SessionAnswer>("GET", "/sesi");
        if (acts !== this.#acts) continue;
        this.#update(answer);
        this.#becomeReady();
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  #update({ methods, session, ended }: SessionAnswer): void {
    this.methods = methods;
    if (session) return this.#adopt(session);
    switch (this.status) {
      case "unknown":
        // Nothing is typed on a page that has just opened, so it only says what it shows.
        return this.#setStatus(ended ? "public" : "none");
      case "none":
        // The person signed in elsewhere, so requests of this page have the cookie of the ended session.
        if (ended) this.#setStatus("public");
        return;
      case "open":
      case "replaced":
        this.replacement = null;
        this.isSignedOut = !ended;
        return this.#setStatus(this.#options.goesOnPublicly ? "public" : "ended");
      default:
        return;
    }
  }

  #becomeReady(): void {
    this.#isReady = true;
    this.#resolveReady();
  }

  #adopt(session: SessionDetails): void {
    const { status, details } = this;
    const isOther = details !== null && details.accountId !== session.accountId;
    const hasNewRight = details !== null && rightOf(details) !== rightOf(session);
    const isSameSession = status === "open" && details?.id === session.id;
    const isUnknown = status === "unknown" && localStorage.getItem(HINT_KEY) !== session.id;
    // Public data belongs to no person, so only the data of another person must not be mixed.
    if (isOther && status !== "public" && !this.#options.showsNoData) {
      this.replacement = session;
      if (status !== "replaced") this.#setStatus("replaced");
      return;
    }
    this.details = session;
    this.replacement = null;
    this.isSignedOut = false;
    if (!isSameSession || hasNewRight) this.#setStatus("open");
    // The identity provider leads back to a page that has just opened; no other page knows of it.
    if (isUnknown) this.#send({ kind: "changed" });
  }

  #setStatus(status: SessionStatus): void {
    const isFirst = this.status === "unknown" && !this.#isReady;
    this.status = status;
    // Inside a frame, a browser may forbid the storage.
    if (status === "open" && this.details) localStorage.setItem(HINT_KEY, this.details.id);
    else if (status !== "replaced" && !this.isFramed) localStorage.removeItem(HINT_KEY);
    this.isDialogOpen = status === "ended";
    // A page that has just opened has read nothing for another person.
    if (isFirst && status !== "public") return;
    for (const listener of this.#listeners) listener();
  }

  #tick(): void {
    this.now = serverNow();
    if (this.status !== "open" || this.endsAtMs === null) return;
    // Another tab may have extended the session, so the server is asked before the page says anything.
    if (this.endsAtMs <= this.now && Date.now() - this.#checkedAt > RETRY_MS) void this.verify();
  }

  #recheck(): void {
    const isDue = this.isHalted || Date.now() - this.#checkedAt > RECHECK_AT_MOST_EVERY_MS;
    if (isDue) void this.verify();
  }

  #extendAfter({ target }: Event): void {
    if (this.status !== "open" || Date.now() < this.#nextExtensionAt) return;
    const isAboutSession = target instanceof Element && target.closest("[data-about-session]") !== null;
    if (!isAboutSession) void this.extend();
  }

  #send(broadcast: Broadcast): void {
    this.#channel.postMessage(broadcast);
  }
}

/** The time at which a session ends unless the person does something, in milliseconds. */
export function endOf({ expiresAt, endsAt }: SessionDetails): number {
  return Math.min(Date.parse(expiresAt), Date.parse(endsAt));
}

/** What a session may do, as a text to compare. */
function rightOf({ role, regions, opds }: SessionDetails): string {
  return JSON.stringify([role, regions.map(({ code }) => code), opds.map(({ id }) => id)]);
}

export const session = new PageSession();
