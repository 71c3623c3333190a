/** The state of the page: the viewer, the region and its OPDs, the draft of an import, and its changes. */
import { createContext } from "svelte";
import { executeDocument, Refusal } from "../shared/request";
import { session } from "../shared/session.svelte";
import {
  DISCARD_DRAFT,
  EDIT_IMPORT,
  IMPORT_DRAFT,
  IMPORT_OPENING,
  REGION_OPDS,
  type Draft,
  type EditProblem,
  type Edits,
  type InventoryImport,
  type RegionOpd,
  type Subject,
  type Viewer,
} from "./documents";

export const DRAFT_PARAMETER = "berkas";

/** Why something did not succeed: a transport error, or a code of a refusal or of a problem. */
export type Failure =
  | { kind: "unreachable" }
  | { kind: "refusal"; code: string | undefined }
  | { kind: "problem"; problem: EditProblem; expected: string | null };

/** Classifies what `executeDocument` throws. */
export function failureOf(reason: unknown): Failure {
  return reason instanceof Refusal ? { kind: "refusal", code: reason.code } : { kind: "unreachable" };
}

/** Deletes an uploaded file; one that is gone already is no failure. */
export async function discardDraft(id: string): Promise<void> {
  await executeDocument(DISCARD_DRAFT, { input: { draftId: id } });
}

export class RegionImport {
  viewer = $state.raw<Viewer | null>(null);
  /** The region; null before the first response, and if no region has the code. */
  subject = $state.raw<Subject | null>(null);
  isOpened = $state(false);
  openingFailure = $state.raw<Failure | null>(null);
  opds = $state.raw<readonly RegionOpd[]>([]);
  /** Whether all OPDs of the region are read. */
  areOpdsRead = $state(false);
  draft = $state.raw<Draft | null>(null);
  /** Whether the draft in the address has expired, is used, or belongs to another viewer. */
  isDraftGone = $state(false);
  /** The number of changes of the draft that wait for their response. */
  pendingEdits = $state(0);
  editFailure = $state.raw<Failure | null>(null);
  /** The change that failed last. */
  #failedEdits = $state.raw<Edits | null>(null);
  /** The import that was saved last on this page. */
  saved = $state.raw<InventoryImport | null>(null);
  /** Changes when the imports of the region must be read again. */
  importsRevision = $state(0);
  #edits: Promise<unknown> = Promise.resolve();

  constructor(readonly code: string) {}

  /** Whether the page offers the import to the viewer. The server checks the permission. */
  readonly canImport = $derived.by(() => {
    const { viewer } = this;
    return this.canRecordOpds || (viewer?.role === "OPD" && viewer.opdIds.some((id) => id.startsWith(`${this.code}:`)));
  });

  /** Whether the page offers the viewer to record OPDs. The server checks the permission. */
  readonly canRecordOpds = $derived.by(() => {
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

  /** The OPDs that the viewer may choose as the owner of applications. The server checks the permission. */
  readonly choosableOpds = $derived.by(() => {
    const { viewer } = this;
    return viewer?.role === "OPD" ? this.opds.filter(({ id }) => viewer.opdIds.includes(id)) : this.opds;
  });

  /** Reads the page, and reads it again when another viewer signs in or the page goes on publicly. */
  start(): () => void {
    void this.open();
    return session.onChange(() => {
      // After the same person signs in again, the page goes on where it was.
      const isSameViewer = session.status === "open" && this.canImport && !this.openingFailure;
      if (!session.isHalted && !isSameViewer) void this.open();
    });
  }

  /** Reads the viewer, the region, its OPDs and the draft that the address names. */
  async open(): Promise<void> {
    this.openingFailure = null;
    try {
      await this.#readAll();
    } catch (reason) {
      this.openingFailure = failureOf(reason);
    }
  }

  async #readAll(): Promise<void> {
    const { instance, region } = await executeDocument(IMPORT_OPENING, { code: this.code });
    this.viewer = instance.viewer;
    this.subject = region;
    this.isOpened = true;
    if (!region) return;
    await this.readOpds();
    const draftId = new URLSearchParams(location.search).get(DRAFT_PARAMETER);
    if (draftId !== null && this.canImport) await this.readDraft(draftId);
  }

  async readOpds(): Promise<void> {
    const opds: RegionOpd[] = [];
    let after: string | null = null;
    do {
      const { region }: { region: RegionOpdPage } = await executeDocument(REGION_OPDS, { code: this.code, after });
      opds.push(...(region?.opds.nodes ?? []));
      after = region?.opds.pageInfo.hasNextPage ? region.opds.pageInfo.endCursor : null;
    } while (after !== null);
    this.opds = opds;
    this.areOpdsRead = true;
  }

  /** Reads the OPDs and the open draft again after OPDs were recorded, which the draft may name. */
  async readRecordedOpds(): Promise<void> {
    await this.readOpds();
    // After the changes that are under way, whose responses are of another version.
    const run = this.#edits.then(async () => {
      if (this.draft) await this.readDraft(this.draft.id);
    });
    this.#edits = run.catch(() => undefined);
    await run;
  }

  /** Reads a draft and writes its id to the address, so that a reload goes on with it. */
  async readDraft(id: string): Promise<void> {
    const { importDraft } = await executeDocument(IMPORT_DRAFT, { id });
    const isOfRegion = importDraft?.region.code === this.code;
    this.draft = isOfRegion ? importDraft : null;
    this.isDraftGone = !isOfRegion;
    this.editFailure = null;
    writeDraftToAddress(isOfRegion ? id : null);
  }

  /** The step whose change failed last. */
  readonly failedStep = $derived(
    this.#failedEdits?.columns || this.#failedEdits?.skippedSheets ? "columns" : "check",
  );

  /** Sends the change that failed last again. */
  readonly retryEdit = (): void => {
    if (this.#failedEdits) void this.edit(this.#failedEdits);
  };

  /**
   * Changes the draft, after all earlier changes. If it fails, `editFailure` states why, and the returned
   * value is false.
   */
  edit(edits: Edits): Promise<boolean> {
    this.pendingEdits += 1;
    const run = this.#edits.then(() => this.#sendEdits(edits)).finally(() => (this.pendingEdits -= 1));
    this.#edits = run;
    return run;
  }

  async #sendEdits(edits: Edits): Promise<boolean> {
    const { draft } = this;
    if (!draft) return false;
    this.#failedEdits = edits;
    try {
      const input = { ...edits, draftId: draft.id, version: draft.version };
      const { editImport: result } = await executeDocument(EDIT_IMPORT, { input });
      if (result.__typename === "ImportDraft") {
        this.draft = result;
        this.editFailure = null;
        return true;
      }
      if (result.__typename === "NotFound") this.#closeExpiredDraft();
      if (result.__typename === "VersionConflict") await this.readDraft(draft.id);
      const expected = result.__typename === "InvalidInput" ? result.expected : null;
      this.editFailure = { kind: "problem", problem: result.__typename, expected };
    } catch (reason) {
      this.editFailure = failureOf(reason);
    }
    return false;
  }

  #closeExpiredDraft(): void {
    this.draft = null;
    this.isDraftGone = true;
    writeDraftToAddress(null);
  }

  /** Shows the result of an import. The draft is used up. */
  finish(saved: InventoryImport): void {
    this.saved = saved;
    this.draft = null;
    writeDraftToAddress(null);
  }

  /** Returns to the choice of a file. */
  startOver(): void {
    this.saved = null;
    this.draft = null;
    this.isDraftGone = false;
    this.editFailure = null;
    writeDraftToAddress(null);
  }
}

type RegionOpdPage = { opds: { nodes: RegionOpd[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } } } | null;

function writeDraftToAddress(id: string | null): void {
  const address = new URL(location.href);
  if (id === null) address.searchParams.delete(DRAFT_PARAMETER);
  else address.searchParams.set(DRAFT_PARAMETER, id);
  history.replaceState(null, "", address);
}

export const [pageImport, providePageImport] = createContext<RegionImport>();
