/**
 * The state that shows how current the data of a page is: the connection, the time of the last
 * confirmation by the server, and the server's copies of regions that other instances own.
 */
import type { Connection } from "./live";
import type { Source } from "./types";

const STALE_AFTER_MS = 15_000; // three pings without a pong
const SOURCES_MS = 5_000; // an owner confirms its copy at the same interval

export type Status = Connection | "stale";

export abstract class Freshness {
  connection = $state<Connection>("connecting");
  /** The time at which a response or a pong last confirmed that the page shows the data of the server. */
  confirmedAt = $state<number | null>(null);
  now = $state(Date.now());
  /** The sources of the page's regions, by the code of the region. */
  sources = $state.raw<ReadonlyMap<string, Source>>(new Map());

  #isReadingSources = false;

  /** The state of the connection. It is stale if a socket that is open has missed three pings. */
  readonly status = $derived.by((): Status => {
    if (this.connection !== "live") return this.connection;
    return this.confirmedAt !== null && this.now - this.confirmedAt > STALE_AFTER_MS ? "stale" : "live";
  });

  /** Requests the sources of the page's regions from the server. */
  protected abstract readSources(): Promise<readonly Source[]>;

  /** Starts the clock and reads the sources repeatedly; returns the function that stops both. */
  protected startClock(): () => void {
    const clock = setInterval(() => (this.now = Date.now()), 1_000);
    void this.#refreshSources();
    const refreshes = setInterval(() => void this.#refreshSources(), SOURCES_MS);
    return () => {
      clearInterval(clock);
      clearInterval(refreshes);
    };
  }

  async #refreshSources(): Promise<void> {
    if (this.#isReadingSources) return; // while the server is busy, a request may take longer
    this.#isReadingSources = true;
    try {
      const sources = await this.readSources();
      this.sources = new Map(sources.map((source) => [source.regionCode, source]));
    } catch {
      // The status of the connection already shows that the server does not respond.
    }
    this.#isReadingSources = false;
  }

  /** Records that the page shows the current data of the server. */
  protected confirm(): void {
    this.now = this.confirmedAt = Date.now();
  }
}
