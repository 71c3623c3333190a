/** The state of the page: the region, the viewer, the freshness, and the queries that events repeat. */
import { createContext } from "svelte";
import { shortName } from "../shared/format";
import { Freshness } from "../shared/freshness.svelte";
import { followSubscription, type Connection } from "../shared/live";
import { coalesceCalls } from "../shared/coalesce";
import { executeDocument } from "../shared/request";
import { socketAddress } from "../shared/rootPath";
import { listSourceAlerts } from "../shared/sourceAlert";
import type { Source } from "../shared/types";
import { EVENTS, OPENING, SOURCE } from "./documents";
import type { EventKind, Opening, RegionEvent, RegionSource, Subject } from "./documents";
import { NameIndex } from "./nameIndex.svelte";
import type { QueryState } from "./queryState.svelte";

/** The time between two readings while there is no live connection; the page computes more than a wall. */
const READ_AGAIN_MS = 30_000;
const REFRESH_REST_MS = 2_000; // the least time between two refreshes, independent of the rate of events

/** The kinds of events that may change the index or its claims. */
export const RESULT_KINDS: readonly EventKind[] = [
  "REGION_RECORDED",
  "RESULT_RECORDED",
  "ASSESSMENT_STARTED",
  "ASSESSMENT_SUBMITTED",
  "ASSESSMENT_RETURNED",
  "ASSESSMENT_PUBLISHED",
  "LEVEL_CLAIMED",
  "INDEX_CHANGED",
];
/** The kinds of events that may change the inventory. */
export const INVENTORY_KINDS: readonly EventKind[] = [
  "OPD_RECORDED",
  "OPD_UPDATED",
  "OPD_DISSOLVED",
  "APPLICATION_REGISTERED",
  "APPLICATION_UPDATED",
  "APPLICATION_RETIRED",
  "INTEGRATION_CONNECTED",
  "INTEGRATION_DOCUMENTED",
  "INTEGRATION_CONFIRMED",
  "INTEGRATION_WITHDRAWN",
  "INVENTORY_ATTESTED",
  "FUNCTION_CORRECTED",
  "OPD_EXEMPTED",
  "DEVELOPMENT_POLICY_RECORDED",
];
/** The kind of event for changes of verdicts, including those that other regions or the passage of time cause. */
export const VERDICT_KINDS: readonly EventKind[] = ["VERIFICATION_CHANGED"];
/** The kinds of events that change proposals, including changes that other regions or the passage of time cause. */
export const PROPOSAL_KINDS: readonly EventKind[] = ["PROPOSAL_DECIDED", "PROPOSALS_CHANGED"];
export const EFFORT_KINDS: readonly EventKind[] = ["EFFORT_EDITED"];
const KNOWN_KINDS: ReadonlySet<string> = new Set([
  ...RESULT_KINDS,
  ...INVENTORY_KINDS,
  ...VERDICT_KINDS,
  ...PROPOSAL_KINDS,
  ...EFFORT_KINDS,
]);

export class Region extends Freshness {
  /** The region; null before the first response, and if no region has the code. */
  subject = $state.raw<Subject | null>(null);
  /** Whether the first response has arrived. */
  isOpened = $state(false);
  replay = $state(false);
  /** The source of the region with what only the viewers who cover the region may read. */
  source = $state.raw<RegionSource | null>(null);
  viewer = $state.raw<Opening["instance"]["viewer"] | null>(null);
  readonly nameIndex: NameIndex;
  readonly #queryStates = new Map<QueryState<unknown>, readonly EventKind[]>();
  /** The kinds of events since the last refresh; null stands for all kinds. */
  #pendingKinds: Set<string> | null = new Set();
  #version: string | null = null;

  constructor(readonly code: string) {
    super();
    this.nameIndex = new NameIndex(code);
  }

  /** Whether the page offers the viewer to decide on proposals. The server checks the permission. */
  readonly canDecide = $derived.by(() => {
    const { viewer, subject } = this;
    switch (viewer?.role) {
      case "ADMIN":
        return true;
      case "PROVINCE":
        return viewer.regionCodes.some((code) => code === this.code || code === subject?.parent?.code);
      case "REGION":
        return viewer.regionCodes.includes(this.code);
      default:
        return false;
    }
  });

  /** The alerts about the shown copy; empty if the copy is current. */
  readonly sourceAlerts = $derived.by(() =>
    listSourceAlerts(this.sources.values(), (code) => this.#nameOf(code)),
  );

  start(): () => void {
    const stopClock = this.startClock();
    const stop = followSubscription<RegionEvent>({
      url: socketAddress(),
      document: EVENTS as unknown as string,
      variables: { regionCodes: [this.code] },
      isConflated: true,
      snapshot: () => this.#readOpening(),
      onChanges: (events) => this.#requestRefresh(events.map(({ eventKind }) => eventKind)),
      onConnection: (state) => this.#updateConnection(state),
      readAgainMs: READ_AGAIN_MS,
      onMessage: () => this.confirm(),
    });
    return () => {
      stopClock();
      stop();
    };
  }

  /** Sends a query and repeats it after events of these kinds; returns the function that stops this. */
  addQuery(queryState: QueryState<unknown>, kinds: readonly EventKind[]): () => void {
    this.#queryStates.set(queryState, kinds);
    queryState.refresh();
    return () => void this.#queryStates.delete(queryState);
  }

  /**
   * Reads the region, its viewer and the cursor before the other data: a later change arrives as an event
   * and repeats the queries.
   */
  async #readOpening(): Promise<string> {
    const { instance, region } = await executeDocument(OPENING, { code: this.code });
    this.#version ??= instance.version;
    if (instance.version !== this.#version) location.reload();
    this.replay = instance.isReplay;
    this.viewer = instance.viewer;
    this.subject = region;
    if (this.isOpened) this.#requestRefresh(null);
    this.isOpened = true;
    this.confirm();
    return instance.cursor;
  }

  protected async readSources(): Promise<readonly Source[]> {
    const { region } = await executeDocument(SOURCE, { code: this.code });
    this.source = region?.source ?? null;
    return region ? [region.source, ...(region.parent ? [region.parent.source] : [])] : [];
  }

  /** The name of the region or of its province. */
  #nameOf(code: string): string | undefined {
    const { subject } = this;
    const named = [subject, subject?.parent].find((candidate) => candidate?.code === code);
    return named ? shortName(named.name) : undefined;
  }

  #updateConnection(state: Connection): void {
    const isRestored = (this.connection === "lost" || this.connection === "reading") && state === "live";
    this.connection = state;
    // No event announces a new version of the page or the end of the viewer's right.
    if (isRestored && this.isOpened) this.#readOpening().catch(() => this.#requestRefresh(null));
  }

  #requestRefresh(kinds: string[] | null): void {
    // An event of a kind that this page does not know may have changed all data.
    if (kinds === null || kinds.some((kind) => !KNOWN_KINDS.has(kind))) this.#pendingKinds = null;
    for (const kind of kinds ?? []) this.#pendingKinds?.add(kind);
    void this.#refreshPending();
  }

  readonly #refreshPending = coalesceCalls(async () => {
    const pending = this.#pendingKinds;
    this.#pendingKinds = new Set();
    if (pending === null || INVENTORY_KINDS.some((kind) => pending.has(kind))) this.nameIndex.refresh();
    for (const [queryState, kinds] of this.#queryStates) {
      if (pending === null || kinds.some((kind) => pending.has(kind))) queryState.refresh();
    }
  }, REFRESH_REST_MS);
}

/** The context that provides the region of the page to every component. */
export const [pageRegion, providePageRegion] = createContext<Region>();
