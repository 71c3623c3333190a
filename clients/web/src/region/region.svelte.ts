/** The state of the page's region: its viewer, its freshness, and the queries to repeat after events. */
import { createContext } from "svelte";
import { credentials } from "../shared/access";
import { shortName } from "../shared/format";
import { Freshness } from "../shared/freshness.svelte";
import { follow, type Connection } from "../shared/live";
import { ask, oneAtATime } from "../shared/request";
import { listSourceAlerts } from "../shared/sourceAlert";
import type { Source } from "../shared/types";
import { EVENTS, OPENING, SOURCE } from "./documents";
import type { EventKind, Opening, RegionEvent, Subject } from "./documents";
import { NameIndex } from "./nameIndex.svelte";
import type { QueryState } from "./queryState.svelte";

const REREAD_REST_MS = 2_000; // between two re-readings, however fast events come

/** Kinds of events that may change the index, its claims, or the inventory; each chapter names its own. */
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
export const INVENTORY_KINDS: readonly EventKind[] = [
  "OPD_RECORDED",
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
/** The only events for changes of verdicts and proposals that other regions or time cause. */
export const VERDICT_KINDS: readonly EventKind[] = ["VERIFICATION_CHANGED"];
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
  /** Null before the first response, and if no region has the code; `opened` distinguishes the two. */
  subject = $state.raw<Subject | null>(null);
  opened = $state(false);
  replay = $state(false);
  viewer = $state.raw<Opening["instance"]["viewer"] | null>(null);
  readonly nameIndex: NameIndex;
  readonly #queryStates = new Map<QueryState<unknown>, readonly EventKind[]>();
  /** Kinds of events received since the last query; null stands for all. */
  #due: Set<string> | null = new Set();
  #version: string | null = null;

  constructor(readonly code: string) {
    super();
    this.nameIndex = new NameIndex(code);
  }

  /** Whether the viewer may decide on proposals of this region; the server makes the final check. */
  readonly decides = $derived.by(() => {
    const { viewer, subject } = this;
    switch (viewer?.role) {
      case "ADMIN":
        return true;
      case "PROVINCE":
        return viewer.regions.some((code) => code === this.code || code === subject?.parent?.code);
      case "REGION":
        return viewer.regions.includes(this.code);
      default:
        return false;
    }
  });

  /** Alerts about the copy that is shown; empty if it is as current as its owner. */
  readonly sourceAlerts = $derived.by(() =>
    listSourceAlerts(this.sources.values(), () => this.subject && shortName(this.subject.name)),
  );

  start(): () => void {
    const stopTicking = this.tick();
    const stop = follow<RegionEvent>({
      url: `${location.origin.replace(/^http/, "ws")}/graphql`,
      document: EVENTS as unknown as string,
      variables: { regions: [this.code] },
      conflated: true,
      credentials,
      snapshot: () => this.#open(),
      changed: (events) => this.#changed(events),
      connection: (state) => this.#connected(state),
      heard: () => this.confirm(),
    });
    return () => {
      stopTicking();
      stop();
    };
  }

  /** Sends a query and keeps its response up to date; returns the function that stops this. */
  attend(queryState: QueryState<unknown>, kinds: readonly EventKind[]): () => void {
    this.#queryStates.set(queryState, kinds);
    queryState.refresh();
    return () => void this.#queryStates.delete(queryState);
  }

  /** The position is read first: a later change then arrives as an event, and the data is read again. */
  async #open(): Promise<string> {
    const { instance, region } = await ask(OPENING, { code: this.code });
    this.#version ??= instance.version;
    if (instance.version !== this.#version) location.reload();
    this.replay = instance.replay;
    this.viewer = instance.viewer;
    this.subject = region;
    if (this.opened) this.#reread(null);
    this.opened = true;
    this.confirm();
    return instance.cursor;
  }

  protected async readSources(): Promise<readonly Source[]> {
    const { region } = await ask(SOURCE, { code: this.code });
    return region ? [region.source] : [];
  }

  #changed(events: RegionEvent[]): void {
    this.#reread(events.map(({ kind }) => kind));
  }

  #connected(state: Connection): void {
    const healed = this.connection === "lost" && state === "live";
    this.connection = state;
    // No event announces a new version of the page, or another viewer after a token has expired.
    if (healed && this.opened) this.#open().catch(() => this.#reread(null));
  }

  #reread(kinds: string[] | null): void {
    // This page does not know what a newer kind of event changes, so all data may have changed.
    if (kinds === null || kinds.some((kind) => !KNOWN_KINDS.has(kind))) this.#due = null;
    for (const kind of kinds ?? []) this.#due?.add(kind);
    void this.#answer();
  }

  readonly #answer = oneAtATime(async () => {
    const due = this.#due;
    this.#due = new Set();
    if (due === null || INVENTORY_KINDS.some((kind) => due.has(kind))) this.nameIndex.refresh();
    for (const [queryState, kinds] of this.#queryStates) {
      if (due === null || kinds.some((kind) => due.has(kind))) queryState.refresh();
    }
  }, REREAD_REST_MS);
}

/** The region of this page, for every component in it. */
export const [regionShown, showRegion] = createContext<Region>();
