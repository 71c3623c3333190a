/**
 * How current the data of a page is: the connection, when the server last confirmed it, and how
 * current the server's own copies are of regions that other instances own.
 */
import type { Connection } from "./live";
import type { Source } from "./types";

const STALE_AFTER_MS = 15_000; // three pings unanswered
const SOURCES_MS = 5_000; // an owner confirms its copy as often

export type Status = Connection | "stale";

export abstract class Freshness {
  connection = $state<Connection>("connecting");
  /** When the server last confirmed, by a response or a pong, that the page shows its data. */
  heardAt = $state<number | null>(null);
  now = $state(Date.now());
  /** The sources of the page's regions, by code. */
  sources = $state.raw<ReadonlyMap<string, Source>>(new Map());

  /** The state of the connection: a socket that looks open is trusted for three pings at most. */
  readonly status = $derived.by((): Status => {
    if (this.connection !== "live") return this.connection;
    return this.heardAt !== null && this.now - this.heardAt > STALE_AFTER_MS ? "stale" : "live";
  });

  /** Requests the sources of the page's regions from the server. */
  protected abstract readSources(): Promise<readonly Source[]>;

  /** Starts the clock and reads the sources repeatedly; returns the function that stops both. */
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
      // The connection's status shows for the whole page that the server does not answer.
    }
  }

  protected confirm(): void {
    this.now = this.heardAt = Date.now();
  }
}
