/** The region that the page is about: who looks at it, how fresh it is, and what its events call for. */
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

/** What may move the index, its claims, and the inventory; a part of the page names what it follows. */
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
/** What other regions or time do to this one's verdicts and proposals is told by these alone. */
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
  /** Null before the first answer, and where no region has the code: `opened` tells which. */
  subject = $state.raw<Subject | null>(null);
  opened = $state(false);
  replay = $state(false);
  viewer = $state.raw<Opening["instance"]["viewer"] | null>(null);
  readonly nameIndex: NameIndex;
  readonly #queryStates = new Map<QueryState<unknown>, readonly EventKind[]>();
  /** Kinds that came and were not yet answered by a query; null stands for all. */
  #due: Set<string> | null = new Set();
  #version: string | null = null;

  constructor(readonly code: string) {
    super();
    this.nameIndex = new NameIndex(code);
  }

  /** Whether the viewer may decide on what is proposed here; the server has the last word. */
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

  /** What a reader has to know of the copy that is shown; empty where it is as good as its owner. */
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

  /** Sends a query and keeps its answer up to date; returns the function that ends that. */
  attend(queryState: QueryState<unknown>, kinds: readonly EventKind[]): () => void {
    this.#queryStates.set(queryState, kinds);
    queryState.refresh();
    return () => void this.#queryStates.delete(queryState);
  }

  /** The position comes first: what moves after it is told as an event, and then read again. */
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
    // A new version of the page, or another viewer after a token has expired, comes with no event.
    if (healed && this.opened) this.#open().catch(() => this.#reread(null));
  }

  #reread(kinds: string[] | null): void {
    // Of a kind that is newer than this page nothing is known, so all may have changed.
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
