/**
 * How far what a page shows can be believed: the connection, when the server last confirmed it, and how
 * good the server's own copies are of regions that other instances own.
 */
import type { Connection } from "./live";
import type { Source } from "./types";

const STALE_AFTER_MS = 15_000; // three pings unanswered
const SOURCES_MS = 5_000; // an owner confirms its copy as often

export type Status = Connection | "stale";

export abstract class Freshness {
  connection = $state<Connection>("connecting");
  /** When the server last confirmed, by an answer or a pong, that what is shown is what it has. */
  heardAt = $state<number | null>(null);
  now = $state(Date.now());
  /** By code, of the regions that the page is about. */
  sources = $state.raw<ReadonlyMap<string, Source>>(new Map());

  /** How it stands: a socket that looks open is not believed for longer than three pings. */
  readonly status = $derived.by((): Status => {
    if (this.connection !== "live") return this.connection;
    return this.heardAt !== null && this.now - this.heardAt > STALE_AFTER_MS ? "stale" : "live";
  });

  /** Asks the server for the sources of the regions that the page is about. */
  protected abstract readSources(): Promise<readonly Source[]>;

  /** Lets the time pass and reads the sources again and again; returns the function that stops both. */
  protected tick(): () => void {
    const ticking = setInterval(() => (this.now = Date.now()), 1_000);
    void this.#refreshSources();
    const reading = setInterval(() => void this.#refreshSources(), SOURCES_MS);
    return () => {
      clearInterval(ticking);
      clearInterval(reading);
    };
  }

  async #refreshSources(): Promise<void> {
    try {
      const sources = await this.readSources();
      this.sources = new Map(sources.map((source) => [source.region, source]));
    } catch {
      // The connection's status says for the whole page that the server does not answer.
    }
  }

  protected confirm(): void {
    this.now = this.heardAt = Date.now();
  }
}
