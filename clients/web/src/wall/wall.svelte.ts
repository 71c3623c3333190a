/** The state of the wall: the places, the current view, the received changes, the connection. */
import { credentials } from "../shared/access";
import { choice, chosen, type Choice } from "../shared/edition";
import { Freshness } from "../shared/freshness.svelte";
import { follow, type Connection } from "../shared/live";
import { ask, oneAtATime } from "../shared/request";
import type { Edition, Source } from "../shared/types";
import { EDITIONS, INDEX_CHANGED, INSTANCE, PLACES, SOURCES, WALL } from "./documents";
import type { IndexChange, Place, View } from "./documents";

const REFRESH_REST_MS = 700; // with half a second of gathering, a change shows within two seconds
const TICKER_LENGTH = 40;
const FLASH_MS = 4_000;
const RETRY_MS = 3_000;

export class Wall extends Freshness {
  places = $state.raw<Place[]>([]);
  view = $state.raw<View | null>(null);
  editions = $state.raw<Edition[]>([]);
  edition = $state.raw<Edition | null>(null);
  changes = $state.raw<IndexChange[]>([]);
  choice = $state.raw<Choice | null>(null);
  replay = $state(false);
  #flashes: { code: string; edition: Choice; until: number }[] = [];
  #province: string | null = null;
  #version: string | null = null;
  /** The newest official result received; a target or a self-assessment does not switch the edition. */
  #newest: IndexChange | null = null;
  /** False while the view could not be read: a pong then does not confirm that it is current. */
  #current = false;

  readonly refresh = oneAtATime(() => this.#read(), REFRESH_REST_MS);

  /** Regions whose value in the edition shown moved in the last seconds. */
  readonly moved = $derived.by((): ReadonlySet<string> => {
    const shown = this.edition && choice(this.edition);
    const flashing = this.#flashes.filter(
      ({ edition, until }) => edition === shown && until > this.now,
    );
    return new Set(flashing.map(({ code }) => code));
  });

  start(choice: Choice | null): () => void {
    this.choice = choice;
    const stopTicking = this.tick();
    const stop = follow<IndexChange>({
      url: `${location.origin.replace(/^http/, "ws")}/graphql`,
      document: INDEX_CHANGED as unknown as string,
      credentials,
      snapshot: this.refresh,
      changed: (changes) => this.#changed(changes),
      connection: (state) => this.#connected(state),
      heard: () => this.#heard(),
    });
    return () => {
      stopTicking();
      stop();
    };
  }

  /** Shows another edition; null returns to the one that the wall chooses by itself. */
  choose(choice: Choice | null): void {
    this.choice = choice;
    this.#refreshUntilRead();
  }

  #changed(changes: IndexChange[]): void {
    // By cursor, so that a change that is received twice is listed once.
    const bySubject = new Map(
      [...changes.toReversed(), ...this.changes].map((change) => [change.cursor, change]),
    );
    this.changes = [...bySubject.values()].slice(0, TICKER_LENGTH);
    this.#newest =
      changes.findLast(({ kind, state }) => kind === "OFFICIAL" && state === "PUBLISHED") ??
      this.#newest;
    const until = Date.now() + FLASH_MS;
    this.#flashes = [
      ...this.#flashes.filter((flash) => flash.until > Date.now()),
      ...changes.map((change) => ({ code: change.region.code, edition: choice(change), until })),
    ];
    this.#refreshUntilRead();
  }

  #connected(state: Connection): void {
    const healed = this.connection === "lost" && state === "live";
    this.connection = state;
    // A change of a name or of the version moves no index, and no event announces it.
    if (healed) this.#refreshUntilRead();
  }

  #heard(): void {
    if (!this.#current) return;
    this.confirm();
  }

  #refreshUntilRead(): void {
    this.refresh().catch(() => setTimeout(() => this.#refreshUntilRead(), RETRY_MS));
  }

  /** Reads the view of the edition to show, and returns the cursor from before it was read. */
  async #read(): Promise<string> {
    try {
      // In a request of its own: the fields of one query are read at different moments. A change
      // between the view and a newer cursor would never arrive as an event.
      const { instance } = await ask(INSTANCE, {});
      const { province } = instance;
      this.replay = instance.replay;
      // A new version brings a new page with it.
      this.#version ??= instance.version;
      if (instance.version !== this.#version) location.reload();
      if (this.#province !== province) this.places = await placesOf(province);
      this.#province = province;
      const known = this.editions.length
        ? this.editions
        : (await ask(EDITIONS, { province })).editions;
      const edition = chosen(known, this.choice, this.places.length, this.#leading());
      this.editions = known;
      if (edition === null) {
        this.#current = true;
        this.#heard();
        return instance.cursor;
      }
      const { year, kind } = edition;
      const view = await ask(WALL, { province, instrument: edition.instrument.id, year, kind });
      this.#show(view, edition);
      return instance.cursor;
    } catch (reason) {
      this.#current = false;
      throw reason;
    }
  }

  #show(view: View, edition: Edition): void {
    this.view = view;
    this.edition = edition;
    this.editions = view.editions;
    this.#current = true;
    this.#heard();
    // The first result of a new year may require another edition than the one just read.
    const due = chosen(view.editions, this.choice, this.places.length, this.#leading());
    if (due !== null && choice(due) !== choice(edition)) this.#refreshUntilRead();
  }

  /** The state of the copy of each region that another instance owns. */
  protected async readSources(): Promise<readonly Source[]> {
    return (await ask(SOURCES, {})).sources;
  }

  /** In a replay the wall shows the edition of the events. */
  #leading(): Choice | "newest" | null {
    if (!this.replay) return null;
    return this.#newest === null ? "newest" : choice(this.#newest);
  }
}

async function placesOf(province: string, after: string | null = null): Promise<Place[]> {
  const { edges, pageInfo } = (await ask(PLACES, { province, after })).regions;
  const places = edges.map((edge) => edge.node);
  if (!pageInfo.hasNextPage) return places;
  return [...places, ...(await placesOf(province, pageInfo.endCursor))];
}
