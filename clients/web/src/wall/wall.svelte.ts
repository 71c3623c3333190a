/** The state of the wall: the places, the view of an edition, the received changes, and the connection. */
import type { VariablesOf } from "gql.tada";
import { choice, chooseEdition, type Choice } from "../shared/edition";
import { Freshness } from "../shared/freshness.svelte";
import { followSubscription, type Connection } from "../shared/live";
import { coalesceCalls } from "../shared/coalesce";
import { executeDocument } from "../shared/request";
import { socketAddress } from "../shared/rootPath";
import type { Edition, Source } from "../shared/types";
import { EDITIONS, INDEX_CHANGED, INSTANCE, NEXT_RANKING, PLACES, SOURCES, WALL } from "./documents";
import type { IndexChange, Place, RankingPage, Row, View } from "./documents";

const REFRESH_REST_MS = 700; // with half a second for a batch, a change is visible within two seconds
const TICKER_LENGTH = 40;
const FLASH_MS = 4_000;
const RETRY_MS = 3_000;
const READ_AGAIN_MS = 10_000; // while there is no live connection

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
  /** The newest official change. A target or a self-assessment does not switch the edition. */
  #newestOfficial: IndexChange | null = null;
  /** False after a failure to read the view: a pong then does not confirm that the view is current. */
  #isCurrent = false;

  readonly refresh = coalesceCalls(() => this.#read(), REFRESH_REST_MS);

  /** The regions whose value in the shown edition changed in the last seconds. */
  readonly movedRegions = $derived.by((): ReadonlySet<string> => {
    const shownChoice = this.edition && choice(this.edition);
    const flashing = this.#flashes.filter(
      ({ edition, until }) => edition === shownChoice && until > this.now,
    );
    return new Set(flashing.map(({ code }) => code));
  });

  start(choice: Choice | null): () => void {
    this.choice = choice;
    const stopClock = this.startClock();
    const stop = followSubscription<IndexChange>({
      url: socketAddress(),
      document: INDEX_CHANGED as unknown as string,
      snapshot: this.refresh,
      onChanges: (changes) => this.#addChanges(changes),
      onConnection: (state) => this.#updateConnection(state),
      readAgainMs: READ_AGAIN_MS,
      onMessage: () => this.#confirmView(),
    });
    return () => {
      stopClock();
      stop();
    };
  }

  /** Shows another edition; with null the wall chooses the edition itself. */
  chooseEdition(choice: Choice | null): void {
    this.choice = choice;
    this.#refreshUntilRead();
  }

  #addChanges(changes: IndexChange[]): void {
    // By cursor, so that a change that arrives twice is listed once.
    const byCursor = new Map(
      [...changes.toReversed(), ...this.changes].map((change) => [change.cursor, change]),
    );
    this.changes = [...byCursor.values()].slice(0, TICKER_LENGTH);
    this.#newestOfficial =
      changes.findLast(
        ({ assessmentKind, assessmentState }) =>
          assessmentKind === "OFFICIAL" && assessmentState === "PUBLISHED",
      ) ?? this.#newestOfficial;
    const until = Date.now() + FLASH_MS;
    this.#flashes = [
      ...this.#flashes.filter((flash) => flash.until > Date.now()),
      ...changes.map((change) => ({ code: change.region.code, edition: choiceOf(change), until })),
    ];
    this.#refreshUntilRead();
  }

  #updateConnection(state: Connection): void {
    const isRestored = (this.connection === "lost" || this.connection === "reading") && state === "live";
    this.connection = state;
    // No event announces a new version of the page or a change of a name.
    if (isRestored) this.#refreshUntilRead();
  }

  #confirmView(): void {
    if (!this.#isCurrent) return;
    this.confirm();
  }

  #refreshUntilRead(): void {
    this.refresh().catch(() => setTimeout(() => this.#refreshUntilRead(), RETRY_MS));
  }

  /** Reads the view of the edition to show; returns a cursor from before the view was read. */
  async #read(): Promise<string> {
    try {
      // The cursor needs a request of its own, because the fields of one query are read at different
      // moments. A change between the view and a newer cursor would never arrive as an event.
      const { instance } = await executeDocument(INSTANCE, {});
      const { provinceCode: province } = instance;
      this.replay = instance.isReplay;
      // A new version of the server has a new version of this page.
      this.#version ??= instance.version;
      if (instance.version !== this.#version) location.reload();
      if (this.#province !== province) this.places = await readPlaces(province);
      this.#province = province;
      const editions = this.editions.length
        ? this.editions
        : (await executeDocument(EDITIONS, { province })).resultEditions;
      const edition = chooseEdition(editions, this.choice, this.places.length, this.#replayed());
      this.editions = editions;
      if (edition === null) {
        this.#isCurrent = true;
        this.#confirmView();
        return instance.cursor;
      }
      const { year, kind } = edition;
      const variables = { province, instrument: edition.instrument.id, year, kind };
      const response = await executeDocument(WALL, variables);
      const ranking = await readRows(response.ranking, variables);
      this.#show({ ...response, ranking }, edition);
      return instance.cursor;
    } catch (reason) {
      this.#isCurrent = false;
      throw reason;
    }
  }

  #show(view: View, edition: Edition): void {
    this.view = view;
    this.edition = edition;
    this.editions = view.resultEditions;
    this.#isCurrent = true;
    this.#confirmView();
    // After the first result of a new year, the wall may have to show another edition.
    const next = chooseEdition(view.resultEditions, this.choice, this.places.length, this.#replayed());
    if (next !== null && choice(next) !== choice(edition)) this.#refreshUntilRead();
  }

  /** Reads the state of the copy of each region that another instance owns. */
  protected async readSources(): Promise<readonly Source[]> {
    return (await executeDocument(SOURCES, {})).sources;
  }

  /**
   * The edition of the newest official event of a replay; `"newest"` before the first one, and null if the
   * server is not in a replay.
   */
  #replayed(): Choice | "newest" | null {
    if (!this.replay) return null;
    return this.#newestOfficial === null ? "newest" : choiceOf(this.#newestOfficial);
  }
}

/** Returns the edition that an index which changed belongs to. */
function choiceOf({ year, assessmentKind }: IndexChange): Choice {
  return choice({ year, kind: assessmentKind });
}

/** Returns the rows of a page of the ranking and of all pages after it. */
async function readRows(
  { nodes, pageInfo }: RankingPage,
  variables: VariablesOf<typeof WALL>,
): Promise<Row[]> {
  if (!pageInfo.hasNextPage) return nodes;
  const next = await executeDocument(NEXT_RANKING, { ...variables, after: pageInfo.endCursor });
  return [...nodes, ...(await readRows(next.ranking, variables))];
}

/** Reads the places of all regions of the province, page by page. */
async function readPlaces(province: string, after: string | null = null): Promise<Place[]> {
  const { edges, pageInfo } = (await executeDocument(PLACES, { province, after })).regions;
  const places = edges.map((edge) => edge.node);
  if (!pageInfo.hasNextPage) return places;
  return [...places, ...(await readPlaces(province, pageInfo.endCursor))];
}
