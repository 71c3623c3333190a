/** How far what a page shows can be believed: the connection, and when the server last confirmed it. */
import type { Connection } from "./live";

const STALE_AFTER_MS = 15_000; // three pings unanswered

export type Status = Connection | "stale";

export class Freshness {
  connection = $state<Connection>("connecting");
  /** When the server last confirmed, by an answer or a pong, that what is shown is what it has. */
  heardAt = $state<number | null>(null);
  now = $state(Date.now());

  /** How it stands: a socket that looks open is not believed for longer than three pings. */
  readonly status = $derived.by((): Status => {
    if (this.connection !== "live") return this.connection;
    return this.heardAt !== null && this.now - this.heardAt > STALE_AFTER_MS ? "stale" : "live";
  });

  /** Lets the time pass; returns the function that stops it. */
  protected tick(): () => void {
    const ticking = setInterval(() => (this.now = Date.now()), 1_000);
    return () => clearInterval(ticking);
  }

  protected confirm(): void {
    this.now = this.heardAt = Date.now();
  }
}
